// SPDX-License-Identifier: MIT
/* The data folder of a running relay: what changes in it is shown, pending logins
   that nobody finished are removed.  Main thread; the file work is the store's. */
#pragma once

#include "app/place.h"

struct data_folder;

/* Borrows the place, which has a keeper as long as this lives.  NULL and err if the
   folder cannot be watched. */
struct data_folder *data_folder_new(struct place *place, struct err *err);
void data_folder_free(struct data_folder *folder);
