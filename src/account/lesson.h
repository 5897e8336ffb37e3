// SPDX-License-Identifier: MIT
/* What an answer of the API, or that there is none, teaches about the account that asked:
   the table of docs/accounts.md ("What answers teach"), row by row.  Pure. */
#pragma once

#include "account/quotas.h"

/* No limit refuses for longer: a week and a day. */
#define LESSON_PAUSE_MAX_MS ((uint64_t)8 * 86400 * 1000)

enum lesson_kind {
    LESSON_NONE,    /* the client's own affair: nobody is penalised */
    LESSON_WELL,    /* it serves */
    LESSON_TOKEN,   /* a better token may help: once */
    LESSON_LOGIN,   /* its credential is refused for good */
    LESSON_BLOCKED, /* the provider refuses it until the operator acts */
    LESSON_EGRESS,  /* the address that it is used from is refused */
    LESSON_PAUSE,   /* a limit is used up until `until_ms` */
    LESSON_BACKOFF, /* refused without a word of until when */
    LESSON_FAILED,  /* 5xx, or no answer: several in a row pause it shortly */
    LESSON_OVERLOADED, /* the provider as a whole: nobody is paused */
    LESSON_KINDS,
};

/* What was asked.  Not every endpoint speaks for the account. */
enum lesson_from {
    LESSON_FROM_MESSAGES, /* POST: the limits of an account are those of this one */
    LESSON_FROM_COUNT, /* count_tokens */
    LESSON_FROM_BATCHES,
    LESSON_FROM_MODELS,
    LESSON_FROM_OTHER,
};

struct lesson_facts {
    unsigned status; /* 0: none came */
    bool garbled;    /* and yet something did, that is no answer */
    enum lesson_from from;
    bool error_event;  /* an `event: error` inside a 200 */
    bool renews;       /* a better token can be had, and none was yet */
    bool renewable;    /* its tokens are, as long as its grant holds */
    bool young;        /* the one that was refused is a new one */
    bool foreign;      /* from another provider, whose words are its own */
    bool detour;       /* through a proxy that the request named */
    struct str error;  /* of the body: its type and message; or empty */
    struct str model;  /* that was asked for; or empty */
    struct str family; /* of it; or empty */
    const struct quotas *windows; /* with what this answer told, of `now_ms` */
    uint64_t retry_after_ms;      /* 0: not told */
    uint64_t now_ms;              /* wall clock */
};

struct lesson {
    enum lesson_kind kind;
    uint64_t until_ms; /* LESSON_PAUSE: wall clock */
    bool of_family; /* LESSON_PAUSE: only models of the family that was asked */
    bool elsewhere; /* another account may be asked, before the first byte */
    bool once;      /* but only one */
    bool soft; /* LESSON_LOGIN: its credential is the same for ever, and may be
                       accepted again; LESSON_BLOCKED: it may not have been meant */
    const char *cause; /* for people; static, or NULL */
};
struct lesson lesson_of(const struct lesson_facts *facts);

const char *lesson_word(enum lesson_kind kind);
/* Does it by itself keep an account from serving, for a time or until somebody acts? */
bool lesson_stops(enum lesson_kind kind);
