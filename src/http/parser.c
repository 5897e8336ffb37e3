// SPDX-License-Identifier: MIT
/* One HTTP/1.1 message, read by llhttp.  llhttp pauses behind the head and behind
   the message; every byte that is not body passes strict_check_lines() too. */
#include "http/parser.h"

#include <llhttp.h>

#include "base/mem.h"
#include "http/draft.h"
#include "http/strict.h"

struct parser {
    llhttp_t http;
    enum parser_kind kind;
    enum parser_state state;
    parser_body_fn body;
    void *body_arg;
    const char *framing; /* first byte since the last body span */
    struct strict_lines lines;
    struct err *err;  /* of parser_feed(), on its stack */
    struct err *kept; /* when BAD */
    bool has_head;
    bool to_head;
    struct strict_start start;
    size_t head_bytes;
    struct arena *arena;
    struct draft *draft;
    struct parser_head head;
};

static int stop(struct parser *parser, enum err_code code, const char *text)
{
    err_set(parser->err, code, "%s", text);
    parser->state = PARSER_BAD;
    return HPE_USER;
}

static bool is_request(const struct parser *parser)
{
    return parser->kind == PARSER_REQUEST;
}

static const char *what(const struct parser *parser)
{
    return is_request(parser) ? "request" : "answer";
}

/* ---- the head ----------------------------------------------------------- */

static int on_method(llhttp_t *http, const char *at, size_t len)
{
    struct parser *parser = http->data;

    draft_add(parser->draft, &parser->draft->method, at, len);
    return 0;
}

static int on_url(llhttp_t *http, const char *at, size_t len)
{
    struct parser *parser = http->data;

    if (parser->draft->target.len + len > PARSER_TARGET_MAX)
        return stop(parser, ERR_TARGET_TOO_LONG,
                    "the target is longer than 8192 bytes");
    draft_add(parser->draft, &parser->draft->target, at, len);
    return 0;
}

static int on_status(llhttp_t *http, const char *at, size_t len)
{
    struct parser *parser = http->data;

    draft_add(parser->draft, &parser->draft->reason, at, len);
    return 0;
}

static int stop_counting(struct parser *parser, unsigned max)
{
    err_set(parser->err, ERR_HEAD_TOO_LARGE,
            "the %s has more than %u header fields", what(parser), max);
    parser->state = PARSER_BAD;
    return HPE_USER;
}

/* Behind the body the same callbacks bring trailers. */
static int on_field(llhttp_t *http, const char *at, size_t len)
{
    struct parser *parser = http->data;
    unsigned max =
        is_request(parser) ? HEADERS_COUNT_MAX : HEADERS_ANSWER_COUNT_MAX;

    if (parser->state == PARSER_BODY && parser->kind == PARSER_REQUEST)
        return stop(parser, ERR_BAD_REQUEST, "malformed HTTP: a trailer");
    if (parser->state != PARSER_HEAD)
        return 0;
    if (parser->draft->count == max)
        return stop_counting(parser, max);
    draft_add(parser->draft, &parser->draft->fields[parser->draft->count].name,
              at, len);
    return 0;
}

static int on_value(llhttp_t *http, const char *at, size_t len)
{
    struct parser *parser = http->data;

    if (parser->state != PARSER_HEAD)
        return 0;
    draft_add(parser->draft, &parser->draft->fields[parser->draft->count].value,
              at, len);
    return 0;
}

static int on_value_complete(llhttp_t *http)
{
    struct parser *parser = http->data;

    if (parser->state == PARSER_HEAD)
        draft_begin_field(&parser->draft, parser->draft->count + 1);
    return 0;
}

static void free_draft(struct parser *parser)
{
    draft_free(parser->draft);
    parser->draft = NULL;
}

static bool has_no_body(const struct parser *parser, unsigned status)
{
    return parser->to_head || status == 204 || status == 304 ||
           (status >= 100 && status < 200);
}

/* After check_length(). */
static uint64_t body_length(const struct parser *parser,
                            const struct parser_head *head)
{
    if (parser->kind == PARSER_RESPONSE && has_no_body(parser, head->status))
        return 0;
    if (head->chunked)
        return PARSER_LENGTH_UNKNOWN;
    if (parser->http.flags & F_CONTENT_LENGTH)
        return parser->http.content_length;
    return parser->kind == PARSER_REQUEST ? 0 : PARSER_LENGTH_UNKNOWN;
}

/* llhttp ends the body, our copy of the field is what others see: the two must say
   the same. */
