// SPDX-License-Identifier: MIT
/* All relay keys and their groups, in memory, shared by all workers.  Looking one
   up is a hash and one probe under a read lock, without I/O.  What is put here was
   saved before (team/key_change); putting is done on one thread at a time, all else
   on any thread. */
#pragma once

#include "crypto/hash.h"
#include "team/key.h"

struct keyring;

/* What it uses stays as long as it does. */
struct keyring *keyring_new(void);
void keyring_free(struct keyring *ring);

enum key_verdict {
    KEY_FINE,
    KEY_UNKNOWN,
    KEY_REVOKED,
    KEY_EXPIRED,
    KEY_DISABLED,
    KEY_REPLACED, /* a rotation made a new text, and this one's time is over */
};

/* The key that a client presented as text.  A reference whenever the text is a
   key's (for the log), NULL with KEY_UNKNOWN; it may be used with KEY_FINE only. */
struct key *keyring_find(struct keyring *ring, struct str presented,
                         uint64_t now_wall_ms, enum key_verdict *verdict);
/* What to tell a client, a 401; KEY_FINE leaves err alone and is true. */
bool key_verdict_err(enum key_verdict verdict, const struct key *key,
                     struct err *err);

/* The same of a key, by its newest text. */
bool key_is_usable(const struct key *key, uint64_t now_wall_ms,
                   struct err *err) MUST_CHECK;

/* How many keys there are, revoked ones too: while it is 0, none is needed. */
size_t keyring_count(struct keyring *ring);

/* Grows with each change of a key or a group: what was looked up since the same number
   was read still holds.  Costs next to nothing. */
uint64_t keyring_changes(struct keyring *ring);

/* The key is used now: its last use is remembered (accurate to a minute), its first
   use starts `expires_after_ms`.  For requests that passed all checks. */
void keyring_used(struct keyring *ring, struct key *key, uint64_t now_wall_ms);

/* By the id, or by the exact name ("12" is an id: no name has digits only).  A
   reference, or NULL. */
struct key *keyring_get(struct keyring *ring, struct str id_or_name);
struct key_group *keyring_get_group(struct keyring *ring,
                                    struct str id_or_name);
/* The same of one that somebody named: without it, ERR_NOT_FOUND, and where to see
   those there are. */
struct key *keyring_need(struct keyring *ring, struct str id_or_name,
                         struct err *err);
struct key_group *keyring_need_group(struct keyring *ring,
                                     struct str id_or_name, struct err *err);

/* The cell in which keys find that group; a reference, or NULL. */
struct group_cell *keyring_group_cell(struct keyring *ring, uint64_t id);
/* How many keys are in that group, revoked ones too. */
size_t keyring_group_keys(struct keyring *ring, uint64_t id);
size_t keyring_group_count(struct keyring *ring);

/* ---- lists ------------------------------------------------------------------ */

#define KEYRING_PAGE_MAX 200

/* What a list goes by; keys that are equal in it go by their ids. */
enum keyring_order {
    KEYRING_BY_ID,
    KEYRING_BY_NAME,
    KEYRING_BY_OWNER,
    KEYRING_BY_LAST_USE,
    KEYRING_BY_REQUESTS_TODAY,
    KEYRING_BY_COST_30D,
    KEYRING_BY_TIGHTEST, /* how much is used of its limit that is used most */
    KEYRING_ORDERS,
};

/* Where a key stands in that order: by a number or a text (in small letters). */
struct keyring_mark {
    uint64_t id; /* 0: before all */
    uint64_t number;
    struct str text;
};

/* Empty texts ask for nothing.  ASCII letters match in either case. */
struct keyring_query {
    struct str search;        /* somewhere in name, owner or a tag */
    struct str name;          /* somewhere in the name */
    struct str owner;         /* somewhere in the owner */
    struct str tag;           /* one tag, whole */
    struct str group;         /* name or id of its group */
    struct str state;         /* as key_state() */
    uint64_t used_since_ms;   /* last used then or later; 0: whenever */
    uint64_t unused_since_ms; /* older, and not used since then; 0: whenever */
    enum keyring_order order;
    bool falling;
    uint64_t
        after; /* by rising id: what the last page ended with; 0: nothing */
    struct keyring_mark behind; /* by all else: likewise */
    uint64_t steady_ms;         /* now, for limits of the minute */
    size_t max;                 /* at most KEYRING_PAGE_MAX */
};

