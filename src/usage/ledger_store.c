// SPDX-License-Identifier: MIT
/* A batch of bookings, written. */
#include "usage/ledger_store.h"

#include "base/mem.h"
#include "usage/ledger_names.h"
#include "usage/ledger_totals.h"

/* About 2 MB. */
#define NAMES_MAX 16384

struct ledger_store {
    struct ledger_names *names;
    struct ledger_totals totals;
    struct ledger_charges charges;
    struct ledger_written written;
};

struct ledger_store *ledger_store_new(const struct zone *zone)
{
    struct ledger_store *store = MEM_NEW(struct ledger_store);

    store->names = ledger_names_new(NAMES_MAX);
    ledger_totals_init(&store->totals, zone);
    return store;
}

void ledger_store_free(struct ledger_store *store)
{
    if (!store)
        return;
    ledger_names_free(store->names);
    ledger_totals_done(&store->totals);
    ledger_charges_done(&store->charges);
    mem_free(store);
}

/* ---- names --------------------------------------------------------------- */

/* One booking on its way; 0: none. */
struct row {
    const struct booking *booking;
    struct str texts[BOOKING_TEXTS];
    int64_t account;
    int64_t model;
    int64_t asked;
    int64_t endpoint;
    int64_t tier;
    int64_t prices;
    int64_t holder;
    int64_t session;
    int64_t id;
};

struct writing {
    struct ledger_store *store;
    struct sql *sql;
    struct err *err;
};

static bool find_word(const struct writing *w, enum ledger_word kind,
                      struct str text, int64_t *id)
{
    return ledger_names_word(w->store->names, w->sql,
                             &(struct ledger_text){ kind, text }, id, w->err);
}

/* What is empty has no number. */
static bool find_some(const struct writing *w, enum ledger_word kind,
                      struct str text, int64_t *id)
{
    return text.len == 0 || find_word(w, kind, text, id);
}

static bool find_words(const struct writing *w, struct row *row)
{
    const struct str *texts = row->texts;

    return find_word(w, LEDGER_ACCOUNT, texts[BOOKING_ACCOUNT],
                     &row->account) &&
           find_word(w, LEDGER_ENDPOINT, texts[BOOKING_ENDPOINT],
                     &row->endpoint) &&
           find_some(w, LEDGER_MODEL, texts[BOOKING_MODEL], &row->model) &&
           find_some(w, LEDGER_MODEL, texts[BOOKING_ASKED], &row->asked) &&
           find_some(w, LEDGER_TIER, texts[BOOKING_TIER], &row->tier) &&
           find_some(w, LEDGER_PRICES, texts[BOOKING_PRICES], &row->prices);
}

static bool find_holder(const struct writing *w, struct row *row)
{
    const struct ledger_holder holder = {
        .key_id = row->booking->key_id,
        .group_id = row->booking->group_id,
        .key = row->texts[BOOKING_KEY],
        .owner = row->texts[BOOKING_OWNER],
        .group = row->texts[BOOKING_GROUP],
    };

    return ledger_names_holder(w->store->names, w->sql, &holder, &row->holder,
                               w->err);
}

static bool find_session(const struct writing *w, struct row *row)
{
    const struct ledger_session session = { .key_id = row->booking->key_id,
                                            .name =
                                                row->texts[BOOKING_SESSION] };

    return session.name.len == 0 ||
           ledger_names_session(w->store->names, w->sql, &session,
                                &row->session, w->err);
}

/* ---- rows ---------------------------------------------------------------- */

static struct sql_value number(uint64_t number)
{
    return sql_number((int64_t)number);
}

static struct sql_value some(uint64_t number)
{
    return number > 0 ? sql_number((int64_t)number) : sql_null();
}

static struct sql_value some_id(int64_t id)
{
    return some((uint64_t)id);
}

static struct sql_value some_text(struct str text)
{
    return text.len > 0 ? sql_text(text) : sql_null();
}

static struct sql_value flag(const struct booking *booking,
                             enum booking_flag flag)
{
    return booking->flags & flag ? sql_number(1) : sql_null();
}

static struct sql_value cost_of(const struct booking *booking)
{
    return booking->flags & BOOKING_COST_KNOWN ? number(booking->cost_microusd)
                                               : sql_null();
}

static bool take_id(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return true;
}

#define INSERT                                                                 \
    "INSERT INTO booking(ended_ms, duration_ms, holder, account, model,"       \
    " status, ending, session, endpoint, asked, tier, tokens_in, tokens_out,"  \
    " cache_read, cache_write_5m, cache_write_1h, searches, partial, batch,"   \
    " cost_microusd, prices, attempts, first_byte_ms, bytes_in, bytes_out,"    \
    " tail, upstream_id, client_id, failures, parts)"                          \
    " VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"     \
    " $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28,"   \
    " $29, $30) RETURNING id"

