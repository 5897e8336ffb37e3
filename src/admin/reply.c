// SPDX-License-Identifier: MIT
/* Answers of the management API. */
#include "admin/reply.h"

#include "base/buf.h"
#include "base/reason.h"
#include "base/text.h"
#include "http/problem.h"
#include "http/response.h"

/* What a command takes (app/socket_call.c).  A document takes several times as much
   memory as its text does; what has no bound of its own is answered in parts. */
#define BODY_MAX (64u * 1024 * 1024)
#define ERROR_MAX 65536
#define TEXT_MAX 8192
#define FIELDS_MAX 1024

static void send_body(struct request *req, unsigned status, struct str body,
                      struct str more)
{
    struct buf fields;

    buf_init(&fields, FIELDS_MAX);
    buf_add(&fields, STR(REPLY_FIELDS));
    buf_add(&fields, more);
    response_send(req, status, STR("application/json"), buf_str(&fields), body);
    buf_done(&fields);
}

/* 401 is for the admin token alone: that an account has to sign in again is what
   Anthropic said. */
static unsigned status_of(enum err_code code)
{
    return err_status(code == ERR_LOGIN_REQUIRED ? ERR_OAUTH : code);
}

/* Texts quote what was sent, and may be cut inside a character: escaped, they are
   JSON all the same. */
static void send_error(struct request *req, const struct err *err,
                       struct str more)
{
    unsigned wait_s = err_retry_after_s(err);
    struct buf body;
    struct buf text;

    req->notes.refusal = err;
    if (wait_s > 0)
        more = arena_printf(req->arena, STR_FMT "retry-after: %u\r\n",
                            STR_ARG(more), wait_s);
    buf_init(&body, ERROR_MAX);
    buf_init(&text, TEXT_MAX);
    problem_add_text(&text, req, err);
    buf_add(&body, STR("{\"error\":\""));
    text_json_escape(&body, buf_str(&text));
    buf_done(&text);
    buf_add(&body, STR("\""));
    problem_add_code(&body, req, err);
    buf_add(&body, STR("}\n"));
    send_body(req, status_of(err->code), buf_str(&body), more);
    buf_done(&body);
}

void reply_doc_with(struct request *req, unsigned status,
                    const struct json_doc *doc, struct str fields)
{
    struct buf body;
    struct err err;

    buf_init_secret(&body, BODY_MAX);
    response_is_secret(req); /* a key, or the address of a sign-in */
    if (json_doc_write(doc, false, &body) && buf_append(&body, STR("\n"))) {
        send_body(req, status, buf_str(&body), fields);
    } else {
        REASON_SET(&err, ANSWER_TOO_LONG);
        send_error(req, &err, STR_EMPTY);
    }
    buf_done(&body);
}

void reply_doc(struct request *req, unsigned status, const struct json_doc *doc)
{
    reply_doc_with(req, status, doc, STR_EMPTY);
}

void reply_error(struct request *req, const struct err *err)
{
    struct str more = STR_EMPTY;

    if (err->code == ERR_NOT_ALLOWED) {
        more = STR("www-authenticate: Bearer\r\n");
        response_close_after(req); /* a stranger gives its place back */
    }
    send_error(req, err, more);
}

void reply_error_allowing(struct request *req, const struct err *err,
                          struct str allow)
{
    send_error(req, err,
               arena_printf(req->arena, "allow: " STR_FMT "\r\n",
                            STR_ARG(allow)));
}

bool reply_is_managed(struct str path)
{
    return str_starts(path, STR("/oauth/")) ||
           str_starts(path, STR("/admin/")) || str_eq(path, STR("/metrics")) ||
           str_eq(path, STR("/metrics/"));
}

static void send_problem(struct request *req, const struct err *err,
                         struct str allow)
{
    struct buf fields;

    buf_init(&fields, FIELDS_MAX);
    buf_add(&fields, STR(REPLY_GUARD));
    if (allow.len > 0)
        (void)buf_printf(&fields, "allow: " STR_FMT "\r\n", STR_ARG(allow));
    problem_send_with(req, err, buf_str(&fields));
    buf_done(&fields);
}

void reply_refusal(struct request *req, const struct err *err, struct str allow)
{
    if (!reply_is_managed(req->path))
        send_problem(req, err, allow);
    else if (allow.len > 0)
        reply_error_allowing(req, err, allow);
    else
        reply_error(req, err);
}
