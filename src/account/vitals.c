// SPDX-License-Identifier: MIT
/* A lock around what is pure, and a counter. */
#include "account/vitals.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "base/text.h"

struct vitals {
    atomic_uint refs;
    atomic_uint in_flight;
    atomic_bool changed;
    pthread_mutex_t lock;
    bool looked; /* its file was read since what was kept was restored */
    struct health health;
    struct quotas windows;
    uint64_t heard_ms;
    uint64_t cleared_ms;
    struct health_pause token;
};

struct vitals *vitals_new(void)
{
    struct vitals *vitals = MEM_NEW(struct vitals);

    atomic_init(&vitals->refs, 1);
    (void)pthread_mutex_init(&vitals->lock, NULL);
    return vitals;
}

struct vitals *vitals_ref(struct vitals *vitals)
{
    atomic_fetch_add(&vitals->refs, 1);
    return vitals;
}

void vitals_unref(struct vitals *vitals)
{
    if (!vitals || atomic_fetch_sub(&vitals->refs, 1) != 1)
        return;
    assert(atomic_load(&vitals->in_flight) == 0);
    (void)pthread_mutex_destroy(&vitals->lock);
    mem_free(vitals);
}

/* ---- learning ------------------------------------------------------------ */

static void lock(struct vitals *vitals)
{
    (void)pthread_mutex_lock(&vitals->lock);
}

static void unlock(struct vitals *vitals)
{
    (void)pthread_mutex_unlock(&vitals->lock);
}

static void unlock_changed(struct vitals *vitals)
{
    unlock(vitals);
    atomic_store(&vitals->changed, true);
}

bool vitals_take_change(struct vitals *vitals)
{
    return atomic_exchange(&vitals->changed, false);
}

void vitals_note_change(struct vitals *vitals)
{
    atomic_store(&vitals->changed, true);
}

static struct lesson learn(struct vitals *vitals,
                           const struct vitals_answer *answer)
{
    struct str family = health_family_of(answer->model);
    struct lesson lesson;

    if (answer->headers)
        (void)quotas_learn(&vitals->windows, answer->headers,
                           answer->from == LESSON_FROM_MESSAGES,
                           answer->now_ms);
    lesson = lesson_of(&(struct lesson_facts){
        .status = answer->status,
        .garbled = answer->garbled,
        .from = answer->from,
        .error_event = answer->error_event,
        .renews = answer->renews,
        .renewable = answer->renewable,
        .young = answer->young,
        .foreign = answer->foreign,
        .detour = answer->detour,
        .error = answer->error,
        .model = answer->model,
        .family = family,
        .windows = &vitals->windows,
        .retry_after_ms = answer->retry_after_ms,
        .now_ms = answer->now_ms,
    });
    health_learn(&vitals->health, &lesson, family, answer->now_ms);
    return lesson;
}

struct lesson vitals_learn(struct vitals *vitals,
                           const struct vitals_answer *answer)
{
    struct lesson lesson;

    lock(vitals);
    lesson = learn(vitals, answer);
    unlock_changed(vitals);
    return lesson;
}

static bool hear(struct vitals *vitals, const struct vitals_said *said)
{
    bool clears = said->cleared_ms > vitals->cleared_ms;

    vitals->heard_ms = said->said_ms;
    vitals->health.held = said->held;
    if (clears)
        health_clear(&vitals->health);
    vitals->cleared_ms = said->cleared_ms;
    return clears;
}

void vitals_hear(struct vitals *vitals, const struct vitals_said *said)
{
    bool learned = false;

    lock(vitals);
    if (said->said_ms > vitals->heard_ms)
        learned = hear(vitals, said);
    unlock(vitals);
    if (learned)
        vitals_note_change(vitals);
}

uint64_t vitals_heard_ms(struct vitals *vitals)
{
    uint64_t heard_ms;

    lock(vitals);
    heard_ms = vitals->heard_ms;
    unlock(vitals);
    return heard_ms;
}

void vitals_hold(struct vitals *vitals, uint64_t until_ms, struct str why,
                 uint64_t now_ms)
{
    lock(vitals);
    health_hold(&vitals->health, until_ms, why, now_ms);
    unlock_changed(vitals);
}

void vitals_resume(struct vitals *vitals)
{
    lock(vitals);
    health_resume(&vitals->health);
    unlock_changed(vitals);
}

void vitals_clear(struct vitals *vitals)
{
    lock(vitals);
    health_clear(&vitals->health);
    unlock_changed(vitals);
}

