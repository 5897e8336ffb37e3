// SPDX-License-Identifier: MIT
/* One account at Anthropic: an immutable snapshot of its file, shared by reference
   count.  A change makes a new snapshot, so that a request keeps the credential it
   began with.  Any thread. */
#pragma once

#include "base/json.h"
#include "base/secret.h"
#include "upstream/proxy.h"

struct account_kind;
struct gateway;
struct renewal;
struct vitals;

#define ACCOUNT_NAME_MAX 64
#define ACCOUNT_KEY_MAX (ACCOUNT_NAME_MAX + 16)
#define ACCOUNT_NEVER_EXPIRES UINT64_MAX
#define ACCOUNT_WEIGHT 100 /* of one whose file says nothing */
/* The largest of what the operator may say. */
#define ACCOUNT_PRIORITY_MAX 1000
#define ACCOUNT_WEIGHT_MAX 1000
#define ACCOUNT_CONCURRENCY_MAX 100000
/* The first 16 hex digits of the SHA-256 of a refresh token (of the access token
   if there is none): tells one grant from the next without saying what it is. */
#define ACCOUNT_GRANT_LEN 16

/* How much of what the operator says of it could be read in its file, whatever the rest
   of that is. */
enum account_told {
    ACCOUNT_TOLD_NOTHING,
    ACCOUNT_TOLD_ENABLED, /* whether it is switched on */
    ACCOUNT_TOLD_ALL,
};

struct account {
    char name[ACCOUNT_NAME_MAX + 1];
    uint64_t number; /* of its name: bindings_account() */
    const struct account_kind *kind;
    struct secret *token;   /* access token or API key */
    uint64_t expires_at_ms; /* wall clock, or ACCOUNT_NEVER_EXPIRES */
    uint64_t signed_in_ms;  /* wall clock: its sign-in; 0: not noted */
    uint64_t renewed_ms;    /* steady clock: when it took another's place; 0: it
                               did not, as long as this program runs */
    struct json_doc
        *replaced;          /* hashes of grants that its tokens replaced, newest
                                  first; an array, or NULL */
    bool can_refresh;       /* its file has a refresh token */
    struct secret *refresh; /* that, or NULL */
    enum account_told told;
    bool disabled;       /* switched off by the operator */
    bool login_required; /* its grant was refused for good */
    bool pooled;         /* serves keys that say "pool" */
    bool
        pooled_by_hand; /* its file says so, and not its kind alone: serves this
                               machine too, where several accounts could */
    uint64_t priority;  /* higher ones serve first */
    uint64_t weight;    /* its share among those of its priority */
    uint64_t concurrency; /* requests at once; 0: any number */
    char grant[ACCOUNT_GRANT_LEN + 1];
    struct json_doc *scopes; /* an array, or NULL */
    struct json_doc *tags;   /* texts (account/tags.h), or NULL */
    char *note;              /* the operator's words, or NULL */
    struct proxy *proxy;     /* NULL: none of its own */
    struct gateway
        *gateway; /* where its requests go (account/gateway.h); NULL: as the
                                relay's settings say */
    /* Why its file cannot be used, or empty. */
    char problem[480];
    bool
        unreadable; /* because its file cannot be read, which is nobody's login */
    /* Why its new tokens are not in its file yet, or empty. */
    char unsaved[480];
    /* What is wrong with its file, although this snapshot can be used; or empty. */
    char file_problem[480];
    /* Why its lock or its file kept the last refresh from going on; or empty. */
    char refresh_problem[480];
    /* What is learned while it serves (account/vitals.h), shared by all snapshots of
       it; NULL until it is in a folder. */
    struct vitals *vitals;
};

/* A header field with a credential. */
struct account_field {
    struct str name;
    struct str prefix; /* in front of the token */
};

/* What is special about a kind of account; to add one, write its file and a row in
   account/kinds.c. */
struct account_kind {
    const char *name;
    const char *file_prefix;    /* data/<prefix><account>.json */
    struct account_field field; /* that carries the credential */
    struct str
        beta; /* a flag of anthropic-beta, without which the API takes its
                        credential from nobody; or empty */
    /* How its tokens are renewed (account/renewal.h); NULL: its credential stays. */
    const struct renewal *renewal;
    bool signs_in; /* in a browser: that is how one gets another grant */
    bool personal; /* a person's plan: not in the pool unless it is put there */
    /* NULL: it has no API key, which can be replaced by another one.  Is the member
       api_key of such a document one for its place, whatever else is wrong with it?
       False: err says what is allowed, and repeats nothing. */
    bool (*check_key)(const struct json_doc *doc, struct err *err);
    bool
        goes_elsewhere; /* it may have a gateway: its credential is no person's, and
                            need not be Anthropic's */
    /* Fill the account, whose gateway is known, from its document; false: err says what is wrong. */
    bool (*parse)(struct account *account, const struct json_doc *doc,
                  struct err *err);
};

