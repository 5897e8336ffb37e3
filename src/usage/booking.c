// SPDX-License-Identifier: MIT
/* A record becomes a booking. */
#include "usage/booking.h"

#include <assert.h>
#include <inttypes.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/text.h"
#include "usage/booked_parts.h"
#include "usage/price.h"

/* Sums of millions of them are numbers of 64 bits still. */
#define COUNT_MAX ((uint64_t)1 << 40)
#define COST_MAX ((uint64_t)1 << 44)
#define BYTES_MAX ((uint64_t)1 << 62)

#define JSON_MAX 2048
/* Of each attempt, at its longest. */
#define FAILURES_MAX 4096
#define NAME_MAX_LEN 128

static const uint16_t text_max[BOOKING_TEXTS] = {
    [BOOKING_KEY] = NAME_MAX_LEN,
    [BOOKING_OWNER] = 256,
    [BOOKING_GROUP] = NAME_MAX_LEN,
    [BOOKING_ACCOUNT] = NAME_MAX_LEN,
    [BOOKING_MODEL] = NAME_MAX_LEN,
    [BOOKING_ASKED] = NAME_MAX_LEN,
    [BOOKING_ENDPOINT] = NAME_MAX_LEN,
    [BOOKING_TIER] = 64,
    [BOOKING_PRICES] = PRICES_VERSION_MAX - 1,
    [BOOKING_SESSION] = NAME_MAX_LEN,
    [BOOKING_UPSTREAM_ID] = NAME_MAX_LEN,
    [BOOKING_CLIENT_ID] = NAME_MAX_LEN,
    [BOOKING_FAILURES] = FAILURES_MAX,
    [BOOKING_PARTS] = JSON_MAX,
};

static_assert(sizeof(struct booking) + JSON_MAX + FAILURES_MAX + 256 +
                      9 * NAME_MAX_LEN + 64 + PRICES_VERSION_MAX + 8 <=
                  BOOKING_SIZE_MAX,
              "all texts fit");

static uint64_t at_most(uint64_t number, uint64_t max)
{
    return number < max ? number : max;
}

static uint64_t at_least(uint64_t number, uint64_t min)
{
    return number > min ? number : min;
}

/* ---- texts --------------------------------------------------------------- */

#define LOW_BITS 0x0101010101010101u
#define HIGH_BITS 0x8080808080808080u

/* Neither NUL nor beyond ASCII, eight letters at a time. */
static bool are_plain(const char *letters)
{
    uint64_t word;

    memcpy(&word, letters, 8);
    return ((word | (word - LOW_BITS)) & HIGH_BITS) == 0;
}

/* Nearly all are. */
static bool is_clean(struct str text)
{
    char few[8] = "........";

    if (text.len < 8) {
        memcpy(few, text.at, text.len);
        return are_plain(few);
    }
    for (size_t at = 0; at + 8 < text.len; at += 8) {
        if (!are_plain(text.at + at))
            return false;
    }
    return are_plain(text.at + text.len - 8);
}

/* Never half a letter at its end. */
static size_t clean(char *out, size_t max, struct str text)
{
    size_t len = 0;

    while (text.len > 0) {
        size_t letter = text.at[0] ? text_utf8_len(text) : 0;
        size_t taken = letter ? letter : 1;

        if (len + taken > max)
            break;
        if (letter)
            memcpy(out + len, text.at, letter);
        else
            out[len] = '?';
        len += taken;
        text = str_from(text, taken);
    }
    return len;
}

static void add_text(struct booking *booking, enum booking_text which,
                     struct str text)
{
    char *out = (char *)booking + booking->size;
    size_t len = text.len;

    if (len == 0)
        return;
    if (len <= text_max[which] && is_clean(text))
        memcpy(out, text.at, len);
    else
        len = clean(out, text_max[which], text);
    booking->lens[which] = (uint16_t)len;
    booking->size += (uint32_t)len;
}

void booking_texts(const struct booking *booking,
                   struct str texts[BOOKING_TEXTS])
{
    const char *at = (const char *)(booking + 1);

    for (size_t i = 0; i < BOOKING_TEXTS; i++) {
        texts[i] = (struct str){ at, booking->lens[i] };
        at += booking->lens[i];
    }
}

/* ---- JSON ---------------------------------------------------------------- */

/* What has no room as a whole is left out. */
static void add_json(struct booking *booking, enum booking_text which,
                     struct buf *json)
{
    if (json->len <= text_max[which])
        add_text(booking, which, buf_str(json));
    buf_done(json);
}

#define JSON_CEILING (64u * 1024)

static void add_failures(struct booking *booking, const struct record *record)
{
    size_t count = record_failures(record);
    struct buf json;

    if (count == 0)
        return;
    buf_init(&json, JSON_CEILING);
    for (size_t i = 0; i < count; i++) {
        const struct record_attempt *attempt = &record->attempts[i];

        buf_add(&json, i ? STR(",{\"account\":\"") : STR("[{\"account\":\""));
        text_json_escape(&json, str_sub(attempt->account, 0, NAME_MAX_LEN));
        (void)buf_printf(&json,
                         "\",\"result\":\"%s\",\"status\":%u,"
                         "\"after_ms\":%" PRIu64 ",\"took_ms\":%" PRIu64 "}",
                         record_result_word(attempt->result), attempt->status,
                         attempt->after_ms, attempt->took_ms);
    }
    buf_add(&json, STR("]"));
    add_json(booking, BOOKING_FAILURES, &json);
}

