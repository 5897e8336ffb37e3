// SPDX-License-Identifier: MIT
/* Random bytes from the kernel, fit for keys.  Any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Aborts if the kernel has none, which does not happen on a started system. */
void random_bytes(void *out, size_t len);

/* `len` random bytes as lower-case hex; `out` holds 2 * len + 1.  At most 64. */
void random_hex(size_t len, char *out);

/* A number below `limit`, for jitter (its distribution is even enough for that). */
uint64_t random_below(uint64_t limit);
