// SPDX-License-Identifier: MIT
/* A key, or a group, as it is shown to people. */
#include "app/key_show.h"

#include "key_output.h"

#define TOTAL                                                                  \
    "\"total\":{\"requests\":1200,\"input_tokens\":3,\"output_tokens\":4,"     \
    "\"cost\":0.5}"
#define IN_ALL                                                                 \
    "Used in all: requests 1,200, input tokens 3, output tokens 4, counted "   \
    "against limits $0.50\n"
#define NO_LIMITS "\nNo limits.\n" IN_ALL

static void members_are_shown_as_options_set_them(void **state)
{
    (void)state;
    expect_printed(key_show,
                   "{\"id\":7,\"name\":\"alice\",\"tags\":[\"a\",\"b c\"],"
                   "\"enabled\":true,\"proxy\":false,\"created_at\":"
                   "\"2026-11-29T03:20:59.123Z\"," TOTAL "}",
                   "id             7\n"
                   "name           alice\n"
                   "tags           a, b c\n"
                   "enabled        on\n"
                   "proxy          off\n"
                   "created_at     2026-11-29 03:20 (UTC)\n" NO_LIMITS);
}

static void what_is_not_there_has_no_line(void **state)
{
    (void)state;
    expect_printed(key_show,
                   "{\"owner\":null,\"note\":\"\",\"tags\":[],\"limits\":{},"
                   "\"revoked_at\":null,\"accounts\":\"pool\"," TOTAL "}",
                   "accounts       pool\n" NO_LIMITS);
}

/* They are printed elsewhere, on stderr. */
static void warnings_are_no_member(void **state)
{
    (void)state;
    expect_printed(key_show, "{\"warnings\":[\"the limit\"]," TOTAL "}",
                   NO_LIMITS);
}

/* A text is recognised by its ends, and never shown. */
static void texts_are_masked(void **state)
{
    (void)state;
    expect_printed(
        key_show,
        "{\"name\":\"a\",\"prefix\":\"cr_abcd\",\"last4\":\"wxyz\",\"rotated\":"
        "[{\"prefix\":\"cr_0123\",\"last4\":\"6789\",\"expires_at\":"
        "\"2026-12-01T00:00:00Z\"}]," TOTAL "}",
        "name           a\n"
        "key            cr_abcd...wxyz\n"
        "former key     cr_0123...6789, works until 2026-12-01 00:00 (UTC)\n" NO_LIMITS);
}

/* In the order of limits, each in its unit. */
static void limits_are_a_table(void **state)
{
    (void)state;
    expect_printed(
        key_show,
        "{\"used\":{\"cost_day\":{\"limit\":3.5,\"used\":0.25,\"reserved\":0,"
        "\"resets_at\":\"2026-11-30T00:00:00.000Z\"},\"rpm\":{\"limit\":1200,"
        "\"used\":7,\"reserved\":1,\"resets_at\":null}}," TOTAL "}",
        "\nLIMIT                ALLOWED          USED      RESERVED  RESETS\n"
        "rpm                    1,200             7             1  -\n"
        "cost_day               $3.50         $0.25         $0.00  "
        "2026-11-30 00:00 (UTC)\n" IN_ALL);
}

/* Days end where the key is at home; what opens within a minute is told by the
   second. */
static void times_are_in_its_own_zone(void **state)
{
    (void)state;
    expect_printed(
        key_show,
        "{\"created_at\":\"2026-11-29T20:20:59.123Z\",\"prefix\":\"cr_abcd\","
        "\"last4\":\"wxyz\",\"rotated\":[{\"prefix\":\"cr_0123\","
        "\"last4\":\"6789\",\"expires_at\":\"2026-11-30T16:00:00.000Z\"}],"
        "\"time_zone\":\"+08:00\",\"used\":{\"rpm\":{\"limit\":2,\"used\":2,"
        "\"reserved\":0,\"resets_at\":\"2026-11-29T20:21:41.001Z\"},"
        "\"cost_day\":{\"limit\":3.5,\"used\":0,\"reserved\":0,"
        "\"resets_at\":\"2026-11-30T16:00:00.000Z\"}}," TOTAL "}",
        "created_at     2026-11-30 04:20 (+08:00)\n"
        "key            cr_abcd...wxyz\n"
        "former key     cr_0123...6789, works until 2026-12-01 00:00 (+08:00)\n"
        "time_zone      +08:00\n"
        "\nLIMIT                ALLOWED          USED      RESERVED  RESETS\n"
        "rpm                        2             2             0  "
        "2026-11-30 04:21:42 (+08:00)\n"
        "cost_day               $3.50         $0.00         $0.00  "
        "2026-12-01 00:00 (+08:00)\n" IN_ALL);
}

/* A zone that this machine does not have. */
static void a_zone_that_is_not_here_is_shown_as_utc(void **state)
{
    (void)state;
    expect_printed(key_show,
                   "{\"created_at\":\"2026-11-29T20:20:59Z\",\"time_zone\":"
                   "\"Atlantis/Poseidonis\"," TOTAL "}",
                   "created_at     2026-11-29 20:20 (UTC)\n"
                   "time_zone      Atlantis/Poseidonis\n" NO_LIMITS);
}

/* Nobody knows the limits of what cannot be used: none would be a lie. */
static void damage_is_not_shown_as_no_limits(void **state)
{
    (void)state;
    expect_printed(
        key_show,
        "{\"trouble\":\"its document\",\"limits\":null,\"used\":{}," TOTAL "}",
        "trouble        its document\n" IN_ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_shown_as_options_set_them),
        cmocka_unit_test(what_is_not_there_has_no_line),
        cmocka_unit_test(warnings_are_no_member),
        cmocka_unit_test(texts_are_masked),
        cmocka_unit_test(limits_are_a_table),
        cmocka_unit_test(times_are_in_its_own_zone),
        cmocka_unit_test(a_zone_that_is_not_here_is_shown_as_utc),
        cmocka_unit_test(damage_is_not_shown_as_no_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
