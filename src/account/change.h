// SPDX-License-Identifier: MIT
/* Changing an account by field, or removing it.

       SAVING -> READING AGAIN -> answered

   Nothing is shown before it is durable.  Keeper's loop only. */
#pragma once

#include "account/keeper_internal.h"

/* Answers the question in the end. */
void change_start(struct keeper_wait *wait, struct account *account);
