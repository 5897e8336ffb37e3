// SPDX-License-Identifier: MIT
/* What was measured, as one line of JSON. */
#pragma once

#include "base/buf.h"
#include "bench/load.h"

/* Sorts the samples.  Times are in microseconds. */
void report_write(const struct load *load, struct tally *tally,
                  struct buf *out);
