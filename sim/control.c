// SPDX-License-Identifier: MIT
/* Control: faults, tokens, the ledger; and the echo of a request. */
#include "control.h"

#include <openssl/evp.h>

#include "base/mem.h"
#include "base/text.h"
#include "http/response.h"
#include "http/url.h"

#define ANSWER_MAX (64u * 1024 * 1024)
#define BODY_MAX (1024u * 1024)
#define ECHO_BODY_MAX (1024u * 1024)

static void answer(struct request *req, unsigned status, struct str body)
{
    response_send(req, status, STR("application/json"), STR_EMPTY, body);
}

/* ---- faults ------------------------------------------------------------- */

/* Faults that are used up make room. */
static void drop_used(struct sim *sim)
{
    size_t kept = 0;

    for (size_t i = 0; i < sim->fault_count; i++) {
        if (sim->faults[i].times > 0)
            sim->faults[kept++] = sim->faults[i];
        else
            json_doc_free(sim->faults[i].doc);
    }
    sim->fault_count = kept;
}

static bool add_fault(struct sim *sim, struct json_doc *doc)
{
    struct sim_fault fault = { .doc = doc, .path = STR_EMPTY, .times = 1 };

    if (sim->fault_count == SIM_FAULTS_MAX)
        return false;
    (void)json_doc_get_str(doc, "path", &fault.path);
    (void)json_doc_get_u64(doc, "times", &fault.times);
    sim->faults[sim->fault_count++] = fault;
    return true;
}

/* Used-up faults are kept until no reply can still borrow their texts: replies
   are short, and control calls come between them. */
static void post_fault(struct sim *sim, struct request *req)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(request_body(req), &err);

    if (sim->fault_count == SIM_FAULTS_MAX)
        drop_used(sim);
    if (doc && add_fault(sim, doc)) {
        answer(req, 200, STR("{}"));
        return;
    }
    json_doc_free(doc);
    answer(req, 400, STR("{\"error\":\"no JSON, or too many faults\"}"));
}

static void post_token(struct sim *sim, struct request *req)
{
    static const char *const names[] = { "valid", "expired", "revoked",
                                         "spent" };
    struct err err;
    struct json_doc *doc = json_doc_parse(request_body(req), &err);
    struct str token;
    struct str state;

    if (json_doc_get_str(doc, "token", &token) &&
        json_doc_get_str(doc, "state", &state)) {
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            if (str_eq(state, str_of(names[i])))
                sim_token_set(sim, token, (enum token_state)i);
        }
    }
    json_doc_free(doc);
    answer(req, 200, STR("{}"));
}

/* ---- the ledger --------------------------------------------------------- */

static void get_ledger(struct sim *sim, struct request *req)
{
    struct str name = STR_EMPTY;
    struct buf out;

    (void)url_query_get(req->arena, req->query, STR("name"), &name);
    buf_init(&out, ANSWER_MAX);
    ledger_write(sim->ledger, name, &out);
    answer(req, 200, buf_str(&out));
    buf_done(&out);
}

static void get_totals(struct sim *sim, struct request *req)
{
    struct buf out;

    buf_init(&out, ANSWER_MAX);
    ledger_write_totals(sim->ledger, server_connections(sim->server), &out);
    answer(req, 200, buf_str(&out));
    buf_done(&out);
}

static void delete_ledger(struct sim *sim, struct request *req)
{
    ledger_clear(sim->ledger);
    answer(req, 200, STR("{}"));
}

static void delete_faults(struct sim *sim, struct request *req)
{
    for (size_t i = 0; i < sim->fault_count; i++)
        sim->faults[i].times = 0;
    answer(req, 200, STR("{}"));
}

static const struct {
    struct str method;
    struct str path;
    void (*run)(struct sim *sim, struct request *req);
} routes[] = {
    { { "POST", 4 }, { "/sim/faults", 11 }, post_fault },
    { { "DELETE", 6 }, { "/sim/faults", 11 }, delete_faults },
    { { "POST", 4 }, { "/sim/tokens", 11 }, post_token },
    { { "GET", 3 }, { "/sim/ledger", 11 }, get_ledger },
    { { "GET", 3 }, { "/sim/totals", 11 }, get_totals },
    { { "DELETE", 6 }, { "/sim/ledger", 11 }, delete_ledger },
};

/* A control request whose body is on its way. */
struct pending {
    struct sim *sim;
    struct request *req;
    void (*run)(struct sim *sim, struct request *req);
};

static void pending_wake(void *arg)
{
    struct pending *pending = arg;
    struct request *req = pending->req;

    if (!request_is_gone(req) &&
        request_body_state(req) == REQUEST_BODY_READING)
        return;
    request_watch(req, NULL, NULL);
    if (request_is_gone(req))
        request_release(req);
    else
        pending->run(pending->sim, req);
    mem_free(pending);
}

static void receive(struct sim *sim, struct request *req,
                    void (*run)(struct sim *sim, struct request *req))
{
    struct pending *pending = MEM_NEW(struct pending);

    *pending = (struct pending){ sim, req, run };
    request_watch(req, pending_wake, pending);
    request_receive(req, BODY_MAX, 0);
    pending_wake(pending);
}

bool control_handle(struct sim *sim, struct request *req)
{
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        if (str_eq(req->method, routes[i].method) &&
            str_eq(req->path, routes[i].path)) {
            receive(sim, req, routes[i].run);
            return true;
        }
    }
    return false;
}

/* ---- echo --------------------------------------------------------------- */

static void add_quoted(struct buf *out, struct str text)
{
    buf_add(out, STR("\""));
    text_json_escape(out, text);
    buf_add(out, STR("\""));
}

static void add_headers(struct buf *out, const struct headers *headers)
{
    buf_add(out, STR(",\"headers\":["));
    for (size_t i = 0; i < headers->count; i++) {
        buf_add(out, i > 0 ? STR(",[") : STR("["));
        add_quoted(out, headers->at[i].name);
        buf_add(out, STR(","));
        add_quoted(out, headers->at[i].value);
        buf_add(out, STR("]"));
    }
    buf_add(out, STR("]"));
}

static void add_digest(struct buf *out, struct str body)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned len = 0;

    (void)EVP_Digest(body.at, body.len, digest, &len, EVP_sha256(), NULL);
    text_hex(digest, len, hex);
    buf_printf(out, ",\"length\":%zu,\"sha256\":\"%s\"", body.len, hex);
}

static void add_base64(struct buf *out, struct str body)
{
    size_t size = body.len * 4 / 3 + 8;
    char *text = mem_alloc(size);

    (void)EVP_EncodeBlock((unsigned char *)text,
                          (const unsigned char *)(uintptr_t)body.at,
                          (int)body.len);
    buf_printf(out, ",\"body_base64\":\"%s\"", text);
    mem_free(text);
}

void control_echo(struct reply *reply)
{
    struct str body = request_body(reply->req);
    struct buf out;

    buf_init(&out, ANSWER_MAX);
    buf_add(&out, STR("{\"method\":"));
    add_quoted(&out, reply->req->method);
    buf_add(&out, STR(",\"target\":"));
    add_quoted(&out, reply->req->target);
    add_headers(&out, &reply->req->headers);
    add_digest(&out, body);
    if (body.len <= ECHO_BODY_MAX)
        add_base64(&out, body);
    buf_add(&out, STR("}"));
    reply_json(reply, 200, buf_str(&out));
    buf_done(&out);
}
