// SPDX-License-Identifier: MIT
/* The audit log: who managed what, and what that changed; rows of the table `audit`, and
   a line of the log for each.

   An entry is begun by whoever knows who asks, handed on to whoever carries the action
   out, and ended by the latter:

       begun -> in hand -> done: the row goes in with the change, if that is a
                  |              transaction of the records, else right after it
                  |-----> refused: a row that says why, and no members
                  |-----> left: the asker was gone before anything was done
                  '-----> stopped: the relay ended while it was being done

   A database that does not work refuses nothing: the row waits for it, in bounded
   memory, and the log has its line at once.  Whoever changes something first reserves
   room for the row, and changes nothing if there is none.  What was refused has room of
   its own: a crowd of it, which anybody who may manage can make at will, pushes out
   no change, and is left out itself; how much was, the log says.

   A struct audit is used by one thread at a time, a struct audit_log by any. */
#pragma once

#include "base/json.h"
#include "store/records.h"

/* So many rows are kept, the newest; older ones go. */
#define AUDIT_ROWS_MAX 100000
/* Of `before` and of `after`, as JSON. */
#define AUDIT_DOC_MAX 8192

/* ---- the log ------------------------------------------------------------ */

struct audit_log;

/* `records` outlive it. */
struct audit_log *audit_log_new(struct records *records);
/* Before the records are stopped: from now on entries are lines of the log only. */
void audit_log_stop(struct audit_log *log);
/* From now on each entry is a line of the log whatever the log's level is: that of a
   relay which runs.  Before there are entries. */
void audit_log_tell(struct audit_log *log);
/* All entries are ended, and the records stopped.  NULL is fine, for both. */
void audit_log_free(struct audit_log *log);

/* ---- entries ------------------------------------------------------------ */

/* Who asked. */
#define AUDIT_BY_TOKEN "admin-token"     /* peer: from which address */
#define AUDIT_BY_SOCKET "control-socket" /* peer: which user */
#define AUDIT_BY_SESSION "session"   /* a browser's, for the token; likewise */
#define AUDIT_BY_STRANGER "stranger" /* who was not let in; likewise */
#define AUDIT_BY_MACHINE "this-machine" /* peer: its address */
#define AUDIT_BY_COMMAND "command"      /* on the folder; peer: which user */
#define AUDIT_BY_RELAY "relay"          /* nobody: it found out by itself */

/* Entries that could not be kept, since the start.  Any thread; NULL: none. */
uint64_t audit_lost(const struct audit_log *log);

struct audit_act {
    const char *who;    /* one of those above */
    struct str peer;    /* may be empty */
    const char *action; /* "key.create": a constant */
    struct str target;  /* the name of what it is done to; may be empty */
};

struct audit;

/* `log` may be NULL: then it is a line of the log only.  All is copied. */
struct audit *audit_begin(struct audit_log *log, const struct audit_act *act);

/* The rest takes a NULL entry, for which nothing happens. */

/* Before anything is changed: the entry will have room, however long the database takes.
   False: it has none, and err (ERR_BUSY). */
bool audit_reserve(struct audit *audit, struct err *err) MUST_CHECK;

/* What is done, where that is known later: a constant. */
void audit_action(struct audit *audit, const char *action);
/* What it is done to, where that is known later. */
void audit_target(struct audit *audit, struct str target);
/* How that was, and how it is: what was changed is worked out from the two.  Both take
   over `doc`, which may be NULL, and replace what was said earlier. */
void audit_before(struct audit *audit, struct json_doc *doc);
void audit_after(struct audit *audit, struct json_doc *doc);
/* One more member of `after`, that is known only in the transaction. */
void audit_after_id(struct audit *audit, uint64_t id);

/* In the transaction of the change itself, as its last statement; as often as that is
   tried. */
bool audit_add(struct audit *audit, struct sql *sql,
               struct err *err) MUST_CHECK;

/* That transaction was undone, and perhaps none follows. */
void audit_undone(struct audit *audit);

/* The ends; each frees the entry. */
void audit_done(struct audit *audit);
void audit_refused(struct audit *audit, const struct err *err);
void audit_left(struct audit *audit);
/* It was being done when the relay stopped: nobody is left to say what came of it. */
void audit_stopped(struct audit *audit);
