// SPDX-License-Identifier: MIT
/* A look at a request body while it comes. */
#include "usage/scan_ahead.h"

static void note(void *arg, const struct sift_found *found)
{
    struct scan_ahead *ahead = arg;

    if (found->id == SCAN_ITEM_END)
        ahead->ended = true;
    else if (found->id != SCAN_ITEM_PROXY)
        scan_facts_take(&ahead->facts, found);
    else {
        ahead->present = true;
        ahead->named |= found->first != 'n';
    }
}

void scan_ahead_init(struct scan_ahead *ahead)
{
    *ahead = (struct scan_ahead){ 0 };
    scan_facts_sift(&ahead->sift, note, ahead);
}

/* The next bytes behind a byte order mark, which no JSON text has; some readers
   pass over it all the same. */
static struct str behind_mark(struct scan_ahead *ahead, struct str bytes)
{
    struct str mark = STR("\xef\xbb\xbf");

    while (ahead->mark == ahead->seen && ahead->mark < mark.len &&
           bytes.len > 0 && bytes.at[0] == mark.at[ahead->mark]) {
        bytes = str_from(bytes, 1);
        ahead->mark++;
        ahead->seen++;
    }
    return bytes;
}

void scan_ahead_feed(struct scan_ahead *ahead, struct str bytes)
{
    bytes = behind_mark(ahead, bytes);
    sift_feed(&ahead->sift, bytes);
    ahead->seen += bytes.len;
}

bool scan_ahead_is_clear(const struct scan_ahead *ahead)
{
    return sift_is_whole(&ahead->sift) && !ahead->present && ahead->mark == 0;
}

bool scan_ahead_may_be_object(const struct scan_ahead *ahead)
{
    return !sift_is_faulty(&ahead->sift);
}
