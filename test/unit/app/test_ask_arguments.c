// SPDX-License-Identifier: MIT
/* Arguments of commands that ask. */
#include "app/ask_arguments.h"

#include "unit.h"

static const char *const names[] = { "by",    "key",       "min-duration-ms",
                                     "limit", "client-id", NULL };

static struct ask_arguments parsed;
static struct err err;

static bool parse(const char *const *words)
{
    char *argv[16];
    int argc = 0;

    for (; words[argc]; argc++) {
        /* lint: main() has them so, and nothing is written into them */
        union {
            const char *words;
            char *argument;
        } word = { words[argc] };

        argv[argc] = word.argument;
    }
    parsed = (struct ask_arguments){ .names = names };
    return ask_arguments_parse(&parsed, argc, argv, &err);
}
#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

static void arguments_become_parameters(void **state)
{
    (void)state;
    assert_true(PARSE("--by", "day", "--key=a&b c", "--min-duration-ms", "5",
                      "--limit", "7", "--json"));
    unit_assert_str(buf_str(&parsed.query),
                    "&by=day&key=a%26b%20c&min_duration_ms=5");
    unit_assert_str(parsed.by, "day");
    unit_assert_str(parsed.limit, "7");
    assert_true(parsed.json && !parsed.csv);
    ask_arguments_done(&parsed);
    assert_true(PARSE("--key=", "--csv"));
    unit_assert_str(buf_str(&parsed.query), "&key=");
    ask_arguments_done(&parsed);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    assert_false(PARSE("--owner", "x"));
    unit_assert_part(err.text, "does not take \"--owner\"");
    ask_arguments_done(&parsed);
    assert_false(PARSE("by"));
    ask_arguments_done(&parsed);
    assert_false(PARSE("--by"));
    unit_assert_part(err.text, "--by needs a value");
    ask_arguments_done(&parsed);
    assert_false(PARSE("--csv", "--json"));
    unit_assert_part(err.text, "do not go together");
    ask_arguments_done(&parsed);
    assert_false(PARSE("--min-duration-ms=1", "--min-duration-ms=2"));
    unit_assert_part(err.text, "--min-duration-ms may be given once only");
    ask_arguments_done(&parsed);
    assert_false(PARSE("--limit=1", "--limit=2"));
    ask_arguments_done(&parsed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_become_parameters),
        cmocka_unit_test(what_is_wrong_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
