// SPDX-License-Identifier: MIT
/* Rows of CSV. */
#include "base/csv.h"

#include "base/macros.h"
#include "unit.h"

static const struct {
    const char *cell;
    const char *want;
} cells[] = {
    { "plain", "plain" },
    { "", "" },
    { "two words", "two words" },
    { "a,b", "\"a,b\"" },
    { "say \"x\"", "\"say \"\"x\"\"\"" },
    { "a\nb", "\"a\nb\"" },
    { "a;b", "\"a;b\"" },
    { "a\tb", "\"a\tb\"" },
    { "a\x1b[2J\xc2\x9b\x07\x7f\xff.", "a [2J    ." },
    { "a\x1b\r\n\"", "\"a \r\n\"\"\"" },
    { "Zoë 日本", "Zoë 日本" },
    { "\"", "\"\"\"\"" },
    { "=1+1", "'=1+1" },
    { "+1", "'+1" },
    { "-1", "'-1" },
    { "@sum", "'@sum" },
    { "\tx", "\"'\tx\"" },
    { "\nx", "\"'\nx\"" },
    { "  =1", "'  =1" },
    { "\x1b-1", "' -1" },
    { "\n=1", "\"'\n=1\"" },
    { " x", " x" },
    { "\rx", "\"'\rx\"" },
    { "=a,b", "\"'=a,b\"" },
    { "=\"a\"", "\"'=\"\"a\"\"\"" },
    { "a=1", "a=1" },
    { "\uFF1D1+1", "'\uFF1D1+1" },
    { "\uFF0B1", "'\uFF0B1" },
    { "\uFF0D1", "'\uFF0D1" },
    { "\uFF20sum", "'\uFF20sum" },
    { " \uFF1D1,2", "\"' \uFF1D1,2\"" },
    { "\u00A0=1", "'\u00A0=1" },
    { "\u3000\uFF1D1", "'\u3000\uFF1D1" },
    { "\u3000x", "\u3000x" },
    { "\uFF1C1", "\uFF1C1" },
    { "'=", "'=" },
};

static void no_cell_is_a_formula(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        struct buf out;
        struct csv csv = { .out = &out };

        buf_init(&out, 1024);
        csv_add(&csv, str_of(cells[i].cell));
        unit_assert_str(buf_str(&out), cells[i].want);
        buf_done(&out);
    }
}

static void cells_make_rows(void **state)
{
    struct buf out;
    struct csv csv = { .out = &out };

    (void)state;
    buf_init(&out, 1024);
    csv_add(&csv, STR(""));
    csv_add_number(&csv, 42);
    csv_add_number(&csv, -42);
    csv_end_row(&csv);
    csv_add(&csv, STR("x"));
    csv_end_row(&csv);
    unit_assert_str(buf_str(&out), ",42,'-42\r\nx\r\n");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cell_is_a_formula),
        cmocka_unit_test(cells_make_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
