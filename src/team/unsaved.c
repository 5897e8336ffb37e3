// SPDX-License-Identifier: MIT
/* What is counted and not saved yet: which counters have something, and what. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "team/counters_internal.h"

/* ---- the list of all ---------------------------------------------------- */

struct unsaved {
    pthread_mutex_t mutex;
    struct list list; /* of counters; each a reference */
};

struct unsaved *unsaved_new(void)
{
    struct unsaved *unsaved = MEM_NEW(struct unsaved);

    pthread_mutex_init(&unsaved->mutex, NULL);
    list_init(&unsaved->list);
    return unsaved;
}

void unsaved_free(struct unsaved *unsaved)
{
    struct counters *counters;

    if (!unsaved)
        return;
    for (counters = unsaved_next(unsaved); counters;
         counters = unsaved_next(unsaved))
        counters_unref(counters);
    pthread_mutex_destroy(&unsaved->mutex);
    mem_free(unsaved);
}

void unsaved_list(struct counters *counters)
{
    struct unsaved *unsaved = counters->unsaved;

    pthread_mutex_lock(&unsaved->mutex);
    if (!counters->listed) {
        counters->listed = true;
        list_push(&unsaved->list, &counters_ref(counters)->node);
    }
    pthread_mutex_unlock(&unsaved->mutex);
}

struct counters *unsaved_next(struct unsaved *unsaved)
{
    struct counters *counters = NULL;

    pthread_mutex_lock(&unsaved->mutex);
    if (!list_is_empty(&unsaved->list)) {
        counters = LIST_ITEM(unsaved->list.next, struct counters, node);
        list_remove(&counters->node);
        counters->listed = false;
    }
    pthread_mutex_unlock(&unsaved->mutex);
    return counters;
}

/* ---- loading ------------------------------------------------------------ */

void counters_load_quarter(struct counters *counters,
                           const struct use_quarter *row)
{
    struct activity *activity = counters_lock(counters);

    quarters_add(&activity->quarters, row->start_s / QUARTER_S * QUARTER_S,
                 &row->use);
    windows_add(&activity->windows, row->start_s, &row->use);
    counters_unlock(counters);
}

void counters_load_total(struct counters *counters, const struct use *total)
{
    struct activity *activity = counters_lock(counters);

    use_add(&activity->total, total);
    counters_unlock(counters);
}

/* ---- use ---------------------------------------------------------------- */

/* The oldest first; the rest follows when these are saved. */
static void take_quarters(struct activity *activity,
                          struct counters_unsaved *out)
{
    size_t count = activity->pending.count < COUNTERS_QUARTERS_MAX
                       ? activity->pending.count
                       : COUNTERS_QUARTERS_MAX;

    for (size_t i = 0; i < count; i++) {
        const struct use_quarter *quarter = &activity->pending.at[i];

        out->quarters[out->quarter_count++] = *quarter;
        use_add(&out->total, &quarter->use);
    }
    quarters_drop(&activity->pending, count);
}

static void note_taken(struct activity *activity,
                       const struct counters_unsaved *out)
{
    for (size_t i = 0; i < out->quarter_count; i++)
        quarters_add(&activity->taken, out->quarters[i].start_s,
                     &out->quarters[i].use);
}

static void untake_quarters(struct activity *activity)
{
    for (size_t i = 0; i < activity->taken.count; i++)
        quarters_add(&activity->pending, activity->taken.at[i].start_s,
                     &activity->taken.at[i].use);
}

/* ---- histories ---------------------------------------------------------- */

static void take_histories(struct activity *activity,
                           struct counters_unsaved *out)
{
    for (size_t i = 0; i < activity->history_count; i++) {
        struct kept_history *kept = &activity->histories[i];

        kept->taken = kept->learned;
        if (kept->learned != kept->saved)
            out->histories[out->history_count++] = kept->history;
    }
}

static void leave_histories(struct activity *activity)
{
    for (size_t i = 0; i < activity->history_count; i++)
        activity->histories[i].taken = activity->histories[i].saved;
}

static bool has_unsaved(const struct activity *activity)
{
    bool any = activity->pending.count > 0;

    for (size_t i = 0; i < activity->history_count; i++)
        any |= activity->histories[i].learned != activity->histories[i].saved;
    return any;
}

/* The latest first: the one for which there is no more room is asked for least. */
static struct kept_history *to_front(struct activity *activity, size_t at)
{
    struct kept_history kept;

