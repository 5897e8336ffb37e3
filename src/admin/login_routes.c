// SPDX-License-Identifier: MIT
/* Signing in.  Names and meanings are the seed's. */
#include "admin/login_routes.h"

#include "account/pending.h"
#include "admin/account_doc.h"
#include "admin/members.h"
#include "admin/request.h"
#include "base/clock.h"

#define TAG "sign-in"

/* ---- auth-url ----------------------------------------------------------- */

struct auth_url {
    struct json_doc *pending;
    struct store_job *job;
};

static void drop_auth_url(void *state)
{
    struct auth_url *asked = state;

    store_job_free(asked->job);
    json_doc_free(asked->pending);
}

static void copy_member(struct json_doc *to, const struct json_doc *from,
                        const char *member)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(from, member, &text);
    json_doc_set_str(to, member, text);
}

/* Durable before the link is shown: the login survives a restart. */
static struct flow_next shown(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct auth_url *asked = x->state;
    struct json_doc *doc;

    if (!store_job_is_done(asked->job))
        return flow_sleep_then(shown);
    if (store_job_error(asked->job)) {
        x->err = *store_job_error(asked->job);
        return admin_refuse(x);
    }
    doc = json_doc_new_object();
    copy_member(doc, asked->pending, "auth_url");
    copy_member(doc, asked->pending, "state");
    copy_member(doc, asked->pending, "code_challenge");
    return admin_reply(x, doc);
}

static void start_saving(struct admin_request *x)
{
    const struct admin_options *options = &x->admin->options;
    struct auth_url *asked = x->state;
    char key[PENDING_KEY_MAX];
    struct str state;

    (void)json_doc_get_str(asked->pending, "state", &state);
    pending_key(state, key);
    asked->job = store_start(options->store, options->loop,
                             &(struct store_request){ .op = STORE_OP_CREATE,
                                                      .key = key,
                                                      .patch = asked->pending },
                             admin_wake, x);
}

static struct flow_next auth_url(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct auth_url *asked = x->state;
    const struct config *config = x->admin->options.config;
    struct oauth_client client = oauth_client_of(config);
    struct pending_options options = { .client = &client };

    if (!members_proxy(x->body, &options.proxy_config, &x->err) ||
        !members_kind(x->body, &options.setup, &x->err))
        return admin_refuse(x);
    asked->pending = pending_new(&options, clock_wall_ms());
    start_saving(x);
    return flow_sleep_then(shown);
}

static const struct admin_member auth_url_members[] = {
    { "proxy_config", ADMIN_OBJECT, ADMIN_OR_NULL,
      "the proxy that signing in goes through", account_doc_proxy_asked },
    { "kind", ADMIN_TEXT, 0, "setup-token, for a token of a year", NULL },
    ADMIN_END,
};
static const struct admin_member link_members[] = {
    { "auth_url", ADMIN_TEXT, ADMIN_REQUIRED, "the page to open", NULL },
    { "state", ADMIN_TEXT, ADMIN_REQUIRED,
      "names the sign-in; good for 30 minutes, once", NULL },
    { "code_challenge", ADMIN_TEXT, ADMIN_REQUIRED, "PKCE's", NULL },
    ADMIN_END,
};
const struct admin_endpoint login_routes_auth_url = {
    .first = auth_url,
    .state_size = sizeof(struct auth_url),
    .drop = drop_auth_url,
    .tag = TAG,
    .summary = "Begin to sign in: the link of the page that grants it",
    .body_max = ADMIN_BODY,
    .body = auth_url_members,
    .answer = link_members,
    .action = "login.begin",
};

/* ---- token -------------------------------------------------------------- */

static struct flow_next signed_in(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct str name = STR_EMPTY;
    struct flow_next next;

    if (!admin_is_answered(x, signed_in, &next))
        return next;
    (void)json_doc_get_str(x->body, "account_name", &name);
    return admin_reply(x, account_doc_of(x->admin->options.accounts, name,
                                         "signed in"));
}

/* An account that is there is signed in again, whatever new ones may be called. */
static bool is_there(const struct admin_request *x, struct str *name)
{
    struct account *account =
        json_doc_get_str(x->body, "account_name", name)
            ? accounts_get(x->admin->options.accounts, *name)
            : NULL;
    bool there = account != NULL;

    account_unref(account);
    return there;
}

static struct flow_next token(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct json_doc *proxy;
    struct str name;
    struct str code;

    if (!members_text(x->body, "authorization_code", &code, &x->err) ||
        !members_optional_text(x->body, "state", &x->err) ||
        (!is_there(x, &name) &&
         !members_name(x->body, "account_name", &name, &x->err)) ||
        !members_proxy(x->body, &proxy, &x->err))
        return admin_refuse(x);
    admin_ask(x, KEEPER_LOGIN, name, x->body);
    return flow_sleep_then(signed_in);
}

static const struct admin_member token_members[] = {
    { "authorization_code", ADMIN_TEXT, ADMIN_REQUIRED,
      "as the page showed it: the code, code#state, or the page's address",
      NULL },
    { "state", ADMIN_TEXT, 0, "of the link, if the code does not hold it",
      NULL },
    { "account_name", ADMIN_TEXT, ADMIN_REQUIRED, "what to call the account",
      NULL },
    { "proxy_config", ADMIN_OBJECT, ADMIN_OR_NULL,
      "the account's own proxy, from now on", account_doc_proxy_asked },
    ADMIN_END,
};
const struct admin_endpoint login_routes_token = {
    .first = token,
    .tag = TAG,
    .summary = "Finish signing in with the code that the page showed",
    .body_max = ADMIN_BODY,
    .body = token_members,
    .answer = account_doc_signed_members,
    .action = "login.finish",
    .target = "account_name",
};
