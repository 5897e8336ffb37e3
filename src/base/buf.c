// SPDX-License-Identifier: MIT
/* A growing byte buffer with a ceiling. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_CAP 256
/* Large content begins half a page into its block.  Allocators hand out large blocks
   at the beginning of pages, OpenSSL's record buffers among them; between two of
   the same offset in a page `rep movsb`, which is what memcpy() takes for much, is
   several times slower on some CPUs (each load looks as if it hit the store
   before it): a third of the CPU time of a large upload on an AMD Zen 4. */
#define LARGE_CAP (32u * 1024)
#define LARGE_FRONT 2048u

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){ .max = max };
}

void buf_init_secret(struct buf *buf, size_t max)
{
    *buf = (struct buf){ .max = max, .secret = true };
}

static void give_back(struct buf *buf)
{
    if (buf->mem && buf->secret)
        mem_wipe(buf->mem, buf->cap);
    mem_free(buf->mem);
}

void buf_give_back(struct buf *buf)
{
    give_back(buf);
    *buf = (struct buf){ .max = buf->max, .secret = buf->secret };
}

void buf_wipe(struct buf *buf)
{
    if (buf->mem && !buf->secret)
        mem_wipe(buf->mem, buf->cap);
    buf_done(buf);
}

static size_t next_cap(const struct buf *buf, size_t need)
{
    size_t cap = buf->cap ? buf->cap : FIRST_CAP;

    while (cap < need)
        cap *= 2;
    return cap;
}

/* A fresh block instead of realloc: the old one may hold a secret, and a consumed
   front need not be copied. */
static void regrow(struct buf *buf, size_t need)
{
    size_t cap = next_cap(buf, need);
    size_t front = cap < LARGE_CAP ? 0 : LARGE_FRONT;
    char *mem = mem_alloc(front + cap);

    if (buf->len > 0)
        memcpy(mem + front, buf->mem + buf->start, buf->len);
    give_back(buf);
    buf->mem = mem;
    buf->cap = front + cap;
    buf->start = front;
}

char *buf_room(struct buf *buf, size_t len)
{
    if (len > buf->max || buf->len > buf->max - len)
        return NULL;
    if (buf->len + len > buf->cap) {
        regrow(buf, buf->len + len);
    } else if (buf->start + buf->len + len > buf->cap) {
        memmove(buf->mem, buf->mem + buf->start, buf->len);
        buf->start = 0;
    }
    return buf->mem + buf->start + buf->len;
}

void buf_grow(struct buf *buf, size_t len)
{
    assert(buf->start + buf->len + len <= buf->cap);
    buf->len += len;
}

bool buf_append(struct buf *buf, struct str s)
{
    char *room;

    if (s.len == 0)
        return true;
    room = buf_room(buf, s.len);
    if (!room)
        return false;
    memcpy(room, s.at, s.len);
    buf_grow(buf, s.len);
    return true;
}

void buf_add_slowly(struct buf *buf, struct str s)
{
    bool fits = buf_append(buf, s);

    assert(fits);
    (void)fits;
}

void buf_add_u64(struct buf *buf, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buf_add(buf, (struct str){ digits + at, sizeof(digits) - at });
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    int len;
    char *room;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    room = len < 0 ? NULL : buf_room(buf, (size_t)len + 1);
    if (!room)
        return false;
    va_start(args, format);
    (void)vsnprintf(room, (size_t)len + 1, format, args);
    va_end(args);
    buf_grow(buf, (size_t)len);
    return true;
}

void buf_consume(struct buf *buf, size_t len)
{
    assert(len <= buf->len);
    buf->len -= len;
    buf->start = buf->len > 0 ? buf->start + len : 0;
}

void buf_clear(struct buf *buf)
{
    buf_consume(buf, buf->len);
}

struct str buf_str(const struct buf *buf)
{
    return buf->len > 0 ? (struct str){ buf->mem + buf->start, buf->len }
                        : STR_EMPTY;
}
