// SPDX-License-Identifier: MIT
/* Models without a price, each told once. */
#include "relay/unpriced.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "usage/model_shown.h"
#include "usage/sift.h"

struct unpriced {
    pthread_mutex_t lock;
    bool silent; /* it was said that nothing more will be */
    size_t count;
    char names[UNPRICED_MAX][SIFT_TEXT_MAX + 1];
};

struct unpriced *unpriced_new(void)
{
    struct unpriced *unpriced = MEM_NEW(struct unpriced);

    (void)pthread_mutex_init(&unpriced->lock, NULL);
    return unpriced;
}

void unpriced_free(struct unpriced *unpriced)
{
    if (!unpriced)
        return;
    (void)pthread_mutex_destroy(&unpriced->lock);
    mem_free(unpriced);
}

static bool is_kept(const struct unpriced *unpriced, struct str model)
{
    for (size_t i = 0; i < unpriced->count; i++) {
        if (str_eq(str_of(unpriced->names[i]), model))
            return true;
    }
    return false;
}

static void say(struct str model)
{
    char text[SHOWN_MAX];

    log_line(LOG_WARN,
             "the table of prices does not know the model %s: limits count it "
             "at the highest price of any model, for input, output and caches "
             "each, and what it costs is booked as unknown (docs/prices.md)",
             model_shown(model, text));
}

/* Under the lock.  Should it be told of? */
static bool keep(struct unpriced *unpriced, struct str model, bool answered)
{
    size_t most = answered ? UNPRICED_MAX : UNPRICED_ASKED_MAX;

    if (is_kept(unpriced, model) || unpriced->count >= most)
        return false;
    text_copy(unpriced->names[unpriced->count++], SIFT_TEXT_MAX + 1, model);
    return true;
}

void unpriced_note(struct unpriced *unpriced, struct str model, bool answered)
{
    bool is_new;
    bool is_last;

    if (!unpriced || model.len == 0)
        return;
    pthread_mutex_lock(&unpriced->lock);
    is_new = keep(unpriced, model, answered);
    is_last = unpriced->count == UNPRICED_MAX && !unpriced->silent;
    unpriced->silent |= is_last;
    pthread_mutex_unlock(&unpriced->lock);
    if (is_new)
        say(model);
    if (is_last)
        log_line(LOG_WARN,
                 "%u models without a price were told of: further ones are not",
                 UNPRICED_MAX);
}

/* ---- records ------------------------------------------------------------- */

static void note_missing(struct unpriced *unpriced, struct str model,
                         const struct record *record,
                         const struct prices *prices)
{
    if (!prices_find(prices, model, record->usage->came_ms))
        unpriced_note(unpriced, model, record->model.len > 0);
}

void unpriced_note_record(struct unpriced *unpriced,
                          const struct record *record,
                          const struct prices *prices)
{
    const struct meter_parts *parts;

    if (!unpriced || !record->usage || record->cost_known)
        return;
    note_missing(unpriced,
                 record->model.len > 0 ? record->model : record->model_asked,
                 record, prices);
    parts = record->usage->parts;
    for (size_t i = 0; parts && i < parts->count; i++) {
        if (parts->at[i].model[0])
            note_missing(unpriced, str_of(parts->at[i].model), record, prices);
    }
}

void unpriced_each(struct unpriced *unpriced, const struct prices *prices,
                   void (*visit)(void *arg, struct str model), void *arg)
{
    uint64_t now_ms = clock_wall_ms();

    if (!unpriced)
        return;
    pthread_mutex_lock(&unpriced->lock);
    for (size_t i = 0; i < unpriced->count; i++) {
        struct str model = str_of(unpriced->names[i]);

        if (!prices_find(prices, model, now_ms))
            visit(arg, model);
    }
    pthread_mutex_unlock(&unpriced->lock);
}
