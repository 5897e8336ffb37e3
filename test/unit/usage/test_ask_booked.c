// SPDX-License-Identifier: MIT
/* A booking that was just written, as the database would tell it. */
#include "usage/ask_booked.h"

#include <string.h>

#include "http/request_id.h"
#include "unit.h"

static union {
    struct booking booking;
    char room[BOOKING_SIZE_MAX];
} packed;
static struct ask_booking row;

static void book(const struct record *record)
{
    memset(&packed, 0, sizeof(packed));
    booking_pack(&packed.booking, record);
    ask_booked(&row, &packed.booking);
}

static void expect_number(enum ask_column column, int64_t number)
{
    assert_int_equal(row.at[column].type, SQL_NUMBER);
    assert_int_equal(row.at[column].number, number);
}

static void expect_text(enum ask_column column, const char *text)
{
    assert_int_equal(row.at[column].type, SQL_TEXT);
    unit_assert_str(row.at[column].bytes, text);
}

static void all_that_is_known_is_told(void **state)
{
    static const struct meter_usage usage = {
        .counts = { [METER_INPUT] = 12, [METER_OUTPUT] = 7 },
        .known = { [METER_INPUT] = true, [METER_OUTPUT] = true },
    };
    const struct record record = {
        .id = STR("req_relay_1a229e47a899e650b7f7bb"),
        .key_id = 3,
        .key = STR("alice"),
        .account = STR("main"),
        .endpoint = STR("/v1/messages"),
        .model_asked = STR("claude-asked"),
        .model = STR("claude-answered"),
        .began_ms = 1796000000000,
        .first_byte_us = 9000,
        .duration_us = 1500000,
        .end = RECORD_CANCELLED,
        .status = 200,
        .bytes_in = 5,
        .bytes_out = 6,
        .sent = true,
        .attempt_count = 1,
        .attempts = { { .account = STR("main"), .result = RECORD_DELIVERED } },
        .usage = &usage,
        .partial = true,
        .cost_known = true,
        .cost_microusd = 141,
    };

    (void)state;
    book(&record);
    expect_number(ASK_COLUMN_began_at, 1796000000000);
    expect_number(ASK_COLUMN_ended_at, 1796000001500);
    expect_number(ASK_COLUMN_id, (int64_t)request_id_tail(record.id));
    expect_number(ASK_COLUMN_key_id, 3);
    expect_text(ASK_COLUMN_key, "alice");
    expect_text(ASK_COLUMN_model, "claude-answered");
    expect_text(ASK_COLUMN_model_asked, "claude-asked");
    expect_number(ASK_COLUMN_end, RECORD_CANCELLED);
    expect_number(ASK_COLUMN_partial, 1);
    expect_number(ASK_COLUMN_batch, 0);
    expect_number(ASK_COLUMN_input_tokens, 12);
    expect_number(ASK_COLUMN_output_tokens, 7);
    expect_number(ASK_COLUMN_cost_microusd, 141);
    expect_number(ASK_COLUMN_first_byte_ms, 9);
    expect_number(ASK_COLUMN_attempts, 1);
}

static void what_is_not_known_is_null(void **state)
{
    static const bool is_unknown[ASK_COLUMNS] = {
        [ASK_COLUMN_key_id] = true,        [ASK_COLUMN_key] = true,
        [ASK_COLUMN_group] = true,         [ASK_COLUMN_owner] = true,
        [ASK_COLUMN_status] = true,        [ASK_COLUMN_service_tier] = true,
        [ASK_COLUMN_cost_microusd] = true, [ASK_COLUMN_price_version] = true,
        [ASK_COLUMN_failures] = true,      [ASK_COLUMN_first_byte_ms] = true,
        [ASK_COLUMN_upstream_id] = true,   [ASK_COLUMN_client_id] = true,
        [ASK_COLUMN_session] = true,       [ASK_COLUMN_parts] = true,
    };
    const struct record record = { .account = STR("main"),
                                   .endpoint = STR("/v1/messages"),
                                   .model = STR("claude-x"),
                                   .end = RECORD_COMPLETE };

    (void)state;
    book(&record);
    for (enum ask_column i = 0; i < ASK_COLUMNS; i++)
        assert_int_equal(row.at[i].type == SQL_NULL, is_unknown[i]);
    expect_text(ASK_COLUMN_model_asked, "claude-x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_known_is_told),
        cmocka_unit_test(what_is_not_known_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
