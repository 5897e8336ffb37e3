// SPDX-License-Identifier: MIT
/* Our request ids. */
#include "http/request_id.h"

#include <string.h>

#include "base/chars.h"
#include "crypto/random.h"

#define PREFIX_LEN (sizeof(REQUEST_ID_PREFIX) - 1)
#define TIME_DIGITS (REQUEST_ID_TIME_BITS / 4)
#define TAIL_DIGITS (REQUEST_ID_TAIL_BITS / 4)
#define NODE_BITS 12
#define COUNTER_BITS 32

_Static_assert(PREFIX_LEN + TIME_DIGITS + TAIL_DIGITS == REQUEST_ID_LEN,
               "the parts of an id");

void request_ids_init(struct request_ids *ids)
{
    unsigned counter;

    random_bytes(&counter, sizeof(counter));
    atomic_init(&ids->counter, counter);
    ids->node = random_below(1u << NODE_BITS);
}

static void write_digits(uint64_t value, size_t digits, char *out)
{
    for (size_t i = digits; i > 0; i--) {
        out[i - 1] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

void request_id_write(uint64_t time_ms, uint64_t tail,
                      char out[REQUEST_ID_SIZE])
{
    memcpy(out, REQUEST_ID_PREFIX, PREFIX_LEN);
    write_digits(time_ms, TIME_DIGITS, out + PREFIX_LEN);
    write_digits(tail, TAIL_DIGITS, out + PREFIX_LEN + TIME_DIGITS);
    out[REQUEST_ID_LEN] = '\0';
}

void request_ids_next(struct request_ids *ids, uint64_t wall_ms,
                      char out[REQUEST_ID_SIZE])
{
    uint32_t counter =
        atomic_fetch_add_explicit(&ids->counter, 1, memory_order_relaxed);

    request_id_write(wall_ms, ids->node << COUNTER_BITS | counter, out);
}

static bool read_digits(struct str text, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = memchr(digits, text.at[i], 16);

        if (!digit)
            return false;
        *value = *value << 4 | (uint64_t)(digit - digits);
    }
    return true;
}

bool request_id_read(struct str id, uint64_t *time_ms, uint64_t *tail)
{
    return id.len == REQUEST_ID_LEN && str_starts(id, STR(REQUEST_ID_PREFIX)) &&
           read_digits(str_sub(id, PREFIX_LEN, TIME_DIGITS), time_ms) &&
           read_digits(str_from(id, PREFIX_LEN + TIME_DIGITS), tail);
}

uint64_t request_id_time_ms(struct str id)
{
    uint64_t time_ms;
    uint64_t tail;

    return request_id_read(id, &time_ms, &tail) ? time_ms : 0;
}

uint64_t request_id_tail(struct str id)
{
    uint64_t time_ms;
    uint64_t tail;

    return request_id_read(id, &time_ms, &tail) ? tail : 0;
}
