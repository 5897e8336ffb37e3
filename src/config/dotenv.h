// SPDX-License-Identifier: MIT
/* A `.env` file: lines of NAME=value.

       # a comment                     export NAME=value
       NAME=value   # a comment        NAME='as it stands # too'
       NAME="with \" \\ \n \t"         (nothing is expanded: $ is a dollar)

   Of a name that comes twice the last counts. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct dotenv_item {
    const char *name;
    const char *value;
};

struct dotenv {
    struct dotenv_item *items;
    size_t count;
};

/* All in `arena`.  False if a line is something else; err names the line's number,
   not its text, which may be a secret. */
bool dotenv_parse(struct dotenv *file, struct arena *arena, struct str text,
                  struct err *err) MUST_CHECK;

/* The same from a file of at most 1 MB; one that does not exist is empty. */
bool dotenv_load(struct dotenv *file, struct arena *arena, const char *path,
                 struct err *err) MUST_CHECK;

/* NULL if the file does not have it. */
const char *dotenv_get(const struct dotenv *file, const char *name);
