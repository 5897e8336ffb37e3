// SPDX-License-Identifier: MIT
/* The accounts over HTTP. */
#include "admin/account_routes.h"

#include "account/gateway.h"
#include "admin/account_doc.h"
#include "admin/account_today.h"
#include "admin/gateway_members.h"
#include "admin/listed.h"
#include "admin/members.h"
#include "admin/request.h"
#include "admin/usage_ask.h"
#include "base/clock.h"
#include "base/reason.h"
#include "base/shown.h"
#include "upstream/probe.h"

#define TAG "accounts"

static struct accounts *accounts_of(const struct admin_request *x)
{
    return x->admin->options.accounts;
}

/* The name in the path: nothing but a valid one goes on from here. */
static bool take_name(struct admin_request *x, struct str *name)
{
    *name = x->match.at[0];
    return account_name_check(*name, ERR_BAD_REQUEST, &x->err);
}

struct account *account_routes_find(struct admin_request *x)
{
    struct str name;
    struct account *account;
    char text[SHOWN_MAX];

    if (!take_name(x, &name))
        return NULL;
    account = accounts_get(accounts_of(x), name);
    if (!account)
        REASON_SET(&x->err, ACCOUNT_NOT_FOUND, shown(name, text));
    return account;
}

/* ---- reading ------------------------------------------------------------ */

static void add_name(void *arg, const struct account *account)
{
    json_doc_add(arg, json_doc_new_str(str_of(account->name)));
}

static struct flow_next list(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *names = json_doc_new_array();

    accounts_each(accounts_of(x), add_name, names);
    json_doc_set(doc, "accounts", names);
    return admin_reply(x, doc);
}

static const struct admin_member name_members[] = {
    { .type = ADMIN_TEXT, .text = "a name" },
    ADMIN_END,
};
static const struct admin_member list_members[] = {
    { "accounts", ADMIN_LIST, ADMIN_REQUIRED, "their names, in order",
      name_members },
    ADMIN_END,
};
/* With what it was used for today. */
static struct json_doc *whole_doc(const struct admin_request *x,
                                  const struct account *account)
{
    struct json_doc *doc = account_doc_status(account, clock_wall_ms());

    account_today_set(x, doc, str_of(account->name));
    return doc;
}

struct listing {
    struct usage_asking
        asking;                /* for account_today.h, which knows this alone */
    struct account_list *list; /* those there were when they were asked for */
    size_t next;
    struct listed listed;
};

static void drop_listing(void *state)
{
    struct listing *listing = state;

    usage_asking_drop(&listing->asking);
    account_list_unref(listing->list);
    listed_done(&listing->listed);
}

static struct json_doc *next_account(struct admin_request *x)
{
    struct listing *listing = x->state;

    return listing->next < listing->list->count
               ? whole_doc(x, listing->list->at[listing->next++])
               : NULL;
}

static struct flow_next answer_all(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct listing *listing = x->state;

    if (!account_today_is_there(x))
        return flow_sleep_then(answer_all);
    listing->list = accounts_list(accounts_of(x));
    listing->listed.member = "accounts";
    listing->listed.next = next_account;
    return listed_reply(x, &listing->listed);
}

static struct flow_next list_all(struct flow *flow)
{
    account_today_ask(admin_request_of(flow));
    return flow_go(answer_all);
}

static const struct admin_member status_members[] = {
    { .type = ADMIN_OBJECT,
      .text = "an account",
      .members = account_doc_status_members },
    ADMIN_END,
};
static const struct admin_member all_members[] = {
    { "accounts", ADMIN_LIST, ADMIN_REQUIRED, "in the order of their names",
      status_members },
    ADMIN_END,
};
const struct admin_endpoint account_routes_list_all = {
    .first = list_all,
    .state_size = sizeof(struct listing),
    .drop = drop_listing,
    .tag = TAG,
    .summary = "All accounts, and how each is",
    .answer = all_members,
};

const struct admin_endpoint account_routes_list = {
    .first = list,
    .tag = TAG,
    .summary = "The names of all accounts",
    .body_max = ADMIN_BODY,
    .answer = list_members,
};

static struct flow_next answer_status(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct account *account;
    struct json_doc *doc;

    if (!account_today_is_there(x))
        return flow_sleep_then(answer_status);
    account = account_routes_find(x);
    if (!account)
        return admin_refuse(x);
    doc = whole_doc(x, account);
    account_unref(account);
    return admin_reply(x, doc);
}

