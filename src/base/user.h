// SPDX-License-Identifier: MIT
/* Names of users, from /etc/passwd and from nowhere else: no directory is asked over
   the network.  Blocking. */
#pragma once

#include <stdint.h>

#include "base/macros.h"
#include "base/str.h"

#define USER_TEXT_MAX 64

/* "alice (uid 1000)", or "uid 1000" if the file does not name it. */
void user_text(uint32_t uid, char out[USER_TEXT_MAX]);
/* The same from another file, for tests. */
void user_text_from(const char *path, uint32_t uid, char out[USER_TEXT_MAX]);