static bool insert(const struct writing *w, struct row *row)
{
    const struct booking *b = row->booking;
    const struct sql_value values[] = {
        number(b->ended_ms),
        number(b->duration_ms),
        sql_number(row->holder),
        sql_number(row->account),
        some_id(row->model),
        some(b->status),
        number(b->ending),
        some_id(row->session),
        sql_number(row->endpoint),
        some_id(row->asked),
        some_id(row->tier),
        some(b->counts[BOOKING_TOKENS_IN]),
        some(b->counts[BOOKING_TOKENS_OUT]),
        some(b->counts[BOOKING_CACHE_READ]),
        some(b->counts[BOOKING_CACHE_WRITE_5M]),
        some(b->counts[BOOKING_CACHE_WRITE_1H]),
        some(b->counts[BOOKING_SEARCHES]),
        flag(b, BOOKING_PARTIAL),
        flag(b, BOOKING_OF_BATCH),
        cost_of(b),
        some_id(row->prices),
        number(b->attempts),
        some(b->first_byte_ms),
        some(b->bytes_in),
        some(b->bytes_out),
        number(b->tail),
        some_text(row->texts[BOOKING_UPSTREAM_ID]),
        some_text(row->texts[BOOKING_CLIENT_ID]),
        some_text(row->texts[BOOKING_FAILURES]),
        some_text(row->texts[BOOKING_PARTS]),
    };
    struct sql_ask ask = { .text = INSERT,
                           .values = values,
                           .count = COUNT_OF(values),
                           .row = take_id,
                           .arg = &row->id };

    return sql_query(w->sql, &ask, w->err);
}

/* Results of a batch may be fetched as often as one likes. */
static bool is_new(const struct writing *w, const struct booking *booking,
                   bool *is)
{
    const struct str result = { (const char *)booking->result_id,
                                sizeof(booking->result_id) };

    *is = true;
    if (!(booking->flags & BOOKING_OF_BATCH))
        return true;
    if (!sql_run(w->sql,
                 "INSERT INTO batch_result(result, booked_ms) VALUES($1, $2)"
                 " ON CONFLICT (result) DO NOTHING",
                 SQL_VALUES(sql_bytes(result), number(booking->ended_ms)),
                 w->err))
        return false;
    *is = sql_changes(w->sql) > 0;
    return true;
}

/* ---- all of it ----------------------------------------------------------- */

static void add_up(const struct writing *w, const struct row *row)
{
    ledger_totals_add(&w->store->totals,
                      &(struct ledger_row){ .booking = row->booking,
                                            .id = row->id,
                                            .holder = row->holder,
                                            .session = row->session,
                                            .account = row->account,
                                            .model = row->model });
}

static void note_written(struct ledger_store *store,
                         const struct booking *booking)
{
    struct ledger_written *written = &store->written;

    written->rows++;
    if (!(booking->flags & BOOKING_OF_BATCH))
        return;
    ledger_charges_add(&store->charges, booking);
    written->results[written->result_count++] = booking;
}

static bool write_one(const struct writing *w, const struct booking *booking)
{
    struct row row = { .booking = booking };
    bool is;

    if (!is_new(w, booking, &is) || !is)
        return !is;
    booking_texts(booking, row.texts);
    if (!find_words(w, &row) || !find_holder(w, &row) ||
        !find_session(w, &row) || !insert(w, &row))
        return false;
    add_up(w, &row);
    note_written(w->store, booking);
    return true;
}

bool ledger_store_write(struct ledger_store *store, struct sql *sql,
                        const struct booking *const *bookings, size_t count,
                        struct err *err)
{
    const struct writing w = { store, sql, err };
    bool fine;

    /* The transaction before may have been undone. */
    ledger_names_begin(store->names);
    ledger_totals_clear(&store->totals);
    ledger_charges_clear(&store->charges);
    store->written.rows = 0;
    store->written.result_count = 0;
    fine = ledger_names_check(store->names, sql, err);
    for (size_t i = 0; i < count && fine; i++)
        fine = write_one(&w, bookings[i]);
    return fine && ledger_totals_write(&store->totals, sql, err) &&
           ledger_charges_write(&store->charges, sql, err);
}

const struct ledger_charges *ledger_store_charges(
    const struct ledger_store *store)
{
    return &store->charges;
}

const struct ledger_written *ledger_store_written(
    const struct ledger_store *store)
{
    return &store->written;
}

void ledger_store_keep(struct ledger_store *store)
{
    ledger_names_keep(store->names);
}
