// SPDX-License-Identifier: MIT
/* Sessions of browsers that signed in with the admin token.  In memory only: a restart
   signs everybody out, and so does a new admin token, which takes one.  What is kept is
   the hash of a session's text, which is 256 random bits that the browser alone has.

   The table has a fixed size; when it is full, the oldest goes.  Any thread. */
#pragma once

#include "base/str.h"
#include "net/addr.h"

#define SESSIONS_MAX 1000
#define SESSIONS_MS (12ull * 3600 * 1000) /* from the beginning, used or not */
#define SESSION_TEXT_SIZE 44 /* 43 characters of base64url, and NUL */

/* Refused sign-ins and forged requests are known to the audit log, but strangers shall
   not push others' entries out of it: so many at once, and then one each. */
#define SESSIONS_NOTED_AT_ONCE 20
#define SESSIONS_NOTED_MS (10ull * 60 * 1000)

struct sessions;

/* Both clocks: neither a machine that sleeps nor one whose clock is set makes a session
   longer. */
struct sessions_now {
    uint64_t steady_ms;
    uint64_t wall_ms;
};
struct sessions_now sessions_now(void);

struct session {
    uint64_t began_ms; /* wall clock */
    uint64_t ends_ms;
    char from[ADDR_TEXT_MAX]; /* where the token came from */
};

struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions);

/* A new one, whose text is in `text`: the caller wipes it. */
void sessions_begin(struct sessions *sessions, const struct addr *from,
                    struct sessions_now now, char text[SESSION_TEXT_SIZE]);
/* False if it is none, or none any more.  `session` may be NULL. */
bool sessions_find(struct sessions *sessions, struct str text,
                   struct sessions_now now, struct session *session);
/* Ends this one; false if there is none. */
bool sessions_end(struct sessions *sessions, struct str text);
/* Ends all there are: how many.  NULL has none, here and below. */
size_t sessions_end_all(struct sessions *sessions, struct sessions_now now);

size_t sessions_count(struct sessions *sessions, struct sessions_now now);
/* Those there are, the oldest first. */
void sessions_each(struct sessions *sessions, struct sessions_now now,
                   void (*take)(void *arg, const struct session *session),
                   void *arg);

/* May another refusal go into the audit log?  Counts it, if so. */
bool sessions_may_note(struct sessions *sessions, uint64_t steady_ms);

/* The text that changes have to carry in X-CSRF-Token: made from the session's, which
   cannot be found from it.  Pure. */
void session_csrf(struct str text, char out[SESSION_TEXT_SIZE]);
