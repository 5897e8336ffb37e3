// SPDX-License-Identifier: MIT
/* Sums of usage for people. */
#include "app/usage_table.h"

#include "unit.h"

#define ROW(name, requests, input, cost)                                       \
    "{\"model\":" name ",\"requests\":" requests ",\"failed\":1,"              \
    "\"input_tokens\":" input ",\"output_tokens\":20,"                         \
    "\"cache_read_input_tokens\":3,\"cache_write_5m_tokens\":2,"               \
    "\"cache_write_1h_tokens\":2,\"cost_microusd\":" cost "}"
#define ANSWER                                                                 \
    "{\"rows\":[" ROW("\"opus\"", "1234", "1234567", "8000000") "," ROW(       \
        "null", "1", "5",                                                      \
        "1000") "],\"total\":{\"requests\":1235,"                              \
                "\"failed\":2,\"unpriced\":1,\"input_tokens\":1234572,"        \
                "\"output_tokens\":40,\"cache_read_input_tokens\":6,"          \
                "\"cache_write_5m_tokens\":4,\"cache_write_1h_tokens\":4,"     \
                "\"cost_microusd\":8001000}}"

typedef void add_fn(struct buf *out, const struct usage_table *table,
                    const struct json_doc *answer);

static void assert_written(const char *text, add_fn *add,
                           const struct usage_table *table, const char *want)
{
    struct err err;
    struct json_doc *answer = json_doc_parse(str_of(text), &err);
    struct buf out;

    assert_non_null(answer);
    buf_init(&out, 65536);
    add(&out, table, answer);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
    json_doc_free(answer);
}

static void assert_text(add_fn *add, const struct usage_table *table,
                        const char *want)
{
    assert_written(ANSWER, add, table, want);
}

#define TITLES                                                                 \
    "MODEL        REQUESTS  FAILED      INPUT  OUTPUT  CACHE READ  CACHE "     \
    "WRITE     COST\n"
#define TOTAL                                                                  \
    "TOTAL           1,235       2  1,234,572      40           6            " \
    "8  $8.0010\n"

static void without_a_terminal_it_is_plain(void **state)
{
    const struct usage_table table = { .by = "model", .rows_max = 100 };

    (void)state;
    assert_text(usage_table_add, &table,
                TITLES
                "opus            1,234       1  1,234,567      20           3  "
                "          4  $8.0000\n"
                "(not known)         1       1          5      20           3  "
                "          4  $0.0010\n" TOTAL);
}

static void in_a_terminal_there_are_bars(void **state)
{
    const struct usage_table table = { .by = "model",
                                       .rows_max = 100,
                                       .width = 96 };

    (void)state;
    assert_text(usage_table_add, &table,
                TITLES
                "opus            1,234       1  1,234,567      20           3  "
                "          4  $8.0000  ████████████\n"
                "(not known)         1       1          5      20           3  "
                "          4  $0.0010  ▏\n" TOTAL);
}

/* And what tells least goes, so that there is room for bars. */
static void a_narrow_one_has_short_numbers(void **state)
{
    struct usage_table table = {
        .by = "model", .rows_max = 1, .width = 85, .coloured = true
    };

    (void)state;
    assert_text(usage_table_add, &table,
                "MODEL  REQUESTS  FAILED  INPUT  OUTPUT  CACHE READ  CACHE "
                "WRITE     COST\n"
                "opus      1.23k       1  1.23M      20           3            "
                "4  $8.0000  \x1b[36m███████████\x1b[0m\n"
                "TOTAL     1.24k       2  1.23M      40           6            "
                "8  $8.0010\n");
    table.width = 60;
    assert_text(usage_table_add, &table,
                "MODEL  REQUESTS  INPUT  OUTPUT  CACHE     COST\n"
                "opus      1.23k  1.23M      20      7  $8.0000  "
                "\x1b[36m████████████\x1b[0m\n"
                "TOTAL     1.24k  1.23M      40     14  $8.0010\n");
}

#define SESSION "11111111-2222-4333-8444-555555555555"
#define LONG_SESSION                                                                \
    "{\"rows\":[{\"session\":\"" SESSION "\",\"key\":\"日本語の鍵の名前\"," \
    "\"requests\":123,\"cost_microusd\":11909410000},{\"session\":\"" SESSION       \
        SESSION "\",\"key\":\"bob\",\"requests\":1,\"cost_microusd\":1000}],"       \
    "\"total\":{\"requests\":124,\"cost_microusd\":11909411000}}"