/* The NULL-terminated table of kinds. */
extern const struct account_kind *const account_kinds[];
/* NULL: none has that name. */
const struct account_kind *account_kind_named(struct str name);
/* The first of them that signs in. */
const struct account_kind *account_kind_signing_in(void);

/* A valid name as it stands in a command, as shell_name() (base/shell.h) has it; `out`. */
#define ACCOUNT_WORD_MAX (ACCOUNT_NAME_MAX + 4)
const char *account_word(const char *name, char out[ACCOUNT_WORD_MAX]);

/* For messages, behind a comma or colon: how an account of this kind and name gets
   another grant; `over_http`: for those who manage over HTTP, too. */
#define ACCOUNT_AGAIN_MAX 320
const char *account_again(const struct account_kind *kind, const char *name,
                          bool over_http, char out[ACCOUNT_AGAIN_MAX]);

/* [A-Za-z0-9._@-]{1,64}, not starting with a dot: nothing else ever reaches a
   path. */
bool account_name_is_valid(struct str name);
/* The same; false says in err, with that code, what is allowed. */
bool account_name_check(struct str name, enum err_code code,
                        struct err *err) MUST_CHECK;

/* No account has that name: err, with that code, says where those are that there
   are.  Always false. */
bool account_missing(struct str name, enum err_code code, struct err *err);

/* Of a new account: valid, and neither what begins a key or token, which would be in
   every message and path from then on, nor a word that means something where accounts
   are named ("pool": all that are in it), nor what commands take for an option. */
#define ACCOUNT_NAME_NEW                                                         \
    "1 to 64 letters, digits or . _ @ -, not starting with a dot or -, no key, " \
    "and none of the words pool, all, any, none"
bool account_name_may_be_made(struct str name);

/* "oauth_max" for a kind and a name. */
void account_key(const struct account_kind *kind, struct str name,
                 char out[ACCOUNT_KEY_MAX]);
/* The kind and the name behind a key; NULL if it is no account's. */
const struct account_kind *account_of_key(struct str key, struct str *name);

/* A snapshot of a document.  Never NULL: one that cannot be used gives an account
   with a problem.  The caller holds the first reference. */
struct account *account_from_doc(const struct account_kind *kind,
                                 struct str name, const struct json_doc *doc);
/* One whose document could not be read, and why. */
struct account *account_broken(const struct account_kind *kind, struct str name,
                               const char *problem);
/* The same account, which cannot be used after all, and why. */
struct account *account_with_problem(const struct account *account,
                                     const char *problem);
/* The same account, of whose file this is said. */
struct account *account_with_file_problem(const struct account *account,
                                          const char *problem);
/* Likewise, with what the operator says in its file, as far as `read`, which may be of no
   other use, tells it. */
struct account *account_as_told(const struct account *account,
                                const struct account *read,
                                const char *problem);
/* The same account, of whose refreshes this is said. */
struct account *account_with_refresh_problem(const struct account *account,
                                             const char *problem);
/* One of the two; empty if there is none. */
const char *account_trouble(const struct account *account);
struct account *account_ref(struct account *account);
void account_unref(struct account *account);

/* What Anthropic permits, to whoever put a personal account within reach of keys that do
   not name it: into the pool, or under a tag.  NULL: it is not, or is no personal one. */
const char *account_sharing_warning(const struct account *account);

/* The field in which its credential goes: as its kind does it, or as a bearer token. */
struct account_field account_field_of(const struct account *account);

/* Its grant; of an API key, the same of that.  Empty if it has neither. */
void account_fingerprint(const struct account *account,
                         char out[ACCOUNT_GRANT_LEN + 1]);
/* Did its tokens replace this grant? */
bool account_has_replaced(const struct account *account, const char *grant);

/* Can it serve requests now, perhaps after a refresh?  False: err says why not and
   what to do. */
bool account_is_usable(const struct account *account, uint64_t now_wall_ms,
                       struct err *err) MUST_CHECK;
/* Its token has expired, and a refresh may bring another. */
bool account_needs_refresh(const struct account *account, uint64_t now_wall_ms);
