// SPDX-License-Identifier: MIT
/* What a row of a table of prices, or its defaults, may say. */
#include "base/reason.h"
#include "base/shown.h"
#include "usage/price_reading.h"

/* $1,000 a million tokens, and a thousand searches. */
#define PRICE_MAX 1000000000u
/* Of input, in millionths. */
#define CACHE_MAX (100u * PRICE_MILLION)
/* In thousandths.  The product of four fits into 64 bits. */
#define FACTOR_MAX 50000u
#define TOKENS_MAX 1000000000u

#define PRICE_ALLOWED "a whole number of micro-dollars up to 1000000000"
#define CACHE_ALLOWED                                                          \
    "a text such as \"1.25\": 0 to 100, with at most six decimals"
#define FACTOR_ALLOWED                                                         \
    "a text such as \"1.5\": 0 to 50, with at most three decimals"
#define TOKENS_ALLOWED "a whole number of tokens, 1 to 1000000000"

const struct price_values price_values_usual = {
    .at = { [PRICE_MEMBER_INPUT] = UINT64_MAX,
            [PRICE_MEMBER_OUTPUT] = UINT64_MAX,
            [PRICE_MEMBER_CACHE_WRITE_5M] = 1250000,
            [PRICE_MEMBER_CACHE_WRITE_1H] = 2000000,
            [PRICE_MEMBER_CACHE_READ] = 100000,
            [PRICE_MEMBER_WEB_SEARCH] = 10000000,
            [PRICE_MEMBER_CONTEXT_MAX] = 1000000,
            [PRICE_MEMBER_OUTPUT_MAX] = 128000 },
    .long_above = UINT64_MAX,
    .long_input = 1000,
    .long_output = 1000,
    .factors = { [PRICE_BY_TIER] = { 1, { { { "batch", 5 }, 500 } } },
                 [PRICE_BY_SPEED] = { 1, { { { "fast", 4 }, 2000 } } },
                 [PRICE_BY_GEO] = { 1, { { { "us", 2 }, 1100 } } } },
};

/* ---- plain values ------------------------------------------------------- */

static const struct {
    const char *name;
    bool is_text; /* of millionths */
    uint64_t least;
    uint64_t most;
    const char *allowed;
} members[] = {
    { "input", false, 0, PRICE_MAX, PRICE_ALLOWED },
    { "output", false, 0, PRICE_MAX, PRICE_ALLOWED },
    { "cache_write_5m", true, 0, CACHE_MAX, CACHE_ALLOWED },
    { "cache_write_1h", true, 0, CACHE_MAX, CACHE_ALLOWED },
    { "cache_read", true, 0, CACHE_MAX, CACHE_ALLOWED },
    { "web_search", false, 0, PRICE_MAX, PRICE_ALLOWED },
    { "context_max", false, 1, TOKENS_MAX, TOKENS_ALLOWED },
    { "output_max", false, 1, TOKENS_MAX, TOKENS_ALLOWED },
};
_Static_assert(COUNT_OF(members) == PRICE_MEMBERS, "one row for each member");

bool price_millionths(struct str text, uint64_t *value)
{
    size_t point = str_index(text, '.');
    struct str decimals = str_from(text, point + 1);
    uint64_t whole = 0;
    uint64_t part = 0;

    if (!str_to_u64(str_sub(text, 0, point), UINT32_MAX, &whole) ||
        (point < text.len && (decimals.len == 0 || decimals.len > 6 ||
                              !str_to_u64(decimals, PRICE_MILLION, &part))))
        return false;
    for (size_t i = decimals.len; i < 6; i++)
        part *= 10;
    *value = whole * PRICE_MILLION + part;
    return true;
}

static bool read_value(const struct json_doc *object, size_t id,
                       uint64_t *value)
{
    struct str text;

    if (!members[id].is_text)
        return json_doc_get_u64(object, members[id].name, value);
    return json_doc_get_str(object, members[id].name, &text) &&
           price_millionths(text, value);
}

static bool read_plain(struct price_reading *r, uint64_t values[PRICE_MEMBERS])
{
    for (size_t id = 0; id < PRICE_MEMBERS; id++) {
        if (!json_doc_get(r->object, members[id].name))
            continue;
        if (!read_value(r->object, id, &values[id]) ||
            values[id] < members[id].least || values[id] > members[id].most)
            return REASON_SET(r->err, PRICE_MEMBER_INVALID, r->where,
                              members[id].name, members[id].allowed);
    }
    return true;
}

/* ---- factors ------------------------------------------------------------ */

