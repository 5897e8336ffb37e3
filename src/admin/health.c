// SPDX-License-Identifier: MIT
/* The two public answers.  Names and meanings are the seed's. */
#include "admin/health.h"

#include "http/loopback.h"
#include "http/problem.h"
#include "http/response.h"

#define SERVICE "claude-relay-service"
#define LIVES "{\"status\":\"healthy\",\"service\":\"" SERVICE "\"}"
#define HEALTH                                                                 \
    "{\"status\":\"healthy\",\"service\":\"" SERVICE                           \
    "\",\"version\":\"" RELAY_VERSION "\"}"
#define ABOUT                                                                  \
    "{\"service\":\"" SERVICE "\",\"version\":\"" RELAY_VERSION                \
    "\",\"description\":\"A relay for Anthropic's Claude API\","               \
    "\"endpoints\":{\"messages\":\"/v1/messages\","                            \
    "\"count_tokens\":\"/v1/messages/count_tokens\","                          \
    "\"batches\":\"/v1/messages/batches\",\"files\":\"/v1/files\","            \
    "\"models\":\"/v1/models\",\"health\":\"/health\"},"                       \
    "\"usage\":{\"claude_code\":\"set ANTHROPIC_BASE_URL to this address and " \
    "ANTHROPIC_AUTH_TOKEN to any text\","                                      \
    "\"account\":\"name one with ?account=NAME or the header "                 \
    "X-Account-Name when there are several\"}}"
#define PAGE_HEAD                                                              \
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"                \
    "<title>claude-relay</title><h1>claude-relay</h1>"
#define PAGE_LIVES PAGE_HEAD "<p>This service is running.</p></html>"
#define PAGE_ABOUT                                                             \
    PAGE_HEAD                                                                  \
    "<p>Version " RELAY_VERSION " is running. Point Claude Code "              \
    "here:</p><pre>export ANTHROPIC_BASE_URL=http://localhost:3000\n"          \
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

static void about(struct request *req, bool ours)
{
    if (wants_html(req))
        send_page(req, ours ? STR(PAGE_ABOUT) : STR(PAGE_LIVES));
    else
        send_json(req, ours ? STR(ABOUT) : STR(LIVES));
}

static bool answer(struct request *req)
{
    bool ours = !loopback_refusal(&req->peer, &req->headers);

    if (str_eq(req->path, STR("/")))
        about(req, ours);
    else
        send_json(req, ours ? STR(HEALTH) : STR(LIVES));
    return true;
}

bool health_handle(struct request *req)
{
    struct err err;

    if (!str_eq(req->method, STR("GET")) ||
        (!str_eq(req->path, STR("/")) && !str_eq(req->path, STR("/health"))))
        return false;
    if (req->length == 0)
        return answer(req);
    err_set(&err, ERR_BAD_REQUEST, "this path takes no request body");
    problem_send(req, &err);
    return true;
}