static struct flow_next status(struct flow *flow)
{
    account_today_ask(admin_request_of(flow));
    return flow_go(answer_status);
}

const struct admin_endpoint account_routes_status = {
    .first = status,
    .state_size = sizeof(struct usage_asking),
    .drop = usage_asking_drop,
    .tag = TAG,
    .summary = "How an account is",
    .body_max = ADMIN_BODY,
    .answer = account_doc_status_members,
};

/* ---- changing ----------------------------------------------------------- */

/* Ask the keeper about the account that the path names. */
static struct flow_next ask(struct admin_request *x, enum keeper_op op,
                            const struct json_doc *change, flow_step then)
{
    struct str name;

    if (!take_name(x, &name))
        return admin_refuse(x);
    admin_ask(x, op, name, change);
    return flow_sleep_then(then);
}

static struct flow_next reply_done(struct admin_request *x, const char *what)
{
    return admin_reply(x, account_doc_of(accounts_of(x), x->match.at[0], what));
}

static struct flow_next refreshed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct flow_next next;

    if (!admin_is_answered(x, refreshed, &next))
        return next;
    return reply_done(x, "refreshed");
}

static struct flow_next refresh(struct flow *flow)
{
    return ask(admin_request_of(flow), KEEPER_REFRESH, NULL, refreshed);
}

const struct admin_endpoint account_routes_refresh = {
    .first = refresh,
    .tag = TAG,
    .summary = "Get a new access token now",
    .body_max = ADMIN_BODY,
    .answer = account_doc_signed_members,
    .action = "account.refresh",
};

static struct flow_next removed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct flow_next next;

    if (!admin_is_answered(x, removed, &next))
        return next;
    return reply_done(x, "removed");
}

static struct flow_next delete (struct flow *flow)
{
    return ask(admin_request_of(flow), KEEPER_REMOVE, NULL, removed);
}

const struct admin_endpoint account_routes_delete = {
    .first = delete,
    .tag = TAG,
    .summary = "Remove an account and its tokens",
    .body_max = ADMIN_BODY,
    .answer = account_doc_signed_members,
    .action = "account.remove",
};

static struct flow_next changed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct flow_next next;

    if (!admin_is_answered(x, changed, &next))
        return next;
    return flow_go(status);
}

static struct flow_next patch(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    if (!members_change(x->body, &x->err) ||
        !gateway_members_check(&x->admin->options, x->body, &x->err))
        return admin_refuse(x);
    return ask(x, KEEPER_CHANGE, x->body, changed);
}

static const struct admin_member patch_members[] = {
    { "api_key", ADMIN_TEXT, 0,
      "of one that has a key: another one in its place; what was held against "
      "the former is forgotten",
      NULL },
    { "proxy_config", ADMIN_OBJECT, ADMIN_OR_NULL,
      "a proxy of its own; null: none", account_doc_proxy_asked },
    { "note", ADMIN_TEXT, ADMIN_OR_NULL, "at most 1000 bytes; null: none",
      NULL },
    { "enabled", ADMIN_BOOL, 0, "false switches it off", NULL },
    { "pool", ADMIN_BOOL, 0,
      "whether it serves every key that says \"pool\"; read the warning",
      NULL },
    { "tags", ADMIN_LIST, ADMIN_OR_NULL,
      "by which keys may name it, as tag:NAME; instead of those it has; null: "
      "none; read the warning",
      account_doc_tags },
    { "priority", ADMIN_NUMBER, 0, "higher ones serve first; 0 to 1000", NULL },
    { "weight", ADMIN_NUMBER, 0,
      "its share among those of its priority; 0 to 1000, 0: only if no other "
      "is left",
      NULL },
    { "concurrency", ADMIN_NUMBER, 0,
      "requests to the model at once; 0: any number", NULL },
    GATEWAY_MEMBERS_ASKED,
    ADMIN_END,
};
const struct admin_endpoint account_routes_patch = {
    .first = patch,
    .tag = TAG,
    .state_size = sizeof(struct usage_asking),
    .drop = usage_asking_drop,
    .summary = "Change an account; at least one member",
    .body_max = ADMIN_BODY,
    .body = patch_members,
    .answer = account_doc_status_members,
    .action = "account.change",
};