static const char *const conditions[PRICE_CONDITIONS] = {
    [PRICE_BY_TIER] = "service_tier",
    [PRICE_BY_SPEED] = "speed",
    [PRICE_BY_GEO] = "inference_geo",
};

static bool to_thousandths(const struct json_doc *value, uint64_t *thousandths)
{
    struct str text;
    uint64_t millionths;

    if (!json_doc_as_str(value, &text) ||
        !price_millionths(text, &millionths) || millionths % 1000 > 0 ||
        millionths / 1000 > FACTOR_MAX)
        return false;
    *thousandths = millionths / 1000;
    return true;
}

/* One member, being read. */
struct factor_reading {
    struct price_reading *r;
    const char *name;
    struct price_factors *factors;
};

/* NULL: there are too many already. */
static struct price_factor *place_of(struct price_factors *factors,
                                     struct str value)
{
    for (size_t i = 0; i < factors->count; i++) {
        if (str_eq(factors->at[i].value, value))
            return &factors->at[i];
    }
    if (factors->count == PRICE_FACTORS_MAX)
        return NULL;
    factors->at[factors->count].value = value;
    return &factors->at[factors->count++];
}

/* Longer ones are cut off by the meter. */
static bool take_factor(void *arg, struct str value, struct json_doc *number)
{
    struct factor_reading *reading = arg;
    struct price_reading *r = reading->r;
    struct price_factor *factor = NULL;

    if (value.len > 0 && value.len < METER_WORD_MAX)
        factor = place_of(reading->factors, value);
    if (!factor)
        return err_set(r->err, ERR_BAD_REQUEST,
                       "%s: %s may name %u values, of 1 to %u bytes each",
                       r->where, reading->name, PRICE_FACTORS_MAX,
                       METER_WORD_MAX - 1);
    return to_thousandths(number, &factor->thousandths) ||
           err_set(r->err, ERR_BAD_REQUEST,
                   "%s: each value of %s must be " FACTOR_ALLOWED, r->where,
                   reading->name);
}

static bool read_factors(struct price_reading *r, struct price_values *values)
{
    for (size_t i = 0; i < PRICE_CONDITIONS; i++) {
        const struct json_doc *member = json_doc_get(r->object, conditions[i]);
        struct factor_reading reading = { r, conditions[i],
                                          &values->factors[i] };

        if (!member)
            continue;
        if (!json_doc_is_object(member))
            return err_set(r->err, ERR_BAD_REQUEST,
                           "%s: %s must be an object of factors such as "
                           "{\"batch\":\"0.5\"}",
                           r->where, conditions[i]);
        if (!json_doc_each(member, take_factor, &reading))
            return false;
    }
    return true;
}

/* ---- long prompts ------------------------------------------------------- */

#define LONG_ALLOWED                                                           \
    "long_context must be null, or an object such as "                         \
    "{\"above\":200000,\"input\":\"2\",\"output\":\"1.5\"}: tokens up to "     \
    "1000000000, and texts from 0 to 50 with at most three decimals"

static bool read_long(struct price_reading *r, struct price_values *values)
{
    const struct json_doc *member = json_doc_get(r->object, "long_context");

    if (!member)
        return true;
    values->long_above = UINT64_MAX;
    if (json_doc_is_null(member))
        return true;
    return (json_doc_count(member) == 3 &&
            json_doc_get_u64(member, "above", &values->long_above) &&
            values->long_above <= TOKENS_MAX &&
            to_thousandths(json_doc_get(member, "input"),
                           &values->long_input) &&
            to_thousandths(json_doc_get(member, "output"),
                           &values->long_output)) ||
           err_set(r->err, ERR_BAD_REQUEST, "%s: " LONG_ALLOWED, r->where);
}

/* ---- all of it ---------------------------------------------------------- */

bool price_members_read(struct price_reading *r, struct price_values *values)
{
    return read_plain(r, values->at) && read_factors(r, values) &&
           read_long(r, values);
}

static bool is_among(struct str known, struct str name)
{
    struct str word;

    while (str_next(&known, ' ', &word)) {
        if (str_eq(word, name))
            return true;
    }
    return false;
}

struct checking {
    const struct price_reading *r;
    const char *known;
};

static bool check_member(void *arg, struct str name, struct json_doc *value)
{
    const struct checking *checking = arg;
    char shown[SHOWN_MAX];

    (void)value;
    return is_among(str_of(checking->known), name) ||
           REASON_SET(checking->r->err, PRICE_ROW_UNKNOWN, checking->r->where,
                      shown_open(name, shown), checking->known);
}

bool price_members_check(const struct price_reading *r, const char *known)
{
    struct checking checking = { .r = r, .known = known };

    return json_doc_each(r->object, check_member, &checking);
}
