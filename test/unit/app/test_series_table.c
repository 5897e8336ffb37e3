// SPDX-License-Identifier: MIT
/* The course for people. */
#include "app/series_table.h"

#include "unit.h"

#define SUMS                                                                   \
    "\"requests\":1200,\"failed\":1,\"input_tokens\":10,\"output_tokens\":20," \
    "\"cache_write_tokens\":9,\"cache_read_tokens\":30,\"cost_microusd\":70000"
#define ANSWER                                                                   \
    "{\"complete\":false,\"points\":[{\"at\":\"2026-11-30T12:00:00.000Z\"," SUMS \
    ",\"first_byte_p50_ms\":400,\"first_byte_p95_ms\":null,"                     \
    "\"streams_max\":2}],\"before\":{" SUMS "}}"

static void assert_table(size_t width, const char *want)
{
    struct err err;
    struct json_doc *answer = json_doc_parse(STR(ANSWER), &err);
    struct buf out;

    assert_non_null(answer);
    buf_init(&out, 4096);
    series_table_add(&out, width, answer);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
    json_doc_free(answer);
}

static void a_point_is_a_line(void **state)
{
    (void)state;
    assert_table(
        0,
        "SINCE (UTC)       REQUESTS  FAILED  INPUT  OUTPUT  CACHE READ  CACHE "
        "WRITE   COST  FIRST BYTE MS  95 %  AT ONCE\n"
        "2026-11-30 12:00     1,200       1     10      20          30         "
        "   9  $0.07            400     -        2\n"
        "BEFORE               1,200       1     10      20          30         "
        "   9  $0.07              -     -        -\n");
}

static void it_fits_into_80_columns(void **state)
{
    (void)state;
    assert_table(
        80,
        "SINCE (UTC)       REQUESTS  FAILED  INPUT  OUTPUT   COST  FIRST BYTE "
        "MS  95 %\n"
        "2026-11-30 12:00     1,200       1     10      20  $0.07            "
        "400     -\n"
        "BEFORE               1,200       1     10      20  $0.07              "
        "-     -\n");
}

static void what_is_not_read_so_far_is_told(void **state)
{
    struct json_doc *answer = json_doc_new_object();
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    json_doc_set_bool(answer, "complete", true);
    series_table_add_notes(&out, answer);
    assert_int_equal(out.len, 0);
    json_doc_set_bool(answer, "complete", false);
    series_table_add_notes(&out, answer);
    assert_true(out.len > 0);
    buf_done(&out);
    json_doc_free(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_point_is_a_line),
        cmocka_unit_test(it_fits_into_80_columns),
        cmocka_unit_test(what_is_not_read_so_far_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
