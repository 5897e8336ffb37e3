// SPDX-License-Identifier: MIT
/* One request of our own to the API, with an account's credential and through its way
   out: for looking at an account, not for relaying.  What is a request of the API by
   relay/endpoints.h is booked like those that are relayed, without a key.  Loop thread
   only. */
#pragma once

#include "admin/request.h"

struct api_ask {
    struct account *account;
    struct str method;
    struct str target; /* path and query, behind the API's prefix */
    struct str body;   /* JSON, or empty */
    struct str model;  /* that the body asks for, or empty */
    bool aside; /* booked by an id of its own: that of `x` is another one's */
};

struct api_fetch;
struct fetch;

/* Wakes `x`.  All of the ask is copied. */
struct api_fetch *api_fetch_start(struct admin_request *x,
                                  const struct api_ask *ask);
/* Nobody waits for it any more, if it is busy.  NULL is fine. */
void api_fetch_free(struct api_fetch *fetch);

bool api_fetch_is_busy(const struct api_fetch *fetch);
/* Once it is not: how it ended, whatever that was.  As long as the api_fetch. */
const struct fetch *api_fetch_over(struct api_fetch *fetch);
/* Likewise: the parsed answer, the caller's; NULL and err unless it is a 200. */
struct json_doc *api_fetch_answer(struct api_fetch *fetch, struct err *err);
