// SPDX-License-Identifier: MIT
/* Reading a table of prices. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "usage/price_internal.h"
#include "usage/price_reading.h"

static const char own_table[] =
#include "usage/prices_json.h"
    ;

#define ROWS_MAX 10000u

/* ---- the dearest -------------------------------------------------------- */

static void lift(uint64_t *value, uint64_t other)
{
    if (other > *value)
        *value = other;
}

/* Of long prompts, if those are dearer.  Rounded up: it is a bound. */
static uint64_t dearest_rate(const struct price *row, enum price_class class)
{
    uint64_t factor =
        class == PRICE_OUTPUT ? row->long_output : row->long_input;
    price_sum rate = (price_sum)row->rates[class] * factor;

    if (row->long_above == UINT64_MAX || factor <= PRICE_THOUSAND)
        return row->rates[class];
    rate = (rate + PRICE_THOUSAND - 1) / PRICE_THOUSAND;
    return rate > UINT64_MAX ? UINT64_MAX : (uint64_t)rate;
}

static void add_to_dearest(struct price *dearest, const struct price *row)
{
    for (size_t i = 0; i < PRICE_CLASSES; i++)
        lift(&dearest->rates[i], dearest_rate(row, (enum price_class)i));
    lift(&dearest->web_search, row->web_search);
    lift(&dearest->context_max, row->context_max);
    lift(&dearest->output_max, row->output_max);
}

/* ---- borders of long prompts -------------------------------------------- */

static bool add_border(struct meter_borders *borders, uint64_t above)
{
    size_t at = 0;

    while (at < borders->count && borders->at[at] < above)
        at++;
    if (above == UINT64_MAX ||
        (at < borders->count && borders->at[at] == above))
        return true;
    if (borders->count == METER_BORDERS_MAX)
        return false;
    memmove(&borders->at[at + 1], &borders->at[at],
            (borders->count - at) * sizeof(borders->at[0]));
    borders->at[at] = above;
    borders->count++;
    return true;
}

/* ---- one text ----------------------------------------------------------- */

/* A table that is being put together of one text or two. */
struct making {
    struct prices *prices;
    const struct json_doc *doc;
    struct err *err;
};

static bool add_row(const struct making *making, struct price_reading *r,
                    const struct price_values *defaults)
{
    struct prices *prices = making->prices;
    struct price *row = &prices->rows[prices->count];
    struct price_factors *factors = prices->factors[prices->count];
    struct price_values values = *defaults;

    if (!price_row_read(r, &values, row))
        return false;
    memcpy(factors, values.factors, sizeof(values.factors));
    row->table = prices;
    row->factors = factors;
    prices->count++;
    add_to_dearest(&prices->dearest, row);
    return add_border(&prices->borders, row->long_above) ||
           err_set(r->err, ERR_BAD_REQUEST,
                   "there may be %u different values of \"above\" in all "
                   "rows of long_context, those of the built-in table "
                   "included; %s is one too many",
                   METER_BORDERS_MAX, r->where);
}

static bool read_rows(const struct making *making,
                      const struct price_values *defaults)
{
    const struct json_doc *models = json_doc_get(making->doc, "models");

    for (size_t i = 0; i < json_doc_count(models); i++) {
        char where[32];
        struct price_reading r = { json_doc_at(models, i), where, making->err };

        (void)snprintf(where, sizeof(where), "models[%zu]", i);
        if (!add_row(making, &r, defaults))
            return false;
    }
    return true;
}

static bool read_defaults(const struct making *making,
                          struct price_values *values)
{
    struct price_reading r = { json_doc_get(making->doc, "defaults"),
                               "defaults", making->err };

    if (r.object && !json_doc_is_object(r.object))
        return err_set(r.err, ERR_BAD_REQUEST, "defaults must be an object");
    return !r.object || (price_members_read(&r, values) &&
                         price_members_check(&r, PRICE_MEMBERS_KNOWN));
}

static bool add_text(const struct making *making)
{
    struct price_values defaults = price_values_usual;

    return read_defaults(making, &defaults) && read_rows(making, &defaults);
}

/* ---- the table ---------------------------------------------------------- */

/* It is shown, and stands in lists. */
static bool is_version(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.')
            return false;
    }
    return text.len > 0 && text.len <= PRICES_OWN_VERSION_MAX;
}

static bool check_version(const struct json_doc *doc, struct err *err)
{
    struct str version;

    return !json_doc_get(doc, "version") ||
           (json_doc_get_str(doc, "version", &version) &&
            is_version(version)) ||
           err_set(err, ERR_BAD_REQUEST,
                   "version must be a text of 1 to %u letters, digits, \".\", "
                   "\"_\" and \"-\"",
                   PRICES_OWN_VERSION_MAX);
}

