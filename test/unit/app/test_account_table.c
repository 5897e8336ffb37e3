// SPDX-License-Identifier: MIT
/* Accounts for people. */
#include "app/account_table.h"

#include "unit.h"

#define NOW_MS 1785585600000u /* 2026-08-01T12:00:00Z */

#define WINDOW(name, used, resets, seen, out)                                  \
    "{\"name\":\"" name "\",\"status\":\"allowed\",\"used_ppm\":" used         \
    ",\"resets_at\":" resets ",\"seen_at\":\"" seen "\",\"runs_out_at\":" out  \
    "}"
#define JUST_NOW "2026-08-01T11:59:00Z"

#define MAIN                                                                         \
    "{\"account\":\"main\",\"kind\":\"oauth\",\"state\":\"paused\","                 \
    "\"until\":\"2026-08-01T14:05:30Z\",\"why\":\"its 5h limit is used up\","        \
    "\"enabled\":true,\"is_valid\":true,"                                            \
    "\"expires_at\":\"2026-08-01T20:00:00.000Z\",\"problem\":null,"                  \
    "\"today\":{\"requests\":1234,\"cost_microusd\":12345678},\"windows\":[" WINDOW( \
        "5h", "1000000", "\"2026-08-01T14:05:30Z\"", JUST_NOW,                       \
        "null") "," WINDOW("7d", "429999", "\"2026-08-04T12:00:00Z\"",               \
                           "2026-08-01T09:00:00Z",                                   \
                           "\"2026-08-03T13:00:00Z\"") "]}"
#define TEAM                                                                   \
    "{\"account\":\"team\",\"kind\":\"api-key\",\"state\":\"ready\","          \
    "\"until\":null,\"why\":null,\"enabled\":true,\"is_valid\":true,"          \
    "\"expires_at\":null,\"problem\":null,\"today\":null,\"windows\":[],"      \
    "\"families\":[{\"family\":\"opus\",\"until\":\"2026-08-05T12:00:00Z\","   \
    "\"why\":\"a limit is used up\"},{\"family\":\"haiku\","                   \
    "\"until\":\"2026-08-01T11:00:00Z\",\"why\":\"it is over\"}]}"
/* What was known of its window is over. */
#define OLD                                                                                 \
    "{\"account\":\"old\",\"kind\":\"oauth\",\"state\":\"unusable\","                       \
    "\"enabled\":true,\"is_valid\":false,\"problem\":\"account \\\"old\\\" has no token\"," \
    "\"today\":{\"requests\":0,\"cost_microusd\":0},\"windows\":[" WINDOW(                  \
        "5h", "900000", "\"2026-08-01T11:00:00Z\"", JUST_NOW, "null") "]}"

#define DAMAGED                                                                \
    "{\"account\":\"gw\",\"state\":\"ready\",\"problem\":\"its last good "     \
    "version stays in use\"}"

typedef void add_fn(struct buf *out, const struct account_table *table,
                    const struct json_doc *list);

static void assert_written(add_fn *add, size_t width, const char *list,
                           const char *want)
{
    const struct account_table table = { width, NOW_MS };
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(list), &err);
    struct buf out;

    assert_non_null(doc);
    buf_init(&out, 65536);
    add(&out, &table, doc);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
    json_doc_free(doc);
}

static void all_is_told(void **state)
{
    (void)state;
    assert_written(
        account_table_add, 0, "[" MAIN "," TEAM "]",
        "ACCOUNT  KIND     STATE             LIMITS USED                        "
        "            TODAY    COST  TOKEN UNTIL\n"
        "main     oauth    paused for 2h 5m  5h 100% (2h 5m left), 7d 42% (3d "
        "left) 3h ago  1,234  $12.35  2026-08-01T20:00:00.000Z\n"
        "team     api-key  ready             -                                 "
        "                 -       -  never expires\n");
}

static void what_is_over_is_not_known(void **state)
{
    (void)state;
    assert_written(account_table_add, 0, "[" OLD "]",
                   "ACCOUNT  KIND   STATE     LIMITS USED  TODAY   COST  TOKEN "
                   "UNTIL\n"
                   "old      oauth  unusable  -                0  $0.00  "
                   "unknown\n");
}

static void what_is_hardly_used_is_not_named(void **state)
{
    (void)state;
    assert_written(
        account_table_add, 0,
        "[{\"account\":\"a\",\"kind\":\"oauth\",\"state\":\"ready\","
        "\"windows\":[" WINDOW("5h", "9999", "null", JUST_NOW, "null") "]}]",
        "ACCOUNT  KIND   STATE  LIMITS USED  TODAY  COST  TOKEN UNTIL\n"
        "a        oauth  ready  under 1%         -     -  never "
        "expires\n");
}

static void a_terminal_shows_what_tells_most(void **state)
{
    (void)state;
    assert_written(
        account_table_add, 80, "[" MAIN "]",
        "ACCOUNT  STATE             LIMITS USED                               "
        "     TODAY\n"
        "main     paused for 2h 5m  5h 100% (2h 5m left), 7d 42% (3d left) 3h "
        "ago  1,234\n");
}

static void what_is_to_be_said_follows(void **state)
{
    (void)state;
    assert_written(account_table_add_notes, 0,
                   "[" MAIN "," TEAM "," OLD "," DAMAGED "]",
                   "main: its 5h limit is used up\n"
                   "main: at this rate its limit 7d is used up in 2d 1h\n"
                   "team: its opus models are paused for 4d: a limit is used "
                   "up\n"
                   "account \"old\" has no token\n"
                   "gw: its last good version stays in use\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_told),
        cmocka_unit_test(what_is_over_is_not_known),
        cmocka_unit_test(what_is_hardly_used_is_not_named),
        cmocka_unit_test(a_terminal_shows_what_tells_most),
        cmocka_unit_test(what_is_to_be_said_follows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
