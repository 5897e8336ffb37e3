// SPDX-License-Identifier: MIT
/* Points as JSON. */
#include "admin/series_text.h"

#include <inttypes.h>

#include "base/text.h"

/* Writes into caches are of two kinds, which cost differently, and one column. */
static void add_sums(struct buf *out, const int64_t sums[ASK_SUMS])
{
    buf_printf(out,
               "\"requests\":%" PRId64 ",\"failed\":%" PRId64
               ",\"unpriced\":%" PRId64 ",\"input_tokens\":%" PRId64
               ",\"output_tokens\":%" PRId64 ",\"cache_write_tokens\":%" PRId64
               ",\"cache_read_tokens\":%" PRId64 ",\"cost_microusd\":%" PRId64,
               sums[ASK_REQUESTS], sums[ASK_FAILED], sums[ASK_UNPRICED],
               sums[ASK_INPUT], sums[ASK_OUTPUT],
               sums[ASK_CACHE_WRITE_5M] + sums[ASK_CACHE_WRITE_1H],
               sums[ASK_CACHE_READ], sums[ASK_COST_MICROUSD]);
}

static void add_number(struct buf *out, const char *name, bool known,
                       uint64_t number)
{
    if (known)
        buf_printf(out, ",\"%s\":%" PRIu64, name, number);
    else
        buf_printf(out, ",\"%s\":null", name);
}

static void add_point(struct buf *out, const struct series_point *point)
{
    const struct series_figures *figures = &point->figures;
    bool timed = point->known && figures->timed > 0;
    char at[TEXT_TIME_MAX];

    text_format_time(point->window.start_ms, at);
    buf_printf(out, "{\"at\":\"%s\",", at);
    add_sums(out, figures->sums);
    add_number(out, "first_byte_p50_ms", timed, figures->first_byte_p50_ms);
    add_number(out, "first_byte_p95_ms", timed, figures->first_byte_p95_ms);
    add_number(out, "streams_max", point->known, figures->streams_max);
    buf_add(out, STR("}"));
}

static void add_before(struct buf *out, const struct series_course *course)
{
    char since[TEXT_TIME_MAX];
    char until[TEXT_TIME_MAX];

    text_format_time(course->before.start_ms, since);
    text_format_time(course->before.end_ms, until);
    buf_printf(out, "{\"since\":\"%s\",\"until\":\"%s\",", since, until);
    add_sums(out, course->before_sums);
    buf_add(out, STR("}"));
}

void series_text(struct buf *out, const struct series_course *course,
                 const char *zone)
{
    char until[TEXT_TIME_MAX];

    text_format_time(course->now_ms, until);
    buf_printf(out,
               "{\"range\":\"%s\",\"step_s\":%" PRIu64
               ",\"zone\":\"%s\",\"until\":\"%s\",\"complete\":%s,"
               "\"points\":[",
               series_range_word(course->range),
               series_step_ms(course->range) / 1000, zone, until,
               course->complete ? "true" : "false");
    for (size_t i = 0; i < course->count; i++) {
        buf_add(out, i ? STR(",\n") : STR("\n"));
        add_point(out, &course->points[i]);
    }
    buf_add(out, STR("\n],\"before\":"));
    add_before(out, course);
    buf_add(out, STR("}\n"));
}

/* ---- what there is ------------------------------------------------------- */

#define SUMS_MEMBERS                                                           \
    { "requests", ADMIN_NUMBER, ADMIN_REQUIRED,                                \
      "that reached an account, and ended then", NULL },                       \
        { "failed", ADMIN_NUMBER, ADMIN_REQUIRED, "of them", NULL },           \
        { "unpriced", ADMIN_NUMBER, ADMIN_REQUIRED,                            \
          "of them: there is no price for something that they used", NULL },   \
        { "input_tokens", ADMIN_NUMBER, ADMIN_REQUIRED, "without caches",      \
          NULL },                                                              \
        { "output_tokens", ADMIN_NUMBER, ADMIN_REQUIRED, "of answers", NULL }, \
        { "cache_write_tokens", ADMIN_NUMBER, ADMIN_REQUIRED,                  \
          "for 5 minutes, and for an hour", NULL },                            \
        { "cache_read_tokens", ADMIN_NUMBER, ADMIN_REQUIRED, "from caches",    \
          NULL },                                                              \
    {                                                                          \
        "cost_microusd", ADMIN_NUMBER, ADMIN_REQUIRED,                         \
            "as far as it is known", NULL                                      \
    }

static const struct admin_member point_members[] = {
    { "at", ADMIN_TEXT, ADMIN_REQUIRED, "when it begins", NULL },
    SUMS_MEMBERS,
    { "first_byte_p50_ms", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "half of them waited less for the answer's first byte, to about 5 %; "
      "null: not known",
      NULL },
    { "first_byte_p95_ms", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "19 of 20 of them did", NULL },
    { "streams_max", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "how many were being answered at once, at most, looked at each second; those "
      "that run now included; null: not known",
      NULL },
    ADMIN_END,
};
static const struct admin_member point[] = {
    { .type = ADMIN_OBJECT, .text = "a point", .members = point_members },
    ADMIN_END,
};
static const struct admin_member before_members[] = {
    { "since", ADMIN_TEXT, ADMIN_REQUIRED, "of the stretch", NULL },
    { "until", ADMIN_TEXT, ADMIN_REQUIRED,
      "as far into its last point as now is into the present one", NULL },
    SUMS_MEMBERS,
    ADMIN_END,
};
const struct admin_member series_text_members[] = {
    { "range", ADMIN_TEXT, ADMIN_REQUIRED, "hour, day or month", NULL },
    { "step_s", ADMIN_NUMBER, ADMIN_REQUIRED,
      "how long a point is; a day may have an hour more or less", NULL },
    { "zone", ADMIN_TEXT, ADMIN_REQUIRED, "whose days they are", NULL },
    { "until", ADMIN_TEXT, ADMIN_REQUIRED,
      "when this was asked; the last point goes on", NULL },
    { "complete", ADMIN_BOOL, ADMIN_REQUIRED,
      "false: many bookings are still to be read for the first time since the "
      "start, and a later answer knows more",
      NULL },
    { "points", ADMIN_LIST, ADMIN_REQUIRED, "the newest last", point },
    { "before", ADMIN_OBJECT, ADMIN_REQUIRED, "sums of the period before",
      before_members },
    ADMIN_END,
};
