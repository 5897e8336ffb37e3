// SPDX-License-Identifier: MIT
/* What a booking keeps, beside its sums, so that it can be priced again: a JSON array of
   what was used of which model, and of how it was served.

       [{"model":"claude-opus-5","prompt":823,"input_tokens":823,"output_tokens":16},
        {"prompt":90000,"input_tokens":90000},
        {"speed":"fast","inference_geo":"us"}]

   A part without a model is of the answer's own.  `prompt` is its longest call; cache
   writes are told by lifetime, as `cache_write_5m_tokens` and `cache_write_1h_tokens`.
   Most bookings need nothing of that: one call, served as usual.  Pure. */
#pragma once

#include "base/buf.h"
#include "usage/meter.h"

/* Append the array, or nothing. */
void booked_parts_write(const struct meter_usage *usage, struct buf *json);

/* Into a usage that has its counts: its parts (for meter_done()), speed and region.
   False if it is no such array; then they are left as they are. */
bool booked_parts_read(struct str json, struct meter_usage *usage) MUST_CHECK;

/* Frees the parts. */
void booked_parts_done(struct meter_usage *usage);
