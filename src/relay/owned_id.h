// SPDX-License-Identifier: MIT
/* What ids of batches, files, skills and the like look like.  Pure. */
#pragma once

#include "base/str.h"

/* As Anthropic makes them: a word, '_' and at least so many letters and digits
   ("msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d"), or any after the word of a batch, a file or a
   skill.  Names of paths and of skills that everybody has ("batches", "xlsx") are not of
   that form. */
#define OWNED_ID_LEN_MIN 16
bool owned_id_is(struct str text);

/* Does the answer to a request for that path, which has no escapes, name something by
   that id?  Nothing but what the path is about: lists of files name files. */
bool owned_id_is_of(struct str path, struct str id);

/* Is it that of a file? */
bool owned_id_is_file(struct str id);