void booking_counts(uint64_t to[BOOKING_COUNTS],
                    const uint64_t told[METER_COUNTS])
{
    uint64_t for_1h = told[METER_CACHE_WRITE_1H];
    const uint64_t counts[BOOKING_COUNTS] = {
        [BOOKING_TOKENS_IN] = told[METER_INPUT],
        [BOOKING_TOKENS_OUT] = told[METER_OUTPUT],
        [BOOKING_CACHE_READ] = told[METER_CACHE_READ],
        [BOOKING_CACHE_WRITE_5M] = meter_cache_writes(told) - for_1h,
        [BOOKING_CACHE_WRITE_1H] = for_1h,
        [BOOKING_SEARCHES] = told[METER_WEB_SEARCH],
    };

    for (size_t i = 0; i < BOOKING_COUNTS; i++)
        to[i] = at_most(counts[i], COUNT_MAX);
}

static void add_parts(struct booking *booking, const struct meter_usage *usage)
{
    struct buf json;

    if (!usage)
        return;
    buf_init(&json, JSON_CEILING);
    booked_parts_write(usage, &json);
    add_json(booking, BOOKING_PARTS, &json);
}

/* ---- all of it ----------------------------------------------------------- */

#define ID_HEAD STR("req_relay_")
#define ID_TIME_LEN 11
#define ID_TAIL_LEN 11

/* 16 or more if it is none. */
static uint64_t hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (uint64_t)(c - '0');
    return c >= 'a' && c <= 'f' ? (uint64_t)(c - 'a') + 10 : 16;
}

/* Eleven hex digits are a number of 44 bits. */
static uint64_t tail_of(struct str id)
{
    struct str digits = str_from(id, ID_HEAD.len + ID_TIME_LEN);
    uint64_t tail = 0;

    if (digits.len != ID_TAIL_LEN)
        return 0;
    for (size_t i = 0; i < digits.len; i++) {
        uint64_t digit = hex_digit(digits.at[i]);

        if (digit > 15)
            return 0;
        tail = tail << 4 | digit;
    }
    return tail;
}

static uint8_t flags_of(const struct record *record)
{
    return (uint8_t)((record->partial ? BOOKING_PARTIAL : 0) |
                     (record->batch_result ? BOOKING_OF_BATCH : 0) |
                     (record->cost_known ? BOOKING_COST_KNOWN : 0));
}

/* The first byte is told as later than nothing, and as no later than the last. */
static void take_numbers(struct booking *booking, const struct record *record)
{
    uint64_t first_ms =
        at_most((record->first_byte_us + 999) / 1000, UINT32_MAX);
    uint64_t duration_ms =
        at_least(at_most(record->duration_us / 1000, UINT32_MAX), first_ms);

    *booking = (struct booking){
        .size = sizeof(*booking),
        .ended_ms = at_most(record->began_ms, BYTES_MAX) + duration_ms,
        .key_id = record->key_id,
        .group_id = record->group_id,
        .cost_microusd = at_most(record->cost_microusd, COST_MAX),
        .bytes_in = at_most(record->bytes_in, BYTES_MAX),
        .bytes_out = at_most(record->bytes_out, BYTES_MAX),
        .tail = tail_of(record->id),
        .duration_ms = (uint32_t)duration_ms,
        .first_byte_ms = (uint32_t)first_ms,
        .status = (uint16_t)at_most(record->status, UINT16_MAX),
        .attempts = (uint16_t)at_most(record->attempt_count, UINT16_MAX),
        .ending = (uint8_t)record->end,
        .flags = flags_of(record),
    };
    memcpy(booking->result_id, record->result_id, sizeof(booking->result_id));
    if (record->usage)
        booking_counts(booking->counts, record->usage->counts);
}

/* In the order of enum booking_text. */
static void take_texts(struct booking *booking, const struct record *record)
{
    bool answered = record->model.len > 0;
    bool differs = answered && !str_eq(record->model, record->model_asked);

    add_text(booking, BOOKING_KEY, record->key);
    add_text(booking, BOOKING_OWNER, record->owner);
    add_text(booking, BOOKING_GROUP, record->group);
    add_text(booking, BOOKING_ACCOUNT, record->account);
    add_text(booking, BOOKING_MODEL,
             answered ? record->model : record->model_asked);
    if (differs)
        add_text(booking, BOOKING_ASKED, record->model_asked);
    add_text(booking, BOOKING_ENDPOINT, record->endpoint);
    add_text(booking, BOOKING_TIER, record->service_tier);
    add_text(booking, BOOKING_PRICES, record->price_version);
    add_text(booking, BOOKING_SESSION, record->session);
    add_text(booking, BOOKING_UPSTREAM_ID, record->upstream_id);
    add_text(booking, BOOKING_CLIENT_ID, record->client_id);
    add_failures(booking, record);
    add_parts(booking, record->usage);
}

void booking_pack(struct booking *booking, const struct record *record)
{
    take_numbers(booking, record);
    take_texts(booking, record);
    booking->size = (booking->size + 7) / 8 * 8;
    assert(booking->size <= BOOKING_SIZE_MAX);
}

bool booking_has_failed(const struct booking *booking)
{
    return record_is_failure(booking->status, (enum record_end)booking->ending);
}

bool booking_is_unpriced(const struct booking *booking)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < BOOKING_COUNTS; i++)
        sum |= booking->counts[i];
    return sum > 0 && !(booking->flags & BOOKING_COST_KNOWN);
}
