// SPDX-License-Identifier: MIT
/* Rows of prices as JSON. */
#include "admin/prices_doc.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

#define MILLION 1000000u
#define DECIMAL_MAX 32

struct listing {
    struct json_doc *rows;
    const struct prices *prices;
    uint64_t now_ms;
};

/* Millionths as "1.25", without zeros that say nothing. */
static struct json_doc *decimal(uint64_t millionths)
{
    char text[DECIMAL_MAX];
    size_t len = (size_t)snprintf(text, sizeof(text), "%" PRIu64 ".%06" PRIu64,
                                  millionths / MILLION, millionths % MILLION);

    while (text[len - 1] == '0')
        len--;
    if (text[len - 1] == '.')
        len--;
    return json_doc_new_str((struct str){ text, len });
}

/* A factor of input; of nothing it is not known. */
static void set_factor(struct json_doc *row, const char *member,
                       const struct price *price, enum price_class class)
{
    uint64_t input = price->rates[PRICE_INPUT] / MILLION;

    json_doc_set(row, member,
                 input > 0 ? decimal(price->rates[class] / input)
                           : json_doc_new_null());
}

static struct json_doc *long_context(const struct price *price)
{
    struct json_doc *doc;

    if (price->long_above == UINT64_MAX)
        return json_doc_new_null();
    doc = json_doc_new_object();
    json_doc_set_u64(doc, "above", price->long_above);
    json_doc_set(doc, "input", decimal(price->long_input * 1000));
    json_doc_set(doc, "output", decimal(price->long_output * 1000));
    return doc;
}

static struct json_doc *factors(const struct price_factors *factors)
{
    struct json_doc *doc = json_doc_new_object();

    for (size_t i = 0; i < factors->count; i++) {
        char name[METER_WORD_MAX];

        text_copy(name, sizeof(name), factors->at[i].value);
        json_doc_set(doc, name, decimal(factors->at[i].thousandths * 1000));
    }
    return doc;
}

static void set_conditions(struct json_doc *row, const struct price *price)
{
    static const char *const names[PRICE_CONDITIONS] = {
        [PRICE_BY_TIER] = "service_tier",
        [PRICE_BY_SPEED] = "speed",
        [PRICE_BY_GEO] = "inference_geo",
    };

    for (size_t i = 0; i < PRICE_CONDITIONS; i++)
        json_doc_set(row, names[i], factors(&price->factors[i]));
}

static struct json_doc *valid_from(const struct price *price)
{
    char time[TEXT_TIME_MAX];

    if (price->valid_from_ms == 0)
        return json_doc_new_null();
    text_format_time(price->valid_from_ms, time);
    return json_doc_new_str(str_of(time));
}

static void add_row(void *arg, const struct price *price, bool own)
{
    const struct listing *listing = arg;
    struct json_doc *row = json_doc_new_object();

    json_doc_set_str(row, "model", price->model);
    json_doc_set(row, "valid_from", valid_from(price));
    json_doc_set_u64(row, "input", price->rates[PRICE_INPUT] / MILLION);
    json_doc_set_u64(row, "output", price->rates[PRICE_OUTPUT] / MILLION);
    set_factor(row, "cache_write_5m", price, PRICE_CACHE_WRITE_5M);
    set_factor(row, "cache_write_1h", price, PRICE_CACHE_WRITE_1H);
    set_factor(row, "cache_read", price, PRICE_CACHE_READ);
    json_doc_set_u64(row, "web_search",
                     price->web_search / (MILLION * 1000ull));
    json_doc_set_u64(row, "context_max", price->context_max);
    json_doc_set_u64(row, "output_max", price->output_max);
    json_doc_set(row, "long_context", long_context(price));
    set_conditions(row, price);
    json_doc_set_bool(row, "own", own);
    json_doc_set_bool(row, "in_force",
                      prices_reach(listing->prices, price, listing->now_ms));
    json_doc_add(listing->rows, row);
}

struct json_doc *prices_doc_rows(const struct prices *prices, uint64_t now_ms)
{
    struct listing listing = { json_doc_new_array(), prices, now_ms };

    prices_each(prices, add_row, &listing);
    return listing.rows;
}

/* ---- what there is ------------------------------------------------------- */

static const struct admin_member long_members[] = {
    { "above", ADMIN_NUMBER, ADMIN_REQUIRED, "tokens that a call reads", NULL },
    { "input", ADMIN_TEXT, ADMIN_REQUIRED, "factor of all its input", NULL },
    { "output", ADMIN_TEXT, ADMIN_REQUIRED, "factor of its output", NULL },
    ADMIN_END,
};

/* Traits of members that are always there, or need not be. */
#define ROW_MEMBERS(always, nullable)                                          \
    { "valid_from", ADMIN_TEXT, nullable,                                      \
      "a date or time from which it counts; null: always", NULL },             \
        { "input", ADMIN_NUMBER, ADMIN_REQUIRED,                               \
          "micro-dollars a million tokens: 3000000 is $3", NULL },             \
        { "output", ADMIN_NUMBER, ADMIN_REQUIRED, "the same", NULL },          \
        { "cache_write_5m", ADMIN_TEXT, nullable,                              \
          "factor of input, such as \"1.25\"", NULL },                         \
        { "cache_write_1h", ADMIN_TEXT, nullable, "the same", NULL },          \
        { "cache_read", ADMIN_TEXT, nullable, "the same", NULL },              \
        { "web_search", ADMIN_NUMBER, always,                                  \
          "micro-dollars per 1,000 requests", NULL },                          \
        { "context_max", ADMIN_NUMBER, always, "tokens that a call can read",  \
          NULL },                                                              \
        { "output_max", ADMIN_NUMBER, always, "tokens of an answer", NULL },   \
        { "long_context", ADMIN_OBJECT, always | ADMIN_OR_NULL,                \
          "factors for calls that read more than that", long_members },        \
        { "service_tier", ADMIN_OBJECT, always,                                \
          "factors, such as {\"batch\":\"0.5\"}", NULL },                      \
        { "speed", ADMIN_OBJECT, always, "the same", NULL },                   \
    {                                                                          \
        "inference_geo", ADMIN_OBJECT, always, "the same", NULL                \
    }

const struct admin_member prices_doc_row_members[] = {
    { "model", ADMIN_TEXT, ADMIN_REQUIRED, "an id, or a pattern", NULL },
    ROW_MEMBERS(ADMIN_REQUIRED, ADMIN_REQUIRED | ADMIN_OR_NULL),
    { "own", ADMIN_BOOL, ADMIN_REQUIRED,
      "it is of DATA_DIR/prices.json; else it is built in", NULL },
    { "in_force", ADMIN_BOOL, ADMIN_REQUIRED,
      "it is some model's price, now or later; else others hide it", NULL },
    ADMIN_END,
};
const struct admin_member prices_doc_set_members[] = {
    ROW_MEMBERS(0, ADMIN_OR_NULL),
    ADMIN_END,
};