static bool check_length(struct parser *parser, const struct parser_head *head)
{
    const struct str *cl = headers_get(&head->headers, STR("content-length"));
    bool known = (parser->http.flags & F_CONTENT_LENGTH) != 0;
    uint64_t length = 0;

    if (!cl && !known)
        return true;
    return (cl && known && strict_parse_length(*cl, &length) &&
            length == parser->http.content_length) ||
           err_set(parser->err, ERR_BAD_REQUEST,
                   "malformed HTTP: a bad or repeated Content-Length");
}

static bool check_head(struct parser *parser, struct parser_head *head)
{
    if (parser->http.http_major != 1 || parser->http.http_minor > 1)
        return err_set(parser->err, ERR_BAD_REQUEST,
                       "malformed HTTP: only HTTP/1.0 and 1.1 are spoken");
    if (!strict_check_coding(head, parser->err))
        return false;
    if (parser->kind == PARSER_REQUEST)
        return strict_check_request(head, parser->err);
    if (head->status < 100)
        return err_set(parser->err, ERR_BAD_RESPONSE,
                       "a status of fewer than three digits");
    /* We never ask for an upgrade. */
    return head->status != 101 ||
           err_set(parser->err, ERR_BAD_RESPONSE, "unexpected upgrade");
}

static int on_headers_complete(llhttp_t *http)
{
    (void)http;
    return HPE_PAUSED;
}

/* llhttp does not see a "close" with a tab beside it. */
static bool stays_open(const struct parser *parser,
                       const struct parser_head *head)
{
    return llhttp_should_keep_alive(&parser->http) &&
           !headers_list_has(&head->headers, STR("connection"), STR("close"));
}

/* llhttp stands behind the head; what it does next can still be told. */
static bool finish_head(struct parser *parser, struct str last)
{
    llhttp_t *http = &parser->http;
    struct parser_head *head = &parser->head;

    draft_finish(parser->draft, parser->arena, last, head);
    free_draft(parser);
    head->status = http->status_code;
    head->http_1_0 = http->http_minor == 0;
    head->keep_alive = stays_open(parser, head);
    head->chunked = (http->flags & F_CHUNKED) != 0;
    if (!check_length(parser, head) || !check_head(parser, head))
        return false;
    head->length = body_length(parser, head);
    /* An Upgrade field is an ordinary one here, CONNECT was refused above. */
    http->upgrade = 0;
    if (parser->kind == PARSER_RESPONSE && has_no_body(parser, head->status))
        http->flags |= F_SKIPBODY;
    parser->has_head = true;
    parser->state = PARSER_BODY;
    return true;
}

/* ---- the body ----------------------------------------------------------- */

/* Bytes between body spans are chunk framing. */
static bool check_framing(struct parser *parser, const char *end)
{
    struct str framing = { parser->framing, (size_t)(end - parser->framing) };
    size_t extension_max =
        parser->kind == PARSER_REQUEST ? PARSER_EXTENSION_MAX : 0;

    return !parser->has_head || !parser->head.chunked ||
           strict_check_lines(&parser->lines, framing, extension_max,
                              parser->err);
}

static int on_body(llhttp_t *http, const char *at, size_t len)
{
    struct parser *parser = http->data;

    if (!check_framing(parser, at)) {
        parser->state = PARSER_BAD;
        return HPE_USER;
    }
    parser->framing = at + len;
    if (parser->body)
        parser->body(parser->body_arg, (struct str){ at, len });
    return 0;
}

