// SPDX-License-Identifier: MIT
/* Requests for people. */
#include "app/requests_table.h"

#include "unit.h"

static void a_request_is_a_line(void **state)
{
    struct err err;
    struct json_doc *list = json_doc_parse(
        STR("[{\"ended_at\":\"2026-11-29T08:39:13.510Z\",\"key\":\"alice\","
            "\"account\":null,\"model\":\"opus\",\"status\":200,"
            "\"end\":\"complete\",\"input_tokens\":1664,\"output_tokens\":7,"
            "\"cost_microusd\":65937,\"duration_ms\":47026,\"id\":\"req\"},"
            "{\"ended_at\":\"2026-11-29T08:39:12.510Z\",\"key\":null,"
            "\"status\":null,\"end\":\"cut\",\"cost_microusd\":null}]"),
        &err);
    struct buf out;

    (void)state;
    assert_non_null(list);
    buf_init(&out, 4096);
    requests_table_add(&out, list);
    unit_assert_str(
        buf_str(&out),
        "ENDED (UTC)          KEY    ACCOUNT  MODEL  STATUS  END       INPUT  "
        "OUTPUT       COST      MS  ID\n"
        "2026-11-29 08:39:13  alice  -        opus      200  complete  1,664  "
        "     7  $0.065937  47,026  req\n"
        "2026-11-29 08:39:12  -      -        -           -  cut           -  "
        "     -          -       -  -\n");
    buf_done(&out);
    json_doc_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
