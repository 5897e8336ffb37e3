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

/* Some characters take two columns, and some none. */
static void columns_are_those_of_the_terminal(void **state)
{
    static const char *const cells[] = { "日本語",  "1",  "Zoe\xcc\x88", "2",
                                         "abcdefg", "33", NULL };
    struct columns columns;

    (void)state;
    columns_begin(&columns, "lr");
    add_all(&columns, cells);
    assert_int_equal(columns_width(&columns), 7 + 2 + 2);
    assert_table(&columns, NULL,
                 "日本語    1\n"
                 "Zoe\xcc\x88       2\n"
                 "abcdefg  33\n");
    columns_done(&columns);
}

/* Step by step, then a cut. */
static void a_table_becomes_as_narrow_as_it_has_to_be(void **state)
{
    static const char *const cells[] = { "NAME", "LONG", "S", "C", "日本語x",
                                         "1",    "2",    "3", NULL };
    static const struct columns_step steps[] = { { { 2 }, 3 },
                                                 { { 3, 4 }, 0 },
                                                 { { 0 }, 0 } };
    static const struct columns_cut cuts[] = { { 0, 4 }, { 0, 0 } };
    const struct columns_fit fit = { steps, cuts };
    static const struct {
        size_t width;
        const char *want;
    } cases[] = {
        { 16, "NAME     LONG  C\n日本語x     1  3\n" },
        { 15, "NAME     S  C\n日本語x  2  3\n" },
        { 17, "NAME     LONG  C\n日本語x     1  3\n" },
        { 9, "NAME\n日本語x\n" },
        { 6, "NAME\n日本…\n" },
        { 5, "NAME\n日本…\n" },
        { 1, "NAME\n日…\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct columns columns;

        columns_begin(&columns, "lrrr");
        columns.hidden[2] = true;
        add_all(&columns, cells);
        columns_fit(&columns, cases[i].width, &fit);
        assert_table(&columns, NULL, cases[i].want);
        columns_done(&columns);
    }
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
        cmocka_unit_test(columns_are_those_of_the_terminal),
        cmocka_unit_test(a_table_becomes_as_narrow_as_it_has_to_be),
        cmocka_unit_test(nothing_moves_the_cursor),
        cmocka_unit_test(one_more_comes_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
