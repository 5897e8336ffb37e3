// SPDX-License-Identifier: MIT
/* What a running relay tells the commands that are used beside it. */
#include "app/running.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "store/filelock.h"
#include "store/jsonfile.h"

#define SALT_LEN 16
#define PRINT_SIZE (2 * HASH_SHA256_LEN + 1)
#define NAMES_MAX 512

/* ---- the settings ------------------------------------------------------- */

enum {
    API_URL,
    TOKEN_URL,
    CLIENT_ID,
    CA_FILE,
    SECRET,
    PROXY_ENABLED,
    PROXY_TYPE,
    PROXY_HOST,
    PROXY_PORT,
    PROXY_USERNAME,
    PROXY_PASSWORD,
    SETTINGS,
};

static const char *const names[SETTINGS] = {
    [API_URL] = "CLAUDE_API_URL",
    [TOKEN_URL] = "OAUTH_TOKEN_URL",
    [CLIENT_ID] = "OAUTH_CLIENT_ID",
    [CA_FILE] = "UPSTREAM_CA_FILE",
    [SECRET] = "RELAY_SECRET",
    [PROXY_ENABLED] = "GLOBAL_PROXY_ENABLED",
    [PROXY_TYPE] = "GLOBAL_PROXY_TYPE",
    [PROXY_HOST] = "GLOBAL_PROXY_HOST",
    [PROXY_PORT] = "GLOBAL_PROXY_PORT",
    [PROXY_USERNAME] = "GLOBAL_PROXY_USERNAME",
    [PROXY_PASSWORD] = "GLOBAL_PROXY_PASSWORD",
};

struct settings {
    struct str at[SETTINGS];
    char ca_file[PATH_MAX];
    char port[8];
};

/* A proxy that is not enabled is none, whatever else is set. */
static void gather_proxy(const struct config *config, struct settings *settings)
{
    settings->at[PROXY_ENABLED] =
        config->proxy_enabled ? STR("true") : STR("false");
    if (!config->proxy_enabled)
        return;
    (void)snprintf(settings->port, sizeof(settings->port), "%u",
                   (unsigned)config->proxy_port);
    settings->at[PROXY_TYPE] = config->proxy_type;
    settings->at[PROXY_HOST] = config->proxy_host;
    settings->at[PROXY_PORT] = str_of(settings->port);
    settings->at[PROXY_USERNAME] = config->proxy_username;
    settings->at[PROXY_PASSWORD] = config->proxy_password;
}

static void gather(const struct config *config, struct settings *settings)
{
    for (size_t i = 0; i < SETTINGS; i++)
        settings->at[i] = STR_EMPTY;
    settings->at[API_URL] = config->api_url;
    settings->at[TOKEN_URL] = config->token_endpoint;
    settings->at[CLIENT_ID] = config->client_id;
    settings->at[CA_FILE] = config->ca_file;
    settings->at[SECRET] = config->relay_secret;
    /* The two may have been started in different folders. */
    if (config->ca_file.len > 0 &&
        realpath(config->ca_file.at, settings->ca_file))
        settings->at[CA_FILE] = str_of(settings->ca_file);
    gather_proxy(config, settings);
}

/* ---- fingerprints ------------------------------------------------------- */

/* A password may be short: it gets the slow hash.  (RELAY_SECRET is 32 random bytes,
   and whoever can read the folder can try keys on what is sealed there.) */
static void fingerprint(size_t setting, struct str value, struct str salt,
                        char out[PRINT_SIZE])
{
    unsigned char hash[HASH_SHA256_LEN];
    struct buf text;

    buf_init_secret(&text, value.len + 256);
    buf_printf(&text, "%s\n" STR_FMT "\n", names[setting], STR_ARG(salt));
    if (setting == PROXY_PASSWORD && value.len > 0) {
        hash_slow(value, buf_str(&text), hash);
    } else {
        buf_add(&text, value);
        hash_sha256(buf_str(&text), hash);
    }
    buf_done(&text);
    text_hex(hash, sizeof(hash), out);
}

struct json_doc *running_describe(const struct config *config, unsigned port,
                                  struct str salt)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *prints = json_doc_new_object();
    struct settings settings;
    char print[PRINT_SIZE];

    gather(config, &settings);
    for (size_t i = 0; i < SETTINGS; i++) {
        fingerprint(i, settings.at[i], salt, print);
        json_doc_set_str(prints, names[i], str_of(print));
    }
    json_doc_set_str(doc, "version", STR(RELAY_VERSION));
    json_doc_set_u64(doc, "pid", (uint64_t)getpid());
    json_doc_set_str(doc, "host", config->host);
    json_doc_set_u64(doc, "port", port);
    json_doc_set_str(doc, "salt", salt);
    json_doc_set(doc, "settings", prints);
    return doc;
}

