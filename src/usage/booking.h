// SPDX-License-Identifier: MIT
/* A booking while it waits to be written: what is kept of a record, in one piece of
   memory.  Texts are cleaned (UTF-8 without NUL, whatever clients and upstreams
   sent) and bounded, and so are numbers, so that no database refuses them.  Pure. */
#pragma once

#include "usage/record.h"

enum booking_text {
    BOOKING_KEY,
    BOOKING_OWNER,
    BOOKING_GROUP,
    BOOKING_ACCOUNT,
    BOOKING_MODEL, /* answered, else asked */
    BOOKING_ASKED, /* empty if it is the same */
    BOOKING_ENDPOINT,
    BOOKING_TIER,
    BOOKING_PRICES,
    BOOKING_SESSION,
    BOOKING_UPSTREAM_ID,
    BOOKING_CLIENT_ID,
    BOOKING_FAILURES, /* JSON: why attempts failed; or empty */
    BOOKING_PARTS,    /* JSON (usage/booked_parts.h), or empty */
    BOOKING_TEXTS,
};

/* Tokens, as they are priced: cache writes of an untold lifetime are for 5 minutes. */
enum booking_count {
    BOOKING_TOKENS_IN,
    BOOKING_TOKENS_OUT,
    BOOKING_CACHE_READ,
    BOOKING_CACHE_WRITE_5M,
    BOOKING_CACHE_WRITE_1H,
    BOOKING_SEARCHES,
    BOOKING_COUNTS,
};

enum booking_flag {
    BOOKING_PARTIAL = 1,
    BOOKING_OF_BATCH = 2, /* one of a batch's results, `result_id` */
    BOOKING_COST_KNOWN = 4,
};

struct booking {
    uint32_t size; /* with its texts, which follow; a multiple of 8 */
    uint16_t lens[BOOKING_TEXTS];
    uint64_t ended_ms; /* wall clock: when it began, and its duration */
    uint64_t key_id;
    uint64_t group_id;
    uint64_t counts[BOOKING_COUNTS];
    uint64_t cost_microusd;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t tail; /* of our request id: what follows its time */
    uint32_t duration_ms;
    uint32_t first_byte_ms; /* 0: none left */
    uint16_t status;
    uint16_t attempts;
    uint8_t ending; /* enum record_end */
    uint8_t flags;  /* enum booking_flag */
    uint8_t result_id[16];
};

/* None is larger. */
#define BOOKING_SIZE_MAX 8192

/* Into memory of BOOKING_SIZE_MAX bytes; booking->size of them are used. */
void booking_pack(struct booking *booking, const struct record *record);
/* What is counted of what an answer told. */
void booking_counts(uint64_t to[BOOKING_COUNTS],
                    const uint64_t told[METER_COUNTS]);
/* Views of its texts. */
void booking_texts(const struct booking *booking,
                   struct str texts[BOOKING_TEXTS]);
/* As record_is_failure(). */
bool booking_has_failed(const struct booking *booking);
/* It used something, and nobody knows what that costs. */
bool booking_is_unpriced(const struct booking *booking);
