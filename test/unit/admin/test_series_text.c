// SPDX-License-Identifier: MIT
/* A course as JSON. */
#include "admin/series_text.h"

#include "base/json.h"
#include "unit.h"

#define SUMS                                                                   \
    "\"requests\":3,\"failed\":1,\"unpriced\":0,\"input_tokens\":10,"          \
    "\"output_tokens\":20,\"cache_write_tokens\":9,\"cache_read_tokens\":30,"  \
    "\"cost_microusd\":7"
#define NONE                                                                   \
    "\"requests\":0,\"failed\":0,\"unpriced\":0,\"input_tokens\":0,"           \
    "\"output_tokens\":0,\"cache_write_tokens\":0,\"cache_read_tokens\":0,"    \
    "\"cost_microusd\":0"

static const int64_t sums[ASK_SUMS] = {
    [ASK_REQUESTS] = 3,       [ASK_FAILED] = 1,        [ASK_INPUT] = 10,
    [ASK_OUTPUT] = 20,        [ASK_CACHE_READ] = 30,   [ASK_CACHE_WRITE_5M] = 4,
    [ASK_CACHE_WRITE_1H] = 5, [ASK_COST_MICROUSD] = 7,
};

/* What is not known is null, and so is a time where nothing was timed. */
static void points_have_sums_and_what_is_known(void **state)
{
    struct series_course course = {
        .range = SERIES_HOUR,
        .now_ms = 150000,
        .count = 3,
        .before = { 0, 90000 },
        .points = { { .window = { 0, 60000 } },
                    { .window = { 60000, 120000 }, .known = true },
                    { .window = { 120000, 180000 },
                      .known = true,
                      .figures = { .timed = 3,
                                   .first_byte_p50_ms = 400,
                                   .first_byte_p95_ms = 900,
                                   .streams_max = 2 } } },
    };
    struct buf out;

    (void)state;
    memcpy(course.points[2].figures.sums, sums, sizeof(sums));
    memcpy(course.before_sums, sums, sizeof(sums));
    buf_init(&out, SERIES_TEXT_MAX);
    series_text(&out, &course, "Europe/Berlin");
    unit_assert_str(
        buf_str(&out),
        "{\"range\":\"hour\",\"step_s\":60,\"zone\":\"Europe/Berlin\","
        "\"until\":\"1970-01-01T00:02:30.000Z\",\"complete\":false,"
        "\"points\":[\n"
        "{\"at\":\"1970-01-01T00:00:00.000Z\"," NONE
        ",\"first_byte_p50_ms\":null,\"first_byte_p95_ms\":null,"
        "\"streams_max\":null},\n"
        "{\"at\":\"1970-01-01T00:01:00.000Z\"," NONE
        ",\"first_byte_p50_ms\":null,\"first_byte_p95_ms\":null,"
        "\"streams_max\":0},\n"
        "{\"at\":\"1970-01-01T00:02:00.000Z\"," SUMS
        ",\"first_byte_p50_ms\":400,\"first_byte_p95_ms\":900,"
        "\"streams_max\":2}\n"
        "],\"before\":{\"since\":\"1970-01-01T00:00:00.000Z\","
        "\"until\":\"1970-01-01T00:01:30.000Z\"," SUMS "}}\n");
    buf_done(&out);
}

static void the_longest_fits(void **state)
{
    struct series_course course = { .count = SERIES_POINTS_MAX };
    struct json_doc *doc;
    struct buf out;
    struct err err;

    (void)state;
    for (size_t i = 0; i < course.count; i++) {
        course.points[i].known = true;
        course.points[i].figures =
            (struct series_figures){ .timed = 1,
                                     .first_byte_p50_ms = INT64_MAX,
                                     .first_byte_p95_ms = INT64_MAX,
                                     .streams_max = INT64_MAX };
        for (size_t k = 0; k < ASK_SUMS; k++)
            course.points[i].figures.sums[k] = INT64_MAX / 2;
    }
    buf_init(&out, SERIES_TEXT_MAX);
    series_text(&out, &course, "America/Argentina/ComodRivadavia");
    assert_true(out.len < SERIES_TEXT_MAX - 100);
    doc = json_doc_parse(buf_str(&out), &err);
    assert_int_equal(json_doc_count(json_doc_get(doc, "points")),
                     SERIES_POINTS_MAX);
    json_doc_free(doc);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_have_sums_and_what_is_known),
        cmocka_unit_test(the_longest_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
