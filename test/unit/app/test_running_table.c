// SPDX-License-Identifier: MIT
/* Requests that run, as a table. */
#include "app/running_table.h"

#include <string.h>

#include "base/err.h"
#include "unit.h"

#define ID "req_relay_1a229e47a899e650b7f7bb"

static struct json_doc *list_of(void)
{
    struct err err;
    struct json_doc *list = json_doc_parse(
        STR("[{\"id\":\"" ID "\",\"key\":\"alice\",\"account\":null,"
            "\"model\":\"claude-sonnet-4-5\",\"age_ms\":727000,"
            "\"step\":\"answering\",\"bytes_out\":12345,\"attempts\":1,"
            "\"client\":\"claude-cli/2.0\"},"
            "{\"id\":\"second\",\"key\":\"bob\",\"age_ms\":3,"
            "\"step\":\"queued\",\"bytes_out\":0,\"attempts\":0}]"),
        &err);

    assert_non_null(list);
    return list;
}

static void add(struct buf *out, size_t width, size_t max, bool wanted)
{
    struct json_doc *list = list_of();

    buf_init(out, 65536);
    running_table_add(out, &(struct running_table){ width, max, wanted }, list);
    json_doc_free(list);
}

static void all_columns_where_there_is_no_terminal(void **state)
{
    struct buf out;

    (void)state;
    add(&out, 0, 10, true);
    unit_assert_str(
        buf_str(&out),
        "  AGE  STEP       KEY    ACCOUNT  MODEL               BYTES  TRIES  "
        "CLIENT          ID\n"
        "12:07  answering  alice  -        claude-sonnet-4-5  12,345      1  "
        "claude-cli/2.0  " ID "\n"
        " 3 ms  queued     bob    -        -                       0      0  "
        "-               second\n");
    buf_done(&out);
}

static void longest_line(const struct buf *out, size_t width)
{
    struct str rest = buf_str(out);
    struct str line;

    while (str_next(&rest, '\n', &line))
        assert_true(line.len <= width);
}

static void ids_stay_where_they_are_wanted(void **state)
{
    struct buf out;

    (void)state;
    add(&out, 80, 10, true);
    assert_true(str_contains(buf_str(&out), STR(ID)));
    longest_line(&out, 80);
    buf_done(&out);
    add(&out, 80, 10, false);
    assert_false(str_contains(buf_str(&out), STR(ID)));
    longest_line(&out, 80);
    buf_done(&out);
}

static void only_so_many_rows(void **state)
{
    struct buf out;

    (void)state;
    add(&out, 0, 1, true);
    assert_false(str_contains(buf_str(&out), STR("second")));
    buf_done(&out);
}

static void ages_are_read_at_a_glance(void **state)
{
    static const struct {
        uint64_t ms;
        const char *text;
    } rows[] = { { 0, "0 ms" },          { 999, "999 ms" },
                 { 1000, "1.0 s" },      { 59999, "59.9 s" },
                 { 60000, "1:00" },      { 3599000, "59:59" },
                 { 3600000, "1:00:00" }, { 90061000, "25:01:01" } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf out;

        buf_init(&out, 64);
        running_table_add_age(&out, rows[i].ms);
        unit_assert_str(buf_str(&out), rows[i].text);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_columns_where_there_is_no_terminal),
        cmocka_unit_test(ids_stay_where_they_are_wanted),
        cmocka_unit_test(only_so_many_rows),
        cmocka_unit_test(ages_are_read_at_a_glance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
