// SPDX-License-Identifier: MIT
/* One row of a table of prices. */
#include "base/text.h"
#include "usage/price_reading.h"

#define PATTERN_LEN_MAX 128u

static bool read_model(struct price_reading *r, struct str *model)
{
    if (!json_doc_get_str(r->object, "model", model) || model->len == 0 ||
        model->len > PATTERN_LEN_MAX)
        return err_set(r->err, ERR_BAD_REQUEST,
                       "%s: model must be a text of 1 to %u bytes such as "
                       "\"claude-sonnet-5\"; * is any text",
                       r->where, PATTERN_LEN_MAX);
    return true;
}

/* A date begins with its first moment in UTC. */
static bool parse_date(struct str date, uint64_t *wall_ms)
{
    struct buf whole;
    bool ok;

    buf_init(&whole, TEXT_TIME_MAX);
    buf_printf(&whole, STR_FMT "T00:00:00Z", STR_ARG(str_sub(date, 0, 10)));
    ok = date.len == 10 && text_parse_time(buf_str(&whole), wall_ms);
    buf_done(&whole);
    return ok;
}

static bool read_valid_from(struct price_reading *r, uint64_t *wall_ms)
{
    struct str date;

    if (!json_doc_get(r->object, "valid_from"))
        return true;
    if (json_doc_get_str(r->object, "valid_from", &date) &&
        (text_parse_time(date, wall_ms) || parse_date(date, wall_ms)))
        return true;
    return err_set(r->err, ERR_BAD_REQUEST,
                   "%s: valid_from must be a date such as \"2026-08-01\" (UTC) "
                   "or a time such as \"2026-08-01T12:00:00Z\"",
                   r->where);
}

static void set_rates(struct price *price, const struct price_values *values)
{
    const uint64_t *at = values->at;
    uint64_t input = at[PRICE_MEMBER_INPUT];

    price->rates[PRICE_INPUT] = input * PRICE_MILLION;
    price->rates[PRICE_OUTPUT] = at[PRICE_MEMBER_OUTPUT] * PRICE_MILLION;
    price->rates[PRICE_CACHE_WRITE_5M] =
        input * at[PRICE_MEMBER_CACHE_WRITE_5M];
    price->rates[PRICE_CACHE_WRITE_1H] =
        input * at[PRICE_MEMBER_CACHE_WRITE_1H];
    price->rates[PRICE_CACHE_READ] = input * at[PRICE_MEMBER_CACHE_READ];
    price->web_search = at[PRICE_MEMBER_WEB_SEARCH] * (PRICE_MILLION * 1000ull);
    price->context_max = at[PRICE_MEMBER_CONTEXT_MAX];
    price->output_max = at[PRICE_MEMBER_OUTPUT_MAX];
    price->long_above = values->long_above;
    price->long_input = values->long_input;
    price->long_output = values->long_output;
}

bool price_row_read(struct price_reading *r, struct price_values *values,
                    struct price *price)
{
    const uint64_t *at = values->at;

    if (!json_doc_is_object(r->object))
        return err_set(r->err, ERR_BAD_REQUEST, "%s must be an object",
                       r->where);
    if (!read_model(r, &price->model) ||
        !read_valid_from(r, &price->valid_from_ms) ||
        !price_members_read(r, values) ||
        !price_members_check(r, "model valid_from " PRICE_MEMBERS_KNOWN))
        return false;
    if (at[PRICE_MEMBER_INPUT] == UINT64_MAX ||
        at[PRICE_MEMBER_OUTPUT] == UINT64_MAX)
        return err_set(r->err, ERR_BAD_REQUEST, "%s: %s is missing", r->where,
                       at[PRICE_MEMBER_INPUT] == UINT64_MAX ? "input"
                                                            : "output");
    price->names_one = str_index(price->model, '*') == price->model.len &&
                       str_index(price->model, '?') == price->model.len;
    set_rates(price, values);
    return true;
}
