// SPDX-License-Identifier: MIT
/* What a meter was told. */
#include "told.h"

#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "unit.h"

static const char *const names[METER_COUNTS] = { "in", "out", "cw", "5m",
                                                 "1h", "cr",  "web" };

/* Of counts only those that are not 0. */
static void add_part(struct buf *out, const struct meter_part *part)
{
    buf_printf(out, " [%s", part->model);
    for (size_t i = 0; i < METER_COUNTS; i++) {
        if (part->counts[i] > 0)
            buf_printf(out, " %s=%llu", names[i],
                       (unsigned long long)part->counts[i]);
    }
    buf_printf(out, "]");
}

const char *told_text(const struct meter_usage *usage)
{
    static _Thread_local char text[1024];
    struct buf out;

    buf_init(&out, sizeof(text));
    for (size_t i = 0; i < METER_COUNTS; i++) {
        if (usage->known[i])
            buf_printf(&out, " %s=%llu", names[i],
                       (unsigned long long)usage->counts[i]);
    }
    if (usage->model[0])
        buf_printf(&out, " model=%s", usage->model);
    if (usage->service_tier[0])
        buf_printf(&out, " tier=%s", usage->service_tier);
    for (size_t i = 0; usage->parts && i < usage->parts->count; i++)
        add_part(&out, &usage->parts->at[i]);
    buf_printf(&out, "%s%s%s%s", usage->final ? " final" : "",
               usage->stopped ? " stopped" : "", usage->failed ? " failed" : "",
               usage->odd ? " odd" : "");
    text_copy(text, sizeof(text), str_from(buf_str(&out), 1));
    buf_done(&out);
    return text;
}

/* Each piece in a block of its own, so that a step too far is seen. */
static void feed_piece(struct meter *meter, struct str piece)
{
    char *mem = mem_strndup(piece.at, piece.len);

    meter_feed(meter, (struct str){ mem, piece.len });
    mem_free(mem);
}

/* `first` bytes, then pieces of `size`. */
static void check_cut(const char *name, struct meter *meter, struct str text,
                      size_t sizes[2], const char *want)
{
    size_t at = sizes[0];

    meter_init(meter, meter->kind);
    feed_piece(meter, str_sub(text, 0, at));
    for (; at < text.len; at += sizes[1])
        feed_piece(meter, str_sub(text, at, sizes[1]));
    if (strcmp(told_text(&meter->usage), want) != 0)
        fail_msg("%s, %zu bytes, then pieces of %zu:\ngot  %s\nwant %s", name,
                 sizes[0], sizes[1], told_text(&meter->usage), want);
    meter_done(meter);
}

void told_check(const char *name, enum meter_kind kind, struct str text,
                const char *want)
{
    static const size_t sizes[] = { 1, 2, 3, 7, 64 };
    struct meter meter = { .kind = kind };

    for (size_t cut = 0; cut <= text.len; cut++)
        check_cut(name, &meter, text, (size_t[]){ cut, SIZE_MAX / 2 }, want);
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        check_cut(name, &meter, text, (size_t[]){ 0, sizes[i] }, want);
}
