// SPDX-License-Identifier: MIT
/* Which answers are metered, and what the log says of it. */
#pragma once

#include "base/log.h"
#include "http/parser.h"
#include "relay/endpoints.h"
#include "usage/meter.h"

/* A meter for the body of this answer, which may be compressed.  NULL if its usage is
   not read: the endpoint has none, the answer is no 200, neither JSON nor a stream, or
   in a coding that nobody here knows. */
struct meter *metering_start(const struct endpoint *endpoint,
                             const struct parser_head *head);
/* The next bytes of the body, without framing, as they came. */
void metering_feed(struct meter *meter, struct str bytes);
/* How many bytes of the body have come, without framing and unpacked: however an answer
   travels, so many of them are so many tokens.  NULL is fine: 0. */
uint64_t metering_bytes(struct meter *meter);
/* NULL is fine. */
void metering_free(struct meter *meter);

#define METERING_FIELDS_MAX 9

/* Write what is known as fields of a log line; how many there are.  None without a
   meter, which may be NULL.  They borrow from the meter. */
size_t metering_fields(const struct meter *meter,
                       struct log_field fields[METERING_FIELDS_MAX]);
