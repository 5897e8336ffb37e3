// SPDX-License-Identifier: MIT
/* Reading again what other processes have changed: keys and groups whose changed_ms
   is another one than what is shown, new ones and removed ones.  What is counted for a
   key that lives on is kept. */
#pragma once

#include "team/key_load.h"

struct key_reload {
    const struct key_load *into;
    /* What came of it. */
    size_t keys; /* new or changed */
    size_t groups;
    size_t removed; /* keys and groups */
};

/* For a job of the records that reads.  Puts into the keyring itself, so nobody else
   may put meanwhile; done twice is fine. */
bool key_reload(struct sql *sql, struct key_reload *reload,
                struct err *err) MUST_CHECK;
