// SPDX-License-Identifier: MIT
/* Adding an account.  Its key comes from the terminal or standard input, never from the
   command line, which others can see. */
#include "app/account_add.h"

#include <string.h>

#include "account/kinds.h"
#include "app/account_care.h"
#include "app/invocation.h"
#include "app/terminal.h"
#include "base/mem.h"
#include "base/shown.h"

#define PATH_LEN_MAX 1024

/* ---- arguments ----------------------------------------------------------- */

/* NULL: all is well, and `body` has what they say. */
static const char *fill(int argc, char **argv, struct json_doc *body)
{
    const char *problem = NULL;
    bool has_key = false;
    int at = 2;

    while (at < argc) {
        if (strcmp(argv[at], "--api-key") == 0 && at + 1 < argc && !has_key) {
            if (strcmp(argv[at + 1], "-") != 0)
                return "a key is never taken from the command line: write "
                       "--api-key - and enter it when asked";
            has_key = true;
            at += 2;
            continue;
        }
        switch (gateway_arguments_take(argc, argv, &at, body, &problem)) {
        case GATEWAY_ARGUMENT_TAKEN:
            break;
        case GATEWAY_ARGUMENT_WRONG:
            return problem;
        case GATEWAY_ARGUMENT_NONE:
            if (!account_care_take_tags(argc, argv, &at, body))
                return "account add needs a name and --api-key -, and takes "
                       "--tag, --url, --bearer, --map and --tls-ca";
        }
    }
    return has_key ? NULL : "account add needs a name and --api-key -";
}

const char *account_add_check(int argc, char **argv)
{
    struct json_doc *body = json_doc_new_object();
    const char *problem = fill(argc, argv, body);

    json_doc_free(body);
    return problem;
}

/* ---- adding -------------------------------------------------------------- */

/* Before anybody types a key. */
static bool check_name(struct remote *remote, struct str name, struct err *err)
{
    struct remote_call call = { .method = "GET" };
    char text[SHOWN_MAX];
    struct buf path;
    bool there;

    if (!account_name_may_be_made(name))
        return err_set(
            err, ERR_CONFIG,
            "\"%s\" is not a valid account name: use " ACCOUNT_NAME_NEW,
            shown(name, text));
    buf_init(&path, PATH_LEN_MAX);
    remote_path(&path, "/oauth/accounts/", name);
    buf_add(&path, STR("/status"));
    call.path = buf_str(&path);
    there = remote_call(remote, &call, err);
    json_doc_free(call.answer);
    buf_done(&path);
    if (!there)
        return call.status == 404;
    return err_set(err, ERR_EXISTS,
                   "the account \"" STR_FMT
                   "\" exists already; choose another name, or remove it first "
                   "with `claude-relay account remove " STR_FMT "`",
                   STR_ARG(name), STR_ARG(name));
}

/* Keys of other gateways have any form. */
static bool check_key(const struct json_doc *body, struct str name,
                      struct str key, struct err *err)
{
    struct str url;

    if (json_doc_get_str(body, "base_url", &url))
        return kind_apikey_is_any_key(key) ||
               err_set(err, ERR_CONFIG,
                       "that is not a key: one has no spaces or quotes, at "
                       "most %d characters, and is no token of a sign-in",
                       KIND_APIKEY_MAX);
    return kind_apikey_is_key(key) ||
           err_set(err, ERR_CONFIG,
                   "that is not a Console API key: a key begins with sk-ant-, "
                   "has no spaces or quotes, and at most %d characters "
                   "(sk-ant-oat and sk-ant-ort are tokens of a sign-in: use "
                   "`claude-relay login " STR_FMT
                   "`; keys of other gateways go with --url)",
                   KIND_APIKEY_MAX, STR_ARG(name));
}

static bool make(struct remote *remote, struct json_doc *body, struct str name,
                 struct str key, struct err *err)
{
    struct remote_call call = { .method = "POST",
                                .path = STR("/admin/api/accounts"),
                                .body = body };
    bool ok;

    json_doc_set_str(body, "name", name);
    json_doc_set_str(body, "api_key", key);
    ok = remote_call(remote, &call, err);
    json_doc_free(call.answer);
    return ok;
}

static bool add_with_key(struct remote *remote, struct json_doc *body,
                         struct str name, struct str key, struct err *err)
{
    if (!check_key(body, name, key, err) || !make(remote, body, name, key, err))
        return false;
    invocation_print(stdout,
                     remote_is_relay(remote)
                         ? "Account \"" STR_FMT "\" added; the relay uses it "
                           "from now on.\n"
                         : "Account \"" STR_FMT "\" added.  Start the relay "
                           "with `claude-relay`.\n",
                     STR_ARG(name));
    return true;
}

static bool add(struct remote *remote, struct json_doc *body, struct str name,
                struct err *err)
{
    char line[TERMINAL_LINE_MAX];
    struct str key;
    bool ok;

    if (!check_name(remote, name, err))
        return false;
    remote_rest(remote);
    if (!terminal_ask("API key (not shown): ", true, line, &key))
        return err_set(
            err, ERR_CONFIG,
            "no key was entered: type it, or pipe it into standard input");
    ok = add_with_key(remote, body, name, key, err);
    mem_wipe(line, sizeof(line));
    return ok;
}

int account_add_run(struct remote *remote, int argc, char **argv)
{
    struct json_doc *body = json_doc_new_object();
    struct err err;
    bool ok;

    (void)fill(argc, argv, body); /* account_add_check() has seen them */
    ok = add(remote, body, str_of(argv[1]), &err);
    json_doc_free(body);
    return ok ? 0 : terminal_fail(&err);
}
