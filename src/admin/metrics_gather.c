// SPDX-License-Identifier: MIT
/* Figures from everywhere. */
#include "admin/metrics_gather.h"

#include <stdio.h>
#include <string.h>

#include "account/vitals.h"
#include "admin/facts.h"
#include "admin/health.h"
#include "admin/vitals_doc.h"
#include "base/clock.h"
#include "base/log_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/seats.h"

/* ---- accounts ------------------------------------------------------------ */

const char *metrics_state_word(size_t state)
{
    return state == HEALTH_STATES ? "unusable"
                                  : health_state_word((enum health_state)state);
}

static size_t state_of(const struct account *account, uint64_t now_ms)
{
    const char *word = vitals_doc_state(account, now_ms);
    size_t state = 0;

    while (state < HEALTH_STATES &&
           strcmp(word, metrics_state_word(state)) != 0)
        state++;
    return state;
}

static void add_window(struct metrics_account *to, const struct quota *window,
                       uint64_t now_ms)
{
    struct metrics_window *at;

    /* It began anew since: of the present one nothing was heard. */
    if (window->reset_ms > 0 && window->reset_ms <= now_ms)
        return;
    at = &to->windows[to->window_count++];
    text_copy(at->name, sizeof(at->name), str_of(window->name));
    at->used_ppm = window->used_ppm;
    at->reset_ms = window->reset_ms;
    at->runs_out_ms = quota_runs_out_ms(window, now_ms);
}

static void take_account(struct metrics_account *to,
                         const struct account *account, uint64_t now_ms)
{
    struct vitals_copy copy;

    *to = (struct metrics_account){ .kind = account->kind->name,
                                    .unsaved = account->unsaved[0] != '\0' };
    text_copy(to->name, sizeof(to->name), str_of(account->name));
    if (account->expires_at_ms != ACCOUNT_NEVER_EXPIRES)
        to->expires_ms = account->expires_at_ms;
    if (!account->vitals)
        return;
    vitals_copy(account->vitals, &copy);
    to->in_flight = copy.in_flight;
    for (size_t i = 0; i < copy.windows.count; i++)
        add_window(to, &copy.windows.at[i], now_ms);
}

static void gather_accounts(struct metrics *metrics, struct accounts *accounts)
{
    struct account_list *list = accounts_list(accounts);
    uint64_t now_ms = clock_wall_ms();
    size_t max =
        list->count < METRICS_ACCOUNTS_MAX ? list->count : METRICS_ACCOUNTS_MAX;

    metrics->accounts = mem_zalloc((max + 1) * sizeof(metrics->accounts[0]));
    metrics->account_count = max;
    for (size_t i = 0; i < list->count; i++) {
        size_t state = state_of(list->at[i], now_ms);

        metrics->in_state[state]++;
        if (i >= max)
            continue;
        take_account(&metrics->accounts[i], list->at[i], now_ms);
        metrics->accounts[i].state = state;
    }
    account_list_unref(list);
}

/* ---- keys and groups ----------------------------------------------------- */

static struct keyring *ring_of(const struct admin_options *options)
{
    return options->callers ? options->callers->keyring : NULL;
}

static uint64_t ppm_of(const struct limit_view *view)
{
    if (view->limit == 0)
        return 1000000;
    return (uint64_t)((double)view->used / (double)view->limit * 1e6);
}

struct limited {
    const char *name;
    struct counters *counters;
    const struct limits *limits;
    const struct zone *zone;
};

/* What is limited by nothing has no row. */
static void add_limits(struct metrics *metrics, const struct limited *limited,
                       size_t *count)
{
    struct metrics_limits *to;
    struct counters_view view;
    struct counters_now now = { clock_steady_ms(), clock_wall_ms() };

    if (!limits_any(limited->limits))
        return;
    to = &metrics->limits[metrics->limits_of_keys + metrics->limits_of_groups];
    (*count)++;
    text_copy(to->name, sizeof(to->name), str_of(limited->name));
    counters_view(limited->counters, limited->limits, limited->zone, now,
                  &view);
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        to->used_ppm[i] = limited->limits->at[i] == LIMIT_NONE
                              ? METRICS_NO_LIMIT
                              : ppm_of(&view.at[i]);
}

static struct key *key_of(struct keyring *ring, uint64_t id)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)id);
    return ring ? keyring_get(ring, str_of(text)) : NULL;
}

/* Those that were used since the start: the rows of the breakdown. */
static void gather_key_limits(struct metrics *metrics, struct keyring *ring)
{
    const struct breakdown_copy *keys = &metrics->by[BREAKDOWN_KEY];

    for (size_t i = 0; i < keys->count; i++) {
        struct key *key = key_of(ring, keys->rows[i].id);

        if (key)
            add_limits(metrics,
                       &(struct limited){ key->name, key->counters,
                                          &key->limits, key->zone },
                       &metrics->limits_of_keys);
        key_unref(key);
    }
}

static bool visit_group(void *arg, struct key_group *group)
{
    struct metrics *metrics = arg;

    add_limits(metrics,
               &(struct limited){ group->name, group->counters, &group->limits,
                                  group->zone },
               &metrics->limits_of_groups);
    return metrics->limits_of_groups < METRICS_GROUPS_MAX;
}