/* The usual terminal has bars, and sessions that can be asked for. */
static void sessions_fit_into_80_columns(void **state)
{
    const struct usage_table table = { .by = "session",
                                       .rows_max = 100,
                                       .width = 80 };

    (void)state;
    assert_written(
        LONG_SESSION, usage_table_add, &table,
        "SESSION                                 KEY       REQUESTS        COST\n" SESSION
        "    日本語…        123  $11,909.41  ████████\n" SESSION
        "1…  bob              1     $0.0010  ▏\n"
        "TOTAL                                                  124  $11,909.41\n");
}

static void the_last_are_shown_of_what_has_an_order(void **state)
{
    const struct usage_table table = { .by = "model",
                                       .rows_max = 1,
                                       .last = true };

    (void)state;
    assert_text(usage_table_add, &table,
                TITLES
                "(not known)         1       1          5      20           3  "
                "          4  $0.0010\n" TOTAL);
}

/* Nor is it known. */
static void what_has_no_price_is_not_free(void **state)
{
    const struct usage_table table = { .by = "model", .rows_max = 100 };
    static const char answer[] =
        "{\"rows\":[{\"model\":\"mine\",\"unpriced\":1,\"cost_microusd\":0},"
        "{\"model\":\"free\",\"unpriced\":0,\"cost_microusd\":0},"
        "{\"model\":\"both\",\"unpriced\":1,\"cost_microusd\":5}],"
        "\"total\":{\"unpriced\":2,\"cost_microusd\":5}}";

    (void)state;
    assert_written(
        answer, usage_table_add, &table,
        "MODEL  REQUESTS  FAILED  INPUT  OUTPUT  CACHE READ  CACHE WRITE       "
        "COST\n"
        "mine          0       0      0       0           0            0        "
        "  -\n"
        "free          0       0      0       0           0            0  "
        "$0.000000\n"
        "both          0       0      0       0           0            0  "
        "$0.000005\n"
        "TOTAL         0       0      0       0           0            0  "
        "$0.000005\n");
}

static void what_is_missing_is_said_below(void **state)
{
    struct usage_table table = { .by = "model", .rows_max = 100 };

    (void)state;
    assert_text(usage_table_add_notes, &table,
                "\n1 of these requests is not in the cost: there is no price "
                "for what it used.  `claude-relay usage --by=model --json` "
                "says of which models (\"unpriced\"), and a file prices.json "
                "in the data folder may have their prices.\n");
    table.rows_max = 1;
    assert_text(usage_table_add_notes, &table,
                "\nThese are the first 1: --limit shows more of them, --csv "
                "and --json all.\n"
                "\n1 of these requests is not in the cost: there is no price "
                "for what it used.  `claude-relay usage --by=model --json` "
                "says of which models (\"unpriced\"), and a file prices.json "
                "in the data folder may have their prices.\n");
    table.last = true;
    assert_text(usage_table_add_notes, &table,
                "\nThese are the last 1: --limit shows more of them, --csv "
                "and --json all.\n"
                "\n1 of these requests is not in the cost: there is no price "
                "for what it used.  `claude-relay usage --by=model --json` "
                "says of which models (\"unpriced\"), and a file prices.json "
                "in the data folder may have their prices.\n");
}

static void money_has_as_many_decimals_as_are_wanted(void **state)
{
    static const struct {
        uint64_t microusd;
        unsigned decimals;
        const char *want;
    } cases[] = {
        { 0, 2, "$0.00" },
        { 1, 6, "$0.000001" },
        { 4999, 2, "$0.0050" },
        { 31, 2, "$0.000031" },
        { 31, 4, "$0.000031" },
        { 64, 4, "$0.0001" },
        { 64, 2, "$0.0001" },
        { 14999, 2, "$0.01" },
        { 15000, 2, "$0.02" },
        { 999995000, 2, "$1,000.00" },
        { 1234567891234, 4, "$1,234,567.8912" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;

        buf_init(&out, 64);
        usage_table_add_dollars(&out, cases[i].microusd, cases[i].decimals);
        unit_assert_str(buf_str(&out), cases[i].want);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_no_price_is_not_free),
        cmocka_unit_test(without_a_terminal_it_is_plain),
        cmocka_unit_test(in_a_terminal_there_are_bars),
        cmocka_unit_test(a_narrow_one_has_short_numbers),
        cmocka_unit_test(sessions_fit_into_80_columns),
        cmocka_unit_test(the_last_are_shown_of_what_has_an_order),
        cmocka_unit_test(what_is_missing_is_said_below),
        cmocka_unit_test(money_has_as_many_decimals_as_are_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
