// SPDX-License-Identifier: MIT
/* One request to the management API, in hand. */
#include "admin/request.h"

#include <string.h>

#include "admin/audited.h"
#include "admin/members.h"
#include "admin/reply.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/token.h"
#include "http/etag.h"
#include "http/response.h"
#include "http/url.h"
#include "store/audit.h"
#include "team/sessions.h"

static struct flow_next leave(struct flow *flow);

/* A client that resets its connection does not make the audit log say that nothing was
   done. */
static bool goes_on(const struct admin_request *x)
{
    const struct admin_endpoint *endpoint = x->row->endpoint;

    return x->begun && endpoint->action && !endpoint->ends_with_client &&
           !request_is_ended(x->req);
}

void admin_wake(void *arg)
{
    struct admin_request *x = arg;

    if (x->req && request_is_gone(x->req) && !goes_on(x))
        flow_divert(&x->flow, leave);
    flow_wake(&x->flow);
}

struct flow_next admin_rest(struct admin_request *x, flow_step then)
{
    if (!x->rest)
        x->rest = loop_timer_new(x->admin->options.loop, admin_wake, x);
    loop_timer_set(x->rest, 0);
    return flow_sleep_then(then);
}

bool admin_session_is_over(struct admin_request *x)
{
    struct sessions *sessions = x->admin->options.callers->sessions;

    return x->session.len > 0 &&
           !sessions_find(sessions, x->session, sessions_now(), NULL) &&
           !REASON_SET(&x->err, SESSION_OVER);
}

bool admin_query(struct admin_request *x, const char *name, struct str *value)
{
    return url_query_get(x->req->arena, x->req->query, str_of(name), value);
}

void admin_ask(struct admin_request *x, enum keeper_op op, struct str name,
               const struct json_doc *change)
{
    x->wait = keeper_ask(x->admin->options.keeper, x->admin->options.loop,
                         &(struct keeper_question){
                             .op = op,
                             .name = name,
                             .by_hand = true,
                             .patient = x->admin->options.patient,
                             .change = change,
                             .audit = audited_hand_over(x) },
                         admin_wake, x);
}

/* ---- the end ------------------------------------------------------------ */

/* The state lies in the request's arena, which the answer's end frees. */
static void drop_state(struct admin_request *x)
{
    void (*drop)(void *state) = x->row->endpoint->drop;

    if (x->state && drop)
        drop(x->state);
    x->state = NULL;
}

/* The request is the server's again. */
struct request *admin_end(struct admin_request *x)
{
    struct request *req = x->req;

    request_watch(req, NULL, NULL);
    audit_done(audited_hand_over(x));
    drop_state(x);
    x->req = NULL;
    return req;
}

static struct flow_next leave(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    if (x->begun && request_is_ended(x->req))
        audit_stopped(audited_hand_over(x));
    else
        audit_left(audited_hand_over(x));
    request_release(admin_end(x));
    return flow_finish();
}

struct flow_next admin_reply_with(struct admin_request *x, struct json_doc *doc,
                                  struct str fields)
{
    unsigned status = admin_status(x->row->endpoint);

    reply_doc_with(admin_end(x), status, doc, fields);
    json_doc_free(doc);
    return flow_finish();
}

struct flow_next admin_reply(struct admin_request *x, struct json_doc *doc)
{
    return admin_reply_with(x, doc, STR_EMPTY);
}

struct flow_next admin_refuse(struct admin_request *x)
{
    audit_refused(audited_hand_over(x), &x->err);
    reply_refusal(admin_end(x), &x->err, STR_EMPTY);
    return flow_finish();
}

bool admin_is_answered(struct admin_request *x, flow_step again,
                       struct flow_next *next)
{
    if (!keeper_wait_is_done(x->wait)) {
        *next = flow_sleep_then(again);
        return false;
    }
    if (!keeper_wait_error(x->wait))
        return true;
    x->err = *keeper_wait_error(x->wait);
    *next = admin_refuse(x);
    return false;
}

struct flow_next admin_reply_bytes(struct admin_request *x,
                                   const struct admin_file *file)
{
    struct request *req = admin_end(x);

    response_send(req, 200, file->content_type,
                  arena_printf(req->arena, REPLY_GUARD STR_FMT,
                               STR_ARG(file->fields)),
                  file->bytes);
    return flow_finish();
}

/* Shared caches keep nothing; the client's own asks each time. */
#define STATIC_FIELDS                                                          \
    "etag: %s\r\ncache-control: private, no-cache\r\n" REPLY_GUARD STR_FMT

/* Without a length: that of the bytes would be the right one (RFC 9110). */
static void send_unchanged(struct request *req, struct str fields)
{
    response_start(req, &(struct response_head){ .status = 304,
                                                 .reason = response_reason(304),
                                                 .fields = fields });
    response_end(req);
}

