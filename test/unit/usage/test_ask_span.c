// SPDX-License-Identifier: MIT
/* Time, cut into whole days, whole hours and the rest. */
#include "usage/ask_span.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "unit.h"

static uint64_t ms_of(const char *time)
{
    uint64_t ms;

    if (!time)
        return ASK_NO_END;
    assert_true(text_parse_time(str_of(time), &ms));
    return ms;
}

/* "rows 08:00:00.000-09:00:00.000 ..." of UTC, by time of day and the day's last
   digits. */
static void add_time(struct buf *out, uint64_t ms)
{
    char text[TEXT_TIME_MAX];

    text_format_time(ms, text);
    buf_printf(out, "%s", ms == ASK_NO_END ? "end" : "");
    if (ms != ASK_NO_END)
        buf_printf(out, "%.2s.%.5s", text + 8, text + 11);
}

static char *spans_text(uint64_t since_ms, uint64_t until_ms,
                        const struct zone *zone)
{
    static const char *const words[] = { "days", "hours", "rows" };
    struct ask_span spans[ASK_SPANS_MAX];
    size_t count = ask_span_cut(since_ms, until_ms, zone, spans);
    struct buf out;
    char *text;

    buf_init(&out, 4096);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&out, "%s%s ", i ? ", " : "", words[spans[i].source]);
        add_time(&out, spans[i].from_ms);
        buf_add(&out, STR("-"));
        add_time(&out, spans[i].until_ms);
    }
    text = mem_strndup(buf_str(&out).at, buf_str(&out).len);
    buf_done(&out);
    return text;
}

static const struct {
    const char *name;
    const char *zone; /* NULL: hours only */
    const char *since;
    const char *until; /* NULL: without end */
    const char *want;
} cases[] = {
    { "nothing", "+00:00", "2026-11-05T00:00:00Z", "2026-11-05T00:00:00Z", "" },
    { "the wrong way round", "+00:00", "2026-11-05T01:00:00Z",
      "2026-11-05T00:00:00Z", "" },
    { "a day", "+00:00", "2026-11-05T00:00:00Z", "2026-11-06T00:00:00Z",
      "days 05.00:00-06.00:00" },
    { "everything since a day", "+00:00", "2026-11-05T00:00:00Z", NULL,
      "days 05.00:00-end" },
    { "everything since an hour", "+00:00", "2026-11-05T07:00:00Z", NULL,
      "hours 05.07:00-06.00:00, days 06.00:00-end" },
    { "cut at both ends", "+00:00", "2026-11-05T07:10:00Z",
      "2026-11-08T03:20:00Z",
      "rows 05.07:10-05.08:00, hours 05.08:00-06.00:00, "
      "days 06.00:00-08.00:00, hours 08.00:00-08.03:00, "
      "rows 08.03:00-08.03:20" },
    { "within an hour", "+00:00", "2026-11-05T07:10:00Z",
      "2026-11-05T07:11:00Z", "rows 05.07:10-05.07:11" },
    { "two hours, neither whole", "+00:00", "2026-11-05T07:10:00Z",
      "2026-11-05T08:11:00Z",
      "rows 05.07:10-05.08:00, rows 05.08:00-05.08:11" },
    { "a midnight between", "+00:00", "2026-11-05T23:10:00Z",
      "2026-11-06T00:11:00Z",
      "rows 05.23:10-06.00:00, rows 06.00:00-06.00:11" },
    { "days that begin within an hour", "+05:30", "2026-11-05T00:00:00Z",
      "2026-11-07T00:00:00Z",
      "hours 05.00:00-05.18:00, rows 05.18:00-05.18:30, "
      "days 05.18:30-06.18:30, rows 06.18:30-06.19:00, "
      "hours 06.19:00-07.00:00" },
    { "an hour with a midnight in it", "+05:30", "2026-11-05T18:10:00Z",
      "2026-11-05T18:50:00Z",
      "rows 05.18:10-05.18:30, rows 05.18:30-05.18:50" },
    { "hours only", NULL, "2026-11-05T07:10:00Z", "2026-11-08T03:20:00Z",
      "rows 05.07:10-05.08:00, hours 05.08:00-08.03:00, "
      "rows 08.03:00-08.03:20" },
    { "hours without end", NULL, "2026-11-05T07:10:00Z", NULL,
      "rows 05.07:10-05.08:00, hours 05.08:00-end" },
};

static void time_is_cut_where_sums_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct zone *zone =
            cases[i].zone ? zone_fixed(str_of(cases[i].zone)) : NULL;
        char *text =
            spans_text(ms_of(cases[i].since), ms_of(cases[i].until), zone);

        if (strcmp(text, cases[i].want) != 0)
            fail_msg("%s: %s", cases[i].name, text);
        mem_free(text);
        zone_free(zone);
    }
}

static void spans_have_no_gaps(void **state)
{
    struct zone *zone = zone_fixed(STR("-03:30"));
    uint64_t random = 1;

    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        struct ask_span spans[ASK_SPANS_MAX];
        uint64_t since_ms;
        uint64_t until_ms;
        size_t count;

        random = random * 6364136223846793005u + 1442695040888963407u;
        since_ms = 1795996800000u + (random >> 33) % 90000000;
        until_ms = since_ms + (random >> 11) % 400000000 + 1;
        count = ask_span_cut(since_ms, until_ms, i % 2 ? zone : NULL, spans);
        assert_true(count > 0);
        assert_int_equal(spans[0].from_ms, since_ms);
        assert_int_equal(spans[count - 1].until_ms, until_ms);
        for (size_t k = 1; k < count; k++)
            assert_int_equal(spans[k].from_ms, spans[k - 1].until_ms);
    }
    zone_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_is_cut_where_sums_are_kept),
        cmocka_unit_test(spans_have_no_gaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
