// SPDX-License-Identifier: MIT
/* Requests for people. */
#include "app/requests_table.h"

#include "unit.h"

#define ROWS                                                                   \
    "[{\"ended_at\":\"2026-11-29T08:39:13.510Z\",\"key\":\"alice\","           \
    "\"account\":null,\"model\":\"" MODEL "\",\"status\":200,"                 \
    "\"end\":\"complete\",\"input_tokens\":1664,\"output_tokens\":7,"          \
    "\"cost_microusd\":65937,\"duration_ms\":47026,\"id\":\"req\"},"           \
    "{\"ended_at\":\"2026-11-29T08:39:12.510Z\",\"key\":null,"                 \
    "\"status\":null,\"end\":\"cut\",\"cost_microusd\":null}]"
#define MODEL "claude-haiku-4-5-20251001"

static void assert_table(size_t width, const char *want)
{
    struct err err;
    struct json_doc *list = json_doc_parse(STR(ROWS), &err);
    struct buf out;

    assert_non_null(list);
    buf_init(&out, 4096);
    requests_table_add(&out, width, list);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
    json_doc_free(list);
}

static void a_request_is_a_line(void **state)
{
    (void)state;
    assert_table(
        0, "ENDED (UTC)          KEY    ACCOUNT  MODEL                      "
           "STATUS  END       INPUT  OUTPUT       COST      MS  ID\n"
           "2026-11-29 08:39:13  alice  -        " MODEL "     200  complete"
           "  1,664       7  $0.065937  47,026  req\n"
           "2026-11-29 08:39:12  -      -        -                          "
           "     -  cut           -       -          -       -  -\n");
}

/* The id, the account, how long it took and what came in are left out, and the year. */
static void it_fits_into_80_columns(void **state)
{
    (void)state;
    assert_table(
        80, "ENDED (UTC)     KEY    MODEL                      STATUS  END     "
            "       COST\n"
            "11-29 08:39:13  alice  " MODEL "     200  complete  $0.065937\n"
            "11-29 08:39:12  -      -                               -  cut     "
            "          -\n");
    assert_table(
        60, "ENDED (UTC)     KEY    MODEL               STATUS       COST\n"
            "11-29 08:39:13  alice  claude-haiku-4-5-…     200  $0.065937\n"
            "11-29 08:39:12  -      -                        -          -\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_a_line),
        cmocka_unit_test(it_fits_into_80_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
