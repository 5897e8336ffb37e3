// SPDX-License-Identifier: MIT
/* The tables of the records, brought up step by step: migrations in store/schema/,
   numbered from 1, each in one transaction.  Blocking. */
#pragma once

#include "store/sql_backend.h"

struct schema_step {
    unsigned number;
    /* Once it is made, programs whose newest step is older than this one refuse to
       work with the database; what only adds leaves it as it was. */
    unsigned oldest_writer;
    const char *text; /* with {words}, see store/dialect.h */
};

/* Make the steps that the database lacks.  One that has more than these is fine, if
   its steps allow that; else ERR_CONFIG, and err says what to do. */
bool schema_bring_up(struct sql *sql, struct err *err) MUST_CHECK;
/* Within a transaction that writes: may this program still do so?  If a newer one has
   made steps since that do not allow it: ERR_IO, for what is to be saved waits, with
   the text as above. */
bool schema_may_write(struct sql *sql, struct err *err) MUST_CHECK;
/* The same with other steps, for tests. */
struct schema_steps {
    const struct schema_step *at;
    size_t count;
};
bool schema_apply(struct sql *sql, const struct schema_steps *steps,
                  struct err *err) MUST_CHECK;
/* This program's own. */
struct schema_steps schema_steps(void);
