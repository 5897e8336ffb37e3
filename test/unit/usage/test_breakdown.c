// SPDX-License-Identifier: MIT
/* Sums by key, model and account, and how many of them there can be. */
#include "usage/breakdown.h"

#include <stdio.h>

#include "base/text.h"
#include "unit.h"

static const struct meter_usage usage = {
    .counts = { [METER_INPUT] = 10, [METER_OUTPUT] = 20 },
};

static const struct record answered = {
    .key_id = 7,
    .key = { "alice", 5 },
    .account = { "main", 4 },
    .model = { "claude-x-20260101", 17 },
    .priced = { "claude-x", 8 },
    .end = RECORD_COMPLETE,
    .status = 200,
    .attempt_count = 2,
    .attempts = { { .account = { "other-one", 9 }, .result = RECORD_LOST },
                  { .account = { "main", 4 }, .result = RECORD_DELIVERED } },
    .first_byte_us = 1500,
    .usage = &usage,
    .cost_known = true,
    .cost_microusd = 9,
};

static void copy(struct breakdown *breakdown, enum breakdown_by by,
                 struct breakdown_copy *out)
{
    breakdown_copy(breakdown, by, NULL, NULL, out);
}

static void a_request_counts_for_its_key_model_and_accounts(void **state)
{
    struct breakdown *breakdown = breakdown_new();
    struct breakdown_copy rows;

    (void)state;
    breakdown_add(breakdown, &answered);
    breakdown_add(breakdown, &answered);
    copy(breakdown, BREAKDOWN_KEY, &rows);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.rows[0].id, 7);
    assert_int_equal(rows.rows[0].sums.requests, 2);
    assert_int_equal(rows.rows[0].sums.failed, 0);
    assert_int_equal(rows.rows[0].sums.counts[BOOKING_TOKENS_OUT], 40);
    assert_int_equal(rows.rows[0].sums.cost_microusd, 18);
    breakdown_copy_done(&rows);
    copy(breakdown, BREAKDOWN_MODEL, &rows);
    assert_int_equal(rows.count, 1);
    assert_string_equal(rows.rows[0].name, "claude-x");
    breakdown_copy_done(&rows);
    copy(breakdown, BREAKDOWN_ACCOUNT, &rows);
    assert_int_equal(rows.count, 2);
    assert_string_equal(rows.rows[0].name, "main");
    assert_int_equal(rows.rows[0].sums.attempts[RECORD_DELIVERED], 2);
    assert_int_equal(rows.rows[0].sums.answers, 2);
    assert_int_equal(rows.rows[0].sums.first_byte_us, 3000);
    assert_string_equal(rows.rows[1].name, "other-one");
    assert_int_equal(rows.rows[1].sums.requests, 0);
    assert_int_equal(rows.rows[1].sums.attempts[RECORD_LOST], 2);
    breakdown_copy_done(&rows);
    breakdown_free(breakdown);
}

static void what_has_none_is_apart(void **state)
{
    struct breakdown *breakdown = breakdown_new();
    struct record record = { .end = RECORD_REFUSED, .status = 401 };
    struct breakdown_copy rows;

    (void)state;
    breakdown_add(breakdown, &record);
    for (size_t by = 0; by < BREAKDOWN_BYS; by++) {
        copy(breakdown, (enum breakdown_by)by, &rows);
        assert_int_equal(rows.count, 0);
        assert_int_equal(rows.none.requests, 1);
        assert_int_equal(rows.none.failed, 1);
        assert_int_equal(rows.others.requests, 0);
        breakdown_copy_done(&rows);
    }
    breakdown_free(breakdown);
}

/* Clients may name any. */
static void models_without_a_price_make_no_row(void **state)
{
    struct breakdown *breakdown = breakdown_new();
    struct breakdown_copy rows;
    char name[32];

    (void)state;
    for (int i = 0; i < 10000; i++) {
        (void)snprintf(name, sizeof(name), "random-%d", i);
        breakdown_add(breakdown,
                      &(struct record){ .model_asked = str_of(name) });
    }
    copy(breakdown, BREAKDOWN_MODEL, &rows);
    assert_int_equal(rows.count, 0);
    assert_int_equal(rows.others.requests, 10000);
    breakdown_copy_done(&rows);
    breakdown_free(breakdown);
}

