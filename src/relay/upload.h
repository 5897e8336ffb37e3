// SPDX-License-Identifier: MIT
/* The bodies that are passed on as they come: files, large batches, and what is large
   or slow on open endpoints.

   Whoever sends a chunk does not tell how many will follow: such a body is kept until
   it is complete, or too long to be kept, or (on open endpoints, unless it begins as a
   JSON object, which is of no use before its end) until UPLOAD_PATIENCE_MS have
   passed.  From then on it is streamed, what was kept in front. */
#pragma once

#include "relay/relayed.h"

#define UPLOAD_PATIENCE_MS 1000

/* How this request's body is taken at first. */
enum relayed_body upload_kind(const struct endpoint *endpoint,
                              const struct request *req);

/* Begin to read a body that is kept, at least for now. */
void upload_keep(struct relayed *r, void (*wake)(void *arg));

/* More of it has come.  True: it is streamed from now on. */
bool upload_is_too_much(struct relayed *r);

/* All of it has come: the time no longer counts. */
void upload_is_kept(struct relayed *r);

/* Begin (or go on) to read it with back-pressure. */
void upload_begin(struct relayed *r);

/* Pass on what has come.  False, with an error, if the body failed, or if it names a
   proxy_config: what names a proxy never goes out without it, its password with
   it. */
bool upload_pump(struct relayed *r, struct err *err) MUST_CHECK;
