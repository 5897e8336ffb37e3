// SPDX-License-Identifier: MIT
/* SHA-256, and a slow hash.  Any thread. */
#pragma once

#include "base/str.h"

#define HASH_SHA256_LEN 32

#define HASH_SLOW_LEN 32

void hash_sha256(struct str text, unsigned char out[HASH_SHA256_LEN]);

/* The beginning of it as a number, never 0: what a table has instead of a long name. */
uint64_t hash_number(struct str text);

/* scrypt (RFC 7914) with N=16384, r=8, p=1: some 50 ms and 16 MB, so that whoever
   reads the hash of a password cannot try many. */
void hash_slow(struct str password, struct str salt,
               unsigned char out[HASH_SLOW_LEN]);