static void add_keys(struct breakdown *breakdown, uint64_t count)
{
    for (uint64_t id = 1; id <= count; id++)
        breakdown_add(breakdown,
                      &(struct record){ .key_id = id, .key = STR("k") });
}

static void the_first_have_rows_and_the_rest_are_others(void **state)
{
    struct breakdown *breakdown = breakdown_new();
    struct breakdown_copy rows;

    (void)state;
    add_keys(breakdown, BREAKDOWN_MAX + 5);
    add_keys(breakdown, BREAKDOWN_MAX + 5);
    copy(breakdown, BREAKDOWN_KEY, &rows);
    assert_int_equal(rows.count, BREAKDOWN_MAX);
    assert_int_equal(rows.others.requests, 10);
    for (size_t i = 0; i < rows.count; i++) {
        assert_int_equal(rows.rows[i].id, i + 1);
        assert_int_equal(rows.rows[i].sums.requests, 2);
    }
    breakdown_copy_done(&rows);
    breakdown_free(breakdown);
}

static bool is_even(void *arg, struct breakdown_row *row)
{
    (void)arg;
    (void)snprintf(row->name, sizeof(row->name), "now-%llu",
                   (unsigned long long)row->id);
    return row->id % 2 == 0;
}

/* Their counts stay, and their places are free. */
static void those_that_are_gone_become_others(void **state)
{
    struct breakdown *breakdown = breakdown_new();
    struct breakdown_copy rows;

    (void)state;
    add_keys(breakdown, BREAKDOWN_MAX);
    for (int i = 0; i < 2; i++) {
        breakdown_copy(breakdown, BREAKDOWN_KEY, is_even, NULL, &rows);
        assert_int_equal(rows.count, BREAKDOWN_MAX / 2);
        assert_int_equal(rows.others.requests, BREAKDOWN_MAX / 2);
        assert_string_equal(rows.rows[0].name, "now-2");
        breakdown_copy_done(&rows);
    }
    add_keys(breakdown, BREAKDOWN_MAX);
    copy(breakdown, BREAKDOWN_KEY, &rows);
    assert_int_equal(rows.count, BREAKDOWN_MAX);
    assert_int_equal(rows.others.requests, BREAKDOWN_MAX / 2);
    assert_string_equal(rows.rows[0].name, "k");
    assert_int_equal(rows.rows[0].id, 2);
    assert_int_equal(rows.rows[0].sums.requests, 2);
    assert_int_equal(rows.rows[BREAKDOWN_MAX - 1].sums.requests, 1);
    breakdown_copy_done(&rows);
    breakdown_free(breakdown);
}

/* They are no requests; what they used was used. */
static void results_of_batches_count_once_booked(void **state)
{
    uint64_t memory[BOOKING_SIZE_MAX / sizeof(uint64_t)];
    struct booking *booking = (struct booking *)(void *)memory;
    struct breakdown *breakdown = breakdown_new();
    struct record record = answered;
    struct breakdown_copy rows;

    (void)state;
    record.batch_result = 1;
    breakdown_add(breakdown, &record);
    booking_pack(booking, &record);
    breakdown_add_result(breakdown, booking, STR("claude-x"));
    breakdown_add_result(breakdown, booking, STR_EMPTY);
    copy(breakdown, BREAKDOWN_MODEL, &rows);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.rows[0].sums.requests, 0);
    assert_int_equal(rows.rows[0].sums.counts[BOOKING_TOKENS_IN], 10);
    assert_int_equal(rows.others.cost_microusd, 9);
    breakdown_copy_done(&rows);
    copy(breakdown, BREAKDOWN_KEY, &rows);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.rows[0].sums.cost_microusd, 18);
    breakdown_copy_done(&rows);
    breakdown_free(breakdown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_counts_for_its_key_model_and_accounts),
        cmocka_unit_test(what_has_none_is_apart),
        cmocka_unit_test(models_without_a_price_make_no_row),
        cmocka_unit_test(the_first_have_rows_and_the_rest_are_others),
        cmocka_unit_test(those_that_are_gone_become_others),
        cmocka_unit_test(results_of_batches_count_once_booked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
