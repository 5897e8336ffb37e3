// SPDX-License-Identifier: MIT
/* Bookings as rows. */
#include "usage/ask_booked.h"

static struct sql_value number(uint64_t number)
{
    return sql_number((int64_t)number);
}

/* 0: not known. */
static struct sql_value some(uint64_t number)
{
    return number > 0 ? sql_number((int64_t)number) : sql_null();
}

static struct sql_value text(struct str text)
{
    return text.len > 0 ? sql_text(text) : sql_null();
}

static void set_who(struct ask_booking *row, const struct booking *booking,
                    const struct str texts[BOOKING_TEXTS])
{
    struct str asked = texts[BOOKING_ASKED];

    row->at[ASK_COLUMN_key_id] = some(booking->key_id);
    row->at[ASK_COLUMN_key] = text(texts[BOOKING_KEY]);
    row->at[ASK_COLUMN_group] = text(texts[BOOKING_GROUP]);
    row->at[ASK_COLUMN_owner] = text(texts[BOOKING_OWNER]);
    row->at[ASK_COLUMN_account] = text(texts[BOOKING_ACCOUNT]);
    row->at[ASK_COLUMN_endpoint] = text(texts[BOOKING_ENDPOINT]);
    row->at[ASK_COLUMN_model] = text(texts[BOOKING_MODEL]);
    row->at[ASK_COLUMN_model_asked] =
        text(asked.len > 0 ? asked : texts[BOOKING_MODEL]);
    row->at[ASK_COLUMN_upstream_id] = text(texts[BOOKING_UPSTREAM_ID]);
    row->at[ASK_COLUMN_client_id] = text(texts[BOOKING_CLIENT_ID]);
    row->at[ASK_COLUMN_session] = text(texts[BOOKING_SESSION]);
}

static void set_end(struct ask_booking *row, const struct booking *booking,
                    const struct str texts[BOOKING_TEXTS])
{
    row->at[ASK_COLUMN_ended_at] = number(booking->ended_ms);
    row->at[ASK_COLUMN_began_at] =
        number(booking->ended_ms - booking->duration_ms);
    row->at[ASK_COLUMN_id] = number(booking->tail);
    row->at[ASK_COLUMN_status] = some(booking->status);
    row->at[ASK_COLUMN_end] = number(booking->ending);
    row->at[ASK_COLUMN_partial] =
        number((booking->flags & BOOKING_PARTIAL) != 0);
    row->at[ASK_COLUMN_batch] =
        number((booking->flags & BOOKING_OF_BATCH) != 0);
    row->at[ASK_COLUMN_attempts] = number(booking->attempts);
    row->at[ASK_COLUMN_failures] = text(texts[BOOKING_FAILURES]);
    row->at[ASK_COLUMN_first_byte_ms] = some(booking->first_byte_ms);
    row->at[ASK_COLUMN_duration_ms] = number(booking->duration_ms);
    row->at[ASK_COLUMN_bytes_in] = number(booking->bytes_in);
    row->at[ASK_COLUMN_bytes_out] = number(booking->bytes_out);
}

static void set_use(struct ask_booking *row, const struct booking *booking,
                    const struct str texts[BOOKING_TEXTS])
{
    const uint64_t *counts = booking->counts;

    row->at[ASK_COLUMN_input_tokens] = number(counts[BOOKING_TOKENS_IN]);
    row->at[ASK_COLUMN_output_tokens] = number(counts[BOOKING_TOKENS_OUT]);
    row->at[ASK_COLUMN_cache_read_input_tokens] =
        number(counts[BOOKING_CACHE_READ]);
    row->at[ASK_COLUMN_cache_write_5m_tokens] =
        number(counts[BOOKING_CACHE_WRITE_5M]);
    row->at[ASK_COLUMN_cache_write_1h_tokens] =
        number(counts[BOOKING_CACHE_WRITE_1H]);
    row->at[ASK_COLUMN_web_search_requests] = number(counts[BOOKING_SEARCHES]);
    row->at[ASK_COLUMN_service_tier] = text(texts[BOOKING_TIER]);
    row->at[ASK_COLUMN_cost_microusd] = booking->flags & BOOKING_COST_KNOWN
                                            ? number(booking->cost_microusd)
                                            : sql_null();
    row->at[ASK_COLUMN_price_version] = text(texts[BOOKING_PRICES]);
    row->at[ASK_COLUMN_parts] = text(texts[BOOKING_PARTS]);
}

void ask_booked(struct ask_booking *row, const struct booking *booking)
{
    struct str texts[BOOKING_TEXTS];

    *row = (struct ask_booking){ .number = 0 };
    booking_texts(booking, texts);
    set_who(row, booking, texts);
    set_end(row, booking, texts);
    set_use(row, booking, texts);
}
