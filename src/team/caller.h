// SPDX-License-Identifier: MIT
/* Who is asking, and what may they?  The one place that decides it; pure.

   Which credential counts depends on what is asked for: the admin token opens the
   management API and never relays; what a client presents below /v1/ is never the
   admin token. */
#pragma once

#include "config/config.h"
#include "http/request.h"
#include "team/admin_token.h"

enum caller_kind {
    CALLER_STRANGER,  /* nobody known: `flaw` says why */
    CALLER_MACHINE,   /* this machine (http/loopback.h) */
    CALLER_ADMIN,     /* presented the admin token */
    CALLER_OWN_LOGIN, /* may use the relay, with its own claude.ai login */
};
#define CALLER_KINDS 4

enum right {
    RIGHT_RELAY,  /* requests to the upstream */
    RIGHT_MANAGE, /* the management API */
    RIGHT_LOOK,   /* what runs and what is wrong, in detail */
    RIGHT_PROXY,  /* naming a proxy for one request */
};
#define RIGHTS 4

/* All borrowed; the same for all workers. */
struct caller_sources {
    const struct config *config; /* ADMIN_LOOPBACK, CLIENT_LOGIN */
    const struct admin_token *admin;
};

/* Why somebody is a stranger. */
enum caller_flaw {
    CALLER_NOT_THIS_MACHINE, /* and presented nothing that counts */
    CALLER_WRONG_TOKEN,
    CALLER_LOGIN_REFUSED, /* an own login, and CLIENT_LOGIN is refuse */
    CALLER_LOGIN_ODD,     /* one that cannot pass as it was sent */
};

/* In the request's arena or as long as it. */
struct caller {
    const struct caller_sources *sources;
    const struct request *req;
    struct str login; /* OWN_LOGIN: the value of its field, to be passed on */
    enum caller_kind kind;
    enum caller_flaw flaw; /* of a STRANGER */
};

/* Finds out who asks for `right`.  RIGHT_PROXY is asked of whoever has another right
   already. */
void caller_find(struct caller *caller, const struct caller_sources *sources,
                 const struct request *req, enum right right);

/* May it?  False: `why` (ERR_NOT_ALLOWED) says why not, and what to do. */
bool caller_may(const struct caller *caller, enum right right,
                struct err *why) MUST_CHECK;

/* Both in one, for callers of whom nothing is kept. */
bool caller_has(const struct caller_sources *sources, const struct request *req,
                enum right right, struct err *why) MUST_CHECK;
