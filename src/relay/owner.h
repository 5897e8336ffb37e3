// SPDX-License-Identifier: MIT
/* What no account knows but the one that made it: batches, files, skills and whatever else
   answers name by an id.  Such ids are learned from answers, and requests that name one
   go to its account (accounts_owned(), accounts_told()).  Only the account that served a request can claim
   what its answer names, and none takes away what another one has; but for a key that may
   not use the account, nobody has it. */
#pragma once

#include "relay/relayed.h"

/* The account (bindings_account()) that made what has an id of that number
   (hash_number()), as far as the key, or nobody (NULL), was told; 0: that is not known,
   or it is no longer there, or not the key's to use. */
uint64_t owner_by_id(struct accounts *accounts, const struct key *key,
                     uint64_t id);

/* Its body names these files: the first one that is known counts. */
void owner_note_asked(struct relayed *r, const struct scan_facts *facts);
/* The account of what the request names, in its path, its query or its
   body; 0: of nothing that is known. */
uint64_t owner_find(const struct relayed *r);

/* A look at the answer of the present attempt; NULL if it names nothing that belongs to
   anybody. */
struct owner *owner_learn(const struct relayed *r,
                          const struct parser_head *head);
/* The next bytes of the body, without framing, as they came.  NULL is fine, here and
   below. */
void owner_feed(struct owner *owner, struct str bytes);
void owner_free(struct owner *owner);

/* The present attempt's answer to a message names a file that it made.  `arg`: the
   request (struct meter). */
void owner_note_file(void *arg, struct str id);
