// SPDX-License-Identifier: MIT
/* Reading a table of prices. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "usage/price_internal.h"

static const char own_table[] =
#include "usage/prices_json.h"
    ;

#define MILLION 1000000u
#define ROWS_MAX 10000u
#define PATTERN_LEN_MAX 128u
/* $1,000 a million tokens, and a thousand searches. */
#define PRICE_MAX 1000000000u
/* Of input, in millionths. */
#define FACTOR_MAX (100u * MILLION)
#define TOKENS_MAX 1000000000u

/* ---- members ------------------------------------------------------------ */

enum value { VALUE_COUNT, VALUE_FACTOR };

#define PRICE_ALLOWED "a whole number of micro-dollars up to 1000000000"
#define FACTOR_ALLOWED                                                         \
    "a text such as \"1.25\": 0 to 100, with at most six decimals"
#define TOKENS_ALLOWED "a whole number of tokens, 1 to 1000000000"

/* What a row, or the defaults, may say. */
static const struct {
    const char *name;
    enum value value;
    uint64_t least;
    uint64_t most;
    const char *allowed;
} members[] = {
    { "input", VALUE_COUNT, 0, PRICE_MAX, PRICE_ALLOWED },
    { "output", VALUE_COUNT, 0, PRICE_MAX, PRICE_ALLOWED },
    { "cache_write_5m", VALUE_FACTOR, 0, FACTOR_MAX, FACTOR_ALLOWED },
    { "cache_write_1h", VALUE_FACTOR, 0, FACTOR_MAX, FACTOR_ALLOWED },
    { "cache_read", VALUE_FACTOR, 0, FACTOR_MAX, FACTOR_ALLOWED },
    { "batch", VALUE_FACTOR, 0, MILLION,
      "a text such as \"0.5\": 0 to 1, with at most six decimals" },
    { "web_search", VALUE_COUNT, 0, PRICE_MAX, PRICE_ALLOWED },
    { "context_max", VALUE_COUNT, 1, TOKENS_MAX, TOKENS_ALLOWED },
    { "output_max", VALUE_COUNT, 1, TOKENS_MAX, TOKENS_ALLOWED },
};
enum member_id {
    ID_INPUT,
    ID_OUTPUT,
    ID_CACHE_WRITE_5M,
    ID_CACHE_WRITE_1H,
    ID_CACHE_READ,
    ID_BATCH,
    ID_WEB_SEARCH,
    ID_CONTEXT_MAX,
    ID_OUTPUT_MAX,
    ID_COUNT,
};
_Static_assert(COUNT_OF(members) == ID_COUNT, "one id for each member");

/* "1.25" is 1250000. */
static bool read_millionths(struct str text, uint64_t *value)
{
    size_t point = str_index(text, '.');
    struct str behind = str_from(text, point + 1);
    uint64_t whole = 0;
    uint64_t part = 0;

    if (!str_to_u64(str_sub(text, 0, point), UINT32_MAX, &whole) ||
        (point < text.len && (behind.len == 0 || behind.len > 6 ||
                              !str_to_u64(behind, MILLION, &part))))
        return false;
    for (size_t i = behind.len; i < 6; i++)
        part *= 10;
    *value = whole * MILLION + part;
    return true;
}

static bool read_value(const struct json_doc *object, size_t id,
                       uint64_t *value)
{
    struct str text;

    if (members[id].value == VALUE_COUNT)
        return json_doc_get_u64(object, members[id].name, value);
    return json_doc_get_str(object, members[id].name, &text) &&
           read_millionths(text, value);
}

/* `where` names the object in texts; `seen` counts what it has. */
struct reading {
    const struct json_doc *object;
    const char *where;
    size_t seen;
    struct err *err;
};

