// SPDX-License-Identifier: MIT
/* Answers of the management API: a JSON document, or {"error":"text"} as the seed
   has it, with the code of base/reason.h.  Each ends the request.  Nobody keeps them (cache-control: no-store). */
#pragma once

#include "base/json.h"
#include "http/request.h"

/* All that the relay answers itself is what it says it is, and nothing that a page of
   another origin may load. */
#define REPLY_GUARD                                                            \
    "x-content-type-options: nosniff\r\n"                                      \
    "cross-origin-resource-policy: same-origin\r\n"
#define REPLY_FIELDS "cache-control: no-store\r\n" REPLY_GUARD

void reply_doc(struct request *req, unsigned status,
               const struct json_doc *doc);
/* With further fields, each ended by CRLF. */
void reply_doc_with(struct request *req, unsigned status,
                    const struct json_doc *doc, struct str fields);
/* The status is that of the error's code. */
void reply_error(struct request *req, const struct err *err);
/* For a wrong method: which ones there are, in the field Allow. */
void reply_error_allowing(struct request *req, const struct err *err,
                          struct str allow);

/* In the shape that the path has: the seed's where the relay is managed, elsewhere
   Anthropic's (http/problem.h).  `allow` may be empty. */
void reply_refusal(struct request *req, const struct err *err,
                   struct str allow);
/* Is it below /oauth/ or /admin/, or /metrics? */
bool reply_is_managed(struct str path);
