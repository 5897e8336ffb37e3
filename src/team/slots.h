// SPDX-License-Identifier: MIT
/* A hash table from evenly spread 64-bit numbers (the beginning of a SHA-256) to
   objects: open addressing, at most half full, so that a miss is mostly one probe.
   Several objects may have one number.  No lock of its own; the objects are the
   caller's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slots {
    struct slot *at;
    size_t size; /* a power of two; 0: nothing was put yet */
    size_t count;
};

struct slot {
    uint64_t number;
    void *object; /* NULL: free */
};

static inline size_t slots_home(const struct slots *slots, uint64_t number)
{
    return (size_t)number & (slots->size - 1);
}

void slots_done(struct slots *slots);
/* Room for so many objects, so that none of the next grows it. */
void slots_reserve(struct slots *slots, size_t count);
void slots_put(struct slots *slots, uint64_t number, void *object);
/* False if it is not there. */
bool slots_remove(struct slots *slots, uint64_t number, const void *object);

/* The next object of that number; *at is 0 at first.  NULL: no more. */
static inline void *slots_next(const struct slots *slots, uint64_t number,
                               size_t *at)
{
    while (slots->size > 0 && *at < slots->size) {
        const struct slot *slot =
            &slots->at[(slots_home(slots, number) + *at) & (slots->size - 1)];

        (*at)++;
        if (!slot->object)
            return NULL;
        if (slot->number == number)
            return slot->object;
    }
    return NULL;
}
