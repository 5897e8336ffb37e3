// SPDX-License-Identifier: MIT
/* The two public answers.  Names and meanings are the seed's. */
#include "admin/health.h"

#include "admin/account_doc.h"
#include "admin/request.h"
#include "base/clock.h"
#include "usage/ledger.h"
#include "usage/price_board.h"

#define TAG "relay"
#define SERVICE "claude-relay-service"
#define LIVES "{\"status\":\"healthy\",\"service\":\"" SERVICE "\"}"
#define ABOUT                                                                   \
    "{\"service\":\"" SERVICE "\",\"version\":\"" RELAY_VERSION                 \
    "\",\"description\":\"A relay for Anthropic's Claude API\","                \
    "\"endpoints\":{\"messages\":\"/v1/messages\","                             \
    "\"count_tokens\":\"/v1/messages/count_tokens\","                           \
    "\"batches\":\"/v1/messages/batches\",\"files\":\"/v1/files\","             \
    "\"models\":\"/v1/models\",\"health\":\"/health\","                         \
    "\"oauth\":\"/oauth/auth-url, /oauth/token, /oauth/accounts\"},"            \
    "\"usage\":{\"claude_code\":\"export ANTHROPIC_BASE_URL=http://" STR_FMT    \
    " ANTHROPIC_AUTH_TOKEN=%s\","                                               \
    "\"account\":\"when there are several, choose one with the header "         \
    "X-Account-Name (Claude Code: ANTHROPIC_CUSTOM_HEADERS) or with ?account= " \
    "in the URL\"}}"
#define PAGE_HEAD                                                              \
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"                \
    "<title>claude-relay</title><h1>claude-relay</h1>"
#define PAGE_LINKS                                                             \
    "<p><a href=\"/admin/\">Manage it</a> &middot; <a href=\"/me\">Look at "   \
    "your key</a></p></html>"
#define PAGE_LIVES PAGE_HEAD "<p>This service is running.</p>" PAGE_LINKS
#define PAGE_ABOUT                                                             \
    PAGE_HEAD                                                                  \
    "<p>Version " RELAY_VERSION " is running. Point Claude Code "              \
    "here:</p><pre>export ANTHROPIC_BASE_URL=http://" STR_FMT "\n"             \
    "export ANTHROPIC_AUTH_TOKEN=%s</pre>" PAGE_LINKS

static bool wants_html(const struct request *req)
{
    const struct str *accept = headers_get(&req->headers, STR("accept"));

    return accept && str_contains(*accept, STR("text/html"));
}

static struct flow_next send_json(struct admin_request *x, struct str body)
{
    return admin_reply_bytes(x, &(struct admin_file){
                                    .content_type = STR("application/json"),
                                    .bytes = body });
}

static struct flow_next send_page(struct admin_request *x, struct str body)
{
    return admin_reply_bytes(
        x,
        &(struct admin_file){
            .content_type = STR("text/html; charset=utf-8"),
            .bytes = body,
            .fields = STR("content-security-policy: default-src 'none'\r\n") });
}

static bool is_ours(const struct admin_request *x)
{
    struct err ignored;

    return caller_has(x->admin->options.callers, x->req, RIGHT_LOOK, &ignored);
}

/* The address is the one that the client used: it works for this client, through a
   tunnel too.  loopback_refusal() has looked at it: a name and a number, which may
   have zeros in front. */
static struct str own_address(const struct request *req)
{
    const struct str *field = headers_get(&req->headers, STR("host"));
    struct str host = field ? *field : STR("localhost");
    size_t name_len = host.len;
    uint64_t port;

    while (name_len > 0 && host.at[name_len - 1] >= '0' &&
           host.at[name_len - 1] <= '9')
        name_len--;
    if (name_len == 0 || host.at[name_len - 1] != ':' ||
        !str_to_u64(str_from(host, name_len), 65535, &port))
        return host;
    return arena_printf(req->arena, STR_FMT "%u",
                        STR_ARG(str_sub(host, 0, name_len)), (unsigned)port);
}

static struct flow_next describe(struct admin_request *x)
{
    struct arena *arena = x->req->arena;
    struct str address = own_address(x->req);
    const char *token = caller_needs_key(x->admin->options.callers)
                            ? "your-relay-key"
                            : "any-text";

    if (wants_html(x->req))
        return send_page(x, arena_printf(arena, PAGE_ABOUT, STR_ARG(address),
                                         token));
    return send_json(x, arena_printf(arena, ABOUT, STR_ARG(address), token));
}

static struct flow_next about(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    if (caller_is_machine(x->req))
        return describe(x);
    return wants_html(x->req) ? send_page(x, STR(PAGE_LIVES))
                              : send_json(x, STR(LIVES));
}

static const struct admin_member about_members[] = {
    { "service", ADMIN_TEXT, ADMIN_REQUIRED, SERVICE, NULL },
    { "status", ADMIN_TEXT, 0, "for strangers: healthy", NULL },
    { "version", ADMIN_TEXT, 0, "of the relay", NULL },
    { "description", ADMIN_TEXT, 0, "what it is", NULL },
    { "endpoints", ADMIN_OBJECT, 0, "what it serves", NULL },
    { "usage", ADMIN_OBJECT, 0, "how to use it, for people", NULL },
    ADMIN_END,
};
const struct admin_endpoint health_about = {
    .first = about,
    .tag = TAG,
    .summary = "What runs here; a page for browsers",
    .answer = about_members,
};

