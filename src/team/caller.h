// SPDX-License-Identifier: MIT
/* Who is asking, and what may they?  The one place that decides it.  It only reads
   what is in memory, and counts wrong credentials (team/failures.h).

   Which credential counts depends on what is asked for: the admin token opens the
   management API and never relays; a relay key relays and never manages; a browser's
   session stands for the admin token where nothing else is presented.

   While no key exists this machine (http/loopback.h) may use the relay as it is;
   as soon as one does, it needs one too, unless LOOPBACK_WITHOUT_KEY is on.  A right
   key is served however many wrong ones came from its address; the admin token is not,
   but on this machine; from where it came lately it is soon again. */
#pragma once

#include "config/config.h"
#include "http/request.h"
#include "team/admin_token.h"
#include "team/failures.h"
#include "team/keyring.h"
#include "team/sessions.h"

enum caller_kind {
    CALLER_STRANGER, /* nobody known: `flaw` says why */
    CALLER_MACHINE,  /* this machine */
    CALLER_KEY,      /* presented a relay key that is fine */
    CALLER_ADMIN, /* presented the admin token, or the session of a browser that was
                     given one for it (`session`), or came by the control socket */
    CALLER_SCRAPER,   /* presented the token for figures: METRICS_TOKEN */
    CALLER_OWN_LOGIN, /* may use the relay, with its own claude.ai login; `key` is
                         its key, if it needed one */
};
#define CALLER_KINDS 6

enum right {
    RIGHT_RELAY,  /* requests to the upstream */
    RIGHT_MANAGE, /* the management API: all of /oauth/ and /admin/ */
    RIGHT_LOOK,   /* what runs and what is wrong: /health in detail */
    RIGHT_SCRAPE, /* figures for Prometheus: /metrics */
    RIGHT_PROXY,  /* naming a proxy for one request */
};
#define RIGHTS 5

/* All borrowed; the same for all workers. */
struct caller_sources {
    /* ADMIN_LOOPBACK, LOOPBACK_WITHOUT_KEY, CLIENT_LOGIN, TRUSTED_PROXIES */
    const struct config *config;
    const struct admin_token *admin;
    const struct admin_token *scraper; /* METRICS_TOKEN; NULL: there is none */
    struct keyring *keyring;           /* NULL: there are no keys */
    struct failures *failures;         /* NULL: nobody counts */
    struct sessions *sessions;         /* NULL: browsers cannot sign in */
};

/* Why somebody is a stranger. */
enum caller_flaw {
    CALLER_NOT_THIS_MACHINE, /* and presented nothing that counts */
    CALLER_WRONG_TOKEN,
    CALLER_NO_KEY,
    CALLER_WRONG_KEY,
    CALLER_KEY_OVER,      /* revoked, expired, ...: `verdict` */
    CALLER_KEY_BOUND,     /* not from this address, or not for this client */
    CALLER_LOGIN_REFUSED, /* an own login, and CLIENT_LOGIN is refuse */
    CALLER_LOGIN_ALONE,   /* one that passes, but there is no key beside it */
    CALLER_LOGIN_ODD,     /* one that cannot pass as it was sent */
    CALLER_SESSION_OVER,  /* a browser's cookie, of no use any more */
    CALLER_FOREIGN_PAGE,  /* a good one, but another origin's page asks */
    CALLER_NO_CSRF,       /* a good one, without what confirms a change */
};

/* Lives no longer than the request. */
struct caller {
    const struct caller_sources *sources;
    const struct request *req;
    struct key
        *key; /* a reference: of KEY, OWN_LOGIN, KEY_OVER and KEY_BOUND */
    struct str text;    /* which of the request's texts opened the key */
    struct str login;   /* OWN_LOGIN: the value of its field, to be passed on */
    struct str session; /* the text of the browser's session, if it has one */
    enum right right;   /* that was asked for */
    enum caller_kind kind;
    enum caller_flaw flaw; /* of a STRANGER */
    enum key_verdict verdict;
    uint64_t at_ms;   /* wall clock: when it was looked at last */
    uint64_t changes; /* of the keyring, by then */
    uint32_t wait_ms; /* too many wrong ones: until the next may come; else 0 */
};

#define CALLER_COOKIE "claude_relay_session" /* of browsers */

/* The text of a session that the browser has, whoever else it is, and whatever it may
   with it; empty if it has none. */
struct str caller_session_held(const struct caller_sources *sources,
                               const struct request *req);
/* Finds out who asks for `right`.  RIGHT_PROXY is asked of whoever has another right
   already. */
void caller_find(struct caller *caller, const struct caller_sources *sources,
                 const struct request *req, enum right right);
/* Later on: is its key, or that it needs none, still what was found?  Cheap. */
bool caller_is_current(const struct caller *caller);
/* If not: takes the key as it is now.  False if it is of no use any more, or not from
   here, or if one is needed now: `why`, a 401 or 403. */
bool caller_renew(struct caller *caller, struct err *why) MUST_CHECK;
/* Gives the key back.  One that is all zeros is fine. */
void caller_done(struct caller *caller);

/* May it?  False: `why` says why not, and what to do.  ERR_NOT_ALLOWED (401);
   ERR_FORBIDDEN (403) for whoever has a key that does not allow this; ERR_SLOWED
   (429) after too many wrong ones. */
bool caller_may(const struct caller *caller, enum right right,
                struct err *why) MUST_CHECK;

/* What the log will say of who asked: as the audit log has it (store/audit.h), or
   "own-login", and the key's name. */
void caller_note(const struct caller *caller, struct request *req);

/* Whoever has a key that is fine, or the admin token, keeps its connection, whatever it
   asked for and may. */
void caller_vouch(const struct caller *caller, struct request *req);

/* All of it in one, for callers of whom nothing is kept. */
bool caller_has(const struct caller_sources *sources, struct request *req,
                enum right right, struct err *why) MUST_CHECK;

/* The admin token, to be looked for in what was sent, if that tells its sender nothing new:
   he proved it in this request, or may read where it lies (this machine, the control
   socket).  Else empty, and before caller_note().  Why: team/admin_token.h. */
struct str caller_known_token(const struct caller_sources *sources,
                              const struct request *req);

/* Signs a browser in: may it have a session for `token`?  Wrong ones are slowed as
   everywhere, and pages of other origins are refused before they could try one. */
bool caller_may_sign_in(const struct caller_sources *sources,
                        struct request *req, struct str token,
                        struct err *why) MUST_CHECK;

/* Does a page of this relay ask, or none?  (http/origin.h, by the scheme that the client
   used.) */
bool caller_origin_is_own(const struct caller_sources *sources,
                          const struct request *req);

/* Is it this machine, whatever it presents?  For what costs nothing. */
bool caller_is_machine(const struct request *req);

/* Does this machine need a key? */
bool caller_needs_key(const struct caller_sources *sources);

/* The client's address: behind trusted proxies what they say, otherwise the other
   end of the connection. */
void caller_address(const struct caller *caller, struct addr *addr);
