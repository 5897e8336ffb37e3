// SPDX-License-Identifier: MIT
/* How things go just now. */
#include "usage/pulse.h"

#include <stdlib.h>

#define MINUTE_SLOTS (60000 / PULSE_SLOT_MS)
#define PPM 1000000

static uint64_t slot_number(uint64_t now_ms)
{
    return now_ms / PULSE_SLOT_MS;
}

static uint64_t tokens_of(const struct booking *booking)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < BOOKING_COUNTS; i++)
        sum += i == BOOKING_SEARCHES ? 0 : booking->counts[i];
    return sum;
}

void pulse_add(struct pulse *pulse, const struct booking *booking,
               uint64_t now_ms)
{
    uint64_t number = slot_number(now_ms);
    struct pulse_slot *slot = &pulse->slots[number % PULSE_SLOTS];

    if (booking->flags & BOOKING_OF_BATCH)
        return;
    if (slot->number != number)
        *slot = (struct pulse_slot){ .number = number };
    slot->requests++;
    slot->failed += booking_has_failed(booking);
    slot->tokens += tokens_of(booking);
    if (booking->first_byte_ms == 0)
        return;
    pulse->times[pulse->time_count++ % PULSE_TIMES] =
        (struct pulse_time){ now_ms, booking->first_byte_ms };
}

/* Of the last `count` slots, the present one included. */
static struct pulse_slot sum_of(const struct pulse *pulse, uint64_t now_ms,
                                uint64_t count)
{
    uint64_t last = slot_number(now_ms);
    struct pulse_slot sum = { .number = 0 };

    for (size_t i = 0; i < PULSE_SLOTS; i++) {
        const struct pulse_slot *slot = &pulse->slots[i];

        if (slot->number > last || slot->number + count <= last)
            continue;
        sum.requests += slot->requests;
        sum.failed += slot->failed;
        sum.tokens += slot->tokens;
    }
    return sum;
}

static int by_size(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static size_t recent_times(const struct pulse *pulse, uint64_t now_ms,
                           uint32_t out[PULSE_TIMES])
{
    size_t kept = pulse->time_count < PULSE_TIMES ? (size_t)pulse->time_count
                                                  : PULSE_TIMES;
    size_t count = 0;

    for (size_t i = 0; i < kept; i++) {
        const struct pulse_time *time = &pulse->times[i];

        if (time->at_ms + PULSE_TIMES_MS > now_ms)
            out[count++] = time->first_byte_ms;
    }
    return count;
}

static void look_at_times(const struct pulse *pulse, uint64_t now_ms,
                          struct pulse_figures *figures)
{
    uint32_t times[PULSE_TIMES];
    size_t count = recent_times(pulse, now_ms, times);

    if (count == 0)
        return;
    qsort(times, count, sizeof(times[0]), by_size);
    figures->timed = true;
    figures->first_byte_p50_ms = times[(count - 1) / 2];
    figures->first_byte_p95_ms = times[(count * 95 + 99) / 100 - 1];
}

void pulse_look(const struct pulse *pulse, uint64_t now_ms,
                struct pulse_figures *figures)
{
    struct pulse_slot minute = sum_of(pulse, now_ms, MINUTE_SLOTS);
    struct pulse_slot hour = sum_of(pulse, now_ms, PULSE_SLOTS);

    *figures = (struct pulse_figures){ .requests_minute = minute.requests,
                                       .tokens_minute = minute.tokens };
    if (hour.requests > 0)
        figures->failed_hour_ppm = hour.failed * PPM / hour.requests;
    look_at_times(pulse, now_ms, figures);
}
