// SPDX-License-Identifier: MIT
/* The two public answers.  Names and meanings are the seed's. */
#include "admin/health.h"

#include "admin/account_doc.h"
#include "admin/reply.h"
#include "base/clock.h"
#include "http/loopback.h"
#include "http/problem.h"
#include "http/response.h"

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
    " ANTHROPIC_AUTH_TOKEN=any-text\","                                         \
    "\"account\":\"when there are several, choose one with the header "         \
    "X-Account-Name (Claude Code: ANTHROPIC_CUSTOM_HEADERS) or with ?account= " \
    "in the URL\"}}"
#define PAGE_HEAD                                                              \
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"                \
    "<title>claude-relay</title><h1>claude-relay</h1>"
#define PAGE_LIVES PAGE_HEAD "<p>This service is running.</p></html>"
#define PAGE_ABOUT                                                             \
    PAGE_HEAD                                                                  \
    "<p>Version " RELAY_VERSION " is running. Point Claude Code "              \
    "here:</p><pre>export ANTHROPIC_BASE_URL=http://" STR_FMT "\n"             \
    "export ANTHROPIC_AUTH_TOKEN=any-text</pre></html>"

static bool wants_html(const struct request *req)
{
    const struct str *accept = headers_get(&req->headers, STR("accept"));

    return accept && str_contains(*accept, STR("text/html"));
}

static void send_json(struct request *req, struct str body)
{
    response_send(req, 200, STR("application/json"), STR_EMPTY, body);
}

static void send_page(struct request *req, struct str body)
{
    response_send(req, 200, STR("text/html; charset=utf-8"),
                  STR("content-security-policy: default-src 'none'\r\n"
                      "x-content-type-options: nosniff\r\n"),
                  body);
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

static void about(struct request *req)
{
    struct str address = own_address(req);

    if (wants_html(req))
        send_page(req, arena_printf(req->arena, PAGE_ABOUT, STR_ARG(address)));
    else
        send_json(req, arena_printf(req->arena, ABOUT, STR_ARG(address)));
}

static void say_alive(struct request *req)
{
    if (wants_html(req))
        send_page(req, STR(PAGE_LIVES));
    else
        send_json(req, STR(LIVES));
}

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

static void add_problems(struct json_doc *problems,
                         const struct health_sources *sources)
{
    char complaint[ACCOUNTS_COMPLAINT_MAX];
    struct store_state state;

    if (accounts_complaint(sources->accounts, complaint))
        json_doc_add(problems, account_doc_text(complaint));
    store_state(sources->store, &state);
    if (state.problem[0])
        json_doc_add(problems, account_doc_text(state.problem));
    accounts_each(sources->accounts, add_problem, problems);
}

static void send_health(struct request *req,
                        const struct health_sources *sources)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *problems = json_doc_new_array();
    bool well;

    add_problems(problems, sources);
    well = json_doc_count(problems) == 0;
    json_doc_set_str(doc, "status", well ? STR("healthy") : STR("degraded"));
    json_doc_set_str(doc, "service", STR(SERVICE));
    json_doc_set_str(doc, "version", STR(RELAY_VERSION));
    if (well)
        json_doc_free(problems);
    else
        json_doc_set(doc, "problems", problems);
    reply_doc(req, 200, doc);
    json_doc_free(doc);
}

static bool answer(struct request *req, const struct health_sources *sources)
{
    bool ours = !loopback_refusal(req);
    bool health = str_eq(req->path, STR("/health"));

    if (ours && health)
        send_health(req, sources);
    else if (ours)
        about(req);
    else if (health)
        send_json(req, STR(LIVES));
    else
        say_alive(req);
    return true;
}

#define ALLOW STR("GET, HEAD")

static bool is_read(struct str method)
{
    return str_eq(method, STR("GET")) || str_eq(method, STR("HEAD"));
}

/* HEAD / is one of the looks at a base URL that the relay answers. */
static bool is_ours(const struct request *req)
{
    if (str_eq(req->path, STR("/")))
        return !str_eq(req->method, STR("HEAD"));
    return str_eq(req->path, STR("/health"));
}

bool health_handle(struct request *req, const struct health_sources *sources)
{
    struct err err;

    if (!is_ours(req))
        return false;
    if (!is_read(req->method)) {
        err_set(&err, ERR_METHOD, "this path allows " STR_FMT, STR_ARG(ALLOW));
        problem_send_allowing(req, &err, ALLOW);
        return true;
    }
    if (req->length == 0)
        return answer(req, sources);
    err_set(&err, ERR_BAD_REQUEST, "this path takes no request body");
    problem_send(req, &err);
    return true;
}
