// SPDX-License-Identifier: MIT
/* The bodies that are passed on as they come: files, and large batches. */
#pragma once

#include "relay/relayed.h"

/* Is this request's body streamed?  (The others are kept whole.) */
bool upload_is_streamed(const struct endpoint *endpoint,
                        const struct request *req);

/* Begin to read it, with back-pressure. */
void upload_begin(struct relayed *r);

/* Pass on what has come.  False, and r->err, if the body failed, or if it names a
   proxy_config: what names a proxy never goes out without it, its password with
   it. */
bool upload_pump(struct relayed *r);
