// SPDX-License-Identifier: MIT
/* Each row as a file would have it. */
#include "admin/prices_doc.h"

#include "unit.h"

#define TABLE                                                                  \
    "{\"embedded\":false,\"defaults\":{\"service_tier\":{\"batch\":\"0.5\"},"  \
    "\"speed\":{},\"inference_geo\":{}},\"models\":[{\"model\":\"a\","         \
    "\"input\":3000000,\"output\":15000000,\"cache_read\":\"0.05\","           \
    "\"valid_from\":\"2026-08-01\",\"long_context\":{\"above\":200000,"        \
    "\"input\":\"2\",\"output\":\"1.5\"}},{\"model\":\"a\",\"input\":0,"       \
    "\"output\":1}]}"

static void rows_are_as_a_file_has_them(void **state)
{
    struct err err;
    struct prices *prices = prices_read(STR(TABLE), &err);
    struct json_doc *rows;
    struct buf out;

    (void)state;
    assert_non_null(prices);
    rows = prices_doc_rows(prices, 1796000000000);
    buf_init(&out, 65536);
    assert_true(json_doc_write(rows, false, &out));
    unit_assert_str(
        buf_str(&out),
        "[{\"model\":\"a\",\"valid_from\":\"2026-08-01T00:00:00.000Z\","
        "\"input\":3000000,\"output\":15000000,\"cache_write_5m\":\"1.25\","
        "\"cache_write_1h\":\"2\",\"cache_read\":\"0.05\","
        "\"web_search\":10000000,\"context_max\":1000000,"
        "\"output_max\":128000,\"long_context\":{\"above\":200000,"
        "\"input\":\"2\",\"output\":\"1.5\"},"
        "\"service_tier\":{\"batch\":\"0.5\"},\"speed\":{\"fast\":\"2\"},"
        "\"inference_geo\":{\"us\":\"1.1\"},\"own\":true,\"in_force\":true},"
        "{\"model\":\"a\",\"valid_from\":null,\"input\":0,\"output\":1,"
        "\"cache_write_5m\":null,\"cache_write_1h\":null,"
        "\"cache_read\":null,\"web_search\":10000000,"
        "\"context_max\":1000000,\"output_max\":128000,"
        "\"long_context\":null,\"service_tier\":{\"batch\":\"0.5\"},"
        "\"speed\":{\"fast\":\"2\"},\"inference_geo\":{\"us\":\"1.1\"},"
        "\"own\":true,\"in_force\":false}]");
    buf_done(&out);
    json_doc_free(rows);
    prices_unref(prices);
}

static bool is_own(const struct json_doc *row)
{
    bool own = false;

    (void)json_doc_get_bool(row, "own", &own);
    return own;
}

static void built_in_rows_come_behind(void **state)
{
    struct err err;
    struct prices *prices = prices_read(
        STR("{\"models\":[{\"model\":\"x\",\"input\":1,\"output\":2}]}"), &err);
    struct json_doc *rows = prices_doc_rows(prices, 1796000000000);

    (void)state;
    assert_true(json_doc_count(rows) > 10);
    assert_true(is_own(json_doc_at(rows, 0)));
    assert_false(is_own(json_doc_at(rows, 1)));
    json_doc_free(rows);
    prices_unref(prices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_as_a_file_has_them),
        cmocka_unit_test(built_in_rows_come_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
