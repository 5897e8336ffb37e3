// SPDX-License-Identifier: MIT
/* One function for each row of metrics.def. */
#include "admin/metrics.h"

#include "base/macros.h"

/* What a function is called for, once each. */
enum over {
    OVER_ONCE,
    OVER_ACCOUNTS,
    OVER_KEY_LIMITS,
    OVER_GROUP_LIMITS,
    OVER_MODELS, /* and the rest: rows of what requests came to */
    OVER_KEYS,
    OVER_BY_ACCOUNT,
};

struct writing {
    const struct metrics *metrics;
    const char *name;
    enum over over;
    size_t item;
    struct buf *out;
};

/* ---- samples ------------------------------------------------------------- */

#define COUNT(n) ((struct metrics_value){ (n), 0 })
#define MILLIONTHS(n) ((struct metrics_value){ (n), 6 })
#define MS(n) ((struct metrics_value){ (n), 3 })

static void add(const struct writing *w, const char *suffix,
                const struct metrics_label *labels, size_t count,
                struct metrics_value value)
{
    metrics_form_sample(w->out, &(struct metrics_sample){
                                    w->name, suffix, labels, count, value });
}

static void add_with(const struct writing *w, const char *label,
                     const char *text, struct metrics_value value)
{
    add(w, "", &(struct metrics_label){ label, str_of(text) }, 1, value);
}

static void add_pair(const struct writing *w, struct metrics_label first,
                     struct metrics_label second, struct metrics_value value)
{
    const struct metrics_label labels[] = { first, second };

    add(w, "", labels, COUNT_OF(labels), value);
}

static struct metrics_label label(const char *name, const char *text)
{
    return (struct metrics_label){ name, str_of(text) };
}

/* ---- the relay ----------------------------------------------------------- */

static void add_build(const struct writing *w)
{
    add_with(w, "version", RELAY_VERSION, COUNT(1));
}

/* ---- requests ------------------------------------------------------------ */

static void add_end(const struct writing *w, enum record_end end)
{
    for (size_t hundreds = 0; hundreds < TALLY_CLASSES; hundreds++)
        add_pair(w, label("end", record_end_word(end)),
                 label("status", tally_class_word(hundreds)),
                 COUNT(
                     atomic_load(&w->metrics->tally->requests[end][hundreds])));
}

static void add_requests(const struct writing *w)
{
    for (enum record_end end = RECORD_RUNNING + 1; end < RECORD_ENDS; end++)
        add_end(w, end);
}

/* Buckets hold what those below them do, too. */
static void add_histogram(const struct writing *w, enum tally_time time,
                          bool streamed)
{
    const struct tally_histogram *histogram =
        &w->metrics->share.times[time][streamed];
    struct metrics_label labels[] = {
        label("stream", streamed ? "true" : "false"), label("le", "+Inf")
    };
    char bound[METRICS_BOUND_MAX];
    uint64_t sum = 0;

    for (size_t i = 0; i < TALLY_BOUNDS; i++) {
        metrics_form_bound(tally_bounds_us[time][i], bound);
        labels[1].value = str_of(bound);
        sum += histogram->buckets[i];
        add(w, "_bucket", labels, 2, COUNT(sum));
    }
    sum += histogram->buckets[TALLY_BOUNDS];
    labels[1] = label("le", "+Inf");
    add(w, "_bucket", labels, 2, COUNT(sum));
    add(w, "_sum", labels, 1, MILLIONTHS(histogram->sum_us));
    add(w, "_count", labels, 1, COUNT(sum));
}

static void add_first_byte(const struct writing *w)
{
    add_histogram(w, TALLY_FIRST_BYTE, false);
    add_histogram(w, TALLY_FIRST_BYTE, true);
}

static void add_duration(const struct writing *w)
{
    add_histogram(w, TALLY_DURATION, false);
    add_histogram(w, TALLY_DURATION, true);
}

static void add_added(const struct writing *w)
{
    add_histogram(w, TALLY_ADDED, false);
    add_histogram(w, TALLY_ADDED, true);
}

static void add_attempts(const struct writing *w)
{
    for (enum record_result result = 0; result < RECORD_RESULTS; result++)
        add_with(w, "result", record_result_word(result),
                 COUNT(atomic_load(&w->metrics->tally->attempts[result])));
}

static void add_refused(const struct writing *w)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const atomic_uint_fast64_t *refused = w->metrics->share.refused[i];
        struct metrics_label limit = label("limit", limit_kinds[i].name);

        add_pair(w, limit, label("scope", "key"), COUNT(refused[TALLY_OF_KEY]));
        add_pair(w, limit, label("scope", "group"),
                 COUNT(refused[TALLY_OF_GROUP]));
    }
}

/* ---- what they used ------------------------------------------------------ */

