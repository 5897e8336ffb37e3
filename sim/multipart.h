// SPDX-License-Identifier: MIT
/* multipart/form-data in pieces of any size; the first part with a file name is
   the file.

       SEEKING -> AFTER_DELIMITER -> HEAD -> SEEKING ...
                        \_> DONE       any -> BAD                    Pure. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum multipart_state {
    MULTIPART_SEEKING, /* the next delimiter, through preamble or content */
    MULTIPART_AFTER_DELIMITER,
    MULTIPART_HEAD,
    MULTIPART_DONE,
    MULTIPART_BAD,
};

struct multipart {
    enum multipart_state state;
    struct arena *arena;
    struct str delimiter; /* CRLF "--" boundary */
    struct buf pending;
    bool in_file;
    bool has_file;
    struct str filename; /* set by the part's head */
    struct str mime_type;
    void (*content)(void *arg, struct str bytes);
    void *arg;
};

/* `content_type` is the request's; false if it names no boundary. */
bool multipart_init(struct multipart *multipart, struct arena *arena,
                    struct str content_type);
void multipart_done(struct multipart *multipart);
void multipart_feed(struct multipart *multipart, struct str bytes);
