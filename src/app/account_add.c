// SPDX-License-Identifier: MIT
/* Adding an account with a key. */
#include "app/account_add.h"

#include "account/kinds.h"
#include "app/account_care.h"
#include "app/invocation.h"
#include "app/terminal.h"
#include "base/shown.h"
#include "base/text.h"

#define PATH_LEN_MAX 1024

/* ---- arguments ----------------------------------------------------------- */

/* NULL: all is well, and `into` has what they say. */
static const char *fill(int argc, char **argv, struct gateway_arguments *into)
{
    const char *problem = NULL;
    int at = 2;

    while (at < argc) {
        switch (gateway_arguments_take(argc, argv, &at, into, &problem)) {
        case GATEWAY_ARGUMENT_TAKEN:
            break;
        case GATEWAY_ARGUMENT_WRONG:
            return problem;
        case GATEWAY_ARGUMENT_NONE:
            if (!account_care_take_tags(argc, argv, &at, into->body))
                return "account add needs a name and --api-key -, and takes "
                       "--tag, --url, --bearer, --map, --tls-ca and --proxy";
        }
    }
    return into->asks_key ? NULL : "account add needs a name and --api-key -";
}

const char *account_add_check(int argc, char **argv)
{
    struct gateway_arguments arguments = { .body = json_doc_new_object() };
    const char *problem = fill(argc, argv, &arguments);

    json_doc_free(arguments.body);
    return problem;
}

/* ---- adding -------------------------------------------------------------- */

static void tell_taken(const struct json_doc *account, struct str name,
                       struct err *err)
{
    char plain[ACCOUNT_NAME_MAX + 1];
    char again[ACCOUNT_AGAIN_MAX];
    const struct account_kind *kind;
    struct str word = STR_EMPTY;

    (void)json_doc_get_str(account, "kind", &word);
    kind = account_kind_named(word);
    text_copy(plain, sizeof(plain), name);
    err_set(err, ERR_EXISTS,
            "the account \"%s\" exists already; choose another name%s%s", plain,
            kind ? ", or " : "",
            kind ? account_again(kind, plain, false, again) : "");
}

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
    if (there)
        tell_taken(call.answer, name, err);
    json_doc_free(call.answer);
    buf_done(&path);
    return !there && call.status == 404;
}

/* Keys of other gateways have any form. */
static bool check_key(const struct json_doc *body, struct str name,
                      struct err *err)
{
    struct str key = STR_EMPTY;
    struct str url;

    (void)json_doc_get_str(body, "api_key", &key);
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
                 struct err *err)
{
    struct remote_call call = { .method = "POST",
                                .path = STR("/admin/api/accounts"),
                                .body = body };
    bool ok;

    json_doc_set_str(body, "name", name);
    ok = remote_call(remote, &call, err);
    json_doc_free(call.answer);
    return ok;
}

static bool add(struct remote *remote,
                const struct gateway_arguments *arguments, struct str name,
                struct err *err)
{
    struct json_doc *body = arguments->body;

    if (!check_name(remote, name, err))
        return false;
    remote_rest(remote);
    if (!gateway_arguments_ask(arguments, err) || !check_key(body, name, err) ||
        !make(remote, body, name, err))
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

int account_add_run(struct remote *remote, int argc, char **argv)
{
    struct gateway_arguments arguments = { .body = json_doc_new_object() };
    struct err err;
    bool ok;

    (void)fill(argc, argv, &arguments); /* account_add_check() has seen them */
    ok = add(remote, &arguments, str_of(argv[1]), &err);
    json_doc_free(arguments.body);
    return ok ? 0 : terminal_fail(&err);
}
