// SPDX-License-Identifier: MIT
/* One function for each row of metrics.def. */
#include "admin/metrics.h"

#include "admin/facts.h"
#include "admin/health.h"
#include "admin/request.h"

#define TYPE "text/plain; version=0.0.4; charset=utf-8"

struct writing {
    const struct metrics *metrics;
    const char *name;
    struct buf *out;
};

/* ---- samples ------------------------------------------------------------- */

static void add_number(const struct writing *w, uint64_t number)
{
    (void)buf_printf(w->out, "%s %llu\n", w->name, (unsigned long long)number);
}

/* In whole units, of a count of millionths of one. */
static void add_millionths(const struct writing *w, uint64_t number)
{
    (void)buf_printf(w->out, "%s %llu.%06llu\n", w->name,
                     (unsigned long long)(number / 1000000),
                     (unsigned long long)(number % 1000000));
}

static void add_seconds(const struct writing *w, uint64_t ms)
{
    (void)buf_printf(w->out, "%s %llu.%03llu\n", w->name,
                     (unsigned long long)(ms / 1000),
                     (unsigned long long)(ms % 1000));
}

/* The values of labels are words of ours: nothing in them is escaped. */
static void add_labelled(const struct writing *w, const char *label,
                         const char *value, uint64_t number)
{
    (void)buf_printf(w->out, "%s{%s=\"%s\"} %llu\n", w->name, label, value,
                     (unsigned long long)number);
}

/* ---- the relay ----------------------------------------------------------- */

static void add_build(const struct writing *w)
{
    add_labelled(w, "version", RELAY_VERSION, 1);
}

static void add_problems(const struct writing *w)
{
    add_number(w, w->metrics->problems);
}

static void add_in_flight(const struct writing *w)
{
    add_number(w, w->metrics->in_flight);
}

/* ---- requests ------------------------------------------------------------ */

static void add_end(const struct writing *w, enum record_end end)
{
    for (size_t hundreds = 0; hundreds < TALLY_CLASSES; hundreds++)
        (void)buf_printf(w->out, "%s{end=\"%s\",status=\"%s\"} %llu\n", w->name,
                         record_end_word(end), tally_class_word(hundreds),
                         (unsigned long long)atomic_load(
                             &w->metrics->tally->requests[end][hundreds]));
}

static void add_requests(const struct writing *w)
{
    for (enum record_end end = RECORD_RUNNING + 1; end < RECORD_ENDS; end++)
        add_end(w, end);
}

static void add_attempts(const struct writing *w)
{
    for (enum record_result result = 0; result < RECORD_RESULTS; result++)
        add_labelled(w, "result", record_result_word(result),
                     atomic_load(&w->metrics->tally->attempts[result]));
}

static void add_overloaded(const struct writing *w)
{
    add_number(w, atomic_load(&w->metrics->tally->overloaded));
}

static void add_results(const struct writing *w)
{
    add_number(w, atomic_load(&w->metrics->tally->results));
}

/* ---- what they used ------------------------------------------------------ */

static void add_tokens(const struct writing *w)
{
    static const struct {
        enum booking_count count;
        const char *kind;
    } kinds[] = {
        { BOOKING_TOKENS_IN, "input" },
        { BOOKING_TOKENS_OUT, "output" },
        { BOOKING_CACHE_READ, "cache_read" },
        { BOOKING_CACHE_WRITE_5M, "cache_write_5m" },
        { BOOKING_CACHE_WRITE_1H, "cache_write_1h" },
    };

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        add_labelled(w, "kind", kinds[i].kind,
                     atomic_load(&w->metrics->tally->counts[kinds[i].count]));
}

static void add_searches(const struct writing *w)
{
    add_number(w, atomic_load(&w->metrics->tally->counts[BOOKING_SEARCHES]));
}

static void add_cost(const struct writing *w)
{
    add_millionths(w, atomic_load(&w->metrics->tally->cost_microusd));
}

static void add_unpriced(const struct writing *w)
{
    add_number(w, atomic_load(&w->metrics->tally->unpriced));
}

/* ---- bookings ------------------------------------------------------------ */

static void add_booked(const struct writing *w)
{
    add_number(w, atomic_load(&w->metrics->tally->booked));
}

static void add_waiting(const struct writing *w)
{
    add_number(w, w->metrics->bookings.waiting);
}

static void add_waiting_seconds(const struct writing *w)
{
    add_seconds(w, w->metrics->bookings.waiting_ms);
}

static void add_unsynced(const struct writing *w)
{
    add_seconds(w, w->metrics->bookings.unsynced_ms);
}

static void add_lost(const struct writing *w)
{
    add_number(w, w->metrics->bookings.lost);
}

/* ---- all of it ----------------------------------------------------------- */

#define METRIC(name, type, help, add) { name, type, help, add },
static const struct {
    const char *name;
    const char *type;
    const char *help;
    void (*add)(const struct writing *w);
} rows[] = {
#include "admin/metrics.def"
};
#undef METRIC

void metrics_write(const struct metrics *metrics, struct buf *out)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        (void)buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", rows[i].name,
                         rows[i].help, rows[i].name, rows[i].type);
        rows[i].add(&(struct writing){ metrics, rows[i].name, out });
    }
}

static uint64_t count_problems(const struct admin_options *options)
{
    struct json_doc *problems = health_problems(options);
    uint64_t count = json_doc_count(problems);

    json_doc_free(problems);
    return count;
}

static struct flow_next get(struct flow *flow)
{
    static const struct tally nothing;
    struct admin_request *x = admin_request_of(flow);
    const struct admin_options *options = &x->admin->options;
    const struct admin_facts *facts = options->facts;
    struct metrics metrics = { .problems = count_problems(options),
                               .tally = &nothing };
    struct flow_next next;
    struct buf text;

    if (facts && facts->in_flight)
        metrics.in_flight = facts->in_flight(facts->arg);
    if (options->ledger) {
        metrics.tally = ledger_tally(options->ledger);
        ledger_state(options->ledger, &metrics.bookings);
    }
    buf_init(&text, METRICS_MAX);
    metrics_write(&metrics, &text);
    next =
        admin_reply_bytes(x, &(struct admin_file){ .content_type = STR(TYPE),
                                                   .bytes = buf_str(&text) });
    buf_done(&text);
    return next;
}

const struct admin_endpoint metrics_get = {
    .first = get,
    .tag = "relay",
    .summary = "Figures for Prometheus",
    .content_type = TYPE,
};
