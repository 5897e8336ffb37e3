// SPDX-License-Identifier: MIT
/* One call of the management API whose answer is printed: what most commands are. */
#pragma once

#include "app/remote.h"

struct inquiry {
    const char *method;
    struct str path;             /* and query, encoded: see remote_path() */
    const struct json_doc *body; /* NULL: none */
    uint64_t limit_ms;           /* 0: however long it takes */
    bool json;                   /* the answer as it is, and nothing else */
    /* For people; returns the exit status. */
    int (*print)(const void *arg, const struct json_doc *answer);
    const void *arg;
};

/* Asks the running relay, or this process on the folder.  Returns the exit status. */
int inquiry_run(const struct inquiry *inquiry, const struct config *config);
/* Asks the running relay; without one it says so, with the status of
   status_command_say_none(). */
int inquiry_run_relay(const struct inquiry *inquiry,
                      const struct config *config);

/* Arguments that are one word, and --json.  The argument that is neither, or the second
   word; NULL: all is well.  `fits` says whether a text may be the word. */
struct inquiry_words {
    bool (*fits)(const char *word);
    const char *word; /* or NULL */
    bool json;
};
const char *inquiry_take(int argc, char **argv, struct inquiry_words *words);
