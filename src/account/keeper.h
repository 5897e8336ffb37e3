// SPDX-License-Identifier: MIT
/* The keeper: the one place that changes accounts.  It lives on one loop (the main
   thread's, or a command's); everybody else asks it from any thread.

   It refreshes tokens ahead of time (account/refresh.h) and on demand, signs in
   (account/login.h), changes and removes accounts, and shows the result in
   `accounts` before it answers.

   A question is a handle:  ASKED -> ANSWERED.  `wake` comes once, on the asker's
   loop, never from inside keeper_ask(), never after keeper_wait_free().  Whoever
   frees a question early cancels nothing: the others still get their answer. */
#pragma once

#include "account/accounts.h"
#include "config/config.h"
#include "store/audit.h"
#include "store/store.h"
#include "upstream/origin.h"

struct keeper;
struct keeper_wait;

/* All borrowed; they outlive the keeper. */
struct keeper_options {
    struct loop *loop;
    struct store *store;
    struct accounts *accounts;
    struct tls *tls;           /* NULL if no token comes over https:// */
    const struct proxy *proxy; /* the global one, or NULL */
    const struct config *config;
    struct outgoing *outgoing; /* where its connections are known, or NULL */
    struct audit_log *audit;   /* of what it finds out by itself; or NULL */
    /* Who waits for a token gets an error after this (the work goes on). */
    uint64_t patience_ms;
    /* Tokens that cannot be saved: a stop tries for so long, and then ends. */
    uint64_t save_at_stop_ms;
};
#define KEEPER_PATIENCE_MS 30000
#define KEEPER_SAVE_AT_STOP_MS 30000

/* On the loop's thread, as all below up to keeper_stop(). */
struct keeper *keeper_new(const struct keeper_options *options);
/* Idle, or never used. */
void keeper_free(struct keeper *keeper);

/* From now on refresh ahead of time; call again when accounts were read anew. */
void keeper_look(struct keeper *keeper);

/* Are the tokens of this account, as a file shows it, older than those that memory has:
   were they replaced by them here, or does account/older.h say so? */
bool keeper_is_spent(struct keeper *keeper, const struct account *account);
/* The file of an account holds an older grant: write the newer tokens, which memory
   has, back into it. */
void keeper_restore(struct keeper *keeper, const char *name);

/* An account, as memory shows it, is removed by another process: the audit log has
   that. */
void keeper_lose(struct keeper *keeper, const struct account *account);
/* It was: forget its tokens, and save none. */
void keeper_forget(struct keeper *keeper, const char *name);

/* Stop: new questions are refused, refreshes whose request has not been sent end,
   those that were sent are carried through.  `idle` comes, perhaps from inside,
   when nothing is left to wait for.  Once. */
void keeper_stop(struct keeper *keeper, void (*idle)(void *arg), void *arg);
/* Is nothing under way that must be carried through? */
bool keeper_is_idle(const struct keeper *keeper);
/* Append what is under way and how long it may take at most, one a line. */
void keeper_describe(struct keeper *keeper, struct buf *out);
/* How refreshes ended, since the start. */
enum keeper_refresh {
    KEEPER_REFRESH_SAVED,
    KEEPER_REFRESH_FAILED,  /* for now: it is tried again */
    KEEPER_REFRESH_REFUSED, /* for good: somebody has to sign in */
    KEEPER_REFRESH_LOST,    /* new tokens, which could not be saved at a stop */
    KEEPER_REFRESHES,
};
const char *keeper_refresh_word(enum keeper_refresh how);
/* Any thread. */
uint64_t keeper_refreshes(const struct keeper *keeper, enum keeper_refresh how);

/* Accounts whose new tokens could not be saved before a stop gave up. */
size_t keeper_lost(const struct keeper *keeper);

enum keeper_op {
    /* Another token than `stale` for the account; joins what is under way. */
    KEEPER_REFRESH,
    /* The token `stale` was refused again after a refresh: the account waits for a
       new sign-in. */
    KEEPER_REFUSED,
    /* Exchange a code: `change` holds authorization_code, state and perhaps
       proxy_config, as in POST /oauth/token. */
    KEEPER_LOGIN,
    /* New tokens from a login or an import, of an account of `kind`: `change` replaces
       by field. */
    KEEPER_ADOPT,
    /* A new account of `kind`, whose document is `change`; durable, and shown, before
       it is answered.  One that exists is left as it is. */
    KEEPER_CREATE,
    /* Would that go well?  Nothing is made. */
    KEEPER_TRY_CREATE,
    /* Change by field; the account exists. */
    KEEPER_CHANGE,
    KEEPER_REMOVE,
};

struct keeper_question {
    enum keeper_op op;
    struct str name;      /* a valid account name; copied */
    struct secret *stale; /* REFRESH, REFUSED; a reference is taken */
    bool by_hand;         /* REFRESH: a person asked, no back-off counts */
    bool patient;         /* waits as long as it takes, not patience_ms */
    const struct json_doc *change; /* LOGIN, ADOPT, CREATE and its try, CHANGE;
                                        copied */
    const struct account_kind *kind; /* ADOPT, CREATE and its try */
    /* Of whoever manages, or NULL.  Taken over: ended here, with the account as it was
       and as it is, when the work is, whether or not somebody waits for it still. */
    struct audit *audit;
};

struct keeper_wait *keeper_ask(struct keeper *keeper, struct loop *loop,
                               const struct keeper_question *question,
                               void (*wake)(void *arg), void *arg);
void keeper_wait_free(struct keeper_wait *wait);

bool keeper_wait_is_done(const struct keeper_wait *wait);
/* When done: NULL if it went well. */
const struct err *keeper_wait_error(const struct keeper_wait *wait);
