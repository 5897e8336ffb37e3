// SPDX-License-Identifier: MIT
/* Usage as JSON and as CSV. */
#include "admin/usage_text.h"

#include "base/json.h"
#include "unit.h"

static const struct ask_row alice = {
    .number = 7,
    .name = { "=alice", 6 },
    .sums = { 5, 4, 3, 2, 1, 6, 7, 8, 9, 10 },
};

#define SUMS                                                                   \
    "\"requests\":5,\"failed\":4,\"unpriced\":3,\"input_tokens\":2,"           \
    "\"output_tokens\":1,\"cache_read_input_tokens\":6,"                       \
    "\"cache_write_5m_tokens\":7,\"cache_write_1h_tokens\":8,"                 \
    "\"web_search_requests\":9,\"cost_microusd\":10}"

static void assert_begins(const struct buf *out, const char *head)
{
    unit_assert_str(str_sub(buf_str(out), 0, strlen(head)), head);
}

static void a_row_has_its_name_and_all_sums(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 65536);
    usage_text_row(&out, ASK_BY_KEY, &alice);
    unit_assert_str(buf_str(&out), "{\"key\":\"=alice\",\"key_id\":7," SUMS);
    buf_clear(&out);
    usage_text_row(&out, ASK_BY_SESSION,
                   &(struct ask_row){
                       .number = 1, .name = STR("s\"1\""), .key = STR("bob") });
    assert_begins(&out,
                  "{\"session\":\"s\\\"1\\\"\",\"key\":\"bob\",\"requests\":0");
    buf_clear(&out);
    usage_text_row(&out, ASK_BY_GROUP, &(struct ask_row){ .number = 0 });
    assert_begins(&out, "{\"group\":null,\"group_id\":null,\"requests\":0");
    buf_clear(&out);
    usage_text_total(&out, alice.sums);
    unit_assert_str(buf_str(&out), "{" SUMS);
    buf_done(&out);
}

static void csv_has_a_head_and_no_formulas(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 65536);
    usage_text_csv_head(&out, ASK_BY_KEY);
    usage_text_csv_row(&out, ASK_BY_KEY, &alice);
    unit_assert_str(buf_str(&out),
                    "key,key_id,requests,failed,unpriced,input_tokens,"
                    "output_tokens,cache_read_input_tokens,"
                    "cache_write_5m_tokens,cache_write_1h_tokens,"
                    "web_search_requests,cost_microusd\r\n"
                    "'=alice,7,5,4,3,2,1,6,7,8,9,10\r\n");
    buf_done(&out);
}

static struct ask_booking booking(void)
{
    struct ask_booking made = { .number = 1 };

    made.at[ASK_COLUMN_began_at] = sql_number(1762326599900);
    made.at[ASK_COLUMN_ended_at] = sql_number(1762326600000);
    made.at[ASK_COLUMN_id] = sql_number(0x123456789ab);
    made.at[ASK_COLUMN_key] = sql_text(STR("+alice"));
    made.at[ASK_COLUMN_end] = sql_number(RECORD_CLIENT_LEFT);
    made.at[ASK_COLUMN_partial] = sql_number(1);
    made.at[ASK_COLUMN_status] = sql_number(200);
    made.at[ASK_COLUMN_failures] = sql_text(STR("[{\"status\":401}]"));
    return made;
}

static void a_booking_has_all_columns(void **state)
{
    const struct ask_booking made = booking();
    struct json_doc *doc;
    struct buf out;
    struct err err;
    bool partial;
    struct str text;

    (void)state;
    buf_init(&out, 65536);
    usage_text_booking(&out, &made);
    doc = json_doc_parse(buf_str(&out), &err);
    assert_non_null(doc);
    assert_int_equal(json_doc_count(doc), ASK_COLUMNS);
    assert_true(json_doc_get_str(doc, "id", &text));
    unit_assert_str(text, "req_relay_19a52d9d8dc123456789ab");
    assert_true(json_doc_get_str(doc, "ended_at", &text));
    unit_assert_str(text, "2025-11-05T07:10:00.000Z");
    assert_true(json_doc_get_str(doc, "end", &text));
    unit_assert_str(text, "client_left");
    assert_true(json_doc_get_bool(doc, "partial", &partial) && partial);
    assert_true(json_doc_is_array(json_doc_get(doc, "failures")));
    assert_true(json_doc_is_null(json_doc_get(doc, "cost_microusd")));
    json_doc_free(doc);
    buf_done(&out);
}

/* Whose account served it, and what became of that, is not theirs to know. */
static void its_holder_is_not_told_all_of_it(void **state)
{
    static const char *const kept[] = { "key_id", "key",     "group",
                                        "owner",  "account", "failures" };
    struct ask_booking made = booking();
    struct json_doc *doc;
    struct buf out;
    struct err err;

    (void)state;
    made.at[ASK_COLUMN_account] = sql_text(STR("hidden"));
    buf_init(&out, 65536);
    usage_text_own_booking(&out, &made);
    doc = json_doc_parse(buf_str(&out), &err);
    assert_non_null(doc);
    assert_int_equal(json_doc_count(doc), ASK_COLUMNS - COUNT_OF(kept));
    for (size_t i = 0; i < COUNT_OF(kept); i++)
        assert_null(json_doc_get(doc, kept[i]));
    for (size_t i = 0; usage_text_own_members[i].text; i++)
        assert_non_null(json_doc_get(doc, usage_text_own_members[i].name));
    json_doc_free(doc);
    buf_done(&out);
}

static void a_booking_is_a_row_of_csv(void **state)
{
    const struct ask_booking made = booking();
    struct buf out;

    (void)state;
    buf_init(&out, 65536);
    usage_text_csv_bookings_head(&out);
    assert_begins(&out, "ended_at,began_at,id,key_id,key,");
    buf_clear(&out);
    usage_text_csv_booking(&out, &made);
    unit_assert_str(buf_str(&out),
                    "2025-11-05T07:10:00.000Z,2025-11-05T07:09:59.900Z,"
                    "req_relay_19a52d9d8dc123456789ab,,'+alice,,,,,,,200,"
                    "client_left,true,,,,,,,,,,,,\"[{\"\"status\"\":401}]\","
                    ",,,,,,,\r\n");
    buf_done(&out);
}

/* The tables for readers say what is written. */
static void all_that_is_written_is_documented(void **state)
{
    (void)state;
    for (enum ask_column i = 0; i < ASK_COLUMNS; i++)
        assert_string_equal(usage_text_booking_members[i].name,
                            ask_column(i)->name);
    for (size_t i = 0; i < ASK_SUMS; i++)
        assert_string_equal(usage_text_sums_members[1].members[i].name,
                            ask_sum_name((enum ask_sum)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_has_its_name_and_all_sums),
        cmocka_unit_test(csv_has_a_head_and_no_formulas),
        cmocka_unit_test(a_booking_has_all_columns),
        cmocka_unit_test(its_holder_is_not_told_all_of_it),
        cmocka_unit_test(a_booking_is_a_row_of_csv),
        cmocka_unit_test(all_that_is_written_is_documented),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
