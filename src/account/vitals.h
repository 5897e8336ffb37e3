// SPDX-License-Identifier: MIT
/* What is learned of an account while it serves, beside what its file says: how it is,
   its windows, how many requests it has in flight.  One for each account, shared by
   reference count, which outlives the account's snapshots.  Any thread; the lock in it
   is held for work in memory only. */
#pragma once

#include "account/health.h"

struct vitals;

/* READY, and nothing is known.  The caller holds the first reference. */
struct vitals *vitals_new(void);
struct vitals *vitals_ref(struct vitals *vitals);
/* NULL is fine. */
void vitals_unref(struct vitals *vitals);

/* ---- learning ------------------------------------------------------------ */

struct vitals_answer {
    unsigned status; /* 0: none came */
    bool garbled;    /* and yet something did, that is no answer */
    enum lesson_from from;
    bool error_event; /* inside a 200 */
    bool renews;      /* a better token can be had, and none was yet */
    bool renewable;   /* its tokens are, as long as its grant holds */
    bool young;       /* the one that was refused is a new one */
    bool foreign;     /* from another provider, whose words are its own */
    bool detour;      /* through a proxy that the request named */
    const struct headers *headers; /* NULL: none came */
    struct str error;        /* of the body: its type and message; or empty */
    struct str model;        /* that was asked for; or empty */
    uint64_t retry_after_ms; /* 0: not told */
    uint64_t now_ms;         /* wall clock, as all times here */
};
/* What it taught; the vitals know it then. */
struct lesson vitals_learn(struct vitals *vitals,
                           const struct vitals_answer *answer);

/* What the operator says (account/said.h). */
struct vitals_said {
    uint64_t said_ms;         /* grows with each saying */
    struct health_pause held; /* his pause; or none */
    uint64_t cleared_ms;      /* what answers taught before holds no more; 0: it
                                 does */
};
/* Nothing happens if that, or something later, was heard already. */
void vitals_hear(struct vitals *vitals, const struct vitals_said *said);
/* The last that was heard; 0: nothing. */
uint64_t vitals_heard_ms(struct vitals *vitals);

/* The operator, here and now; and another credential (account/health.h). */
void vitals_hold(struct vitals *vitals, uint64_t until_ms, struct str why,
                 uint64_t now_ms);
void vitals_resume(struct vitals *vitals);
void vitals_clear(struct vitals *vitals);
void vitals_renewed(struct vitals *vitals);
/* The same one, with a new token. */
void vitals_refreshed(struct vitals *vitals);

/* What its file says, each time that it was read (account/health.h). */
void vitals_note_file(struct vitals *vitals, const struct health_file *file,
                      uint64_t now_ms);

/* Of an account whose token has expired: nobody has another one before that time, and
   why; 0: there is one.  It is not kept over a restart. */
void vitals_note_token(struct vitals *vitals, uint64_t until_ms, struct str why,
                       uint64_t now_ms);
/* A refresh that fails is tried again after an hour at the latest. */
#define VITALS_TOKEN_MAX_MS ((uint64_t)3600 * 1000)

/* ---- slots --------------------------------------------------------------- */

/* One more request is in flight; false if there are `limit` (0: there is no limit).
   Never more, however many ask at once. */
bool vitals_enter(struct vitals *vitals, unsigned limit) MUST_CHECK;
/* Once for each that entered. */
void vitals_leave(struct vitals *vitals);
unsigned vitals_in_flight(const struct vitals *vitals);

/* ---- looking ------------------------------------------------------------- */

/* For choosing: without texts (`cause` is empty). */
struct health_view vitals_view(struct vitals *vitals,
                               const struct health_file *file,
                               struct str family, uint64_t now_ms);
/* Likewise, of the operator's pause alone. */
struct health_view vitals_view_held(struct vitals *vitals, uint64_t now_ms);
/* Likewise, of its token alone, if that has expired: PAUSED softly, or READY. */
struct health_view vitals_view_token(struct vitals *vitals, uint64_t now_ms);
/* What remains of the window that is used up most, in millionths: all, if nothing is
   known. */
uint64_t vitals_spare_ppm(struct vitals *vitals, uint64_t now_ms);

/* Did anything change since this was asked last (requests in flight do not count)? */
bool vitals_take_change(struct vitals *vitals);
/* What was taken came to nothing. */
void vitals_note_change(struct vitals *vitals);

/* All of one moment. */
struct vitals_copy {
    struct health health;
    struct quotas windows;
    unsigned in_flight;
    uint64_t cleared_ms;       /* as far as was heard */
    struct health_pause token; /* it has none for so long */
};
void vitals_copy(struct vitals *vitals, struct vitals_copy *copy);
/* As vitals_view_token(), with the cause, which lives as long as the copy. */
struct health_view vitals_copy_view_token(const struct vitals_copy *copy,
                                          uint64_t now_ms);
/* What was known before a restart. */
void vitals_restore(struct vitals *vitals, const struct vitals_copy *copy);
