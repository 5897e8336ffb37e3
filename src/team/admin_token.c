// SPDX-License-Identifier: MIT
/* The admin token: where it comes from, and whether a request carries it. */
#include "team/admin_token.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "store/jsonfile.h"
#include "store/owned.h"

#define TOKEN_FILE "admin_token"
#define TOKEN_BYTES 32
#define TOKEN_MIN 16
#define PATH_SIZE 4096

/* ---- the token ---------------------------------------------------------- */

static void invent(struct buf *text)
{
    unsigned char bytes[TOKEN_BYTES];

    random_bytes(bytes, sizeof(bytes));
    buf_init_secret(text, 2 * TOKEN_BYTES);
    base64url_encode(text, bytes, sizeof(bytes));
    mem_wipe(bytes, sizeof(bytes));
}

/* Whoever comes second reads what the first one wrote. */
static bool make_file(const char *folder, const char *path, struct err *err)
{
    struct buf text;
    bool made;

    invent(&text);
    buf_add(&text, STR("\n"));
    made = jsonfile_write(folder, TOKEN_FILE, buf_str(&text), true, err);
    buf_done(&text);
    if (made)
        log_line(LOG_INFO, "admin token made: %s", path);
    return made || access(path, F_OK) == 0 ||
           err_wrap(err, "making the admin token");
}

/* A full disk, for instance, is no reason not to serve: nobody knows this token, but
   this machine needs none. */
static bool keep_in_memory(struct admin_token *admin, const struct err *why)
{
    struct buf text;

    invent(&text);
    admin->token = secret_new(buf_str(&text));
    buf_done(&text);
    admin->where = "memory only (DATA_DIR/" TOKEN_FILE
                   " could not be written: see the log, or set ADMIN_TOKEN)";
    log_line(LOG_WARN,
             "%s: until that is mended and the relay is started again, /oauth/ "
             "can be used on this machine only; or set ADMIN_TOKEN",
             why->text);
    return true;
}

static struct str first_line(struct str text)
{
    return str_trim(str_sub(text, 0, str_index(text, '\n')));
}

static bool read_file(struct admin_token *admin, const char *path,
                      struct err *err)
{
    struct buf text;
    struct str token;
    bool ok;

    buf_init_secret(&text, 4096);
    ok = jsonfile_read(path, &text, err);
    token = first_line(buf_str(&text));
    if (ok && token.len < TOKEN_MIN)
        ok = err_set(err, ERR_CONFIG,
                     "%s holds no token of at least %d characters: remove the "
                     "file, and a new one is made",
                     path, TOKEN_MIN);
    if (ok)
        admin->token = secret_new(token);
    buf_done(&text);
    return ok;
}

static bool path_of(const char *folder, char path[PATH_SIZE], struct err *err)
{
    return snprintf(path, PATH_SIZE, "%s/" TOKEN_FILE, folder) < PATH_SIZE ||
           err_set(err, ERR_IO, "the path %s is too long", folder);
}

bool admin_token_init(struct admin_token *admin, struct str given,
                      const char *folder, struct err *err)
{
    char path[PATH_SIZE];
    struct stat info;

    if (given.len > 0) {
        admin->token = secret_new(given);
        admin->where = "ADMIN_TOKEN";
        return true;
    }
    admin->where = "DATA_DIR/" TOKEN_FILE;
    if (!path_of(folder, path, err))
        return false;
    if (stat(path, &info) != 0 && !make_file(folder, path, err))
        return stat(folder, &info) == 0 && keep_in_memory(admin, err);
    return owned_file(path, err) && read_file(admin, path, err);
}

void admin_token_look(struct admin_token *admin, struct str given,
                      const char *folder)
{
    char path[PATH_SIZE];
    struct err ignored;

    if (given.len > 0)
        admin->token = secret_new(given);
    else if (path_of(folder, path, &ignored))
        (void)read_file(admin, path, &ignored);
}

void admin_token_scraper(struct admin_token *scraper, struct str given)
{
    scraper->token = given.len > 0 ? secret_new(given) : NULL;
    scraper->where = "METRICS_TOKEN";
}

struct str admin_token_reveal(const struct admin_token *admin)
{
    return admin ? secret_reveal(admin->token) : STR_EMPTY;
}

void admin_token_done(struct admin_token *admin)
{
    secret_unref(admin->token);
    admin->token = NULL;
}

/* ---- the decision ------------------------------------------------------- */

static struct str bearer(struct str field)
{
    struct str rest = str_from(field, 6);

    return str_istarts(field, STR("bearer")) && rest.len > 0 &&
                   rest.at[0] == ' '
               ? str_trim(rest)
               : STR_EMPTY;
}

struct str admin_token_tried(const struct headers *headers)
{
    const struct str *field = headers_get(headers, STR("authorization"));

    return field ? bearer(*field) : STR_EMPTY;
}

bool admin_token_is(const struct admin_token *admin, struct str token)
{
    return token.len > 0 && secret_eq(token, secret_reveal(admin->token));
}
