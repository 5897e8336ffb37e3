// SPDX-License-Identifier: MIT
/* A `.env` file: lines of NAME=value.

       # a comment                     export NAME=value
       NAME=value   # a comment        NAME='as it stands # too'
       NAME="with \" \\ \n \t"         (nothing is expanded: $ is a dollar)

   Of a name that comes twice the last counts. */
#pragma once

#include "base/arena.h"
#include "config/problems.h"

struct dotenv_item {
    const char *name;
    const char *value;
    size_t line;
};

struct dotenv {
    const char *path; /* borrowed */
    struct dotenv_item *items;
    size_t count;
    unsigned open_mode; /* of a file of ours that others can read; else 0 */
};

/* Take the lines of a file called `path`; all in `arena`.  What is no such line is
   a problem, named by its number and not by its text, which may be a secret; the
   others are taken all the same. */
void dotenv_parse(struct dotenv *file, struct arena *arena, const char *path,
                  struct str text, struct problems *problems);

/* The same from a file of at most 1 MB; one that does not exist is empty, and one
   that another user owns or can write, or that is no regular file, is a problem, and
   not read. */
void dotenv_load(struct dotenv *file, struct arena *arena, const char *path,
                 struct problems *problems);

/* NULL if the file does not have it. */
const struct dotenv_item *dotenv_find(const struct dotenv *file,
                                      const char *name);
