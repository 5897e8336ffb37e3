// SPDX-License-Identifier: MIT
/* What a booking keeps of a record. */
#include "usage/booking.h"

#include "ledger_scene.h"

static void it_keeps_what_the_record_has(void **state)
{
    struct meter_usage usage = {
        .counts = { [METER_INPUT] = 10,
                    [METER_OUTPUT] = 20,
                    [METER_CACHE_WRITE] = 70,
                    [METER_CACHE_WRITE_1H] = 30,
                    [METER_CACHE_READ] = 50,
                    [METER_WEB_SEARCH] = 2 },
    };
    struct record record = ledger_scene_record();
    struct str texts[BOOKING_TEXTS];
    struct booking *booking;

    (void)state;
    record.usage = &usage;
    booking = ledger_scene_booking(&record);
    assert_int_equal(booking->size % 8, 0);
    assert_int_equal(booking->ended_ms, LEDGER_SCENE_MS + 1500);
    assert_int_equal(booking->duration_ms, 1500);
    assert_int_equal(booking->first_byte_ms, 301);
    assert_int_equal(booking->tail, 0xabc0000002a);
    assert_int_equal(booking->counts[BOOKING_TOKENS_IN], 10);
    assert_int_equal(booking->counts[BOOKING_TOKENS_OUT], 20);
    assert_int_equal(booking->counts[BOOKING_CACHE_READ], 50);
    assert_int_equal(booking->counts[BOOKING_CACHE_WRITE_5M], 40);
    assert_int_equal(booking->counts[BOOKING_CACHE_WRITE_1H], 30);
    assert_int_equal(booking->counts[BOOKING_SEARCHES], 2);
    booking_texts(booking, texts);
    unit_assert_str(texts[BOOKING_KEY], "alice");
    unit_assert_str(texts[BOOKING_OWNER], "alice@example.com");
    unit_assert_str(texts[BOOKING_MODEL], "claude-a-20260101");
    unit_assert_str(texts[BOOKING_ASKED], "claude-a");
    unit_assert_str(texts[BOOKING_UPSTREAM_ID], "req_011");
    unit_assert_str(texts[BOOKING_CLIENT_ID], "");
    unit_assert_str(texts[BOOKING_FAILURES], "");
    unit_assert_str(texts[BOOKING_PARTS], "");
    mem_free(booking);
}

static const struct {
    uint64_t first_byte_us;
    uint64_t duration_us;
    uint32_t first_byte_ms;
    uint32_t duration_ms;
} moments[] = {
    { 0, 0, 0, 0 },
    { 0, 999, 0, 0 },
    { 1, 1, 1, 1 },
    { 1200, 1900, 2, 2 },
    { 2000, 2000, 2, 2 },
    { 2001, 9000, 3, 9 },
    { UINT64_MAX / 2, UINT64_MAX / 2, UINT32_MAX, UINT32_MAX },
};

static void the_first_byte_is_no_later_than_the_last(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(moments); i++) {
        struct record record = ledger_scene_record();
        struct booking *booking;

        record.first_byte_us = moments[i].first_byte_us;
        record.duration_us = moments[i].duration_us;
        booking = ledger_scene_booking(&record);
        assert_int_equal(booking->first_byte_ms, moments[i].first_byte_ms);
        assert_int_equal(booking->duration_ms, moments[i].duration_ms);
        assert_int_equal(booking->ended_ms,
                         record.began_ms + booking->duration_ms);
        mem_free(booking);
    }
}

static void the_model_is_that_of_the_answer_else_that_which_was_asked_for(
    void **state)
{
    static const struct {
        const char *asked;
        const char *answered;
        const char *model;
        const char *other;
    } rows[] = { { "a", "b", "b", "a" },
                 { "a", "a", "a", "" },
                 { "a", "", "a", "" },
                 { "", "b", "b", "" },
                 { "", "", "", "" } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct record record = ledger_scene_record();
        struct str texts[BOOKING_TEXTS];
        struct booking *booking;

        record.model_asked = str_of(rows[i].asked);
        record.model = str_of(rows[i].answered);
        booking = ledger_scene_booking(&record);
        booking_texts(booking, texts);
        unit_assert_str(texts[BOOKING_MODEL], rows[i].model);
        unit_assert_str(texts[BOOKING_ASKED], rows[i].other);
        mem_free(booking);
    }
}

/* ---- texts --------------------------------------------------------------- */

