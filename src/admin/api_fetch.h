// SPDX-License-Identifier: MIT
/* One request of our own to the API, with an account's credential and through its way
   out: for looking at an account, not for relaying.  Loop thread only. */
#pragma once

#include "admin/routes.h"
#include "upstream/fetch.h"

struct api_ask {
    const struct account *account;
    struct str method;
    struct str target; /* path and query, behind the API's prefix */
    struct str body;   /* JSON, or empty */
};

/* `arena` lives until it is started; `wake` as of fetch_start(). */
struct fetch *api_fetch_start(struct admin *admin, struct arena *arena,
                              const struct api_ask *ask,
                              void (*wake)(void *arg), void *arg);

/* The parsed answer, the caller's; NULL and err unless it is a 200. */
struct json_doc *api_fetch_answer(const struct fetch *fetch,
                                  const struct api_ask *ask, struct err *err);
