// SPDX-License-Identifier: MIT
/* Who asks for a change, for the audit log (store/audit.h).

   A row whose endpoint has an `action` gets an entry when its request starts, x->audit.
   Whoever carries the action out is handed it (audited_hand_over()): the keeper, the
   changes of keys.  What stays here is ended with the answer.  So there is exactly one
   for each request that may manage, however it ends. */
#pragma once

#include "admin/request.h"
#include "base/user.h"

/* The users that may come by a Unix socket, named once: nothing is looked up later. */
#define AUDITED_USERS 3

struct audited_users {
    uint32_t uids[AUDITED_USERS];
    char texts[AUDITED_USERS][USER_TEXT_MAX];
};

/* This process's user, root, and the owner of the data folder.  Blocking, for the
   start. */
struct audited_users *audited_users_new(const char *data_dir);
/* NULL is fine. */
void audited_users_free(struct audited_users *users);

/* NULL if the endpoint changes nothing, or everybody may ask it: then nobody is known
   yet. */
struct audit *audited_begin(const struct admin *admin,
                            const struct request *req,
                            const struct admin_row *row,
                            const struct router_match *match);
/* For an endpoint that everybody may ask, once it is known who it is. */
struct audit *audited_now(const struct admin_request *x);
/* One more, for one of several things that a request does: a constant. */
struct audit *audited_also(const struct admin_request *x, const char *action,
                           struct str target);
/* Of sessions: a forged change, or a sign-in with a wrong token.  Some are noted and
   others not (sessions_may_note()): the audit log is not for strangers to fill. */
void audited_refused(const struct admin *admin, struct request *req,
                     const struct admin_row *row, const struct err *why);
/* Once the body is there: it may name what the path does not. */
void audited_name(struct admin_request *x);

/* For whoever ends it. */
struct audit *audited_hand_over(struct admin_request *x);
