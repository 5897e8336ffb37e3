// SPDX-License-Identifier: MIT
/* Tables of texts. */
#include "app/columns.h"

#include "unit.h"

static void add_all(struct columns *columns, const char *const *cells)
{
    for (; *cells; cells++)
        columns_add(columns, str_of(*cells));
}

static void assert_table(const struct columns *columns,
                         const struct columns_last *last, const char *want)
{
    struct buf out;

    buf_init(&out, 4096);
    columns_write(columns, last, &out);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
}

static void columns_are_as_wide_as_they_have_to_be(void **state)
{
    static const char *const cells[] = {
        "NAME", "COUNT", "END", "Zoë", "1", "x", "a", "12345", "", NULL
    };
    struct columns columns;

    (void)state;
    columns_begin(&columns, "lrl");
    add_all(&columns, cells);
    assert_int_equal(columns_width(&columns), 4 + 2 + 5 + 2 + 3);
    assert_table(&columns, NULL,
                 "NAME  COUNT  END\n"
                 "Zoë       1  x\n"
                 "a     12345\n");
    columns_done(&columns);
}

static void nothing_moves_the_cursor(void **state)
{
    struct columns columns;

    (void)state;
    columns_begin(&columns, "l");
    columns_add(&columns, STR("a\x1b[2J\n\xff\xc2\x9b"
                              "b\0c"));
    assert_table(&columns, NULL, "a [2J   b c\n");
    columns_done(&columns);
}

static void add_last(void *arg, size_t row, struct buf *out)
{
    (void)arg;
    buf_printf(out, "<%zu>", row);
}

static void one_more_comes_last(void **state)
{
    static const char *const cells[] = { "A", "B", "1", "",  "22",
                                         "2", "3", "3", NULL };
    const struct columns_last last = { .add = add_last, .rows = 2 };
    struct columns columns;

    (void)state;
    columns_begin(&columns, "lr");
    add_all(&columns, cells);
    assert_table(&columns, &last,
                 "A   B\n"
                 "1      <1>\n"
                 "22  2  <2>\n"
                 "3   3\n");
    columns_done(&columns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_they_have_to_be),
        cmocka_unit_test(nothing_moves_the_cursor),
        cmocka_unit_test(one_more_comes_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
