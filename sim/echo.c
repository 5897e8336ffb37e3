// SPDX-License-Identifier: MIT
/* An answer that says what arrived. */
#include "sim/echo.h"

#include "base/text.h"
#include "sim/digest.h"
#include "sim/visit.h"

#define KEEP_MAX (1024u * 1024)

struct echo {
    struct digest *digest;
    struct buf kept;
    bool too_long;
};

static void take(struct visit *visit, struct str bytes)
{
    struct echo *echo = visit->sink_state;

    digest_add(echo->digest, bytes);
    if (!echo->too_long && !buf_append(&echo->kept, bytes))
        echo->too_long = true;
}

static void release(struct visit *visit)
{
    struct echo *echo = visit->sink_state;

    digest_free(echo->digest);
    buf_done(&echo->kept);
}

void echo_upload(struct visit *visit)
{
    struct echo *echo = arena_zalloc(visit->req->arena, sizeof(*echo));

    echo->digest = digest_new();
    buf_init(&echo->kept, KEEP_MAX);
    visit->sink_state = echo;
    visit->sink = take;
    visit->sink_done = release;
}

static void write_quoted(struct buf *out, struct str text)
{
    buf_add(out, STR("\""));
    text_json_escape(out, text);
    buf_add(out, STR("\""));
}

static void write_headers(struct buf *out, const struct headers *headers)
{
    buf_add(out, STR(",\"headers\":["));
    for (size_t i = 0; i < headers->count; i++) {
        buf_add(out, i > 0 ? STR(",[") : STR("["));
        write_quoted(out, headers->at[i].name);
        buf_add(out, STR(","));
        write_quoted(out, headers->at[i].value);
        buf_add(out, STR("]"));
    }
    buf_add(out, STR("]"));
}

static void write_body(struct visit *visit, struct buf *out)
{
    struct echo *echo = visit->sink_state;
    char hex[DIGEST_HEX_MAX];

    digest_hex(echo->digest, hex);
    buf_printf(out, ",\"body_bytes\":%llu,\"body_sha256\":\"%s\",\"body\":",
               (unsigned long long)visit->body_bytes, hex);
    if (echo->too_long) {
        buf_add(out, STR("null"));
        return;
    }
    buf_add(out, STR("\""));
    digest_base64(buf_str(&echo->kept), out);
    buf_add(out, STR("\""));
}

void echo_answer(struct visit *visit)
{
    struct buf *out = reply_json(visit);
    const struct bills_row *row = visit_row(visit);

    buf_add(out, STR("{\"method\":"));
    write_quoted(out, visit->req->method);
    buf_add(out, STR(",\"target\":"));
    write_quoted(out, visit->req->target);
    write_headers(out, &visit->req->headers);
    buf_printf(out, ",\"connection\":%llu",
               (unsigned long long)(row ? row->connection : 0));
    write_body(visit, out);
    buf_add(out, STR("}"));
}
