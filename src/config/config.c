// SPDX-License-Identifier: MIT
/* Reading the configuration.  To add an option: a row in options.def. */
#include "config/config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/table.h"
#include "crypto/seal.h"

#define ADMIN_TOKEN_MIN 16

const struct config_option config_options[] = {
#define OPTION(name, member, kind, standard, allowed, help)                    \
    { #name,    CONFIG_##kind, offsetof(struct config, member),                \
      standard, allowed,       help },
#include "config/options.def"
#undef OPTION
    { .name = NULL },
};

/* ---- one option --------------------------------------------------------- */

/* What stands in front of an '@' may be a password. */
static struct str printable_url(struct str text)
{
    return str_contains(text, STR("@")) ? STR("(not shown)")
                                        : str_sub(text, 0, 200);
}

static bool refuse(const struct config_option *option, struct str value,
                   struct err *err)
{
    struct str shown = option->kind == CONFIG_LINK ? printable_url(value)
                                                   : str_sub(value, 0, 100);

    if (option->kind == CONFIG_SECRET)
        return err_set(err, ERR_CONFIG, "%s: must be %s", option->name,
                       option->allowed);
    return err_set(err, ERR_CONFIG, "%s=\"" STR_FMT "\": must be %s",
                   option->name, STR_ARG(shown), option->allowed);
}

static bool load_option(struct config *config,
                        const struct config_option *option, struct arena *arena,
                        struct str value, struct err *err)
{
    char *member = (char *)config + option->offset;
    uint64_t number;
    struct str copy;

    if (config_kind_is_text(option->kind)) {
        if (!config_text_fits(option->kind, value))
            return refuse(option, value, err);
        copy = arena_str(arena, value);
        memcpy(member, &copy, sizeof(copy));
        return true;
    }
    if (!config_parse_number(option->kind, value, &number))
        return refuse(option, value, err);
    memcpy(member, &number, sizeof(number));
    return true;
}

/* ---- what concerns several, or the machine ------------------------------ */

static void cut_slashes(struct str *path)
{
    while (path->len > 0 && path->at[path->len - 1] == '/')
        path->len--;
}

/* "https://host/prefix/v1/messages": only the part in front of /v1 counts. */
static void cut_endpoint(struct url *url)
{
    static const struct str endings[] = { { "/v1/messages", 12 },
                                          { "/v1", 3 } };

    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        size_t len = endings[i].len;

        if (url->prefix.len >= len &&
            str_eq(str_from(url->prefix, url->prefix.len - len), endings[i])) {
            url->prefix.len -= len;
            break;
        }
    }
    cut_slashes(&url->prefix);
}

/* http:// would carry secrets through the network. */
static bool check_url(struct arena *arena, const char *name, struct str text,
                      struct url *url, struct err *err)
{
    struct str shown = printable_url(text);

    if (!url_parse(arena, text, url, err))
        return err_wrap(err, "%s=\"" STR_FMT "\"", name, STR_ARG(shown));
    return url->tls || url_is_loopback(url) ||
           err_set(err, ERR_CONFIG,
                   "%s=\"" STR_FMT
                   "\": must be https://; http:// is for loopback only",
                   name, STR_ARG(shown));
}

static bool check_urls(struct config *config, struct arena *arena,
                       struct err *err)
{
    if (!check_url(arena, "CLAUDE_API_URL", config->api_url, &config->api,
                   err) ||
        !check_url(arena, "OAUTH_TOKEN_URL", config->token_endpoint,
                   &config->token_url, err))
        return false;
    cut_endpoint(&config->api);
    return true;
}

/* ---- secrets ------------------------------------------------------------ */

static bool is_admin_token(struct str token)
{
    for (size_t i = 0; i < token.len; i++) {
        if (token.at[i] <= ' ' || token.at[i] > '~')
            return false;
    }
    return token.len == 0 || token.len >= ADMIN_TOKEN_MIN;
}

static bool check_secrets(const struct config *config, struct err *err)
{
    struct seal *seal;

    if (!is_admin_token(config->admin_token))
        return err_set(err, ERR_CONFIG,
                       "ADMIN_TOKEN: must be at least %d printable characters "
                       "without spaces",
                       ADMIN_TOKEN_MIN);
    if (config->relay_secret.len == 0)
        return true;
    seal = seal_new(config->relay_secret, err);
    seal_free(seal);
    return seal != NULL;
}

