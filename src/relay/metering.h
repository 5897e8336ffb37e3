// SPDX-License-Identifier: MIT
/* Which answers are metered, and what the log says of it. */
#pragma once

#include "base/log.h"
#include "http/parser.h"
#include "relay/endpoints.h"
#include "usage/meter.h"

/* A meter for the body of this answer; freed with mem_free().  NULL if its usage
   is not read: the endpoint has none, the answer is no 200, neither JSON nor a
   stream, or compressed. */
struct meter *metering_start(const struct endpoint *endpoint,
                             const struct parser_head *head);

#define METERING_FIELDS_MAX 9

/* Write what is known as fields of a log line; how many there are.  None without a
   meter, which may be NULL.  They borrow from the meter. */
size_t metering_fields(const struct meter *meter,
                       struct log_field fields[METERING_FIELDS_MAX]);
