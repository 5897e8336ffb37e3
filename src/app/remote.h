// SPDX-License-Identifier: MIT
/* What a command speaks to: the management API (docs/api.md), as admin.

       a relay runs on the folder   its control socket: the command acts with the
                                    relay's settings, and takes effect at once
       none does                    the same API in this process, on the folder,
                                    with the command's own settings; no relay starts
                                    meanwhile
       one does, and cannot be      neither: it is waited for, and then refused, for
       reached                      a relay would not learn of what is written

   (app/approach.h has the way to it.)  Blocking, for commands; one call at a time.  Main thread. */
#pragma once

#include "base/json.h"
#include "config/config.h"
#include "store/store.h"

struct remote;

/* NULL and err if neither can be had; a socket on which somebody else than the
   folder's owner or root listens is an error.  `config` outlives it. */
struct remote *remote_open(const struct config *config, struct err *err);
/* The same for a command that only asks: the folder must be there (app/folder_look.h),
   and for `people` it says which of the two it is. */
struct remote *remote_ask(const struct config *config, bool people,
                          struct err *err);
/* The relay that runs on the folder, and nothing else: NULL and ERR_NOT_FOUND if none
   does. */
struct remote *remote_find(const struct config *config, struct err *err);
/* NULL is fine.  Returns the exit status: `status`, or 1 if new tokens that were
   granted meanwhile could not be saved. */
int remote_close(struct remote *remote, int status);

/* True if a relay runs and answers. */
bool remote_is_relay(const struct remote *remote);
/* Nothing is asked until the next call, perhaps for long, because somebody has to type:
   a relay may start meanwhile, and is then what the next call goes to. */
void remote_rest(struct remote *remote);
/* One line on standard error that says which of the two it is.  Not for --json. */
void remote_say_where(const struct remote *remote);

struct remote_call {
    const char *method;
    struct str path;             /* and query, encoded: see remote_path() */
    const struct json_doc *body; /* NULL: none */
    uint64_t limit_ms;           /* 0: however long it takes */
    /* Takes what a 2xx holds as it comes, of any length and form; NULL: it is
       `answer`.  After a failure some of it may have come. */
    void (*sink)(void *arg, struct str bytes);
    void *sink_arg;
    unsigned status;         /* 0: there was no answer */
    struct json_doc *answer; /* the caller's; NULL if it is empty */
};

/* False and err if there was no answer or it is no 2xx: then err has the text of its
   {"error":...}, and `status` what it was.  A signal meanwhile ends the process, once a
   token call that was sent is saved. */
bool remote_call(struct remote *remote, struct remote_call *call,
                 struct err *err) MUST_CHECK;

/* A connection of one's own to the running relay, for what has no end: non-blocking, the
   caller's.  -1 and err: it ended meanwhile, or cannot be reached. */
int remote_connect(const struct remote *remote, struct err *err);

/* Append `prefix`, and `segment` percent-encoded. */
void remote_path(struct buf *path, const char *prefix, struct str segment);