/* ---- the proxy ---------------------------------------------------------- */

/* `needed` says while what it must be set; NULL if it need not be. */
struct proxy_part {
    const char *name;
    bool given;
    const char *needed;
};

/* `decided`: GLOBAL_PROXY_ENABLED was given. */
static bool check_proxy_part(const struct config *config, bool decided,
                             const struct proxy_part *part, struct err *err)
{
    if (!decided && part->given)
        return err_set(err, ERR_CONFIG,
                       "GLOBAL_PROXY_ENABLED=\"\": must be true or false while "
                       "%s is set",
                       part->name);
    if (config->proxy_enabled && part->needed && !part->given)
        return err_set(err, ERR_CONFIG, "%s=\"\": must be set while %s",
                       part->name, part->needed);
    return true;
}

/* A proxy that is set in part is never silently left out (DESIGN.md section
   10). */
static bool check_proxy(const struct config *config, bool decided,
                        struct err *err)
{
    const char *enabled = "GLOBAL_PROXY_ENABLED is true";
    bool user = config->proxy_username.len > 0;
    bool word = config->proxy_password.len > 0;
    const struct proxy_part parts[] = {
        { "GLOBAL_PROXY_TYPE", config->proxy_type.len > 0, enabled },
        { "GLOBAL_PROXY_HOST", config->proxy_host.len > 0, enabled },
        { "GLOBAL_PROXY_PORT", config->proxy_port > 0, enabled },
        { "GLOBAL_PROXY_USERNAME", user,
          word ? "GLOBAL_PROXY_PASSWORD is set" : NULL },
        { "GLOBAL_PROXY_PASSWORD", word,
          user ? "GLOBAL_PROXY_USERNAME is set" : NULL },
    };

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!check_proxy_part(config, decided, &parts[i], err))
            return false;
    }
    return true;
}

/* What is inside is checked by net/tls.h. */
static bool check_ca_file(const struct config *config, struct err *err)
{
    const char *path = config->ca_file.at;
    struct stat info;

    if (config->ca_file.len == 0)
        return true;
    if (stat(path, &info) != 0 || access(path, R_OK) != 0) {
        err_errno(err, "UPSTREAM_CA_FILE=\"%s\": must be a PEM file", path);
        err->code = ERR_CONFIG;
        return false;
    }
    return S_ISREG(info.st_mode) ||
           err_set(err, ERR_CONFIG,
                   "UPSTREAM_CA_FILE=\"%s\": must be a PEM file, not a folder "
                   "or device",
                   path);
}

/* ---- all ---------------------------------------------------------------- */

bool config_load(struct config *config, struct arena *arena,
                 config_lookup_fn lookup, void *arg, struct err *err)
{
    const struct config_option *option;
    const char *set;

    memset(config, 0, sizeof(*config));
    for (option = config_options; option->name; option++) {
        const char *value = option->standard;

        set = lookup(arg, option->name);
        if (set && *set)
            value = set;
        if (!load_option(config, option, arena, str_of(value), err))
            return false;
    }
    set = lookup(arg, "GLOBAL_PROXY_ENABLED");
    return check_urls(config, arena, err) && check_secrets(config, err) &&
           check_proxy(config, set && *set, err) && check_ca_file(config, err);
}

const char *config_from_environment(void *arg, const char *name)
{
    const struct dotenv *file = arg;
    const char *value = getenv(name);

    if (value || !file)
        return value;
    return dotenv_get(file, name);
}

/* LOG_LEVLE begins like LOG_LEVEL. */
static bool begins_like_an_option(const char *name)
{
    const char *end = strchr(name, '_');
    size_t len = end ? (size_t)(end - name) + 1 : 0;
    bool like = false;

    for (size_t i = 0; config_options[i].name; i++) {
        if (strcmp(config_options[i].name, name) == 0)
            return false;
        like = like ||
               (len > 0 && strncmp(config_options[i].name, name, len) == 0);
    }
    return like;
}

const char *config_find_stranger(const struct dotenv *file, size_t *next)
{
    while (*next < file->count) {
        const char *name = file->items[(*next)++].name;

        if (begins_like_an_option(name))
            return name;
    }
    return NULL;
}