/* ---- health ------------------------------------------------------------- */

/* What somebody has to look after. */
static void add_problem(void *arg, const struct account *account)
{
    struct json_doc *problems = arg;
    struct err err;

    if (account->unsaved[0])
        err_set(&err, ERR_IO,
                "account \"%s\": its new tokens are in use but not saved: %s",
                account->name, account->unsaved);
    else if (account->disabled ||
             account_is_usable(account, clock_wall_ms(), &err)) {
        if (!account_trouble(account)[0])
            return;
        err_set(&err, ERR_IO, "account \"%s\": %s", account->name,
                account_trouble(account));
    }
    json_doc_add(problems, account_doc_text(err.text));
}

static void add_trouble(struct json_doc *problems,
                        const struct store_state *state)
{
    if (state->problem[0])
        json_doc_add(problems, account_doc_text(state->problem));
}

static void add_losing(struct json_doc *problems, struct ledger *ledger)
{
    struct ledger_state state;
    struct err err;

    ledger_state(ledger, &state);
    if (!state.losing)
        return;
    err_set(&err, ERR_IO,
            "%llu bookings are lost: there is no more room for those that wait "
            "for the database",
            (unsigned long long)state.lost);
    json_doc_add(problems, account_doc_text(err.text));
}

struct json_doc *health_bookings(const struct admin_options *options)
{
    struct json_doc *doc;
    struct ledger_state state;

    if (!options->ledger)
        return NULL;
    ledger_state(options->ledger, &state);
    doc = json_doc_new_object();
    json_doc_set_u64(doc, "waiting", state.waiting);
    json_doc_set_u64(doc, "waiting_ms", state.waiting_ms);
    json_doc_set_u64(doc, "unsynced_ms", state.unsynced_ms);
    json_doc_set_u64(doc, "lost", state.lost);
    return doc;
}

struct json_doc *health_problems(const struct admin_options *options)
{
    const struct admin_facts *facts = options->facts;
    struct json_doc *problems = json_doc_new_array();
    char complaint[ACCOUNTS_COMPLAINT_MAX];
    char prices[PRICE_COMPLAINT_MAX];
    struct store_state state;

    if (accounts_complaint(options->accounts, complaint))
        json_doc_add(problems, account_doc_text(complaint));
    store_state(options->store, &state);
    add_trouble(problems, &state);
    if (options->records) {
        records_state(options->records, &state);
        add_trouble(problems, &state);
    }
    if (options->ledger)
        add_losing(problems, options->ledger);
    accounts_each(options->accounts, add_problem, problems);
    if (options->prices && price_board_complaint(options->prices, prices))
        json_doc_add(problems, account_doc_text(prices));
    if (facts && facts->degraded)
        facts->degraded(facts->arg, problems);
    return problems;
}

static struct flow_next report(struct admin_request *x)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *problems = health_problems(&x->admin->options);
    bool well;

    well = json_doc_count(problems) == 0;
    json_doc_set_str(doc, "status", well ? STR("healthy") : STR("degraded"));
    json_doc_set_str(doc, "service", STR(SERVICE));
    json_doc_set_str(doc, "version", STR(RELAY_VERSION));
    if (x->admin->options.ledger)
        json_doc_set(doc, "bookings", health_bookings(&x->admin->options));
    if (well)
        json_doc_free(problems);
    else
        json_doc_set(doc, "problems", problems);
    return admin_reply(x, doc);
}

static struct flow_next check(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    return is_ours(x) ? report(x) : send_json(x, STR(LIVES));
}

static const struct admin_member problem_members[] = {
    { .type = ADMIN_TEXT, .text = "one of them" },
    ADMIN_END,
};
const struct admin_member health_bookings_members[] = {
    { "waiting", ADMIN_NUMBER, ADMIN_REQUIRED,
      "bookings in memory, not written yet", NULL },
    { "waiting_ms", ADMIN_NUMBER, ADMIN_REQUIRED,
      "how long the oldest of them has waited", NULL },
    { "unsynced_ms", ADMIN_NUMBER, ADMIN_REQUIRED,
      "how long ago the oldest was written that may not be on the disk; 0: all "
      "are",
      NULL },
    { "lost", ADMIN_NUMBER, ADMIN_REQUIRED,
      "bookings for which there was no room, since the start", NULL },
    ADMIN_END,
};
static const struct admin_member check_members[] = {
    { "status", ADMIN_TEXT, ADMIN_REQUIRED, "healthy or degraded", NULL },
    { "service", ADMIN_TEXT, ADMIN_REQUIRED, SERVICE, NULL },
    { "version", ADMIN_TEXT, 0, "of the relay; not for strangers", NULL },
    { "bookings", ADMIN_OBJECT, 0, "not for strangers",
      health_bookings_members },
    { "problems", ADMIN_LIST, 0, "if it is degraded: what to look after",
      problem_members },
    ADMIN_END,
};
const struct admin_endpoint health_check = {
    .first = check,
    .tag = TAG,
    .summary = "Whether all is well",
    .answer = check_members,
};
