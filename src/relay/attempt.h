// SPDX-License-Identifier: MIT
/* One try of a relayed request: its account, its call, and what came of it.  A second
   one follows when relay/retry.h says so.  Not for other folders. */
#pragma once

#include "account/lesson.h"
#include "relay/retry.h"
#include "upstream/call.h"
#include "usage/record.h"

struct attempt_taken;
struct relayed;

/* The present one, and what is left of those before.

       chosen -(start)-> in hand -(judge)-> DELIVERED -(end)-> ended
         ^                 |   |
         |                 |   '-(end: failed, or nobody waits any more)-> ended
         '---(end early)---'

   One that was sent and lost may be billed.  Another account is asked after it only if
   the limits have room for both (admit_again()); then it is one of `lost`, and is booked
   as a request that ends so: in limits as what was reserved, in the record as a try
   whose usage nobody knows. */
struct attempt {
    struct call *call;
    struct account *account; /* a reference; NULL with the client's own login */
    struct vitals *seat;     /* a reference: where it has a place; or NULL */
    uint64_t session;        /* of its key, to stay at an account; 0: none */
    uint64_t
        bound; /* the account that it stayed at when this one was chosen; or 0 */
    bool guest;      /* its session stays at another account */
    size_t count;    /* of all */
    size_t ended;    /* of these, in `past` */
    size_t given;    /* whose answer the client gets, of `past`; 0: none */
    unsigned tries;  /* with the present token */
    unsigned status; /* of its answer; 0: none came */
    enum record_result result;
    unsigned accounts; /* sent to, or waited for, the present one included */
    struct attempt_taken *taken; /* all, the present one included; or NULL */
    bool renewed;   /* there was a 401, and a better token was asked for */
    bool token;     /* what it taught: a better token may help; */
    bool elsewhere; /* another account may be asked, */
    bool once;      /* but only one: so said any of them */
    bool sent;      /* something of the request left, of any of them */
    bool owed;      /* the present one may be billed */
    unsigned lost;  /* those before that may be, and nobody knows how much */
    uint64_t began_ns;
    uint64_t took_ns;            /* until its head came, or it failed */
    struct record_attempt *past; /* in the request's arena; NULL: none */
};

/* Send the request, over a fresh connection if this token was tried before. */
void attempt_start(struct relayed *r, void (*wake)(void *arg));

/* Its call was answered, or failed. */
enum retry_verdict attempt_judge(struct relayed *r);

/* The same, once it has taught something. */
enum retry_verdict attempt_judge_taught(struct relayed *r,
                                        const struct lesson *lesson);
/* The present account has no token, so that nothing is sent to it. */
void attempt_lack_token(struct relayed *r);
/* Nothing is to be sent to the present account, which was not waited for, either: that does
   not count. */
void attempt_pass_over(struct relayed *r);
/* Whether another account may be asked, although nothing was sent to this one. */
bool attempt_may_move(const struct relayed *r);
/* The next one is that account's, whose place it takes: an account of its own reference
   (taken over), and a place that was entered, if the request takes one. */
void attempt_move(struct relayed *r, struct account *account);
/* The first one; `account` may be NULL. */
void attempt_take(struct relayed *r, struct account *account);
/* At the end: nobody's any more. */
void attempt_leave(struct relayed *r);

/* It is about to end: did its request leave, and may it be billed?  May be asked
   twice. */
void attempt_note(struct relayed *r);

/* Its call, if there is one, is freed. */
void attempt_end(struct relayed *r);
/* Likewise, and another one follows: what came of this one is kept. */
void attempt_end_early(struct relayed *r);

/* The client gets the answer of the attempt of that number, as `count` was then, and not
   that of the present one. */
void attempt_give(struct attempt *attempt, size_t number);

/* Was that account taken, whatever came of it? */
bool attempt_has_tried(const struct attempt *attempt, struct str account);
/* Of whose try the answer is, or that was asked last; empty: the client's own login. */
struct str attempt_account(const struct relayed *r);
/* What is known of the one that was made as number `i`, from 0. */
struct record_attempt attempt_made(const struct relayed *r, size_t i);
/* What is known of each, the present one too; how many there were.  Whose answer the
   client gets stands last. */
size_t attempt_list(const struct relayed *r,
                    struct record_attempt list[RECORD_ATTEMPTS_MAX]);
