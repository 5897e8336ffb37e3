// SPDX-License-Identifier: MIT
/* One request of our own to the API, for commands: waits for the answer. */
#pragma once

#include "app/place.h"

struct api_call {
    struct str method;
    struct str target; /* path and query, behind the API's prefix */
    struct str body;   /* JSON, or empty */
    /* The answer. */
    unsigned status;
    struct buf answer; /* released by api_call_done() */
};

/* With the account's credential, through the account's way out. */
bool api_call_run(struct place *place, const struct account *account,
                  struct api_call *call, struct err *err) MUST_CHECK;
void api_call_done(struct api_call *call);