/* What the relay does not describe, being of another version, is not compared. */
static bool is_alike(const struct json_doc *described, size_t setting,
                     struct str value)
{
    struct str salt = STR_EMPTY;
    char print[PRINT_SIZE];
    struct str theirs;

    if (!json_doc_get_str(json_doc_get(described, "settings"), names[setting],
                          &theirs))
        return true;
    (void)json_doc_get_str(described, "salt", &salt);
    fingerprint(setting, value, str_sub(salt, 0, 100), print);
    return str_eq(theirs, str_of(print));
}

void running_compare(const struct config *config,
                     const struct json_doc *described, struct buf *out)
{
    struct settings settings;

    gather(config, &settings);
    for (size_t i = 0; i < SETTINGS; i++) {
        if (!is_alike(described, i, settings.at[i]))
            buf_printf(out, "%s%s", out->len > 0 ? ", " : "", names[i]);
    }
}

/* ---- the relay's side --------------------------------------------------- */

static bool write_file(const struct config *config, unsigned port,
                       struct err *err)
{
    char salt[2 * SALT_LEN + 1];
    struct json_doc *doc;
    struct buf text;
    bool ok;

    random_hex(SALT_LEN, salt);
    doc = running_describe(config, port, str_of(salt));
    buf_init(&text, JSONFILE_MAX);
    ok = (json_doc_write(doc, true, &text) ||
          err_set(err, ERR_IO, RUNNING_FILE " cannot be written")) &&
         jsonfile_write(config->data_dir.at, RUNNING_FILE, buf_str(&text),
                        false, err);
    buf_done(&text);
    json_doc_free(doc);
    return ok;
}

static bool find_path(const struct config *config, char path[PATH_MAX],
                      struct err *err)
{
    return snprintf(path, PATH_MAX, "%s/" RUNNING_FILE, config->data_dir.at) <
               PATH_MAX ||
           err_set(err, ERR_CONFIG, "the path of DATA_DIR is too long");
}

int running_announce(const struct config *config, unsigned port,
                     struct err *err)
{
    char path[PATH_MAX];

    if (!find_path(config, path, err) || !write_file(config, port, err))
        return -1;
    return filelock_take(path, FILELOCK_TRY, err);
}

/* ---- a command's side --------------------------------------------------- */

static struct json_doc *read_file(const char *path)
{
    struct json_doc *doc = NULL;
    struct buf text;
    struct err err;

    buf_init(&text, JSONFILE_MAX);
    if (jsonfile_read(path, &text, &err))
        doc = json_doc_parse(buf_str(&text), &err);
    buf_done(&text);
    return doc;
}

/* The relay's lock ends with the relay, however it ends.  Commands share theirs, and
   a relay that starts locks a file that nobody has seen yet: a look disturbs no
   one. */
static bool is_locked(const char *path)
{
    struct err err;
    int fd = filelock_take(path, FILELOCK_SHARED, &err);

    filelock_release(fd);
    return fd < 0 && err.code == ERR_BUSY;
}

struct json_doc *running_find(const struct config *config)
{
    struct json_doc *doc = NULL;
    char path[PATH_MAX];
    struct err err;

    if (find_path(config, path, &err))
        doc = read_file(path);
    if (!doc || is_locked(path))
        return doc;
    json_doc_free(doc);
    return NULL;
}

static bool refuse(const struct config *config,
                   const struct json_doc *described, struct str differing,
                   struct err *err)
{
    uint64_t port = 0;

    (void)json_doc_get_u64(described, "port", &port);
    return err_set(err, ERR_CONFIG,
                   "the relay on %.60s (port %u) runs with other settings "
                   "than this command: " STR_FMT
                   "; put them into .env in the folder that you start both "
                   "from, or export them here too; if they have just "
                   "changed, restart the relay",
                   config->data_dir.at, (unsigned)port, STR_ARG(differing));
}

bool running_agrees(const struct config *config, struct err *err)
{
    struct json_doc *described = running_find(config);
    struct buf differing;
    bool ok = true;

    if (!described)
        return true;
    buf_init(&differing, NAMES_MAX);
    running_compare(config, described, &differing);
    if (differing.len > 0)
        ok = refuse(config, described, buf_str(&differing), err);
    buf_done(&differing);
    json_doc_free(described);
    return ok;
}