static const struct {
    enum booking_count count;
    const char *kind;
} token_kinds[] = {
    { BOOKING_TOKENS_IN, "input" },
    { BOOKING_TOKENS_OUT, "output" },
    { BOOKING_CACHE_READ, "cache_read" },
    { BOOKING_CACHE_WRITE_5M, "cache_write_5m" },
    { BOOKING_CACHE_WRITE_1H, "cache_write_1h" },
};

static void add_tokens(const struct writing *w)
{
    for (size_t i = 0; i < COUNT_OF(token_kinds); i++)
        add_with(w, "kind", token_kinds[i].kind,
                 COUNT(atomic_load(
                     &w->metrics->tally->counts[token_kinds[i].count])));
}

/* ---- the same by key, model and account ---------------------------------- */

/* A row, or the rest. */
struct by {
    struct metrics_label label;
    const struct breakdown_sums *sums;
};

static const struct {
    enum breakdown_by by;
    const char *label;
} breakdowns[] = {
    [OVER_MODELS] = { BREAKDOWN_MODEL, "model" },
    [OVER_KEYS] = { BREAKDOWN_KEY, "key" },
    [OVER_BY_ACCOUNT] = { BREAKDOWN_ACCOUNT, "account" },
};

static struct by by_of(const struct writing *w)
{
    const struct breakdown_copy *rows = &w->metrics->by[breakdowns[w->over].by];
    const char *name = breakdowns[w->over].label;

    if (w->item < rows->count)
        return (struct by){ label(name, rows->rows[w->item].name),
                            &rows->rows[w->item].sums };
    return w->item == rows->count
               ? (struct by){ label(name, METRICS_OTHERS), &rows->others }
               : (struct by){ label(name, METRICS_NONE), &rows->none };
}

static void add_by(const struct writing *w, const struct by *by,
                   struct metrics_value value)
{
    add(w, "", &by->label, 1, value);
}

static void add_by_requests(const struct writing *w)
{
    struct by by = by_of(w);

    add_by(w, &by, COUNT(by.sums->requests));
}

static void add_by_failed(const struct writing *w)
{
    struct by by = by_of(w);

    add_by(w, &by, COUNT(by.sums->failed));
}

static void add_by_tokens(const struct writing *w)
{
    struct by by = by_of(w);

    for (size_t i = 0; i < COUNT_OF(token_kinds); i++)
        add_pair(w, by.label, label("kind", token_kinds[i].kind),
                 COUNT(by.sums->counts[token_kinds[i].count]));
}

static void add_by_cost(const struct writing *w)
{
    struct by by = by_of(w);

    add_by(w, &by, MILLIONTHS(by.sums->cost_microusd));
}

static void add_by_attempts(const struct writing *w)
{
    struct by by = by_of(w);

    for (enum record_result result = 0; result < RECORD_RESULTS; result++)
        add_pair(w, by.label, label("result", record_result_word(result)),
                 COUNT(by.sums->attempts[result]));
}

static void add_by_first_byte(const struct writing *w)
{
    struct by by = by_of(w);

    add(w, "_sum", &by.label, 1, MILLIONTHS(by.sums->first_byte_us));
    add(w, "_count", &by.label, 1, COUNT(by.sums->answers));
}

/* ---- keys and groups ----------------------------------------------------- */

static void add_limits(const struct writing *w)
{
    bool of_group = w->over == OVER_GROUP_LIMITS;
    const struct metrics_limits *limits =
        &w->metrics
             ->limits[w->item + (of_group ? w->metrics->limits_of_keys : 0)];

    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (limits->used_ppm[i] != METRICS_NO_LIMIT)
            add_pair(w, label(of_group ? "group" : "key", limits->name),
                     label("limit", limit_kinds[i].name),
                     MILLIONTHS(limits->used_ppm[i]));
    }
}

/* ---- accounts ------------------------------------------------------------ */

static const struct metrics_account *account_of(const struct writing *w)
{
    return &w->metrics->accounts[w->item];
}

static struct metrics_label account_label(const struct writing *w)
{
    return label("account", account_of(w)->name);
}

static void add_of_account(const struct writing *w, struct metrics_value value)
{
    struct metrics_label account = account_label(w);

    add(w, "", &account, 1, value);
}

static void add_accounts(const struct writing *w)
{
    for (size_t i = 0; i < METRICS_STATES; i++)
        add_with(w, "state", metrics_state_word(i),
                 COUNT(w->metrics->in_state[i]));
}

static void add_account(const struct writing *w)
{
    add_pair(w, account_label(w), label("kind", account_of(w)->kind), COUNT(1));
}

static void add_state(const struct writing *w)
{
    for (size_t i = 0; i < METRICS_STATES; i++)
        add_pair(w, account_label(w), label("state", metrics_state_word(i)),
                 COUNT(account_of(w)->state == i));
}

static void add_account_in_flight(const struct writing *w)
{
    add_of_account(w, COUNT(account_of(w)->in_flight));
}

