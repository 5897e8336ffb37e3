// SPDX-License-Identifier: MIT
/* Who has the places. */
#include "admin/me_places.h"

#include <assert.h>

bool me_places_take(struct me_places *places, uint64_t key_id)
{
    size_t own = 0;

    for (size_t i = 0; i < places->count; i++)
        own += places->keys[i] == key_id;
    if (places->count == ME_PLACES || own >= ME_PLACES_OF_KEY)
        return false;
    places->keys[places->count++] = key_id;
    return true;
}

void me_places_give_back(struct me_places *places, uint64_t key_id)
{
    size_t at = 0;

    while (at < places->count && places->keys[at] != key_id)
        at++;
    assert(at < places->count);
    places->keys[at] = places->keys[--places->count];
}
