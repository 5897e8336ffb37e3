// SPDX-License-Identifier: MIT
/* What a body asks for. */
#include "asked.h"

#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "unit.h"
#include "usage/scan.h"
#include "usage/scan_ahead.h"

static void add_word(struct buf *out, bool is, const char *word)
{
    if (is)
        buf_printf(out, " %s", word);
}

static void add_count(struct buf *out, const char *word, uint64_t count)
{
    if (count > 0)
        buf_printf(out, " %s=%llu", word, (unsigned long long)count);
}

const char *asked_text(const struct scan_facts *facts)
{
    static _Thread_local char text[512];
    struct buf out;

    buf_init(&out, sizeof(text));
    if (facts->model_is == SCAN_TOLD)
        buf_printf(&out, " model=%s", facts->model);
    if (facts->max_tokens_is == SCAN_TOLD)
        buf_printf(&out, " max=%llu", (unsigned long long)facts->max_tokens);
    add_word(&out, facts->model_is == SCAN_ODD, "model?");
    add_word(&out, facts->max_tokens_is == SCAN_ODD, "max?");
    add_word(&out, facts->model_again, "again");
    add_word(&out, facts->stream, "stream");
    add_word(&out, facts->caches, "cache");
    add_word(&out, facts->caches_1h, "1h");
    add_count(&out, "images", facts->images);
    add_word(&out, facts->unmeasured, "unmeasured");
    add_count(&out, "uses", facts->tool_uses);
    add_word(&out, facts->tools_unbounded, "unbounded");
    add_word(&out, facts->has_servers, "servers");
    add_count(&out, "files", facts->file_count);
    if (facts->session[0])
        buf_printf(&out, " session=%s", facts->session);
    assert_true(facts->model_is == SCAN_TOLD || facts->model[0] == '\0');
    assert_true(facts->max_tokens_is == SCAN_TOLD || facts->max_tokens == 0);
    text_copy(text, sizeof(text), str_from(buf_str(&out), 1));
    buf_done(&out);
    return text;
}

static void feed_piece(struct scan_ahead *ahead, struct str piece)
{
    char *mem = mem_strndup(piece.at, piece.len);

    scan_ahead_feed(ahead, (struct str){ mem, piece.len });
    mem_free(mem);
}

/* So many bytes, then pieces of one size. */
static void check_cut(struct str body, const size_t sizes[2],
                      const struct scan_facts *whole)
{
    struct scan_ahead ahead;
    char want[512];

    text_copy(want, sizeof(want), str_of(asked_text(whole)));
    scan_ahead_init(&ahead);
    feed_piece(&ahead, str_sub(body, 0, sizes[0]));
    for (size_t at = sizes[0]; at < body.len; at += sizes[1])
        feed_piece(&ahead, str_sub(body, at, sizes[1]));
    if (whole->doubt != ahead.facts.doubt ||
        strcmp(whole->doubt_name, ahead.facts.doubt_name) != 0)
        fail_msg(STR_FMT "\nin pieces of %zu and %zu: in doubt for %s",
                 STR_ARG(body), sizes[0], sizes[1], ahead.facts.doubt_name);
    if (strcmp(asked_text(&ahead.facts), want) != 0)
        fail_msg(STR_FMT "\nin pieces of %zu and %zu\ngot  %s\nwant %s",
                 STR_ARG(body), sizes[0], sizes[1], asked_text(&ahead.facts),
                 want);
}

struct scan_facts asked_check(struct str body)
{
    static const size_t sizes[] = { 1, 2, 3, 5, 16, 31, 64, 79 };
    char *mem = mem_alloc(body.len + (body.len == 0));
    struct scan scan;

    if (body.len > 0)
        memcpy(mem, body.at, body.len);
    scan = scan_body((struct str){ mem, body.len });
    mem_free(mem);
    for (size_t cut = 0; cut <= body.len; cut++)
        check_cut(body, (size_t[]){ cut, body.len + 1 }, &scan.facts);
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        check_cut(body, (size_t[]){ 0, sizes[i] }, &scan.facts);
    return scan.facts;
}
