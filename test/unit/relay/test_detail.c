// SPDX-License-Identifier: MIT
/* Where the time of an ended request went, in one piece of memory. */
#include "relay/detail.h"

#include <string.h>

#include "unit.h"

#define ID "req_relay_1a229e47a899e650b7f7bb"

static _Alignas(struct detail) char mem[DETAIL_SIZE_MAX];

static const struct detail *pack(const struct detail_parts *parts)
{
    struct detail *detail = (struct detail *)mem;

    memset(mem, 0xa5, sizeof(mem));
    detail_pack(detail, parts);
    assert_true(detail->size <= sizeof(mem));
    return detail;
}

static void what_was_packed_is_there(void **state)
{
    const struct detail_step steps[] = { { 0, 41, DETAIL_RECEIVE },
                                         { 41, 18, DETAIL_CHOOSE },
                                         { 59, 700, DETAIL_WAIT } };
    const struct detail_attempt attempts[] = {
        { .account = STR("main"),
          .why = STR("connection closed"),
          .start_us = 59,
          .us = 703,
          .result = RECORD_STALE },
        { .account = STR("team"),
          .proxy = STR("socks5://127.0.0.1:1080"),
          .start_us = 780,
          .us = 9,
          .status = 200,
          .result = RECORD_DELIVERED,
          .fresh = true },
    };
    const struct detail *detail = pack(&(struct detail_parts){
        STR(ID), steps, COUNT_OF(steps), attempts, COUNT_OF(attempts) });
    struct detail_attempt attempt;

    (void)state;
    assert_string_equal(detail->id, ID);
    assert_int_equal(detail->step_count, 3);
    assert_int_equal(detail_step_at(detail, 2).kind, DETAIL_WAIT);
    assert_int_equal(detail_step_at(detail, 2).us, 700);
    assert_int_equal(detail->attempt_count, 2);
    attempt = detail_attempt_at(detail, 0);
    unit_assert_str(attempt.account, "main");
    unit_assert_str(attempt.proxy, "");
    unit_assert_str(attempt.why, "connection closed");
    assert_int_equal(attempt.result, RECORD_STALE);
    assert_false(attempt.fresh);
    attempt = detail_attempt_at(detail, 1);
    unit_assert_str(attempt.account, "team");
    unit_assert_str(attempt.proxy, "socks5://127.0.0.1:1080");
    unit_assert_str(attempt.why, "");
    assert_int_equal(attempt.status, 200);
    assert_int_equal(attempt.us, 9);
    assert_true(attempt.fresh);
}

static void one_that_reached_nobody_is_small(void **state)
{
    const struct detail *detail = pack(&(struct detail_parts){ .id = STR(ID) });

    (void)state;
    assert_int_equal(detail->size, sizeof(*detail));
    assert_int_equal(detail->step_count, 0);
    assert_int_equal(detail->attempt_count, 0);
}

static void long_texts_are_cut_so_that_the_largest_fits(void **state)
{
    static char text[4096];
    struct detail_step steps[DETAIL_STEPS_MAX] = { { 0 } };
    struct detail_attempt attempts[RECORD_ATTEMPTS_MAX];
    const struct detail *detail;

    (void)state;
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < RECORD_ATTEMPTS_MAX; i++)
        attempts[i] = (struct detail_attempt){
            .account = { text, sizeof(text) },
            .proxy = { text, sizeof(text) },
            .why = { text, sizeof(text) },
            .us = (uint32_t)i,
        };
    detail = pack(&(struct detail_parts){ STR(ID), steps, DETAIL_STEPS_MAX,
                                          attempts, RECORD_ATTEMPTS_MAX });
    for (size_t i = 0; i < RECORD_ATTEMPTS_MAX; i++) {
        struct detail_attempt attempt = detail_attempt_at(detail, i);

        assert_int_equal(attempt.us, i);
        assert_int_equal(attempt.account.len, 80);
        assert_int_equal(attempt.why.at[attempt.why.len - 1], 'x');
    }
}

static void each_kind_has_a_word(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DETAIL_KINDS; i++)
        assert_non_null(detail_kind_word((enum detail_kind)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_is_there),
        cmocka_unit_test(one_that_reached_nobody_is_small),
        cmocka_unit_test(long_texts_are_cut_so_that_the_largest_fits),
        cmocka_unit_test(each_kind_has_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
