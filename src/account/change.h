// SPDX-License-Identifier: MIT
/* Making an account, changing it by field, or removing it.

       (CHECKING ->) SAVING -> READING AGAIN -> answered

   Nothing is shown before it is durable.  What is made or changed is checked first:
   nobody makes an account that cannot be used.  Keeper's loop only. */
#pragma once

#include "account/keeper_internal.h"

/* Answers the question in the end.  `account` is as it is now; NULL: of one that would be new. */
void change_start(struct keeper_wait *wait, struct account *account);
