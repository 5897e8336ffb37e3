// SPDX-License-Identifier: MIT
/* What both the running relay and a command need to work on accounts: the store,
   the accounts, the way out, and a keeper on a loop of its own.  Two processes on
   one folder are fine: the store's locks order them. */
#pragma once

#include "account/keeper.h"
#include "config/config.h"

struct place {
    const struct config *config;
    struct loop *loop;
    struct seal *seal;
    struct store *store;
    struct accounts *accounts;
    struct tls *tls;
    struct proxy *proxy;
    struct keeper *keeper;
};

/* Open the data folder, made if it is missing, and read the accounts. */
bool place_open(struct place *place, const struct config *config,
                struct err *err) MUST_CHECK;
/* Carry through what was begun, and end the store's thread; then loops that it
   posted to may be freed.  Nobody may ask the keeper any more. */
void place_finish(struct place *place);
/* Finishes, if that was not done. */
void place_close(struct place *place);

/* Ask the keeper and wait for its answer. */
bool place_ask(struct place *place, const struct keeper_question *question,
               struct err *err) MUST_CHECK;
