// SPDX-License-Identifier: MIT
/* Models that the table of prices does not know: whoever runs the relay is told of each
   once, because nobody knows what they cost, and limits count them at the dearest prices
   there are.  One for the process; any thread. */
#pragma once

#include "usage/price.h"
#include "usage/record.h"

/* Names that are kept; afterwards one more line says that no further ones are told. */
#define UNPRICED_MAX 100
/* Of them, such as nobody but a client named: it may name any. */
#define UNPRICED_ASKED_MAX 50

struct unpriced;

struct unpriced *unpriced_new(void);
/* NULL is fine. */
void unpriced_free(struct unpriced *unpriced);

/* There is no price for that model: a line in the log, unless it was told before.
   `answered`: an answer names it, not only a request.  Empty, or `unpriced` NULL:
   nothing. */
void unpriced_note(struct unpriced *unpriced, struct str model, bool answered);
/* The same for all that this one used, if its cost is not known. */
void unpriced_note_record(struct unpriced *unpriced,
                          const struct record *record,
                          const struct prices *prices);

/* Those that were noted and have no price in this table; in the order in which they
   came.  NULL has none. */
void unpriced_each(struct unpriced *unpriced, const struct prices *prices,
                   void (*visit)(void *arg, struct str model), void *arg);