struct flow_next admin_reply_static(struct admin_request *x,
                                    const struct admin_file *file)
{
    struct request *req = admin_end(x);
    char etag[ETAG_MAX];
    struct str fields;

    etag_of(file->bytes, etag);
    fields =
        arena_printf(req->arena, STATIC_FIELDS, etag, STR_ARG(file->fields));
    if (etag_is_known(&req->headers, etag))
        send_unchanged(req, fields);
    else
        response_send(req, 200, file->content_type, fields, file->bytes);
    return flow_finish();
}

/* ---- the body ----------------------------------------------------------- */

static bool parse_body(struct admin_request *x)
{
    struct str text = str_trim(request_body(x->req));

    if (text.len == 0) {
        x->body = json_doc_new_object();
        return true;
    }
    if (json_estimate_values(text) > ADMIN_VALUES_MAX)
        return REASON_SET(&x->err, BODY_TOO_MANY_VALUES, ADMIN_VALUES_MAX);
    x->body = json_doc_parse(text, &x->err);
    if (x->body && !json_doc_is_object(x->body))
        REASON_SET(&x->err, BODY_NOT_OBJECT);
    else if (!x->body)
        err_wrap(&x->err, "the body");
    x->err.code = ERR_BAD_REQUEST;
    return x->body && json_doc_is_object(x->body);
}

static bool check_token(struct admin_request *x, const char *where, bool held)
{
    return !held || REASON_SET(&x->err, HOLDS_ADMIN_TOKEN, where);
}

static struct str known_token(const struct admin_request *x)
{
    return x->row->right == ADMIN_PUBLIC
               ? STR_EMPTY
               : caller_known_token(x->admin->options.callers, x->req);
}

static bool check_path(struct admin_request *x)
{
    struct str token = known_token(x);

    return check_token(x, "path", token_holds(x->req->path, token)) &&
           check_token(x, "query", token_holds(x->req->query, token));
}

/* What everybody may ask for takes no notice of parameters. */
static bool check_query(struct admin_request *x)
{
    return x->row->right == ADMIN_PUBLIC ||
           admin_check_query(x->row->endpoint, x->req->query, &x->err);
}

static struct flow_next check(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct admin_endpoint *endpoint = x->row->endpoint;

    /* Its body may have been on its way for a while. */
    if (admin_session_is_over(x) || !check_path(x) || !check_query(x) ||
        !parse_body(x))
        return admin_refuse(x);
    audited_name(x);
    if (!check_token(x, "body", members_hold(x->body, known_token(x))) ||
        !admin_check_body(endpoint, x->body, &x->err))
        return admin_refuse(x);
    if (!audit_reserve(x->audit, &x->err))
        return admin_refuse(x);
    x->begun = true;
    return flow_go(endpoint->first);
}

static struct flow_next receive(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    switch (request_body_state(x->req)) {
    case REQUEST_BODY_COMPLETE:
        return flow_go(check);
    case REQUEST_BODY_FAILED:
        x->err = *request_body_error(x->req);
        return admin_refuse(x);
    case REQUEST_BODY_UNREAD:
    case REQUEST_BODY_READING:
        break;
    }
    return flow_sleep_then(receive);
}

/* ---- life --------------------------------------------------------------- */

static void done(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    loop_timer_free(x->rest);
    keeper_wait_free(x->wait);
    json_doc_free(x->body);
    audit_left(x->audit);
    mem_free(x);
}

/* As it was let in, for it may end while the answer is made. */
static struct str session_of(const struct admin_request *x)
{
    const char *who = x->req->notes.who;
    struct caller caller;
    struct str session;

    if (!who || strcmp(who, AUDIT_BY_SESSION) != 0)
        return STR_EMPTY;
    caller_find(&caller, x->admin->options.callers, x->req, RIGHT_MANAGE);
    session = caller.session;
    caller_done(&caller);
    return session;
}

void admin_request_start(struct admin *admin, struct request *req,
                         const struct admin_row *row,
                         const struct router_match *match)
{
    const struct admin_endpoint *endpoint = row->endpoint;
    struct admin_request *x = MEM_NEW(struct admin_request);

    x->admin = admin;
    x->req = req;
    x->row = row;
    x->match = *match;
    x->session = session_of(x);
    x->audit = audited_begin(admin, req, row, match);
    if (endpoint->state_size > 0)
        x->state = arena_zalloc(req->arena, endpoint->state_size);
    flow_init(&x->flow, receive, done);
    request_watch(req, admin_wake, x);
    request_body_is_secret(req); /* an API key, a token, a password */
    request_receive(req, endpoint->body_max, 0);
    flow_wake(&x->flow);
}