static bool check_table(const struct json_doc *doc, struct err *err)
{
    const struct price_reading r = { doc, "the table", err };
    const struct json_doc *models = json_doc_get(doc, "models");
    bool embedded;

    if (!json_doc_is_array(models) || json_doc_count(models) == 0 ||
        json_doc_count(models) > ROWS_MAX)
        return err_set(err, ERR_BAD_REQUEST,
                       "models must be an array of 1 to %u rows", ROWS_MAX);
    if (!price_members_check(&r, "about version embedded defaults models"))
        return false;
    if (json_doc_get(doc, "embedded") &&
        !json_doc_get_bool(doc, "embedded", &embedded))
        return err_set(err, ERR_BAD_REQUEST,
                       "embedded must be true or false: whether the rows that "
                       "the program brings along stand behind those of the "
                       "table");
    return check_version(doc, err);
}

/* Whoever changes a price may forget to change the name. */
static void add_version(struct prices *prices, const struct json_doc *doc,
                        struct str text)
{
    size_t len = strlen(prices->version);
    char *to = prices->version + len;
    size_t size = sizeof(prices->version) - len;
    const char *plus = len > 0 ? "+" : "";
    unsigned char hash[HASH_SHA256_LEN];
    struct str version;

    hash_sha256(text, hash);
    if (json_doc_get_str(doc, "version", &version))
        (void)snprintf(to, size, "%s" STR_FMT ":%02x%02x%02x", plus,
                       STR_ARG(version), hash[0], hash[1], hash[2]);
    else
        (void)snprintf(to, size, "%s%02x%02x%02x%02x%02x%02x", plus, hash[0],
                       hash[1], hash[2], hash[3], hash[4], hash[5]);
}

static struct json_doc *parse(struct str json, struct err *err)
{
    struct json_doc *doc = json_doc_parse(json, err);

    if (!doc || check_table(doc, err))
        return doc;
    json_doc_free(doc);
    return NULL;
}

static size_t rows_of(const struct json_doc *doc)
{
    return json_doc_count(json_doc_get(doc, "models"));
}

/* Takes over the document; `behind` too, which may be NULL. */
static struct prices *prices_new(struct json_doc *doc, struct json_doc *behind)
{
    size_t count = rows_of(doc) + rows_of(behind);
    struct prices *prices =
        mem_zalloc(sizeof(*prices) + count * sizeof(prices->rows[0]));

    atomic_init(&prices->refs, 1);
    prices->docs[0] = doc;
    prices->docs[1] = behind;
    prices->factors = mem_zalloc(count * sizeof(prices->factors[0]));
    prices->dearest.table = prices;
    prices->dearest.long_above = UINT64_MAX;
    return prices;
}

/* `own`: the first text is of the operator, not of the program. */
static bool fill(struct prices *prices, struct str json, bool own,
                 struct err *err)
{
    struct making making = { .prices = prices, .err = err };

    making.doc = prices->docs[0];
    add_version(prices, making.doc, json);
    if (!add_text(&making))
        return false;
    prices->own_count = own ? prices->count : 0;
    making.doc = prices->docs[1];
    if (!making.doc)
        return true;
    add_version(prices, making.doc, str_of(own_table));
    return add_text(&making);
}

static struct prices *read_table(struct str json, bool own, struct err *err)
{
    struct json_doc *doc = parse(json, err);
    struct json_doc *behind = NULL;
    struct prices *prices;
    bool embedded = true;

    if (!doc)
        return NULL;
    (void)json_doc_get_bool(doc, "embedded", &embedded);
    if (embedded && own)
        behind = parse(str_of(own_table), err);
    prices = prices_new(doc, behind);
    if (fill(prices, json, own, err))
        return prices;
    prices_unref(prices);
    return NULL;
}

struct prices *prices_read(struct str json, struct err *err)
{
    return read_table(json, true, err);
}

struct str prices_default_text(void)
{
    return str_of(own_table);
}

struct prices *prices_default(void)
{
    struct err err;
    struct prices *prices = read_table(str_of(own_table), false, &err);

    assert(prices);
    return prices;
}

struct prices *prices_ref(struct prices *prices)
{
    atomic_fetch_add_explicit(&prices->refs, 1, memory_order_relaxed);
    return prices;
}

void prices_unref(struct prices *prices)
{
    if (!prices ||
        atomic_fetch_sub_explicit(&prices->refs, 1, memory_order_acq_rel) > 1)
        return;
    json_doc_free(prices->docs[0]);
    json_doc_free(prices->docs[1]);
    mem_free(prices->factors);
    mem_free(prices);
}
