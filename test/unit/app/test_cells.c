// SPDX-License-Identifier: MIT
/* Cells say what a document has, and "-" where it has nothing. */
#include "app/cells.h"

#include "app/usage_table.h"
#include "unit.h"

#define DATE_AND_MINUTE                                                        \
    (struct cells_part)                                                        \
    {                                                                          \
        0, 16                                                                  \
    }

static void assert_rows(const char *text, const char *want)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);
    struct columns columns;
    struct buf out;

    assert_non_null(doc);
    columns_begin(&columns, "lrl");
    cells_add_text(&columns, doc, "name");
    cells_add_number(&columns, doc, "count", usage_table_add_number);
    cells_add_time(&columns, doc, "at", DATE_AND_MINUTE);
    buf_init(&out, 4096);
    columns_write(&columns, NULL, &out);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
    columns_done(&columns);
    json_doc_free(doc);
}

static void what_there_is(void **state)
{
    (void)state;
    assert_rows("{\"name\":\"alice\",\"count\":1234,"
                "\"at\":\"2026-11-30T08:00:00.000Z\"}",
                "alice  1,234  2026-11-30 08:00\n");
}

static void what_there_is_not(void **state)
{
    (void)state;
    assert_rows("{\"name\":null,\"count\":\"x\"}", "-  -  -\n");
}

static void a_time_of_any_length(void **state)
{
    (void)state;
    assert_rows("{\"name\":\"a\",\"count\":0,\"at\":\"8\"}", "a  0  8\n");
    assert_rows("{\"name\":\"a\",\"count\":0,\"at\":"
                "\"0123456789012345678901234567890123456789\"}",
                "a  0  0123456789012345\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_there_is),
        cmocka_unit_test(what_there_is_not),
        cmocka_unit_test(a_time_of_any_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
