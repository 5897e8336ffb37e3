// SPDX-License-Identifier: MIT
/* One account at Anthropic: an immutable snapshot of its file, shared by reference
   count.  A change makes a new snapshot, so that a request keeps the credential it
   began with.  Any thread. */
#pragma once

#include "base/json.h"
#include "base/secret.h"
#include "upstream/proxy.h"

struct account_kind;

#define ACCOUNT_NAME_MAX 64
#define ACCOUNT_NEVER_EXPIRES UINT64_MAX

struct account {
    char name[ACCOUNT_NAME_MAX + 1];
    const struct account_kind *kind;
    struct secret *token;   /* access token or API key */
    uint64_t expires_at_ms; /* wall clock, or ACCOUNT_NEVER_EXPIRES */
    struct proxy *proxy;    /* NULL: none of its own */
    /* Why it cannot be used and what to do, or empty. */
    char problem[200];
};

/* What is special about a kind of account; to add one, write its file and a row in
   account/kinds.c. */
struct account_kind {
    const char *name;
    const char *file_prefix;  /* data/<prefix><account>.json */
    struct str header;        /* the field that carries the credential */
    struct str header_prefix; /* in front of the token */
    bool needs_oauth_flag;    /* anthropic-beta: oauth-2025-04-20 */
    /* Fill the account from its document; false: err says what is wrong. */
    bool (*parse)(struct account *account, const struct json_doc *doc,
                  struct err *err);
};

/* The NULL-terminated table of kinds. */
extern const struct account_kind *const account_kinds[];

/* [A-Za-z0-9._@-]{1,64}, not starting with a dot: nothing else ever reaches a
   path. */
bool account_name_is_valid(struct str name);

/* A snapshot from the text of its file.  Never NULL: a file that cannot be used
   gives an account with a problem.  The caller holds the first reference. */
struct account *account_parse(const struct account_kind *kind, struct str name,
                              struct str text);
/* One whose file could not be read, and why. */
struct account *account_broken(const struct account_kind *kind, struct str name,
                               const char *problem);
struct account *account_ref(struct account *account);
void account_unref(struct account *account);
