// SPDX-License-Identifier: MIT
/* The table's changes. */
#include "team/slots.h"

#include "base/mem.h"

#define SIZE_MIN 64

void slots_done(struct slots *slots)
{
    mem_free(slots->at);
    *slots = (struct slots){ 0 };
}

static void place(struct slots *slots, uint64_t number, void *object)
{
    size_t at = slots_home(slots, number);

    while (slots->at[at].object)
        at = (at + 1) & (slots->size - 1);
    slots->at[at] = (struct slot){ .number = number, .object = object };
    slots->count++;
}

void slots_reserve(struct slots *slots, size_t count)
{
    struct slots old = *slots;
    size_t size = old.size ? old.size : SIZE_MIN;

    while (size < 2 * count)
        size *= 2;
    if (size == old.size)
        return;
    *slots = (struct slots){ .at = mem_zalloc(size * sizeof(struct slot)),
                             .size = size };
    for (size_t i = 0; i < old.size; i++) {
        if (old.at[i].object)
            place(slots, old.at[i].number, old.at[i].object);
    }
    mem_free(old.at);
}

void slots_put(struct slots *slots, uint64_t number, void *object)
{
    slots_reserve(slots, slots->count + 1);
    place(slots, number, object);
}

/* Move back what would not be found any more across the hole. */
static void close_hole(struct slots *slots, size_t hole)
{
    size_t mask = slots->size - 1;
    size_t at = hole;

    for (;;) {
        size_t home;

        at = (at + 1) & mask;
        if (!slots->at[at].object)
            break;
        home = slots_home(slots, slots->at[at].number);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        slots->at[hole] = slots->at[at];
        hole = at;
    }
    slots->at[hole] = (struct slot){ 0 };
}

bool slots_remove(struct slots *slots, uint64_t number, const void *object)
{
    size_t mask = slots->size - 1;

    if (slots->size == 0)
        return false;
    for (size_t at = slots_home(slots, number); slots->at[at].object;
         at = (at + 1) & mask) {
        if (slots->at[at].object != object || slots->at[at].number != number)
            continue;
        close_hole(slots, at);
        slots->count--;
        return true;
    }
    return false;
}
