// SPDX-License-Identifier: MIT
/* A booking that was just written, as the database would tell it (usage/ask_booking.h).
   Pure. */
#pragma once

#include "usage/ask_booking.h"
#include "usage/booking.h"

/* Borrows the booking's texts. */
void ask_booked(struct ask_booking *row, const struct booking *booking);