static void gather_limits(struct metrics *metrics, struct keyring *ring)
{
    size_t max = metrics->by[BREAKDOWN_KEY].count + METRICS_GROUPS_MAX;

    metrics->limits = mem_zalloc(max * sizeof(metrics->limits[0]));
    if (!ring)
        return;
    metrics->keys = keyring_count(ring);
    gather_key_limits(metrics, ring);
    keyring_each_group(ring, visit_group, metrics);
}

/* ---- what they came to --------------------------------------------------- */

/* No label is there twice. */
static bool is_own_name(const struct breakdown_row *row)
{
    struct str name = str_of(row->name);

    return !str_eq(name, STR(METRICS_OTHERS)) &&
           !str_eq(name, STR(METRICS_NONE));
}

/* By its present name. */
static bool key_is_there(void *arg, struct breakdown_row *row)
{
    const struct admin_options *options = arg;
    struct key *key = key_of(ring_of(options), row->id);

    if (!key)
        return false;
    text_copy(row->name, sizeof(row->name), str_of(key->name));
    key_unref(key);
    return is_own_name(row);
}

static bool account_is_there(void *arg, struct breakdown_row *row)
{
    const struct admin_options *options = arg;
    struct account *account =
        accounts_get(options->accounts, str_of(row->name));
    bool there = account && is_own_name(row);

    account_unref(account);
    return there;
}

static bool model_is_there(void *arg, struct breakdown_row *row)
{
    (void)arg;
    return is_own_name(row);
}

static void gather_ledger(struct metrics *metrics,
                          const struct admin_options *options)
{
    static bool (*const is_there[BREAKDOWN_BYS])(void *,
                                                 struct breakdown_row *) = {
        [BREAKDOWN_KEY] = key_is_there,
        [BREAKDOWN_MODEL] = model_is_there,
        [BREAKDOWN_ACCOUNT] = account_is_there,
    };
    struct admin_options asked = *options;

    if (!options->ledger)
        return;
    metrics->tally = ledger_tally(options->ledger);
    ledger_state(options->ledger, &metrics->bookings);
    for (size_t by = 0; by < BREAKDOWN_BYS; by++)
        breakdown_copy(ledger_breakdown(options->ledger), (enum breakdown_by)by,
                       is_there[by], &asked, &metrics->by[by]);
}

/* ---- the rest ------------------------------------------------------------ */

static void take_store(struct metrics_store *to,
                       const struct store_state *state)
{
    *to = (struct metrics_store){ .waiting = state->waiting,
                                  .oldest_ms = state->oldest_ms,
                                  .failing = state->problem[0] != '\0' };
}

static void gather_stores(struct metrics *metrics,
                          const struct admin_options *options)
{
    struct store_state state;

    store_state(options->store, &state);
    take_store(&metrics->stores[METRICS_DOCUMENTS], &state);
    if (!options->records)
        return;
    records_state(options->records, &state);
    take_store(&metrics->stores[METRICS_RECORDS], &state);
}

static void gather_facts(struct metrics *metrics,
                         const struct admin_facts *facts)
{
    if (facts->in_flight)
        metrics->in_flight = facts->in_flight(facts->arg);
    if (facts->share)
        facts->share(facts->arg, &metrics->share);
    metrics->started_wall_ms = facts->started_wall_ms;
    metrics->connections_max = facts->seats_max;
    if (!facts->seats)
        return;
    metrics->connections = atomic_load(&facts->seats->served);
    metrics->connections_accepted = atomic_load(&facts->seats->served_ever);
    metrics->connections_refused = atomic_load(&facts->seats->refused_ever);
}

static uint64_t count_problems(const struct admin_options *options)
{
    struct json_doc *problems = health_problems(options);
    uint64_t count = json_doc_count(problems);

    json_doc_free(problems);
    return count;
}

static uint64_t wrong_ones(const struct admin_options *options)
{
    return options->callers ? failures_total(options->callers->failures) : 0;
}

void metrics_gather(struct metrics *metrics,
                    const struct admin_options *options)
{
    static const struct tally nothing;

    *metrics = (struct metrics){ .problems = count_problems(options),
                                 .tally = &nothing,
                                 .wrong_credentials = wrong_ones(options),
                                 .log_lines_lost = log_out_lost(),
                                 .audit_lost = audit_lost(options->audit) };
    if (options->facts)
        gather_facts(metrics, options->facts);
    gather_ledger(metrics, options);
    gather_accounts(metrics, options->accounts);
    gather_limits(metrics, ring_of(options));
    gather_stores(metrics, options);
    for (size_t i = 0; options->keeper && i < KEEPER_REFRESHES; i++)
        metrics->refreshes[i] =
            keeper_refreshes(options->keeper, (enum keeper_refresh)i);
    process_figures(&metrics->process);
}

void metrics_done(struct metrics *metrics)
{
    for (size_t i = 0; i < BREAKDOWN_BYS; i++)
        breakdown_copy_done(&metrics->by[i]);
    mem_free(metrics->accounts);
    mem_free(metrics->limits);
}
