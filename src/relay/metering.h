// SPDX-License-Identifier: MIT
/* Which answers are metered. */
#pragma once

#include "base/buf.h"
#include "base/unpack.h"
#include "http/parser.h"
#include "relay/endpoints.h"
#include "usage/meter.h"

/* A meter for the body of this answer, which may be compressed.  NULL if its usage is
   of no interest: the endpoint has none, or the answer is no 200.  `room` outlives it. */
struct meter *metering_start(const struct endpoint *endpoint,
                             const struct parser_head *head,
                             struct unpack_room *room);
/* The next bytes of the body, without framing, as they came. */
void metering_feed(struct meter *meter, struct str bytes);
/* How many bytes of the body have come, without framing and unpacked: however an answer
   travels, so many of them are so many tokens.  NULL is fine: 0. */
uint64_t metering_bytes(struct meter *meter);
/* Nothing comes any more; `complete`: and nothing broke off, so that what is missing is
   a fault of the answer.  NULL is fine. */
void metering_end(struct meter *meter, bool complete);
/* Why what the answer used is not known, or not to its end: it is neither JSON nor a
   stream, in a coding that nobody here knows, damaged, or too dear to unpack
   (base/unpack.h); after its end also what it lacks, or has that is odd.  Empty if it
   is read; lives as long as the meter.  NULL is fine. */
struct str metering_unread(struct meter *meter);
/* The codings of a body, as unpack_new() takes them: of all fields, without those that
   change nothing.  Appended to an empty buffer, whose ceiling fits them. */
#define METERING_CODINGS_MAX (2 * HEADERS_BYTES_MAX)
void metering_codings(const struct headers *headers, struct buf *list);
/* What unpacks a body with these fields; NULL: it comes plain, or (`unknown`) in a coding
   that nobody here knows. */
struct unpack *metering_unpack(const struct headers *headers,
                               struct unpack_room *room, bool *unknown);
/* NULL is fine. */
void metering_free(struct meter *meter);
