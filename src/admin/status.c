// SPDX-License-Identifier: MIT
/* The running relay at a glance. */
#include "admin/status.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/health.h"
#include "admin/request.h"
#include "admin/vitals_doc.h"
#include "base/clock.h"
#include "base/zone.h"
#include "relay/unpriced.h"
#include "usage/model_shown.h"
#include "usage/price_board.h"

void admin_facts_add_address(struct admin_facts *facts, const char *host,
                             unsigned port)
{
    bool v6 = strchr(host, ':') != NULL;

    if (facts->address_count < ADMIN_ADDRESSES_MAX)
        (void)snprintf(facts->addresses[facts->address_count++],
                       sizeof(facts->addresses[0]), "%s%s%s:%u", v6 ? "[" : "",
                       host, v6 ? "]" : "", port);
}

/* ---- the document ------------------------------------------------------- */

static struct json_doc *addresses_doc(const struct admin_facts *facts)
{
    struct json_doc *list = json_doc_new_array();

    for (size_t i = 0; i < facts->address_count; i++)
        json_doc_add(list, json_doc_new_str(str_of(facts->addresses[i])));
    return list;
}

static void add_account(void *arg, const struct account *account)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "account", str_of(account->name));
    json_doc_set_str(doc, "kind", str_of(account->kind->name));
    json_doc_set_str(doc, "state",
                     str_of(vitals_doc_state(account, clock_wall_ms())));
    json_doc_add(arg, doc);
}

static struct json_doc *accounts_doc(struct accounts *accounts)
{
    struct json_doc *list = json_doc_new_array();

    accounts_each(accounts, add_account, list);
    return list;
}

static size_t ask(const struct admin_facts *facts, size_t (*what)(void *arg))
{
    return what ? what(facts->arg) : 0;
}

/* Clients may name any. */
static void add_model(void *arg, struct str model)
{
    char text[SHOWN_MAX];

    json_doc_add(arg, json_doc_new_str(str_of(model_shown(model, text))));
}

static struct json_doc *prices_doc(const struct admin_options *options)
{
    struct prices *prices = price_board_take(options->prices);
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *unpriced = json_doc_new_array();

    unpriced_each(options->unpriced, prices, add_model, unpriced);
    json_doc_set_str(doc, "version", str_of(prices_version(prices)));
    json_doc_set(doc, "unpriced", unpriced);
    prices_unref(prices);
    return doc;
}

struct json_doc *status_doc(const struct admin_options *options)
{
    static const struct admin_facts none = { .started_ms = UINT64_MAX };
    const struct admin_facts *facts = options->facts ? options->facts : &none;
    uint64_t now_ms = clock_steady_ms();
    uint64_t up_ms =
        now_ms > facts->started_ms ? now_ms - facts->started_ms : 0;
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_u64(doc, "pid", (uint64_t)getpid());
    json_doc_set_str(doc, "version", STR(RELAY_VERSION));
    json_doc_set_str(doc, "time_zone",
                     str_of(zone_name(options->zone ? options->zone
                                                    : zone_utc())));
    json_doc_set(doc, "addresses", addresses_doc(facts));
    json_doc_set_u64(doc, "uptime_s", up_ms / 1000);
    json_doc_set(doc, "accounts", accounts_doc(options->accounts));
    json_doc_set_u64(doc, "keys", ask(facts, facts->keys));
    json_doc_set_u64(doc, "in_flight", ask(facts, facts->in_flight));
    if (options->ledger)
        json_doc_set(doc, "bookings", health_bookings(options));
    if (options->prices)
        json_doc_set(doc, "prices", prices_doc(options));
    json_doc_set(doc, "degraded", health_problems(options));
    return doc;
}

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    return admin_reply(x, status_doc(&x->admin->options));
}

/* ---- what it has -------------------------------------------------------- */

static const struct admin_member address_members[] = {
    { .type = ADMIN_TEXT, .text = "HOST:PORT" },
    ADMIN_END,
};
static const struct admin_member account_members[] = {
    { "account", ADMIN_TEXT, ADMIN_REQUIRED, "its name", NULL },
    { "kind", ADMIN_TEXT, ADMIN_REQUIRED, "oauth or api-key", NULL },
    { "state", ADMIN_TEXT, ADMIN_REQUIRED,
      "ready, paused, login_required, blocked, disabled or unusable", NULL },
    ADMIN_END,
};
static const struct admin_member accounts_members[] = {
    { .type = ADMIN_OBJECT, .text = "an account", .members = account_members },
    ADMIN_END,
};
static const struct admin_member degraded_members[] = {
    { .type = ADMIN_TEXT, .text = "one reason" },
    ADMIN_END,
};
static const struct admin_member model_members[] = {
    { .type = ADMIN_TEXT, .text = "a model" },
    ADMIN_END,
};
static const struct admin_member prices_members[] = {
    { "version", ADMIN_TEXT, ADMIN_REQUIRED, "of the table, as in bookings",
      NULL },
    { "unpriced", ADMIN_LIST, ADMIN_REQUIRED,
      "models that were used since the start, and have no price in it",
      model_members },
    ADMIN_END,
};
static const struct admin_member get_members[] = {
    { "pid", ADMIN_NUMBER, ADMIN_REQUIRED, "of the process that answers",
      NULL },
    { "version", ADMIN_TEXT, ADMIN_REQUIRED, "of the relay", NULL },
    { "time_zone", ADMIN_TEXT, ADMIN_REQUIRED,
      "TIME_ZONE: whose days usage is summed up by", NULL },
    { "addresses", ADMIN_LIST, ADMIN_REQUIRED,
      "where it listens; none if it is a command that works on the folder",
      address_members },
    { "uptime_s", ADMIN_NUMBER, ADMIN_REQUIRED, "seconds since it started",
      NULL },
    { "accounts", ADMIN_LIST, ADMIN_REQUIRED, "in the order of their names",
      accounts_members },
    { "keys", ADMIN_NUMBER, ADMIN_REQUIRED, "how many relay keys there are",
      NULL },
    { "in_flight", ADMIN_NUMBER, ADMIN_REQUIRED,
      "how many requests are being relayed", NULL },
    { "bookings", ADMIN_OBJECT, 0, "what is booked of requests, on its way",
      health_bookings_members },
    { "prices", ADMIN_OBJECT, 0, "by which costs are reckoned",
      prices_members },
    { "degraded", ADMIN_LIST, ADMIN_REQUIRED,
      "what somebody has to look after; empty if all is well",
      degraded_members },
    ADMIN_END,
};
const struct admin_endpoint status_get = {
    .first = get,
    .tag = "relay",
    .summary = "The running relay at a glance",
    .answer = get_members,
};
