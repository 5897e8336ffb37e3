// SPDX-License-Identifier: MIT
/* What becomes of candidates: each one's name here, and whether it is taken over.
   Nothing that exists is replaced: one with the same grant or key at the same place, whatever
   its name, is here already, and any other whose name is taken gets one of its own.  Pure; any
   thread. */
#pragma once

#include "import/candidate.h"

enum import_outcome {
    IMPORT_TAKE,
    IMPORT_EXISTS,  /* here already, or twice in what is brought */
    IMPORT_FOREIGN, /* another provider's */
    IMPORT_REFUSED,
};

struct import_row {
    char name[ACCOUNT_NAME_MAX +
              1]; /* here; empty unless it is taken, or exists */
    enum import_outcome outcome;
    struct err why;  /* why not; without a text: it is taken */
    bool renewable;  /* its refresh token works once */
    bool rests;      /* switched off: this relay does not renew it yet */
    uint64_t due_ms; /* when this relay will renew its token, wall clock */
};

struct import_ask {
    const char *prefix;  /* of names here; "" */
    const char *name;    /* of the only one; or NULL */
    const char *unnamed; /* what one without a name is called */
    const struct json_doc
        *accounts; /* there are, as GET /admin/api/accounts says */
};

#define IMPORT_PREFIX_MAX 16

/* Is the name one that may be made, and the prefix one that begins such? */
bool import_ask_check(const struct import_ask *ask, struct err *err) MUST_CHECK;

/* A row for each candidate, to be freed with mem_free().  Documents get the priorities 0,
   1, 2, ... in the order of their ranks, but none above the lowest of an account that is
   here, which is said of each that would.  NULL and err if a name is given and there are
   several. */
struct import_row *import_plan(struct import_list *list,
                               const struct import_ask *ask, struct err *err);