static void foreign_text_is_cleaned(void **state)
{
    static const struct {
        struct str text;
        const char *want;
    } rows[] = {
        { { "plain-text-of-some-length", 25 }, "plain-text-of-some-length" },
        { { "a\0b", 3 }, "a?b" },
        { { "12345678\0", 9 }, "12345678?" },
        { { "\0", 1 }, "?" },
        { { "gr\xc3\xbc\xc3\x9f", 6 }, "gr\xc3\xbc\xc3\x9f" },
        { { "half \xc3", 6 }, "half ?" },
        { { "\xed\xa0\x80", 3 }, "???" },
        { { "\xff", 1 }, "?" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct record record = ledger_scene_record();
        struct str texts[BOOKING_TEXTS];
        struct booking *booking;

        record.session = rows[i].text;
        booking = ledger_scene_booking(&record);
        booking_texts(booking, texts);
        unit_assert_str(texts[BOOKING_SESSION], rows[i].want);
        mem_free(booking);
    }
}

static void no_letter_is_cut_in_two(void **state)
{
    struct record record = ledger_scene_record();
    struct str texts[BOOKING_TEXTS];
    char text[130];
    struct booking *booking;

    (void)state;
    memset(text, 'x', sizeof(text));
    memcpy(text + 127, "\xc3\xbc", 2);
    record.session = (struct str){ text, sizeof(text) };
    booking = ledger_scene_booking(&record);
    booking_texts(booking, texts);
    assert_int_equal(texts[BOOKING_SESSION].len, 127);
    mem_free(booking);
}

/* Under ASan this is at the end of what was allocated. */
static void the_greatest_fits(void **state)
{
    struct record record = ledger_scene_record();
    char *text = mem_alloc(1 << 20);
    struct str all = { text, 1 << 20 };
    struct str *const texts[] = {
        &record.id,
        &record.client_id,
        &record.upstream_id,
        &record.session,
        &record.endpoint,
        &record.key,
        &record.owner,
        &record.group,
        &record.account,
        &record.model_asked,
        &record.model,
        &record.service_tier,
        &record.price_version,
    };
    struct booking *booking;

    (void)state;
    memset(text, 'x', 1 << 20);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = all;
    record.model = str_from(all, 1);
    record.attempt_count = RECORD_ATTEMPTS_MAX;
    for (size_t i = 0; i < RECORD_ATTEMPTS_MAX; i++)
        record.attempts[i].account = all;
    booking = ledger_scene_booking(&record);
    assert_true(booking->size <= BOOKING_SIZE_MAX);
    assert_true(booking->lens[BOOKING_FAILURES] > 1000);
    mem_free(booking);
    mem_free(text);
}

/* ---- numbers ------------------------------------------------------------- */

static void numbers_that_no_sum_could_hold_are_bounded(void **state)
{
    struct meter_usage usage = { .counts = { [METER_INPUT] = UINT64_MAX } };
    struct record record = ledger_scene_record();
    struct booking *booking;

    (void)state;
    record.usage = &usage;
    record.cost_microusd = UINT64_MAX;
    record.bytes_in = UINT64_MAX;
    record.duration_us = UINT64_MAX;
    record.began_ms = UINT64_MAX;
    record.status = 70000;
    booking = ledger_scene_booking(&record);
    assert_int_equal(booking->counts[BOOKING_TOKENS_IN], (uint64_t)1 << 40);
    assert_int_equal(booking->cost_microusd, (uint64_t)1 << 44);
    assert_true(booking->bytes_in <= INT64_MAX);
    assert_true(booking->ended_ms <= INT64_MAX);
    assert_int_equal(booking->duration_ms, UINT32_MAX);
    assert_int_equal(booking->status, UINT16_MAX);
    mem_free(booking);
}

static void another_id_than_ours_has_no_tail(void **state)
{
    static const char *const ids[] = { "", "req_relay_",
                                       "req_relay_19cab8a2e00abc0000002",
                                       "req_relay_19cab8a2e00abc0000002aa",
                                       "req_relay_19cab8a2e00abc0000002G" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        struct record record = ledger_scene_record();
        struct booking *booking;

        record.id = str_of(ids[i]);
        booking = ledger_scene_booking(&record);
        assert_int_equal(booking->tail, 0);
        mem_free(booking);
    }
}

static void failed_is_what_is_not_a_complete_answer(void **state)
{
    static const struct {
        unsigned status;
        enum record_end end;
        bool failed;
    } rows[] = {
        { 200, RECORD_COMPLETE, false },    { 201, RECORD_COMPLETE, false },
        { 399, RECORD_COMPLETE, false },    { 400, RECORD_COMPLETE, true },
        { 529, RECORD_COMPLETE, true },     { 200, RECORD_CUT, true },
        { 200, RECORD_CLIENT_LEFT, false }, { 200, RECORD_IDLE, true },
        { 200, RECORD_ERROR_EVENT, true },  { 502, RECORD_REFUSED, true },
        { 0, RECORD_RELAY_STOPPED, true },  { 200, RECORD_CANCELLED, false },
        { 0, RECORD_CLIENT_LEFT, false },   { 503, RECORD_CANCELLED, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct record record = ledger_scene_record();
        struct booking *booking;

        record.status = rows[i].status;
        record.end = rows[i].end;
        booking = ledger_scene_booking(&record);
        assert_int_equal(booking_has_failed(booking), rows[i].failed);
        mem_free(booking);
    }
}

static void unpriced_is_use_without_a_price(void **state)
{
    static const struct {
        uint64_t tokens;
        bool known;
        bool unpriced;
    } rows[] = {
        { 0, false, false },
        { 0, true, false },
        { 1, true, false },
        { 1, false, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct meter_usage usage = { .counts = { [METER_CACHE_READ] =
                                                     rows[i].tokens } };
        struct record record = ledger_scene_record();
        struct booking *booking;

        record.usage = &usage;
        record.cost_known = rows[i].known;
        booking = ledger_scene_booking(&record);
        assert_int_equal(booking_is_unpriced(booking), rows[i].unpriced);
        mem_free(booking);
    }
}

/* ---- JSON ---------------------------------------------------------------- */

static void it_says_why_earlier_attempts_failed(void **state)
{
    struct record record = ledger_scene_record();
    struct str texts[BOOKING_TEXTS];
    struct booking *booking;

    (void)state;
    record.attempt_count = 3;
    record.attempts[0] =
        (struct record_attempt){ STR("main"), RECORD_STALE, 0, 1, 20 };
    record.attempts[1] =
        (struct record_attempt){ STR("q\"\xff"), RECORD_TOKEN_REFUSED, 401, 22,
                                 300 };
    record.attempts[2] =
        (struct record_attempt){ STR("main"), RECORD_DELIVERED, 200, 400, 5 };
    booking = ledger_scene_booking(&record);
    booking_texts(booking, texts);
    unit_assert_str(texts[BOOKING_FAILURES],
                    "[{\"account\":\"main\",\"result\":\"stale\",\"status\":0,"
                    "\"after_ms\":1,\"took_ms\":20},"
                    "{\"account\":\"q\\\"\xef\xbf\xbd\",\"result\":"
                    "\"token_refused\",\"status\":401,\"after_ms\":22,"
                    "\"took_ms\":300}]");
    assert_int_equal(booking->attempts, 3);
    mem_free(booking);
}

static void the_last_attempt_may_have_failed_too(void **state)
{
    struct record record = ledger_scene_record();
    struct str texts[BOOKING_TEXTS];
    struct booking *booking;

    (void)state;
    record.attempt_count = 1;
    record.attempts[0] =
        (struct record_attempt){ STR("main"), RECORD_LOST, 0, 1, 20 };
    booking = ledger_scene_booking(&record);
    booking_texts(booking, texts);
    unit_assert_str(texts[BOOKING_FAILURES],
                    "[{\"account\":\"main\",\"result\":\"lost\",\"status\":0,"
                    "\"after_ms\":1,\"took_ms\":20}]");
    mem_free(booking);
}

static void it_tells_what_other_models_used(void **state)
{
    struct meter_parts parts = {
        .count = 3,
        .at = { { .counts = { [METER_INPUT] = 1 } },
                { .model = "claude-b",
                  .counts = { [METER_OUTPUT] = 5, [METER_CACHE_WRITE] = 7 } },
                { .model = "claude-a", .counts = { [METER_INPUT] = 9 } } },
    };
    struct meter_usage usage = { .model = "claude-a", .parts = &parts };
    struct record record = ledger_scene_record();
    struct str texts[BOOKING_TEXTS];
    struct booking *booking;

    (void)state;
    record.usage = &usage;
    booking = ledger_scene_booking(&record);
    booking_texts(booking, texts);
    unit_assert_str(texts[BOOKING_PARTS],
                    "[{\"prompt\":0,\"input_tokens\":1},"
                    "{\"model\":\"claude-b\",\"prompt\":0,"
                    "\"output_tokens\":5,\"cache_write_5m_tokens\":7},"
                    "{\"prompt\":0,\"input_tokens\":9}]");
    mem_free(booking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_keeps_what_the_record_has),
        cmocka_unit_test(the_first_byte_is_no_later_than_the_last),
        cmocka_unit_test(
            the_model_is_that_of_the_answer_else_that_which_was_asked_for),
        cmocka_unit_test(foreign_text_is_cleaned),
        cmocka_unit_test(no_letter_is_cut_in_two),
        cmocka_unit_test(the_greatest_fits),
        cmocka_unit_test(numbers_that_no_sum_could_hold_are_bounded),
        cmocka_unit_test(another_id_than_ours_has_no_tail),
        cmocka_unit_test(failed_is_what_is_not_a_complete_answer),
        cmocka_unit_test(unpriced_is_use_without_a_price),
        cmocka_unit_test(it_says_why_earlier_attempts_failed),
        cmocka_unit_test(the_last_attempt_may_have_failed_too),
        cmocka_unit_test(it_tells_what_other_models_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