/* ---- the proxy test ----------------------------------------------------- */

struct proxy_test {
    struct probe *probe;
    const char *route;
};

static void drop_test(void *state)
{
    struct proxy_test *test = state;

    probe_free(test->probe);
}

static struct flow_next probed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct proxy_test *test = x->state;
    struct json_doc *doc;

    if (!probe_result(test->probe))
        return flow_sleep_then(probed);
    doc = probe_report(test->probe);
    json_doc_set_str(doc, "route", str_of(test->route));
    return admin_reply(x, doc);
}

/* What the account's requests would go through: a proxy in the body stands for one
   that a request names.  `account` may be NULL. */
static bool start_probe(struct admin_request *x, const struct account *account)
{
    const struct admin_options *options = &x->admin->options;
    struct proxy_test *test = x->state;
    const struct json_doc *config;
    const struct destination home = { .api = &options->config->api,
                                      .tls = options->tls };
    struct destination way = gateway_way(account, &home);
    const struct proxy *own;
    struct proxy *named = NULL;

    if (!members_proxy(x->body, &config, &x->err))
        return false;
    if (config)
        named = proxy_from_json(config, &x->err);
    own = account ? account->proxy : NULL;
    test->route = options->proxy ? "global"
                  : named        ? "request"
                  : own          ? "account"
                                 : "direct";
    test->probe = probe_start(
        &(struct probe_options){ .loop = options->loop,
                                 .api = way.api,
                                 .tls = way.tls,
                                 .ca_file = options->config->ca_file.at,
                                 .outgoing = options->outgoing,
                                 .proxy =
                                     proxy_choose(options->proxy, named, own),
                                 .timeout_ms = options->config->connect_ms },
        admin_wake, x);
    proxy_unref(named);
    return true;
}

static struct flow_next proxy_test(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct account *account = account_routes_find(x);
    bool started;

    if (!account)
        return admin_refuse(x);
    started = start_probe(x, account);
    account_unref(account);
    return started ? flow_sleep_then(probed) : admin_refuse(x);
}

static const struct admin_member test_members[] = {
    { "proxy_config", ADMIN_OBJECT, ADMIN_OR_NULL,
      "the proxy to test, as if a request named it", account_doc_proxy_asked },
    ADMIN_END,
};
static const struct admin_member report_members[] = {
    { "ok", ADMIN_BOOL, ADMIN_REQUIRED, "whether the target answered", NULL },
    { "proxy", ADMIN_OBJECT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the one that was used", account_doc_proxy_shown },
    { "route", ADMIN_TEXT, ADMIN_REQUIRED,
      "whose proxy that is: global, request, account; or direct", NULL },
    { "target", ADMIN_TEXT, ADMIN_REQUIRED, "what was asked", NULL },
    { "status", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the HTTP status that it answered", NULL },
    { "steps", ADMIN_LIST, ADMIN_REQUIRED, "in the order they ran",
      account_doc_steps },
    { "total_ms", ADMIN_NUMBER, ADMIN_REQUIRED, "all of them together", NULL },
    { "failed_step", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the one that failed", NULL },
    { "error", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL, "why it failed",
      NULL },
    ADMIN_END,
};
static struct flow_next way_test(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    return start_probe(x, NULL) ? flow_sleep_then(probed) : admin_refuse(x);
}

static const struct admin_member way_members[] = {
    { "proxy_config", ADMIN_OBJECT, ADMIN_OR_NULL,
      "the proxy to test, as if a request named it; the global one goes first",
      account_doc_proxy_asked },
    ADMIN_END,
};
const struct admin_endpoint account_routes_way_test = {
    .first = way_test,
    .state_size = sizeof(struct proxy_test),
    .drop = drop_test,
    .tag = TAG,
    .summary = "Try the way to Anthropic without an account, step by step",
    .body_max = ADMIN_BODY,
    .body = way_members,
    .answer = report_members,
    .action = "proxy.test",
    .ends_with_client = true,
};

const struct admin_endpoint account_routes_proxy_test = {
    .first = proxy_test,
    .state_size = sizeof(struct proxy_test),
    .drop = drop_test,
    .tag = TAG,
    .summary = "Try the way to Anthropic, step by step",
    .body_max = ADMIN_BODY,
    .body = test_members,
    .answer = report_members,
    .action = "account.proxy-test",
    .ends_with_client = true,
};
