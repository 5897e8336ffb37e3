// SPDX-License-Identifier: MIT
/* Our own refusals and failures, in Anthropic's error shape. */
#include "http/problem.h"

#include "base/reason.h"
#include "base/shell.h"
#include "base/text.h"
#include "http/base_url.h"
#include "http/response.h"

#define BODY_MAX 32768
#define TEXT_MAX 8192

#define OF_FILES                                                               \
    "a file of the relay's own cannot be used: its operator finds in the log " \
    "which one, and why, by the id of this request"

/* They name it, with its folder. */
static bool is_about_files(const struct err *err)
{
    return err->code == ERR_IO || err->code == ERR_BROKEN;
}

static bool is_hidden(const struct request *req, const struct err *err)
{
    return req->notes.key && is_about_files(err);
}

static void add_words(struct buf *out, const struct request *req,
                      const struct err *err, struct str words)
{
    if (err->code == ERR_NOT_ALLOWED || req->notes.key)
        buf_add(out, words);
    else
        shell_fill(out, words);
}

void problem_add_text(struct buf *out, const struct request *req,
                      const struct err *err)
{
    if (is_hidden(req, err))
        buf_add(out, STR(OF_FILES));
    else
        add_words(out, req, err, str_of(err->text));
}

static void add_value(struct buf *out, const struct request *req,
                      const struct err *err, const struct reason_value *value)
{
    struct buf words;

    buf_init(&words, TEXT_MAX);
    add_words(&words, req, err, value->text);
    buf_printf(out, "\"" STR_FMT "\":\"", STR_ARG(value->name));
    text_json_escape(out, buf_str(&words));
    buf_add(out, STR("\""));
    buf_done(&words);
}

void problem_add_code(struct buf *out, const struct request *req,
                      const struct err *err)
{
    char code[REASON_CODE_MAX];
    struct reason_value value;
    size_t count = 0;

    buf_printf(out, ",\"code\":\"%s\"", reason_code(err, code));
    while (!is_hidden(req, err) && reason_value(err, count, &value)) {
        buf_add(out, count++ == 0 ? STR(",\"params\":{") : STR(","));
        add_value(out, req, err, &value);
    }
    if (count > 0)
        buf_add(out, STR("}"));
}

/* What is relayed has Anthropic's members alone. */
static bool is_of_me(struct str sent)
{
    struct str path = base_url_rest(sent);

    return base_url_drop(&path, STR("/v1")) &&
           (str_eq(path, STR("/me")) || str_starts(path, STR("/me/")));
}

void problem_write(struct buf *out, const struct request *req,
                   const struct err *err)
{
    struct buf text;

    buf_init(&text, TEXT_MAX);
    problem_add_text(&text, req, err);
    buf_printf(out,
               "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"",
               err_type(err->code));
    text_json_escape(out, buf_str(&text));
    buf_add(out, STR("\""));
    if (is_of_me(req->path))
        problem_add_code(out, req, err);
    buf_printf(out, "},\"request_id\":\"%s\"}", req->id);
    buf_done(&text);
}

static void write_fields(struct buf *out, const struct err *err, const char *id)
{
    unsigned wait_s = err_retry_after_s(err);

    buf_printf(out, "request-id: %s\r\n", id);
    if (!err_may_retry(err->code))
        buf_add(out, STR("x-should-retry: false\r\n"));
    if (wait_s > 0)
        buf_printf(out, "retry-after: %u\r\n", wait_s);
}

void problem_send_with(struct request *req, const struct err *err,
                       struct str more)
{
    struct buf fields;
    struct buf body;

    req->notes.refusal = err;
    buf_init(&fields, BODY_MAX);
    buf_init(&body, BODY_MAX);
    write_fields(&fields, err, req->id);
    buf_add(&fields, more);
    problem_write(&body, req, err);
    if (err->code == ERR_NOT_ALLOWED)
        response_close_after(req); /* a stranger gives its place back */
    response_send(req, err_status(err->code), STR("application/json"),
                  buf_str(&fields), buf_str(&body));
    buf_done(&fields);
    buf_done(&body);
}

size_t problem_size(const struct request *req, const struct err *err)
{
    struct buf body;
    size_t size;

    if (request_is_head(req))
        return 0;
    buf_init(&body, BODY_MAX);
    problem_write(&body, req, err);
    size = body.len;
    buf_done(&body);
    return size;
}

void problem_send(struct request *req, const struct err *err)
{
    problem_send_with(req, err, STR_EMPTY);
}

void problem_send_allowing(struct request *req, const struct err *err,
                           struct str allow)
{
    struct buf fields;

    buf_init(&fields, BODY_MAX);
    if (allow.len > 0)
        (void)buf_printf(&fields, "allow: " STR_FMT "\r\n", STR_ARG(allow));
    problem_send_with(req, err, buf_str(&fields));
    buf_done(&fields);
}
