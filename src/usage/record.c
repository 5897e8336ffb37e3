// SPDX-License-Identifier: MIT
/* The words for how requests and their attempts ended. */
#include "usage/record.h"

#include "base/macros.h"

static const char *const ends[RECORD_ENDS] = {
    [RECORD_RUNNING] = "running",
    [RECORD_COMPLETE] = "complete",
    [RECORD_REFUSED] = "refused",
    [RECORD_CUT] = "cut",
    [RECORD_CLIENT_LEFT] = "client_left",
    [RECORD_IDLE] = "idle",
    [RECORD_ERROR_EVENT] = "error_event",
    [RECORD_RELAY_STOPPED] = "relay_stopped",
    [RECORD_CANCELLED] = "cancelled",
};

const char *record_end_word(enum record_end end)
{
    return ends[end];
}

enum record_end record_end_of(struct str word)
{
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (str_eq(word, str_of(ends[i])))
            return (enum record_end)i;
    }
    return RECORD_ENDS;
}

static const char *const results[RECORD_RESULTS] = {
    [RECORD_DELIVERED] = "delivered",
    [RECORD_STALE] = "stale",
    [RECORD_UNREACHABLE] = "unreachable",
    [RECORD_LOST] = "lost",
    [RECORD_TIMED_OUT] = "timed_out",
    [RECORD_TOKEN_REFUSED] = "token_refused",
    [RECORD_PASSED_OVER] = "passed_over",
    [RECORD_NO_TOKEN] = "no_token",
    [RECORD_ABANDONED] = "abandoned",
};

const char *record_result_word(enum record_result result)
{
    return results[result];
}

bool record_is_failure(unsigned status, enum record_end end)
{
    if (end == RECORD_CLIENT_LEFT || end == RECORD_CANCELLED)
        return false;
    return status >= 400 || end != RECORD_COMPLETE;
}

bool record_has_failed(const struct record *record)
{
    return record_is_failure(record->status, record->end);
}

bool record_is_delivered(const struct record *record)
{
    size_t count = record->attempt_count;

    return record->end != RECORD_REFUSED && count > 0 &&
           record->attempts[count - 1].result == RECORD_DELIVERED &&
           record->first_byte_us > 0;
}

size_t record_failures(const struct record *record)
{
    size_t count = record->attempt_count;

    if (count == 0)
        return 0;
    switch (record->attempts[count - 1].result) {
    case RECORD_DELIVERED:
    case RECORD_ABANDONED:
        return count - 1;
    case RECORD_STALE:
    case RECORD_UNREACHABLE:
    case RECORD_LOST:
    case RECORD_TIMED_OUT:
    case RECORD_TOKEN_REFUSED:
    case RECORD_PASSED_OVER:
    case RECORD_NO_TOKEN:
    case RECORD_RESULTS:
        break;
    }
    return count;
}
