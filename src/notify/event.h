// SPDX-License-Identifier: MIT
/* What may be told: a kind, whom it is about, and what is known of it.  An event is a
   condition that holds; it has begun when it holds, and is over when it does not.  Pure.
   To add a kind: a row in event.c, its words in event_text.c, and whoever sees it in
   notify/look.c (docs/notices.md). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"

enum event_kind {
    EVENT_LOGIN_REQUIRED,
    EVENT_BLOCKED,
    EVENT_UNUSABLE,
    EVENT_WINDOW_80,
    EVENT_WINDOW_EXHAUSTED,
    EVENT_ACCOUNTS_PAUSED,
    EVENT_BUDGET_80,
    EVENT_BUDGET_100,
    EVENT_TOKEN_UNSAVED,
    EVENT_BOOKINGS_UNSAVED,
    EVENT_TEST,
    EVENT_KINDS,
};

/* Who looks for it: what one look does not see any more is over, whatever others
   see. */
enum event_source {
    EVENT_OF_ACCOUNTS,
    EVENT_OF_KEYS,
    EVENT_OF_BOOKINGS,
    EVENT_SOURCES,
};

enum event_about {
    EVENT_ABOUT_RELAY,
    EVENT_ABOUT_ACCOUNT,
    EVENT_ABOUT_ACCOUNTS, /* `subject` is "all" or "pool" */
    EVENT_ABOUT_KEY,
    EVENT_ABOUT_GROUP,
};

/* What is dropped first if too many wait to be sent. */
enum event_rank {
    EVENT_PASSES, /* by itself */
    EVENT_MATTERS,
    EVENT_STAYS, /* an account needs somebody, or something is not saved */
};

struct event_row {
    const char *name; /* "window_80" */
    const char
        *family; /* of the id: kinds that are degrees of the same share it */
    const char *title; /* in a few words, ASCII */
    enum event_source source;
    enum event_about about; /* KEY: or GROUP */
    /* Of degrees, in rising order: from how much on it holds, and as of how little it is
       over, in millionths; 0: it holds whenever it is seen. */
    int64_t begins_ppm;
    int64_t keeps_ppm;
    /* So long it must hold, or not hold, before that is told. */
    uint64_t settle_ms;
    /* If it was over by itself it is not told again sooner; 0: it ends only by somebody's
       doing. */
    uint64_t again_ms;
    enum event_rank rank;
};
extern const struct event_row event_rows[EVENT_KINDS];

#define EVENT_SUBJECT_MAX 64
#define EVENT_PART_MAX 31
#define EVENT_WHY_MAX 480

struct event {
    enum event_kind kind;
    enum event_about about;
    char subject[EVENT_SUBJECT_MAX + 1]; /* a name; empty: the relay itself */
    uint64_t number;                     /* the id of a key or group */
    char part[EVENT_PART_MAX + 1]; /* a window ("5h"), a limit ("cost_day") */
    /* Wall clock; 0: not known. */
    uint64_t since_ms;
    uint64_t until_ms; /* when it ends by itself */
    int64_t used_ppm;  /* of degrees */
    uint64_t
        runs_out_ms; /* of a window: when, if that is before it begins anew */
    bool full;       /* nothing more is allowed, although some is left */
    uint64_t used; /* of a budget, in the limit's unit; of bookings: how many */
    uint64_t limit;
    bool has_key; /* of an account: it is no sign-in, but an API key */
    bool goes_on; /* if it was told it is not over, but now it does not begin */
    char why[EVENT_WHY_MAX]; /* or empty */
};

#define EVENT_ID_MAX 192
/* "window:main:5h", "budget:key:12:cost_day": the same as long as it lasts, whatever
   its degree. */
void event_id(const struct event *event, char out[EVENT_ID_MAX]);

/* Which of its family's degrees it is, by how much is used; EVENT_KINDS: none.  `told` is
   the one that was told already, or EVENT_KINDS: it stays until less is used, so that
   the same is not told again and again. */
enum event_kind event_degree(const struct event *event, enum event_kind told);

/* Why nothing more is seen of an event: the trouble is over, or nobody looks at whom it
   is about any more. */
enum event_end {
    EVENT_HOLDS,
    EVENT_MENDED,
    EVENT_SWITCHED_OFF,
    EVENT_EXPIRED,
    EVENT_REMOVED,
    EVENT_ENDS,
};

#define EVENT_TEXT_MAX 1536
/* One sentence; English, no line breaks. */
void event_say(const struct event *event, enum event_end end, struct buf *out);
/* What to do about it; nothing if it is over, or there is nothing to do. */
void event_say_next(const struct event *event, enum event_end end,
                    struct buf *out);

/* Of a window, whose `runs_out_ms` is known: the same, of what is to come. */
void event_say_forecast(const struct event *event, struct buf *out);
/* Members for programs, which say it in their own words: "subject", "until" and "details"
   (what it is about, how much is used, why, what to do); not `whole`: of it `why` alone is
   known. */
void event_set_facts(struct json_doc *doc, const struct event *event,
                     bool whole);

/* What is known beside the event. */
struct event_moment {
    uint64_t at_ms;   /* wall clock */
    const char *node; /* this machine's name */
};
/* The document that a JSON notice is (docs/notices.md). */
struct json_doc *event_doc(const struct event *event, enum event_end end,
                           const struct event_moment *moment);
