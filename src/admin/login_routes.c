// SPDX-License-Identifier: MIT
/* Signing in.  Names and meanings are the seed's. */
#include "admin/login_routes.h"

#include "account/pending.h"
#include "admin/account_doc.h"
#include "admin/exchange.h"
#include "admin/members.h"
#include "base/clock.h"

/* ---- auth-url ----------------------------------------------------------- */

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
    struct exchange *x = exchange_of(flow);
    struct json_doc *doc;

    if (!store_job_is_done(x->job))
        return flow_sleep_then(shown);
    if (store_job_error(x->job)) {
        x->err = *store_job_error(x->job);
        return exchange_refuse(x);
    }
    doc = json_doc_new_object();
    copy_member(doc, x->pending, "auth_url");
    copy_member(doc, x->pending, "state");
    copy_member(doc, x->pending, "code_challenge");
    return exchange_reply(x, doc);
}

static void start_saving(struct exchange *x)
{
    const struct admin_options *options = &x->admin->options;
    char key[PENDING_KEY_MAX];
    struct str state;

    (void)json_doc_get_str(x->pending, "state", &state);
    pending_key(state, key);
    x->job = store_start(options->store, options->loop,
                         &(struct store_request){ .op = STORE_OP_CREATE,
                                                  .key = key,
                                                  .patch = x->pending },
                         exchange_wake, x);
}

struct flow_next login_routes_auth_url(struct flow *flow)
{
    static const char *const known[] = { "proxy_config", "kind", NULL };
    struct exchange *x = exchange_of(flow);
    const struct config *config = x->admin->options.config;
    struct oauth_client client = keeper_client(config);
    struct pending_options options = { .client = &client };

    if (!members_are(x->body, known, &x->err) ||
        !members_proxy(x->body, &options.proxy_config, &x->err) ||
        !members_kind(x->body, &options.setup, &x->err))
        return exchange_refuse(x);
    x->pending = pending_new(&options, clock_wall_ms());
    start_saving(x);
    return flow_sleep_then(shown);
}

/* ---- token -------------------------------------------------------------- */

static struct flow_next signed_in(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);

    if (!keeper_wait_is_done(x->wait))
        return flow_sleep_then(signed_in);
    if (keeper_wait_error(x->wait)) {
        x->err = *keeper_wait_error(x->wait);
        return exchange_refuse(x);
    }
    return exchange_reply(x, account_doc_of(x->admin->options.accounts, x->name,
                                            "signed in"));
}

struct flow_next login_routes_token(struct flow *flow)
{
    static const char *const known[] = { "authorization_code", "state",
                                         "account_name", "proxy_config", NULL };
    struct exchange *x = exchange_of(flow);
    const struct json_doc *proxy;
    struct str code;

    if (!members_text(x->body, "authorization_code", &code, &x->err) ||
        !members_optional_text(x->body, "state", &x->err) ||
        !members_name(x->body, "account_name", &x->name, &x->err) ||
        !members_proxy(x->body, &proxy, &x->err) ||
        !members_are(x->body, known, &x->err))
        return exchange_refuse(x);
    exchange_ask(x, KEEPER_LOGIN, x->name, x->body);
    return flow_sleep_then(signed_in);
}
