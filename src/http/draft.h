// SPDX-License-Identifier: MIT
/* A head while it is read: places of its parts in its bytes, which are copied once,
   when it is complete.  For parser.c alone. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "http/parser.h"

/* Parts that llhttp gives in pieces lie side by side in the text. */
struct span {
    uint32_t at;
    uint32_t len;
};

struct field {
    struct span name;
    struct span value;
};

struct draft {
    struct buf earlier; /* what came before the bytes now being read */
    const char *bytes;  /* which start here */
    struct span method;
    struct span target;
    struct span reason;
    size_t count;
    size_t room;
    struct field fields[]; /* `count`, and one begun */
};

struct draft *draft_new(void);
/* Wipes what it held.  NULL is fine. */
void draft_free(struct draft *draft);

/* `len` bytes at `at` belong to the part. */
void draft_add(struct draft *draft, struct span *span, const char *at,
               size_t len);
/* Those in front of it are complete.  The draft may move. */
void draft_begin_field(struct draft **draft, size_t index);
/* The head goes on behind these bytes. */
void draft_keep(struct draft *draft, struct str bytes);
/* The head ends with these: its texts and fields, in the arena. */
void draft_finish(const struct draft *draft, struct arena *arena,
                  struct str last, struct parser_head *head);