void vitals_renewed(struct vitals *vitals)
{
    lock(vitals);
    health_renewed(&vitals->health);
    unlock_changed(vitals);
}

void vitals_refreshed(struct vitals *vitals)
{
    lock(vitals);
    health_refreshed(&vitals->health);
    unlock_changed(vitals);
}

void vitals_note_file(struct vitals *vitals, const struct health_file *file,
                      uint64_t now_ms)
{
    bool news;

    lock(vitals);
    news = health_note_file(&vitals->health, file, vitals->looked, now_ms);
    vitals->looked = true;
    unlock(vitals);
    if (news)
        vitals_note_change(vitals);
}

void vitals_note_token(struct vitals *vitals, uint64_t until_ms, struct str why,
                       uint64_t now_ms)
{
    struct health_pause *token = &vitals->token;

    lock(vitals);
    if (token->until_ms == 0)
        token->since_ms = now_ms;
    token->until_ms = until_ms;
    text_copy(token->cause, sizeof(token->cause), why);
    unlock(vitals);
}

/* ---- slots --------------------------------------------------------------- */

bool vitals_enter(struct vitals *vitals, unsigned limit)
{
    unsigned now = atomic_load(&vitals->in_flight);

    do {
        if (limit > 0 && now >= limit)
            return false;
    } while (!atomic_compare_exchange_weak(&vitals->in_flight, &now, now + 1));
    return true;
}

void vitals_leave(struct vitals *vitals)
{
    unsigned before = atomic_fetch_sub(&vitals->in_flight, 1);

    assert(before > 0);
    (void)before;
}

unsigned vitals_in_flight(const struct vitals *vitals)
{
    return atomic_load(&vitals->in_flight);
}

/* ---- looking ------------------------------------------------------------- */

struct health_view vitals_view(struct vitals *vitals,
                               const struct health_file *file,
                               struct str family, uint64_t now_ms)
{
    struct health_view view;

    lock(vitals);
    health_mend(&vitals->health, now_ms);
    view = health_view(&vitals->health, file, family, now_ms);
    unlock(vitals);
    view.cause = "";
    return view;
}

struct health_view vitals_view_held(struct vitals *vitals, uint64_t now_ms)
{
    struct health_view view;

    lock(vitals);
    view = health_view_held(&vitals->health, now_ms);
    unlock(vitals);
    view.cause = "";
    return view;
}

/* The clock may have been wrong when it was noted. */
static struct health_view view_token(const struct health_pause *token,
                                     uint64_t now_ms)
{
    uint64_t until_ms = token->until_ms;

    if (until_ms <= now_ms)
        return (struct health_view){ .state = HEALTH_READY, .cause = "" };
    if (until_ms > now_ms + VITALS_TOKEN_MAX_MS)
        until_ms = now_ms + VITALS_TOKEN_MAX_MS;
    return (struct health_view){ .state = HEALTH_PAUSED,
                                 .soft = true,
                                 .since_ms = token->since_ms,
                                 .until_ms = until_ms,
                                 .cause = token->cause };
}

struct health_view vitals_view_token(struct vitals *vitals, uint64_t now_ms)
{
    struct health_view view;

    lock(vitals);
    view = view_token(&vitals->token, now_ms);
    unlock(vitals);
    view.cause = "";
    return view;
}

struct health_view vitals_copy_view_token(const struct vitals_copy *copy,
                                          uint64_t now_ms)
{
    return view_token(&copy->token, now_ms);
}

uint64_t vitals_spare_ppm(struct vitals *vitals, uint64_t now_ms)
{
    uint64_t spare_ppm;

    lock(vitals);
    spare_ppm = quotas_spare_ppm(&vitals->windows, now_ms);
    unlock(vitals);
    return spare_ppm;
}

void vitals_copy(struct vitals *vitals, struct vitals_copy *copy)
{
    lock(vitals);
    copy->health = vitals->health;
    copy->windows = vitals->windows;
    copy->cleared_ms = vitals->cleared_ms;
    copy->token = vitals->token;
    unlock(vitals);
    copy->in_flight = vitals_in_flight(vitals);
}

void vitals_restore(struct vitals *vitals, const struct vitals_copy *copy)
{
    lock(vitals);
    vitals->health = copy->health;
    vitals->windows = copy->windows;
    vitals->cleared_ms = copy->cleared_ms;
    vitals->changed = false;
    vitals->looked = false;
    unlock(vitals);
}
