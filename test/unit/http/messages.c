// SPDX-License-Identifier: MIT
/* Reading bytes as the messages of one connection. */
#include "messages.h"

#include "unit.h"

#define KEPT_MAX (4u * 1024 * 1024)

static void keep_body(void *arg, struct str bytes)
{
    struct messages *messages = arg;

    buf_add(&messages->body, bytes);
}

static void begin(struct messages *messages)
{
    arena_free(messages->arena);
    messages->arena = arena_new();
    parser_begin(messages->parser, messages->arena, false);
    parser_on_body(messages->parser, keep_body, messages);
}

static void note_head(struct messages *messages)
{
    const struct parser_head *head = parser_head(messages->parser);

    if (head->status)
        buf_printf(&messages->heads, "%u", head->status);
    else
        buf_printf(&messages->heads, STR_FMT " " STR_FMT, STR_ARG(head->method),
                   STR_ARG(head->target));
    if (head->length == PARSER_LENGTH_UNKNOWN)
        buf_add(&messages->heads,
                head->chunked ? STR(" chunked") : STR(" end"));
    else if (head->length > 0)
        buf_printf(&messages->heads, " %llu", (unsigned long long)head->length);
    buf_add(&messages->heads, STR("\n"));
}

static void refuse(struct messages *messages, enum err_code code,
                   const char *text)
{
    messages->refused = true;
    messages->code = code;
    messages->last_text = text;
}

static bool is_blank(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] != '\r' && s.at[i] != '\n')
            return false;
    }
    return true;
}

/* One message is complete; `rest` is all that comes behind it. */
static void complete(struct messages *messages, struct str rest)
{
    messages->complete++;
    if (!parser_head(messages->parser)->keep_alive && !is_blank(rest))
        refuse(messages, ERR_BAD_REQUEST, "bytes behind the last message");
    begin(messages);
}

/* Feed some bytes; `rest` is everything not yet used, those included. */
static size_t feed(struct messages *messages, struct str some, struct str rest)
{
    bool in_head = parser_state(messages->parser) == PARSER_HEAD;
    size_t used = parser_feed(messages->parser, some);
    enum parser_state state = parser_state(messages->parser);

    assert_true(used <= some.len);
    if (state == PARSER_BAD) {
        messages->used = used;
        refuse(messages, parser_error(messages->parser)->code,
               parser_error(messages->parser)->text);
        return used;
    }
    if (in_head && state != PARSER_HEAD)
        note_head(messages);
    if (state == PARSER_DONE)
        complete(messages, str_from(rest, used));
    return used;
}

static void finish(struct messages *messages)
{
    if (messages->refused || !parser_has_begun(messages->parser))
        return;
    parser_finish(messages->parser);
    if (parser_state(messages->parser) == PARSER_DONE)
        messages->complete++;
    else
        messages->unfinished = true;
}

void messages_read(struct messages *messages, enum parser_kind kind,
                   struct str bytes, size_t step)
{
    size_t at = 0;

    *messages = (struct messages){ .parser = parser_new(kind) };
    buf_init(&messages->body, KEPT_MAX);
    buf_init(&messages->heads, KEPT_MAX);
    begin(messages);
    while (at < bytes.len && !messages->refused) {
        size_t len = step ? step : bytes.len;

        at += feed(messages, str_sub(bytes, at, len), str_from(bytes, at));
    }
    finish(messages);
}

void messages_done(struct messages *messages)
{
    buf_done(&messages->body);
    buf_done(&messages->heads);
    parser_free(messages->parser);
    arena_free(messages->arena);
}
