// SPDX-License-Identifier: MIT
/* How an account is: what its answers taught (account/lesson.h), and what the operator
   said.  Pure; who shares one has a lock around it.

       READY ---limit, back-off, failures in a row---> PAUSED until a time ---it comes---> READY
         |  ^                                             |
         |  '------------- clear -------------------------'
         |
         |--- refused for good ----> LOGIN_REQUIRED --- another credential or token, clear ---> READY
         |--- provider's refusal --> BLOCKED ---------- another credential, clear ---> READY
         |--- operator's pause ----> PAUSED until a time --- it comes, resume --------> READY
         '--- operator ------------> DISABLED --- operator ---> what it was

   They are kept apart, so that the end of one is not the end of another: what is shown is
   the worst of them.  Of a family of models the account may be paused alone.  No pause
   is without an end and a cause, and none becomes shorter by an answer.  A soft one
   (after failures, or a refusal that named no time) is a guess: who has no other account
   is served by it all the same.  So is he by one whose key was refused, which nothing
   renews, or that another provider seems to have blocked: it may be accepted again, and is
   READY then. */
#pragma once

#include "account/lesson.h"

#define HEALTH_CAUSE_MAX 160
/* As many as windows. */
#define HEALTH_FAMILIES QUOTAS_MAX
/* The operator's pause, in front of what he notes; or alone. */
#define HEALTH_HELD "paused by the operator"
#define HEALTH_FAMILY_MAX 24
/* The operator's pauses are no longer. */
#define HEALTH_HOLD_MAX_MS ((uint64_t)366 * 86400 * 1000)

enum health_state {
    HEALTH_READY,
    HEALTH_PAUSED,
    HEALTH_LOGIN_REQUIRED,
    HEALTH_BLOCKED,
    HEALTH_DISABLED,
    HEALTH_STATES,
};
const char *health_state_word(enum health_state state);

/* Times are those of the wall clock, in ms. */
struct health_pause {
    uint64_t since_ms;
    uint64_t until_ms; /* 0: none; a past one is over */
    bool soft;
    char cause[HEALTH_CAUSE_MAX];
};

struct health_family {
    char name[HEALTH_FAMILY_MAX];
    struct health_pause pause;
};

/* Since when its file says something. */
struct health_mark {
    uint64_t since_ms; /* 0: it does not */
    bool found;        /* it was found so then: it may be older */
};

/* Zeroed memory is READY. */
struct health {
    struct health_mark off;
    struct health_mark signed_out;
    struct health_pause taught;
    struct health_pause held; /* by the operator */
    struct health_family
        families[HEALTH_FAMILIES]; /* nameless ones at the end */
    enum health_state
        stopped;         /* LOGIN_REQUIRED, BLOCKED, or READY: it is not */
    bool stopped_soft;   /* an answer that is well ends it */
    uint64_t stopped_ms; /* since when */
    char stopped_cause[HEALTH_CAUSE_MAX];
    /* Without success in between; failures, without any answer. */
    unsigned in_a_row[LESSON_KINDS];
    char last_error[HEALTH_CAUSE_MAX];
    uint64_t last_error_ms; /* 0: there was none */
};

/* An answer taught it.  `family`: of the model that was asked, or empty. */
void health_learn(struct health *health, const struct lesson *lesson,
                  struct str family, uint64_t now_ms);
/* The clock may have been wrong, or what was kept is: a pause that began in time to come
   begins now, a soft one as long as it was to be, and none lasts longer from now than its
   kind may.  To be called before what is known is looked at. */
void health_mend(struct health *health, uint64_t now_ms);
/* The operator's pause, and its end. */
void health_hold(struct health *health, uint64_t until_ms, struct str why,
                 uint64_t now_ms);
void health_resume(struct health *health);
/* Nothing is known against it any more, as the operator says; a pause of the
   operator's own stays. */
void health_clear(struct health *health);
/* It has another credential. */
void health_renewed(struct health *health);
/* The same one, with a new token: only that its token was refused is over. */
void health_refreshed(struct health *health);

/* What its file says. */
struct health_file {
    bool disabled;
    bool login_required;
};

/* Its file says this now.  `looked`: it was looked into before, so what is new has just
   become so.  True if anything changed. */
bool health_note_file(struct health *health, const struct health_file *file,
                      bool looked, uint64_t now_ms);

struct health_view {
    enum health_state state;
    bool soft;         /* PAUSED or LOGIN_REQUIRED */
    bool of_family;    /* PAUSED, of the family that was asked for alone */
    bool held;         /* PAUSED, by the operator */
    uint64_t since_ms; /* 0: not known, or READY */
    bool found;        /* it was so at `since_ms`, and may be for longer */
    uint64_t until_ms; /* PAUSED; else 0 */
    const char
        *cause; /* lives as long as the health stays as it is; or empty */
};
/* For models of that family; empty: of the account as a whole. */
struct health_view health_view(const struct health *health,
                               const struct health_file *file,
                               struct str family, uint64_t now_ms);

/* PAUSED by the operator, or READY, whatever else there is. */
struct health_view health_view_held(const struct health *health,
                                    uint64_t now_ms);

/* "opus" of "claude-opus-4-1-20250805" and of "claude-3-opus-latest"; empty if the
   name tells none. */
struct str health_family_of(struct str model);
