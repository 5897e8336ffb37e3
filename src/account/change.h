// SPDX-License-Identifier: MIT
/* Making an account, changing it by field, or removing it.

       SAVING -> READING AGAIN -> answered

   Nothing is shown before it is durable.  Keeper's loop only. */
#pragma once

#include "account/keeper_internal.h"

/* Answers the question in the end.  KEEPER_CREATE: `account` is what is to be. */
void change_start(struct keeper_wait *wait, struct account *account);
