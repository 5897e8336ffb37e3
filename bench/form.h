// SPDX-License-Identifier: MIT
/* What claude-sim answers to the one request: all of it is known in advance, but for
   the answer's id and the text of the deltas.  Pure. */
#pragma once

#include "base/str.h"

#define FORM_MODEL "claude-sonnet-4-5"
#define FORM_MAX 512

struct forms {
    char start[FORM_MAX];   /* message_start's data, behind its type */
    char summary[FORM_MAX]; /* message_delta's, likewise */
    char front[FORM_MAX];   /* of an answer in JSON, up to its text */
    char back[FORM_MAX];    /* and behind it */
};

void forms_init(struct forms *forms, uint64_t input_tokens,
                uint64_t output_tokens);

/* Is it this text, an id in place of the form's '*'? */
bool form_fits(const char *form, struct str text);
/* Does it begin so?  Its length, or 0. */
size_t form_begins(const char *form, struct str text);
