// SPDX-License-Identifier: MIT
/* A relay key: an immutable snapshot, shared by reference count.  A change makes a
   new snapshot, so that a request keeps the rules that it was sent upstream with; what
   is counted (`counters`, `use`) lives on over snapshots.  The key's text is not in here,
   only its hash.  Any thread. */
#pragma once

#include <stdatomic.h>

#include "base/cidr.h"
#include "base/json.h"
#include "crypto/hash.h"
#include "team/limits.h"

struct account;

struct addr;
struct counters;
struct group_cell;
struct patterns;

#define KEY_NAME_MAX 64
#define KEY_NEVER UINT64_MAX
/* cr_ and 43 characters of base64url. */
#define KEY_TEXT_LEN 46
#define KEY_PREFIX_LEN 7 /* cr_ and four characters, which may be shown */
#define KEY_LAST_LEN 4
/* How many texts may open one key at a time: rotations within the overlap. */
#define KEY_TEXTS_MAX 4

/* What a key may call; a set. */
enum key_call {
    KEY_MESSAGES = 1, /* with count_tokens and the models */
    KEY_BATCHES = 2,
    KEY_FILES = 4,
    KEY_OTHER = 8, /* everything else below /v1/ */
};

/* When a key was used: shared by its snapshots.  Milliseconds since 1970, 0: never;
   `last_ms` is accurate to a minute. */
struct key_use {
    atomic_uint_fast64_t first_ms;
    atomic_uint_fast64_t last_ms;
    atomic_bool unsaved; /* it is in the keyring's list of those */
    atomic_uint refs;
};

/* A group of keys, a snapshot too.  Its limits hold for all its keys together,
   beside each key's own. */
struct key_group {
    uint64_t id;
    char *name;
    uint64_t created_ms;
    uint64_t changed_ms; /* grows with each change */
    struct limits limits;
    const struct zone *zone;
    struct counters *counters; /* a reference */
    char *doc;    /* its members as JSON: note, limits, time_zone */
    bool damaged; /* what is kept of it cannot be used: nothing passes */
    atomic_uint refs;
};

/* One of the texts that open a key: the newest, and those that a rotation left
   alive for a while. */
struct key_text {
    unsigned char hash[HASH_SHA256_LEN]; /* never shown */
    unsigned char at;                    /* which of the key's it is */
    char last[KEY_LAST_LEN + 1];
    char prefix[KEY_PREFIX_LEN + 1];
    uint64_t expires_ms; /* KEY_NEVER: as long as the key */
    uint64_t created_ms;
};

/* What every request looks at stands at the end, beside the text that opened the
   key. */
struct key {
    uint64_t id;
    char *name;
    char *owner; /* NULL: it says none */
    uint64_t created_ms;
    uint64_t changed_ms;          /* grows with each change */
    struct patterns *accounts;    /* their exact names; NULL: the pool */
    struct patterns *models;      /* NULL: all */
    struct patterns *deny_models; /* NULL: none */
    struct patterns *clients;     /* NULL: all */
    struct cidr_list addresses;   /* empty: all */
    unsigned calls;               /* enum key_call, or-ed */
    bool may_proxy;               /* a request may name its own proxy */
    bool show_limit;              /* answers carry what is left of our limit */
    bool strict;                  /* reserves the provable worst case */
    uint64_t queue_wait_ms;       /* for a free slot; 0: refused at once */
    const struct zone *zone;
    struct limits limits;
    char *doc;    /* its members as JSON, but name, group and enabled */
    char *folded; /* name, owner and tags in small letters, a line each */
    struct group_cell *group;  /* see key_group_of(); NULL: in none */
    struct counters *counters; /* a reference */
    struct key_use *use;       /* a reference */
    uint64_t revoked_ms;       /* KEY_NEVER: it is not */
    uint64_t expires_ms;       /* at a date; KEY_NEVER: at none */
    uint64_t expires_after_ms; /* the first use; KEY_NEVER: not so */
    atomic_uint refs;
    bool enabled;
    bool
        damaged; /* what is kept of it cannot be used: off, whatever `enabled` says,
                     which the database keeps */
    unsigned char text_count;
    struct key_text texts[]; /* newest first */
};

struct key *key_ref(struct key *key);
void key_unref(struct key *key);

/* A reference to the group as it stands now, or NULL. */
struct key_group *key_group_of(const struct key *key);
struct key_group *key_group_ref(struct key_group *group);
void key_group_unref(struct key_group *group);

/* ---- what it may do (each: err says what is allowed, with a 403) ----------- */

/* From this address, by this User-Agent (empty: it sent none)? */
bool key_allows_address(const struct key *key, const struct addr *address,
                        struct err *err) MUST_CHECK;
bool key_allows_client(const struct key *key, struct str user_agent,
                       struct err *err) MUST_CHECK;
bool key_allows_call(const struct key *key, enum key_call call,
                     struct err *err) MUST_CHECK;
/* `model` as decoded from the body.  What is denied wins over what is allowed;
   empty (the body names none) is allowed only if no rule is about models. */
bool key_allows_model(const struct key *key, struct str model,
                      struct err *err) MUST_CHECK;
/* A key that lists accounts, or tags of them ("tag:TAG"), may use those; another one the
   pool, and whether an account is in it is the account's own matter.  `account` is NULL
   if there is none of that name: what is said does not tell. */
bool key_allows_account(const struct key *key, struct str name,
                        const struct account *account,
                        struct err *err) MUST_CHECK;

/* When it stops working: at its date, or so long after its first use; KEY_NEVER. */
uint64_t key_expiry(const struct key *key);
/* When it or one of its texts stops working next, after `now_wall_ms`; KEY_NEVER. */
uint64_t key_next_end(const struct key *key, uint64_t now_wall_ms);

/* May it be used, as far as switches go? */
static inline bool key_is_on(const struct key *key)
{
    return key->enabled && !key->damaged;
}

/* "active", "disabled", "revoked" or "expired". */
const char *key_state(const struct key *key, uint64_t now_wall_ms);

/* ---- documents -------------------------------------------------------------- */

/* Is this a document to make or change a key with?  Every bad or unknown member is
   a 400 that says which, and what is allowed.  Members (null takes one away):
   name owner note tags group limits{rpm tpm_in tpm_out rpd concurrency cost_5h
   cost_day cost_week cost_month cost_total} accounts models deny_models clients
   addresses allow reserve time_zone queue_wait expires enabled proxy show_limit. */
bool key_check_doc(const struct json_doc *change, struct err *err) MUST_CHECK;
/* The same for a group: name note limits time_zone. */
bool key_group_check_doc(const struct json_doc *change,
                         struct err *err) MUST_CHECK;

/* Of one that comes in, for either: texts that are for people hold no key or token, and
   are visible.  What is stored already is left as it is: a key whose note has what was
   allowed once is a key like others. */
bool key_check_texts(const struct json_doc *change, struct err *err) MUST_CHECK;

/* What the management API shows: all members, state, times, prefix and last4;
   never the secret or its hash.  The caller's. */
struct json_doc *key_doc(const struct key *key, uint64_t now_wall_ms);
struct json_doc *key_group_doc(const struct key_group *group);
