// SPDX-License-Identifier: MIT
/* Sums and bookings as JSON and as CSV, and what there is in them (admin/row.h).
   Pure.  Buffers have room for a row: USAGE_ROW_MAX bytes. */
#pragma once

#include "admin/row.h"
#include "usage/ask.h"
#include "usage/ask_requests.h"

#define USAGE_ROW_MAX (32u * 1024)

/* {"key":"alice","key_id":1,"requests":5,...} */
void usage_text_row(struct buf *out, enum ask_by by, const struct ask_row *row);
/* {"requests":5,...} */
void usage_text_total(struct buf *out, const int64_t total[ASK_SUMS]);
void usage_text_csv_head(struct buf *out, enum ask_by by);
void usage_text_csv_row(struct buf *out, enum ask_by by,
                        const struct ask_row *row);

/* {"ended_at":"2026-...","id":"req_relay_...",...} */
void usage_text_booking(struct buf *out, const struct ask_booking *booking);
/* The same without what its key's holder is not told: accounts above all. */
void usage_text_own_booking(struct buf *out, const struct ask_booking *booking);
void usage_text_csv_bookings_head(struct buf *out);
void usage_text_csv_booking(struct buf *out, const struct ask_booking *booking);

extern const struct admin_member usage_text_sums_members[]; /* of an answer */
extern const struct admin_member
    usage_text_booking_members[];                          /* of a booking */
extern const struct admin_member usage_text_own_members[]; /* of an own one */
