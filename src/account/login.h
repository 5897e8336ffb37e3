// SPDX-License-Identifier: MIT
/* The end of a login: a code becomes tokens.

       READING -> LOOKING -> EXCHANGING -> ADOPTING -> CLEANING -> answered
          |          |           '---> refused: the pending login stays, to be
          |          |                 tried again
          |          '-> the account's document cannot be read: the code is good yet
          '------------> unknown or expired

   A client that leaves stops nothing: a code is good once.  Keeper's loop only. */
#pragma once

#include "account/keeper_internal.h"

/* Answers the question in the end. */
void login_start(struct keeper_wait *wait);
