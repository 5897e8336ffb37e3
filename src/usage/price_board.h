// SPDX-License-Identifier: MIT
/* The table of prices that is in force: one board for the process.  Whoever prices
   something takes it, and keeps it for as long as that lasts: a request costs what the
   table said when it came.  Any thread; its lock is held for memory work only. */
#pragma once

#include "usage/price.h"

struct price_board;

/* With the table that the program brings along. */
struct price_board *price_board_new(void);
/* NULL is fine. */
void price_board_free(struct price_board *board);

/* A reference, the caller's. */
struct prices *price_board_take(struct price_board *board);
/* From now on this one; takes over the reference, and forgets the complaint. */
void price_board_show(struct price_board *board, struct prices *prices);

#define PRICE_COMPLAINT_MAX 600

/* Why a newer table is not in force; the one there is stays. */
void price_board_complain(struct price_board *board, const char *text);
/* False if there is no complaint. */
bool price_board_complaint(struct price_board *board,
                           char out[PRICE_COMPLAINT_MAX]);
