// SPDX-License-Identifier: MIT
/* DATA_DIR/prices.json: a table of prices in front of the one that the program brings
   along.  A file that is not valid changes nothing: the table that is in force stays,
   and the board has a complaint. */
#pragma once

#include "usage/price_board.h"

#define PRICE_FILE "prices.json"

/* Read it.  True and NULL if there is none; false and an err that names the file, and
   what is wrong with it.  Blocking. */
bool price_file_read(const char *folder, struct prices **prices,
                     struct err *err) MUST_CHECK;
/* Is the folder not there?  Then what was known stays in force.  Blocking. */
bool price_file_is_away(const char *folder);

/* Show what was read: `prices` is taken over, and NULL is the program's own table.  One
   line in the log, if that is another one than before. */
void price_file_show(struct price_board *board, struct prices *prices);
/* It could not be read.  One line in the log, if that is another reason than
   before. */
void price_file_refuse(struct price_board *board, const struct err *err);
/* What the board complains of then. */
void price_file_complaint(struct price_board *board, const struct err *err,
                          char out[PRICE_COMPLAINT_MAX]);

/* Read and show it, at the start. */
void price_file_load(struct price_board *board, const char *folder);
