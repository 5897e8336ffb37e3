// SPDX-License-Identifier: MIT
/* Places of one worker, of holders of keys whose questions are asked or answered: what
   was found is kept until it is read.  Of each key few, so that a holder who reads slowly
   keeps no other from asking.  Loop thread only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ME_PLACES 16
#define ME_PLACES_OF_KEY 2

/* All zeros: nobody has one. */
struct me_places {
    size_t count;
    uint64_t keys[ME_PLACES];
};

/* True: one is that key's until it is given back. */
bool me_places_take(struct me_places *places, uint64_t key_id);
void me_places_give_back(struct me_places *places, uint64_t key_id);