    if (at == 0)
        return &activity->histories[0];
    kept = activity->histories[at];
    memmove(activity->histories + 1, activity->histories,
            at * sizeof(struct kept_history));
    activity->histories[0] = kept;
    return &activity->histories[0];
}

static struct kept_history *find_history(struct activity *activity,
                                         struct str model)
{
    for (size_t i = 0; i < activity->history_count; i++) {
        if (str_eq(model, str_of(activity->histories[i].history.model)))
            return to_front(activity, i);
    }
    return NULL;
}

/* One that has no model yet, in front; it may take the place of the oldest. */
static struct kept_history *add_history(struct activity *activity)
{
    struct kept_history *kept;

    if (!activity->histories)
        activity->histories =
            mem_zalloc(COUNTERS_HISTORIES_MAX * sizeof(struct kept_history));
    if (activity->history_count < COUNTERS_HISTORIES_MAX)
        activity->history_count++;
    kept = to_front(activity, activity->history_count - 1);
    memset(kept, 0, sizeof(*kept));
    return kept;
}

void counters_load_history(struct counters *counters, const struct history *row)
{
    struct activity *activity = counters_lock(counters);

    if (!find_history(activity, str_of(row->model)))
        add_history(activity)->history = *row;
    counters_unlock(counters);
}

bool counters_history(struct counters *counters, struct str model,
                      struct history *out)
{
    const struct kept_history *kept = NULL;

    pthread_mutex_lock(&counters->mutex);
    if (counters->activity)
        kept = find_history(counters->activity, model);
    if (kept)
        *out = kept->history;
    pthread_mutex_unlock(&counters->mutex);
    return kept != NULL;
}

/* Names come from clients, and go into a database. */
static bool is_name(struct str model)
{
    for (size_t i = 0; i < model.len; i++) {
        if (model.at[i] <= ' ' || model.at[i] > '~')
            return false;
    }
    return model.len > 0 && model.len <= HISTORY_MODEL_MAX;
}

void counters_learn(struct counters *counters, struct str model,
                    const struct estimate_truth *truth)
{
    struct activity *activity = counters_lock(counters);
    struct kept_history *kept = find_history(activity, model);

    if (!kept && is_name(model)) {
        kept = add_history(activity);
        memcpy(kept->history.model, model.at, model.len);
    }
    if (kept) {
        estimate_learn(&kept->history, truth);
        /* With something to save it is listed, or being taken. */
        if (counters->unsaved && kept->learned == kept->saved)
            unsaved_list(counters);
        kept->learned++;
    }
    counters_unlock(counters);
}

/* ---- saving ------------------------------------------------------------- */

bool counters_take_unsaved(struct counters *counters, bool histories,
                           struct counters_unsaved *out)
{
    struct activity *activity = counters_lock(counters);
    bool any = !activity->taking && (histories ? has_unsaved(activity)
                                               : activity->pending.count > 0);

    if (any) {
        *out = (struct counters_unsaved){ .subject = counters->subject };
        activity->taking = true;
        take_quarters(activity, out);
        note_taken(activity, out);
        if (histories)
            take_histories(activity, out);
        else
            leave_histories(activity);
    }
    counters_unlock(counters);
    return any;
}

bool counters_again(struct counters *counters)
{
    struct activity *activity = counters_lock(counters);
    bool any = !activity->taking && has_unsaved(activity);

    if (any)
        unsaved_list(counters);
    counters_unlock(counters);
    return any;
}

static void settle_histories(struct activity *activity)
{
    for (size_t i = 0; i < activity->history_count; i++)
        activity->histories[i].saved = activity->histories[i].taken;
}

bool counters_take_last(struct counters *counters, struct counters_unsaved *out)
{
    struct activity *activity = counters_lock(counters);
    bool any = has_unsaved(activity);

    if (any) {
        *out = (struct counters_unsaved){ .subject = counters->subject };
        take_quarters(activity, out);
        take_histories(activity, out);
        settle_histories(activity);
    }
    counters_unlock(counters);
    return any;
}

void counters_saved(struct counters *counters, bool ok)
{
    struct activity *activity = counters_lock(counters);

    assert(activity->taking);
    activity->taking = false;
    if (!ok)
        untake_quarters(activity);
    quarters_done(&activity->taken);
    if (ok)
        settle_histories(activity);
    if (has_unsaved(activity))
        unsaved_list(counters);
    counters_unlock(counters);
}