/* What is not there leaves the value as it is. */
static bool read_members(struct reading *r, uint64_t values[ID_COUNT])
{
    for (size_t id = 0; id < ID_COUNT; id++) {
        if (!json_doc_get(r->object, members[id].name))
            continue;
        r->seen++;
        if (!read_value(r->object, id, &values[id]) ||
            values[id] < members[id].least || values[id] > members[id].most)
            return err_set(r->err, ERR_BAD_REQUEST, "%s: %s must be %s",
                           r->where, members[id].name, members[id].allowed);
    }
    return true;
}

static bool check_known(const struct reading *r, const char *known)
{
    if (json_doc_count(r->object) == r->seen)
        return true;
    return err_set(r->err, ERR_BAD_REQUEST,
                   "%s has a member that is not known; there are: %s input "
                   "output cache_write_5m cache_write_1h cache_read batch "
                   "web_search context_max output_max",
                   r->where, known);
}

/* ---- one row ------------------------------------------------------------ */

static bool read_model(struct reading *r, struct str *model)
{
    if (!json_doc_get_str(r->object, "model", model) || model->len == 0 ||
        model->len > PATTERN_LEN_MAX)
        return err_set(r->err, ERR_BAD_REQUEST,
                       "%s: model must be a text of 1 to %u bytes such as "
                       "\"claude-sonnet-5\"; * is any text",
                       r->where, PATTERN_LEN_MAX);
    r->seen++;
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

static bool read_valid_from(struct reading *r, uint64_t *wall_ms)
{
    struct str date;

    if (!json_doc_get(r->object, "valid_from"))
        return true;
    r->seen++;
    if (json_doc_get_str(r->object, "valid_from", &date) &&
        (text_parse_time(date, wall_ms) || parse_date(date, wall_ms)))
        return true;
    return err_set(r->err, ERR_BAD_REQUEST,
                   "%s: valid_from must be a date such as \"2026-08-01\" (UTC) "
                   "or a time such as \"2026-08-01T12:00:00Z\"",
                   r->where);
}

static void set_rates(struct price *price, const uint64_t values[ID_COUNT])
{
    uint64_t input = values[ID_INPUT];

    price->rates[PRICE_INPUT] = input * MILLION;
    price->rates[PRICE_OUTPUT] = values[ID_OUTPUT] * MILLION;
    price->rates[PRICE_CACHE_WRITE_5M] = input * values[ID_CACHE_WRITE_5M];
    price->rates[PRICE_CACHE_WRITE_1H] = input * values[ID_CACHE_WRITE_1H];
    price->rates[PRICE_CACHE_READ] = input * values[ID_CACHE_READ];
    price->web_search = values[ID_WEB_SEARCH] * (MILLION * 1000ull);
    price->batch_millionths = values[ID_BATCH];
    price->context_max = values[ID_CONTEXT_MAX];
    price->output_max = values[ID_OUTPUT_MAX];
}

/* `values` are the defaults. */
static bool read_row(struct reading *r, uint64_t values[ID_COUNT],
                     struct price *price)
{
    if (!json_doc_is_object(r->object))
        return err_set(r->err, ERR_BAD_REQUEST, "%s must be an object",
                       r->where);
    values[ID_INPUT] = values[ID_OUTPUT] = UINT64_MAX;
    if (!read_model(r, &price->model) ||
        !read_valid_from(r, &price->valid_from_ms) ||
        !read_members(r, values) || !check_known(r, "model valid_from"))
        return false;
    if (values[ID_INPUT] == UINT64_MAX || values[ID_OUTPUT] == UINT64_MAX)
        return err_set(r->err, ERR_BAD_REQUEST, "%s: %s is missing", r->where,
                       values[ID_INPUT] == UINT64_MAX ? "input" : "output");
    price->names_one = str_index(price->model, '*') == price->model.len &&
                       str_index(price->model, '?') == price->model.len;
    set_rates(price, values);
    return true;
}

/* ---- the table ---------------------------------------------------------- */

static void lift(uint64_t *value, uint64_t other)
{
    if (other > *value)
        *value = other;
}

static void add_to_dearest(struct price *dearest, const struct price *row)
{
    for (size_t i = 0; i < PRICE_CLASSES; i++)
        lift(&dearest->rates[i], row->rates[i]);
    lift(&dearest->web_search, row->web_search);
    lift(&dearest->batch_millionths, row->batch_millionths);
    lift(&dearest->context_max, row->context_max);
    lift(&dearest->output_max, row->output_max);
}

static bool read_rows(struct prices *prices, const struct json_doc *models,
                      const uint64_t defaults[ID_COUNT], struct err *err)
{
    for (size_t i = 0; i < prices->count; i++) {
        char where[32];
        struct reading r = { json_doc_at(models, i), where, 0, err };
        uint64_t values[ID_COUNT];

        (void)snprintf(where, sizeof(where), "models[%zu]", i);
        memcpy(values, defaults, sizeof(values));
        if (!read_row(&r, values, &prices->rows[i]))
            return false;
        prices->rows[i].table = prices;
        add_to_dearest(&prices->dearest, &prices->rows[i]);
    }
    return true;
}

static bool read_defaults(const struct json_doc *doc, uint64_t values[ID_COUNT],
                          struct err *err)
{
    struct reading r = { json_doc_get(doc, "defaults"), "defaults", 0, err };

    if (r.object && !json_doc_is_object(r.object))
        return err_set(err, ERR_BAD_REQUEST, "defaults must be an object");
    return !r.object || (read_members(&r, values) && check_known(&r, ""));
}

/* Takes over `doc`. */
static struct prices *make(struct json_doc *doc, struct err *err)
{
    uint64_t defaults[ID_COUNT] = {
        [ID_CACHE_WRITE_5M] = 1250000, [ID_CACHE_WRITE_1H] = 2 * MILLION,
        [ID_CACHE_READ] = 100000,      [ID_BATCH] = 500000,
        [ID_WEB_SEARCH] = 10000000,    [ID_CONTEXT_MAX] = 1000000,
        [ID_OUTPUT_MAX] = 128000,
    };
    const struct json_doc *models = json_doc_get(doc, "models");
    size_t count = json_doc_is_array(models) ? json_doc_count(models) : 0;
    struct prices *prices =
        mem_zalloc(sizeof(*prices) + count * sizeof(prices->rows[0]));

    prices->doc = doc;
    prices->count = count;
    prices->dearest.table = prices;
    if (read_defaults(doc, defaults, err) &&
        read_rows(prices, models, defaults, err))
        return prices;
    prices_free(prices);
    return NULL;
}

static bool check_table(const struct json_doc *doc, struct err *err)
{
    const struct json_doc *models = json_doc_get(doc, "models");
    size_t known = 0;

    known += models != NULL;
    known += json_doc_get(doc, "defaults") != NULL;
    known += json_doc_get(doc, "about") != NULL;
    if (!json_doc_is_array(models) || json_doc_count(models) == 0 ||
        json_doc_count(models) > ROWS_MAX)
        return err_set(err, ERR_BAD_REQUEST,
                       "models must be an array of 1 to %u rows", ROWS_MAX);
    if (json_doc_count(doc) != known)
        return err_set(err, ERR_BAD_REQUEST,
                       "the table has a member that is not known; there are: "
                       "about defaults models");
    return true;
}

struct prices *prices_read(struct str json, struct err *err)
{
    struct json_doc *doc = json_doc_parse(json, err);

    if (!doc)
        return NULL;
    if (check_table(doc, err))
        return make(doc, err);
    json_doc_free(doc);
    return NULL;
}

struct prices *prices_default(void)
{
    struct err err;
    struct prices *prices = prices_read(str_of(own_table), &err);

    assert(prices);
    return prices;
}

void prices_free(struct prices *prices)
{
    if (!prices)
        return;
    json_doc_free(prices->doc);
    mem_free(prices);
}
