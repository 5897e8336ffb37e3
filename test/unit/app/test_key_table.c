// SPDX-License-Identifier: MIT
/* Lists of keys and groups: columns, and their widths. */
#include "app/key_table.h"

#include "key_output.h"

#define ALICE                                                                   \
    "{\"id\":1,\"name\":\"alice\",\"state\":\"active\",\"prefix\":\"cr_abcd\"," \
    "\"last4\":\"wxyz\",\"group\":null,\"owner\":null,\"last_used_at\":null}"
#define JOERG                                                                  \
    "{\"id\":12,\"name\":\"j\xc3\xb6rg\",\"state\":\"revoked\",\"prefix\":"    \
    "\"cr_0123\",\"last4\":\"6789\",\"group\":\"interns\",\"owner\":"          \
    "\"J\xc3\xb6rg \xc3\x84rger\",\"last_used_at\":"                           \
    "\"2026-11-29T03:20:00.000Z\"}"

static void print_keys(const struct json_doc *list)
{
    struct key_table table;

    key_table_begin_keys(&table);
    key_table_print(&table, list);
    key_table_done(&table);
}

static void print_groups(const struct json_doc *list)
{
    struct key_table table;

    key_table_begin_groups(&table);
    key_table_print(&table, list);
    key_table_done(&table);
}

/* In characters, not in bytes; nothing follows the last column. */
static void columns_are_as_wide_as_they_need(void **state)
{
    (void)state;
    expect_printed(
        print_keys, "[" ALICE "," JOERG "]",
        "ID  NAME   STATE    KEY             GROUP    OWNER       LAST USED\n"
        "1   alice  active   cr_abcd...wxyz  -        -           never\n"
        "12  j\xc3\xb6rg   revoked  cr_0123...6789  interns  J\xc3\xb6rg "
        "\xc3\x84rger  2026-11-29 03:20 (UTC)\n");
}

static void limits_of_groups_are_written_as_options_take_them(void **state)
{
    (void)state;
    expect_printed(print_groups,
                   "[{\"id\":1,\"name\":\"g\",\"limits\":{\"cost_week\":99.5,"
                   "\"rpm\":1200}},{\"id\":2,\"name\":\"h\",\"limits\":{}},"
                   "{\"id\":3,\"name\":\"damaged\",\"limits\":null}]",
                   "ID  NAME     LIMITS\n"
                   "1   g        rpm=1200 cost_week=99.5\n"
                   "2   h        -\n"
                   "3   damaged  -\n");
}

static struct key_table pages;

static void print_page(const struct json_doc *list)
{
    key_table_print(&pages, list);
}

/* Its widths are those of the first page; what is wider moves its own line. */
static void further_pages_have_no_head(void **state)
{
    char *first;

    (void)state;
    key_table_begin_keys(&pages);
    first = printed(print_page, "[" ALICE "]");
    assert_string_equal(
        first, "ID  NAME   STATE   KEY             GROUP  OWNER  LAST USED\n"
               "1   alice  active  cr_abcd...wxyz  -      -      never\n");
    mem_free(first);
    expect_printed(
        print_page, "[" JOERG "," ALICE "]",
        "12  j\xc3\xb6rg   revoked  cr_0123...6789  interns  J\xc3\xb6rg "
        "\xc3\x84rger  2026-11-29 03:20 (UTC)\n"
        "1   alice  active  cr_abcd...wxyz  -      -      never\n");
    key_table_done(&pages);
}

/* Whoever looks after keys of several places reads each in the time of its limits. */
static void each_row_has_its_own_time_zone(void **state)
{
    char *said =
        printed(print_keys, "[{\"name\":\"a\",\"time_zone\":\"+08:00\","
                            "\"last_used_at\":\"2026-11-29T20:20:00.000Z\"},"
                            "{\"name\":\"b\",\"time_zone\":null,"
                            "\"last_used_at\":\"2026-11-29T20:20:00.000Z\"}]");

    (void)state;
    unit_assert_part(said, " 2026-11-30 04:20 (+08:00)\n");
    unit_assert_part(said, " 2026-11-29 20:20 (UTC)\n");
    mem_free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_they_need),
        cmocka_unit_test(limits_of_groups_are_written_as_options_take_them),
        cmocka_unit_test(further_pages_have_no_head),
        cmocka_unit_test(each_row_has_its_own_time_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
