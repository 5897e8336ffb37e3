// SPDX-License-Identifier: MIT
/* Arguments become a row. */
#include "app/prices_change.h"

#include "base/macros.h"
#include "unit.h"

#define COUNT_MAX 8

static struct json_doc *row_of(const char *const *words, struct err *err)
{
    char *argv[COUNT_MAX];
    int argc = 0;

    for (; words[argc]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc];
    return prices_change_row(argc, argv, err);
}

static void dollars_are_a_million_tokens(void **state)
{
    static const char *const words[] = {
        "--input",     "3.75",
        "--output=18", "--cache-read",
        "0.05",        "--valid-from=2027-01-01",
        NULL
    };
    struct err err;
    struct json_doc *row = row_of(words, &err);
    struct buf out;

    (void)state;
    assert_non_null(row);
    buf_init(&out, 1024);
    assert_true(json_doc_write(row, false, &out));
    unit_assert_str(buf_str(&out),
                    "{\"input\":3750000,\"output\":18000000,"
                    "\"cache_read\":\"0.05\",\"valid_from\":\"2027-01-01\"}");
    buf_done(&out);
    json_doc_free(row);
}

static void what_is_none_is_refused(void **state)
{
    static const struct {
        const char *words[COUNT_MAX];
        const char *text;
    } cases[] = {
        { { "--input", "3" }, "--input and --output" },
        { { "--input", "$3", "--output", "1" }, "--input is in dollars" },
        { { "--input", "3", "--output" }, "incomplete argument \"--output\"" },
        { { "--inptu", "3" }, "incomplete argument \"--inptu\"" },
        { { "--input", "1", "--output", "1", "--context-max", "many" },
          "--context-max must be a whole number" },
    };
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_null(row_of(cases[i].words, &err));
        unit_assert_part(err.text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dollars_are_a_million_tokens),
        cmocka_unit_test(what_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