struct keyring_page {
    struct key *at[KEYRING_PAGE_MAX]; /* references, in order */
    struct keyring_mark
        marks[KEYRING_PAGE_MAX]; /* of what is not by rising id */
    size_t count;
    size_t total; /* that match, on all pages; the first page tells it */
    uint64_t
        next; /* `after` of the next page; 0: this was the last.  Of what is
                      not by rising id: not 0 if there is one, and the last mark
                      is its `behind` */
    uint64_t seen; /* the id up to which it has been looked for */
};

/* Look at so many keys at a time: about a millisecond, for as long as which
   the lock is held. */
#define KEYRING_STEP 16384

/* A page in steps, between which its thread may do other work, and keys may come and
   go: true when it is complete.  The query is the same in each. */
void keyring_page_begin(const struct keyring_query *query,
                        struct keyring_page *page);
bool keyring_page_step(struct keyring *ring, const struct keyring_query *query,
                       uint64_t now_wall_ms, struct keyring_page *page);
/* All steps at once. */
void keyring_page(struct keyring *ring, const struct keyring_query *query,
                  uint64_t now_wall_ms, struct keyring_page *page);
void keyring_page_done(struct keyring_page *page);
/* Keep the first `count` of a complete page, one at least: if there were more, the next
   page begins behind them. */
void keyring_page_cut(struct keyring_page *page, size_t count);

/* ---- tags ------------------------------------------------------------------- */

#define KEYRING_TAGS_MAX 1000

/* The tags that keys have, in small letters, in their order. */
struct keyring_tags {
    struct keyring_tag {
        char *name;
        size_t keys; /* that have it */
    } * at;
    size_t count;
    bool more;     /* there are further ones than KEYRING_TAGS_MAX */
    uint64_t seen; /* the id up to which it has been looked for */
};

/* In steps, as pages: true when they are complete.  All zero is the beginning. */
bool keyring_tags_step(struct keyring *ring, struct keyring_tags *tags);
void keyring_tags_done(struct keyring_tags *tags);

/* Visit all keys or groups, by rising id, as they are at this moment; without the
   lock, so that `visit` may do anything.  False stops. */
void keyring_each(struct keyring *ring,
                  bool (*visit)(void *arg, struct key *key), void *arg);
void keyring_each_group(struct keyring *ring,
                        bool (*visit)(void *arg, struct key_group *group),
                        void *arg);

/* The one with the smallest id above `after`; a reference, NULL: no more. */
struct key *keyring_after(struct keyring *ring, uint64_t after);
struct key_group *keyring_after_group(struct keyring *ring, uint64_t after);

/* ---- changes: after they are in the database -------------------------------- */

/* Room for so many keys, before they are put. */
void keyring_reserve(struct keyring *ring, size_t keys);

/* Show this snapshot (a reference, taken over) in place of what was known of the key
   or the group: in the very next look-up of every worker.  Requests that wait for a
   slot of it are called, and look it up again (team/queue.h). */
void keyring_put(struct keyring *ring, struct key *key);
void keyring_remove(struct keyring *ring, uint64_t id);
void keyring_put_group(struct keyring *ring, struct key_group *group);
void keyring_remove_group(struct keyring *ring, uint64_t id);

/* Whoever saves uses: told of each key's first one, from which its time may run, on
   any thread.  NULL: nobody, from now on; no request is left then. */
void keyring_tell_first_use(struct keyring *ring, void (*tell)(void *arg),
                            void *arg);

/* Call all who wait for a slot of any key or group: they ask again. */
void keyring_call_waiting(struct keyring *ring);

/* Keys whose use is not in the database yet: references to at most `max` of them,
   which leave the list.  If saving fails, keyring_used_again() puts one back. */
size_t keyring_take_used(struct keyring *ring, struct key **out, size_t max);
void keyring_used_again(struct keyring *ring, struct key *key);
