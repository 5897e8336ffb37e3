// SPDX-License-Identifier: MIT
/* An answer in parts, when it is long (a table of everything) or has no end (events
   as they happen).

       head -> part -> part -> ... -> last
                 |  ^
           sleep v  |   while the client is slow to read, or until admin_wake()

   The endpoint's state is dropped at the end, however it comes.  One that a browser's
   session asked for goes on no longer than that. */
#pragma once

#include "admin/request.h"

enum admin_part {
    ADMIN_PART_MORE, /* and come again */
    ADMIN_PART_WAIT, /* come again after admin_wake() */
    ADMIN_PART_LAST,
    ADMIN_PART_BROKEN, /* x->err says why, for the log: the answer looks cut */
};

struct admin_parts {
    struct str content_type;
    /* Append one part, at most 64 KB, to `out`, or nothing.  Comes again without
       admin_wake() too, when the client has read on. */
    enum admin_part (*write)(struct admin_request *x, struct buf *out);
};

/* `parts` outlives the request. */
struct flow_next admin_reply_parts(struct admin_request *x,
                                   const struct admin_parts *parts);
/* The same with further head fields, each ended by CRLF, and of what holds secrets: what
   it passes through is wiped. */
struct flow_next admin_reply_secret_parts(struct admin_request *x,
                                          const struct admin_parts *parts,
                                          struct str fields);
