// SPDX-License-Identifier: MIT
/* Our own refusals and failures, in Anthropic's error shape:
       {"type":"error","error":{"type":T,"message":M},"request_id":R}
   Those of /v1/me (under any base URL), which is the relay's alone, have the code and
   the values of base/reason.h beside the message.
   Permanent ones carry `x-should-retry: false`, so that SDKs show the text at
   once; temporary ones carry `retry-after` where the wait is known
   (err_retry_after()). */
#pragma once

#include "base/err.h"
#include "http/request.h"

/* Sends the whole answer and ends the request. */
void problem_send(struct request *req, const struct err *err);

/* Of the body that problem_send() would send, in bytes. */
size_t problem_size(const struct request *req, const struct err *err);

/* The same with these header fields, each ended by CRLF. */
void problem_send_with(struct request *req, const struct err *err,
                       struct str fields);

/* ERR_METHOD: the same with the field Allow (RFC 9110 section 15.5.6); `allow` is
   "GET, POST". */
void problem_send_allowing(struct request *req, const struct err *err,
                           struct str allow);

/* The text, with its commands as the program was called.  That shows paths of this
   machine, which are the operator's: a stranger (ERR_NOT_ALLOWED) and whoever came with
   a relay key (notes.key) get the commands as they are named; the latter is not told
   which of the relay's files is in trouble, either. */
void problem_add_text(struct buf *out, const struct request *req,
                      const struct err *err);

/* The members `code` and `params` (if there are values), each with a comma in front.
   What the text does not tell, they do not. */
void problem_add_code(struct buf *out, const struct request *req,
                      const struct err *err);

/* The body alone. */
void problem_write(struct buf *out, const struct request *req,
                   const struct err *err);
