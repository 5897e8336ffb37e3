// SPDX-License-Identifier: MIT
/* What commands print of keys: their text once, times, amounts. */
#include "app/key_print.h"
#include "app/terminal.h"

#include "base/macros.h"
#include "key_output.h"

#define TEXT "cr_0123456789012345678901234567890123456789012"

static void print_new(const struct json_doc *doc)
{
    key_print_new(doc, STR("http://127.0.0.1:3000"));
}

static void a_new_text_is_shown_with_how_to_use_it(void **state)
{
    (void)state;
    expect_printed(print_new,
                   "{\"name\":\"alice\",\"key\":\"" TEXT "\",\"rotated\":[]}",
                   "The key \"alice\", shown this once:\n\n"
                   "  " TEXT "\n\n"
                   "For Claude Code on this machine:\n"
                   "  export ANTHROPIC_BASE_URL=http://127.0.0.1:3000\n"
                   "  export ANTHROPIC_AUTH_TOKEN=" TEXT "\n");
}

static void former_texts_say_until_when_they_work(void **state)
{
    char *said = printed(print_new, "{\"name\":\"alice\",\"key\":\"" TEXT
                                    "\",\"rotated\":[{\"prefix\":\"cr_abcd\","
                                    "\"last4\":\"wxyz\",\"expires_at\":"
                                    "\"2026-12-01T08:09:10.000Z\"}]}");

    (void)state;
    unit_assert_part(said, "\n\nThe former one, cr_abcd...wxyz, works until "
                           "2026-12-01 08:09 (UTC).\n\nFor Claude Code");
    mem_free(said);
}

static void former_texts_say_it_in_the_zone_of_the_key(void **state)
{
    char *said =
        printed(print_new, "{\"name\":\"alice\",\"key\":\"" TEXT "\","
                           "\"time_zone\":\"-03:30\",\"rotated\":[{\"prefix\":"
                           "\"cr_abcd\",\"last4\":\"wxyz\",\"expires_at\":"
                           "\"2026-12-01T03:09:10.000Z\"}]}");

    (void)state;
    unit_assert_part(said, "works until 2026-11-30 23:39 (-03:30).\n");
    mem_free(said);
}

static void a_document_is_printed_as_it_came(void **state)
{
    char *said = printed(terminal_print, "{\"b\":1,\"a\":[]}");
    struct json_doc *again = doc_of(said);

    (void)state;
    assert_int_equal(json_doc_count(again), 2);
    assert_true(strstr(said, "\"b\"") < strstr(said, "\"a\""));
    json_doc_free(again);
    mem_free(said);
}

static void times_are_cut_at_the_minute(void **state)
{
    static const struct {
        const char *time;
        const char *want;
    } rows[] = {
        { "2026-11-29T03:20:59.999Z", "2026-11-29 03:20 (UTC)" },
        { "2026-11-29T11:20:59+08:00", "2026-11-29 03:20 (UTC)" },
        { "-", "-" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf out;

        buf_init(&out, 64);
        key_print_add_time(&out, str_of(rows[i].time), zone_utc());
        unit_assert_str(buf_str(&out), rows[i].want);
        buf_done(&out);
    }
}

/* Dollars become millionths; what is none is nothing. */
static void amounts_are_in_the_unit_of_their_limit(void **state)
{
    struct json_doc *doc = doc_of("{\"a\":3.1,\"b\":1200,\"c\":null,\"d\":-1,"
                                  "\"e\":0.000001}");

    (void)state;
    assert_int_equal(key_print_amount(doc, "a", LIMIT_COST_DAY), 3100000);
    assert_int_equal(key_print_amount(doc, "e", LIMIT_COST_DAY), 1);
    assert_int_equal(key_print_amount(doc, "b", LIMIT_RPM), 1200);
    assert_int_equal(key_print_amount(doc, "c", LIMIT_RPM), 0);
    assert_int_equal(key_print_amount(doc, "d", LIMIT_RPM), 0);
    assert_int_equal(key_print_amount(doc, "f", LIMIT_RPM), 0);
    json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_text_is_shown_with_how_to_use_it),
        cmocka_unit_test(former_texts_say_until_when_they_work),
        cmocka_unit_test(former_texts_say_it_in_the_zone_of_the_key),
        cmocka_unit_test(a_document_is_printed_as_it_came),
        cmocka_unit_test(times_are_cut_at_the_minute),
        cmocka_unit_test(amounts_are_in_the_unit_of_their_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
