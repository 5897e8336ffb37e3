// SPDX-License-Identifier: MIT
/* SHA-256.  Any thread. */
#pragma once

#include "base/str.h"

#define HASH_SHA256_LEN 32

void hash_sha256(struct str text, unsigned char out[HASH_SHA256_LEN]);
