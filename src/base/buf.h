// SPDX-License-Identifier: MIT
/* A growing byte buffer with a ceiling: bytes are appended behind and consumed in
   front.  Views returned by buf_str() are valid until the next append. */
#pragma once

#include "base/macros.h"
#include "base/str.h"

struct buf {
    char *mem;
    size_t start; /* consumed bytes in front */
    size_t len;   /* bytes not yet consumed */
    size_t cap;
    size_t max;  /* ceiling of len */
    bool secret; /* given back wiped */
};

/* An empty buffer that will never hold more than `max` bytes.  Allocates
   nothing yet; released by buf_done(). */
void buf_init(struct buf *buf, size_t max);
/* The same for content that holds a secret: memory is overwritten before it is
   given back, when the buffer grows too. */
void buf_init_secret(struct buf *buf, size_t max);
static inline void buf_done(struct buf *buf);
void buf_give_back(struct buf *buf);

/* Overwrite the content before releasing it (it held a secret).  Only a buffer of
   buf_init_secret() leaves no copies behind from growing. */
void buf_wipe(struct buf *buf);

/* Append; false, and nothing appended, if the ceiling would be passed. */
bool buf_append(struct buf *buf, struct str s) MUST_CHECK;
/* The same with formatted text (one byte of room is needed for its NUL). */
bool buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* Append to a buffer whose ceiling cannot be reached (asserted). */
static inline void buf_add(struct buf *buf, struct str s);
void buf_add_slowly(struct buf *buf, struct str s);
/* The same for a decimal number. */
void buf_add_u64(struct buf *buf, uint64_t number);

/* Make room for `len` bytes behind the content and return it; the caller writes
   there and says how many with buf_grow().  NULL if the ceiling is in the way. */
char *buf_room(struct buf *buf, size_t len);
void buf_grow(struct buf *buf, size_t len);

/* Where the content ends, and what buf_room() made room for begins; NULL before the
   first byte. */
static inline const char *buf_end(const struct buf *buf)
{
    return buf->mem ? buf->mem + buf->start + buf->len : NULL;
}

/* Drop `len` bytes in front. */
void buf_consume(struct buf *buf, size_t len);
void buf_clear(struct buf *buf);

struct str buf_str(const struct buf *buf);

/* Mostly there is nothing to release. */
static inline void buf_done(struct buf *buf)
{
    if (buf->mem)
        buf_give_back(buf);
}

/* Heads are put together from many small parts: most of them just fit. */
static inline void buf_add(struct buf *buf, struct str s)
{
    if (s.len > 0 && s.len <= buf->cap - buf->start - buf->len &&
        s.len <= buf->max - buf->len) {
        memcpy(buf->mem + buf->start + buf->len, s.at, s.len);
        buf->len += s.len;
    } else {
        buf_add_slowly(buf, s);
    }
}
