// SPDX-License-Identifier: MIT
/* The accounts over HTTP. */
#include "admin/account_routes.h"

#include "admin/account_doc.h"
#include "admin/exchange.h"
#include "admin/members.h"
#include "base/clock.h"
#include "base/shown.h"

static struct accounts *accounts_of(const struct exchange *x)
{
    return x->admin->options.accounts;
}

/* A reference; NULL with x->err if there is none. */
static struct account *find(struct exchange *x)
{
    struct account *account = accounts_get(accounts_of(x), x->name);
    char text[SHOWN_MAX];

    if (!account)
        err_set(&x->err, ERR_NOT_FOUND,
                "there is no account \"%s\"; GET /oauth/accounts lists those "
                "there are",
                shown(x->name, text));
    return account;
}

/* ---- reading ------------------------------------------------------------ */

static void add_name(void *arg, const struct account *account)
{
    json_doc_add(arg, json_doc_new_str(str_of(account->name)));
}

struct flow_next account_routes_list(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *names = json_doc_new_array();

    accounts_each(accounts_of(x), add_name, names);
    json_doc_set(doc, "accounts", names);
    return exchange_reply(x, doc);
}

struct flow_next account_routes_status(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);
    struct account *account = find(x);
    struct json_doc *doc;

    if (!account)
        return exchange_refuse(x);
    doc = account_doc_status(account, clock_wall_ms());
    account_unref(account);
    return exchange_reply(x, doc);
}

/* ---- changing ----------------------------------------------------------- */

/* True once the keeper has answered and all is well; `*next` is what to return
   otherwise. */
static bool is_answered(struct exchange *x, flow_step again,
                        struct flow_next *next)
{
    if (!keeper_wait_is_done(x->wait)) {
        *next = flow_sleep_then(again);
        return false;
    }
    if (!keeper_wait_error(x->wait))
        return true;
    x->err = *keeper_wait_error(x->wait);
    *next = exchange_refuse(x);
    return false;
}

static struct flow_next refreshed(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);
    struct flow_next next;

    if (!is_answered(x, refreshed, &next))
        return next;
    return exchange_reply(x,
                          account_doc_of(accounts_of(x), x->name, "refreshed"));
}

struct flow_next account_routes_refresh(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);

    exchange_ask(x, KEEPER_REFRESH, x->name, NULL);
    return flow_sleep_then(refreshed);
}

static struct flow_next removed(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);
    struct flow_next next;

    if (!is_answered(x, removed, &next))
        return next;
    return exchange_reply(x,
                          account_doc_of(accounts_of(x), x->name, "removed"));
}

struct flow_next account_routes_delete(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);

    exchange_ask(x, KEEPER_REMOVE, x->name, NULL);
    return flow_sleep_then(removed);
}

static struct flow_next changed(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);
    struct flow_next next;

    if (!is_answered(x, changed, &next))
        return next;
    return flow_go(account_routes_status);
}

struct flow_next account_routes_patch(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);

    if (!members_change(x->body, &x->err))
        return exchange_refuse(x);
    exchange_ask(x, KEEPER_CHANGE, x->name, x->body);
    return flow_sleep_then(changed);
}

/* ---- the proxy test ----------------------------------------------------- */

static struct flow_next probed(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);

    if (!probe_result(x->probe))
        return flow_sleep_then(probed);
    return exchange_reply(x, probe_report(x->probe));
}

/* What the account's requests would go through: a proxy in the body stands for one
   that a request names. */
static bool start_probe(struct exchange *x, const struct account *account)
{
    const struct admin_options *options = &x->admin->options;
    const struct json_doc *config;
    struct proxy *named = NULL;

    if (!members_proxy(x->body, &config, &x->err))
        return false;
    if (config)
        named = proxy_from_json(config, &x->err);
    x->probe = probe_start(
        &(struct probe_options){
            .loop = options->loop,
            .api = &options->config->api,
            .tls = options->tls,
            .ca_file = options->config->ca_file.at,
            .proxy = proxy_choose(options->proxy, named, account->proxy),
            .timeout_ms = options->config->connect_ms },
        exchange_wake, x);
    proxy_unref(named);
    return true;
}

struct flow_next account_routes_proxy_test(struct flow *flow)
{
    struct exchange *x = exchange_of(flow);
    struct account *account = find(x);
    bool started;

    if (!account)
        return exchange_refuse(x);
    started = start_probe(x, account);
    account_unref(account);
    return started ? flow_sleep_then(probed) : exchange_refuse(x);
}
