// SPDX-License-Identifier: MIT
/* Messages for a terminal. */
#include "app/top_attention.h"

#include "base/glyph.h"
#include "base/text.h"
#include "base/visible.h"

#define MINUTE_MS 60000u
#define DAY_MINUTES 1440u
/* "2026-11-30T08:00:00Z", and with milliseconds. */
#define TIME_SHORT 20
#define TIME_LONG 24

/* ---- times --------------------------------------------------------------- */

void top_attention_add_span(struct buf *out, uint64_t ms)
{
    unsigned long long minutes = (ms + MINUTE_MS - 1) / MINUTE_MS;

    if (minutes >= 2ull * DAY_MINUTES)
        buf_printf(out, "%llu d", minutes / DAY_MINUTES);
    else if (minutes >= 60)
        buf_printf(out, "%llu:%02llu h", minutes / 60, minutes % 60);
    else
        buf_printf(out, "%llu min", minutes);
}

/* "14:02 UTC", or of another day "2026-11-29 14:02 UTC". */
static void add_clock(struct buf *out, uint64_t at_ms, uint64_t now_ms)
{
    char at[TEXT_TIME_MAX];
    char now[TEXT_TIME_MAX];

    text_format_time(at_ms, at);
    text_format_time(now_ms, now);
    if (!str_eq(str_sub(str_of(at), 0, 10), str_sub(str_of(now), 0, 10)))
        buf_printf(out, "%.10s ", at);
    buf_printf(out, "%.5s UTC", at + sizeof("2026-11-30T") - 1);
}

/* How long the time is that a text begins with; 0: it begins with none. */
static size_t time_len(struct str text, uint64_t *at_ms)
{
    for (size_t len = TIME_SHORT; len <= TIME_LONG;
         len += TIME_LONG - TIME_SHORT) {
        if (text.len >= len && text.at[len - 1] == 'Z' &&
            text_parse_time(str_sub(text, 0, len), at_ms))
            return len;
    }
    return 0;
}

static bool take_end(struct buf *out, struct str end)
{
    if (out->len < end.len ||
        !str_eq(str_from(buf_str(out), out->len - end.len), end))
        return false;
    out->len -= end.len;
    return true;
}

/* "at about TIME" becomes "in about 57 min". */
static void add_time(struct buf *out, uint64_t at_ms, uint64_t now_ms)
{
    bool about = at_ms > now_ms && take_end(out, STR("at about "));

    if (about || (at_ms > now_ms && take_end(out, STR("at ")))) {
        buf_add(out, about ? STR("in about ") : STR("in "));
        top_attention_add_span(out, at_ms - now_ms);
    } else {
        add_clock(out, at_ms, now_ms);
    }
}

static void add_with_times(struct buf *out, struct str text, uint64_t now_ms)
{
    while (text.len > 0) {
        uint64_t at_ms;
        size_t len = time_len(text, &at_ms);

        if (len > 0)
            add_time(out, at_ms, now_ms);
        else
            buf_add(out, str_sub(text, 0, len = 1));
        text = str_from(text, len);
    }
}

/* ---- messages ------------------------------------------------------------ */

void top_attention_say(struct buf *out, const struct json_doc *item,
                       uint64_t now_ms)
{
    struct str message = STR_EMPTY;
    struct str since;
    uint64_t since_ms;
    struct buf visible;

    (void)json_doc_get_str(item, "message", &message);
    buf_init(&visible, TOP_ATTENTION_MAX);
    (void)visible_add(&visible, message, ' ', TOP_ATTENTION_MAX);
    add_with_times(out, buf_str(&visible), now_ms);
    buf_done(&visible);
    if (!json_doc_get_str(item, "since", &since) ||
        !text_parse_time(since, &since_ms))
        return;
    (void)take_end(out, STR("."));
    buf_add(out, STR(" (since "));
    add_clock(out, since_ms, now_ms);
    buf_add(out, STR(")"));
}

/* ---- lines --------------------------------------------------------------- */

/* Where a line that is too long is broken: behind its last word that fits, or in the
   middle of one that is as long as it. */
static size_t break_at(struct str text, size_t width)
{
    size_t len = glyph_cut(text, width).len;
    size_t word = len;

    while (word > 0 && text.at[word] != ' ')
        word--;
    if (word > 0)
        return word;
    return len > 0 ? len : glyph_first(text).bytes.len;
}

bool top_attention_wrap(struct str *text, size_t width, bool last,
                        struct str *line)
{
    size_t len;

    *text = str_trim(*text);
    if (text->len == 0)
        return false;
    len = last || glyph_width(*text) <= width ? text->len
                                              : break_at(*text, width);
    *line = str_trim(str_sub(*text, 0, len));
    *text = str_from(*text, len);
    return true;
}
