// SPDX-License-Identifier: MIT
/* A look at a request body while it comes. */
#include "usage/scan_ahead.h"

static void note(void *arg, const struct sift_found *found)
{
    struct scan_ahead *ahead = arg;

    ahead->named |= found->id == ahead->name.id;
}

void scan_ahead_init(struct scan_ahead *ahead, struct str name)
{
    ahead->name = (struct sift_node){ .name = name, .kind = SIFT_ANY, .id = 1 };
    ahead->root = (struct sift_node){ .kind = SIFT_OBJECT,
                                      .inside = &ahead->name,
                                      .inside_count = 1 };
    ahead->seen = 0;
    ahead->named = false;
    sift_init(&ahead->sift, &ahead->root, note, ahead);
}

void scan_ahead_feed(struct scan_ahead *ahead, struct str bytes)
{
    sift_feed(&ahead->sift, bytes);
    ahead->seen += bytes.len;
}

bool scan_ahead_is_clear(const struct scan_ahead *ahead)
{
    return sift_is_whole(&ahead->sift) && !ahead->named;
}

bool scan_ahead_may_be_clear(const struct scan_ahead *ahead)
{
    return !sift_is_faulty(&ahead->sift) && !ahead->named;
}
