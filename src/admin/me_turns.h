// SPDX-License-Identifier: MIT
/* Whose turn it is to ask for its usage, of the holders of all keys and on all workers:
   ME_TURNS at once, and of each key one, so that neither one holder nor many keep what
   reads from whoever manages.  Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ME_TURNS 2

struct me_turns;

struct me_turns *me_turns_new(void);
/* NULL is fine. */
void me_turns_free(struct me_turns *turns);

/* True: it is that key's turn until it is given back. */
bool me_turns_take(struct me_turns *turns, uint64_t key_id);
void me_turns_give_back(struct me_turns *turns, uint64_t key_id);
