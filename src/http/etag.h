// SPDX-License-Identifier: MIT
/* Entity tags (RFC 9110 section 8.8.3), made from the bytes that they stand for.
   Pure. */
#pragma once

#include "http/headers.h"

#define ETAG_MAX 40

/* A strong one: quotes, hex digits, and a NUL. */
void etag_of(struct str bytes, char out[ETAG_MAX]);

/* Does If-None-Match name it, weak or strong, or is it "*"?  Then the client has
   these bytes. */
bool etag_is_known(const struct headers *headers, const char *etag);