static void add_unsaved(const struct writing *w)
{
    add_of_account(w, COUNT(account_of(w)->unsaved));
}

static void add_expires(const struct writing *w)
{
    if (account_of(w)->expires_ms > 0)
        add_of_account(w, MS(account_of(w)->expires_ms));
}

static void add_window_used(const struct writing *w)
{
    for (size_t i = 0; i < account_of(w)->window_count; i++) {
        const struct metrics_window *window = &account_of(w)->windows[i];

        if (window->used_ppm >= 0)
            add_pair(w, account_label(w), label("window", window->name),
                     MILLIONTHS((uint64_t)window->used_ppm));
    }
}

static void add_window_resets(const struct writing *w)
{
    for (size_t i = 0; i < account_of(w)->window_count; i++) {
        const struct metrics_window *window = &account_of(w)->windows[i];

        if (window->reset_ms > 0)
            add_pair(w, account_label(w), label("window", window->name),
                     MS(window->reset_ms));
    }
}

static void add_window_runs_out(const struct writing *w)
{
    for (size_t i = 0; i < account_of(w)->window_count; i++) {
        const struct metrics_window *window = &account_of(w)->windows[i];

        if (window->runs_out_ms > 0)
            add_pair(w, account_label(w), label("window", window->name),
                     MS(window->runs_out_ms));
    }
}

static void add_refreshes(const struct writing *w)
{
    for (size_t i = 0; i < KEEPER_REFRESHES; i++)
        add_with(w, "result", keeper_refresh_word((enum keeper_refresh)i),
                 COUNT(w->metrics->refreshes[i]));
}

/* ---- bookings and the store ---------------------------------------------- */

static const char *const store_words[METRICS_STORES] = {
    [METRICS_DOCUMENTS] = "documents",
    [METRICS_RECORDS] = "records",
};

static void add_store_waiting(const struct writing *w)
{
    for (size_t i = 0; i < METRICS_STORES; i++)
        add_with(w, "store", store_words[i],
                 COUNT(w->metrics->stores[i].waiting));
}

static void add_store_oldest(const struct writing *w)
{
    for (size_t i = 0; i < METRICS_STORES; i++)
        add_with(w, "store", store_words[i],
                 MS(w->metrics->stores[i].oldest_ms));
}

static void add_store_failing(const struct writing *w)
{
    for (size_t i = 0; i < METRICS_STORES; i++)
        add_with(w, "store", store_words[i],
                 COUNT(w->metrics->stores[i].failing));
}

/* ---- all of it ----------------------------------------------------------- */

#define METRIC(name, type, over, help, add)
#define FIGURE(id, name, type, help, value)                                    \
    static void add_##id(const struct writing *w)                              \
    {                                                                          \
        const struct metrics *m = w->metrics;                                  \
                                                                               \
        add(w, "", NULL, 0, value);                                            \
    }
#include "admin/metrics.def"
#undef METRIC
#undef FIGURE

#define METRIC(name, type, over, help, add)                                    \
    { { name, METRICS_##type, help }, OVER_##over, add },
#define FIGURE(id, name, type, help, value)                                    \
    METRIC(name, type, ONCE, help, add_##id)
static const struct {
    struct metrics_family family;
    enum over over;
    void (*add)(const struct writing *w);
} rows[] = {
#include "admin/metrics.def"
};
#undef METRIC
#undef FIGURE

static size_t items_of(const struct metrics *metrics, enum over over)
{
    switch (over) {
    case OVER_ONCE:
        return 1;
    case OVER_ACCOUNTS:
        return metrics->account_count;
    case OVER_KEY_LIMITS:
        return metrics->limits_of_keys;
    case OVER_GROUP_LIMITS:
        return metrics->limits_of_groups;
    case OVER_MODELS:
    case OVER_KEYS:
    case OVER_BY_ACCOUNT:
        return metrics->by[breakdowns[over].by].count + 2;
    }
    return 0;
}

/* The head of a family, and then each of its items. */
static void write_next(struct metrics_writing *writing, struct buf *out)
{
    size_t row = writing->row;
    enum over over = rows[row].over;

    if (writing->item == 0)
        metrics_form_head(out, writing->form, &rows[row].family);
    if (writing->item < items_of(writing->metrics, over))
        rows[row].add(&(struct writing){ writing->metrics,
                                         rows[row].family.name, over,
                                         writing->item, out });
    if (++writing->item >= items_of(writing->metrics, over)) {
        writing->row++;
        writing->item = 0;
    }
}

bool metrics_write(struct metrics_writing *writing, struct buf *out,
                   size_t full)
{
    while (writing->row < COUNT_OF(rows) && out->len < full)
        write_next(writing, out);
    if (writing->row < COUNT_OF(rows))
        return true;
    if (!writing->ended)
        metrics_form_end(out, writing->form);
    writing->ended = true;
    return false;
}