static int on_message_complete(llhttp_t *http)
{
    struct parser *parser = http->data;

    parser->state = PARSER_DONE;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_method = on_method,
    .on_url = on_url,
    .on_status = on_status,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* ---- driving ------------------------------------------------------------ */

struct parser *parser_new(enum parser_kind kind)
{
    struct parser *parser = MEM_NEW(struct parser);

    parser->kind = kind;
    return parser;
}

void parser_free(struct parser *parser)
{
    if (!parser)
        return;
    free_draft(parser);
    mem_free(parser->kept);
    mem_free(parser);
}

void parser_begin(struct parser *parser, struct arena *arena, bool to_head)
{
    llhttp_init(&parser->http,
                parser->kind == PARSER_REQUEST ? HTTP_REQUEST : HTTP_RESPONSE,
                &settings);
    free_draft(parser);
    parser->http.data = parser;
    parser->state = PARSER_HEAD;
    parser->to_head = to_head;
    parser->head_bytes = 0;
    parser->lines = (struct strict_lines){ .at_start = true };
    parser->start = (struct strict_start){ 0 };
    parser->arena = arena;
    parser->head = (struct parser_head){ 0 };
    parser->has_head = false;
    parser->body = NULL;
}

void parser_on_body(struct parser *parser, parser_body_fn body, void *arg)
{
    parser->body = body;
    parser->body_arg = arg;
}

static enum err_code bad_code(const struct parser *parser)
{
    return parser->kind == PARSER_REQUEST ? ERR_BAD_REQUEST : ERR_BAD_RESPONSE;
}

static size_t bad(struct parser *parser)
{
    if (parser->state != PARSER_BAD) {
        const char *reason = llhttp_get_error_reason(&parser->http);

        err_set(parser->err, bad_code(parser), "malformed HTTP: %s",
                reason && *reason ? reason : "not a message");
    }
    if (parser->kind == PARSER_RESPONSE)
        parser->err->code = ERR_BAD_RESPONSE;
    parser->state = PARSER_BAD;
    free_draft(parser);
    return 0;
}

/* Run llhttp until it pauses, fails or has eaten everything. */
static size_t execute(struct parser *parser, struct str bytes, bool *failed)
{
    llhttp_errno_t code;

    if (llhttp_get_errno(&parser->http) == HPE_PAUSED)
        llhttp_resume(&parser->http);
    code = llhttp_execute(&parser->http, bytes.at, bytes.len);
    *failed = code != HPE_OK && code != HPE_PAUSED;
    if (code == HPE_PAUSED)
        return (size_t)(llhttp_get_error_pos(&parser->http) - bytes.at);
    return bytes.len;
}

/* What llhttp lets pass in a head and we do not. */
static bool check_head_bytes(struct parser *parser, struct str bytes)
{
    bool fine =
        parser->kind == PARSER_REQUEST
            ? strict_check_request_line(&parser->start, bytes, parser->err)
            : strict_check_status_line(&parser->start, bytes, parser->err);

    return fine && strict_check_lines(&parser->lines, bytes, 0, parser->err);
}

static bool check_size(struct parser *parser, size_t more)
{
    parser->head_bytes += more;
    return parser->head_bytes <= HEADERS_BYTES_MAX ||
           err_set(parser->err, ERR_HEAD_TOO_LARGE,
                   "the head of the %s is larger than %u KB", what(parser),
                   HEADERS_BYTES_MAX / 1024);
}

static size_t feed_head(struct parser *parser, struct str bytes)
{
    bool failed;
    bool fine;
    size_t used;

    if (!parser->draft)
        parser->draft = draft_new();
    parser->draft->bytes = bytes.at;
    used = execute(parser, bytes, &failed);
    if (failed)
        return bad(parser);
    bytes = str_sub(bytes, 0, used);
    fine = check_head_bytes(parser, bytes) && check_size(parser, used);
    if (fine && llhttp_get_errno(&parser->http) == HPE_PAUSED)
        fine = finish_head(parser, bytes);
    else if (fine)
        draft_keep(parser->draft, bytes);
    if (fine)
        return used;
    parser->state = PARSER_BAD;
    return bad(parser);
}

static size_t feed_body(struct parser *parser, struct str bytes)
{
    bool failed;
    size_t used;

    parser->framing = bytes.at;
    used = execute(parser, bytes, &failed);
    if (!failed && check_framing(parser, bytes.at + used))
        return used;
    if (!failed)
        parser->state = PARSER_BAD;
    (void)bad(parser);
    return (size_t)(parser->framing - bytes.at);
}

/* A body of length zero is complete with its head: llhttp has to be asked. */
static void finish_empty(struct parser *parser)
{
    if (parser->state == PARSER_BODY && parser->head.length == 0)
        parser->state = PARSER_DONE;
}

size_t parser_feed(struct parser *parser, struct str bytes)
{
    struct err err;
    size_t used = 0;

    if (bytes.len == 0)
        return 0;
    parser->err = &err;
    if (parser->state == PARSER_HEAD) {
        used = feed_head(parser, bytes);
        finish_empty(parser);
    } else if (parser->state == PARSER_BODY) {
        used = feed_body(parser, bytes);
    }
    if (parser->state == PARSER_BAD && !parser->kept)
        *err_kept(&parser->kept) = err;
    parser->err = NULL;
    return used;
}

void parser_finish(struct parser *parser)
{
    if (parser->state == PARSER_BODY &&
        llhttp_message_needs_eof(&parser->http)) {
        parser->state = PARSER_DONE;
        return;
    }
    if (parser->state == PARSER_DONE || parser->state == PARSER_BAD)
        return;
    parser->state = PARSER_BAD;
    err_set(err_kept(&parser->kept), bad_code(parser),
            "the connection was closed early");
}

enum parser_state parser_state(const struct parser *parser)
{
    return parser->state;
}

bool parser_has_begun(const struct parser *parser)
{
    return parser->start.begun;
}

const struct parser_head *parser_head(const struct parser *parser)
{
    return parser->has_head ? &parser->head : NULL;
}

const struct err *parser_error(const struct parser *parser)
{
    return err_of(parser->kept);
}
