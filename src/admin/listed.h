// SPDX-License-Identifier: MIT
/* A list of any length, as an answer in parts: {"groups":[{...},{...}],"next_cursor":null}.
   One row at a time is made, when the client has read those before. */
#pragma once

#include "admin/parts.h"

/* Lies in the row's state. */
struct listed {
    const char *member; /* that has the list */
    /* The row's document, the caller's; NULL: that was the last. */
    struct json_doc *(*next)(struct admin_request *x);
    /* Appends further members, as ",\"more\":0"; or NULL. */
    void (*end)(struct admin_request *x, struct buf *out);
    struct admin_parts parts;
    struct buf row; /* that is being written, and what separates it */
    size_t rows;
    bool begun;
};

/* With `member`, `next` and perhaps `end`; the rest is zero. */
struct flow_next listed_reply(struct admin_request *x, struct listed *listed);
/* For the state's drop: never begun is fine. */
void listed_done(struct listed *listed);
