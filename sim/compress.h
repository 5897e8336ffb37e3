// SPDX-License-Identifier: MIT
/* Content codings for answers.  Pure. */
#pragma once

#include "base/buf.h"
#include "http/headers.h"
#include "sim/directives.h"

struct compress;

/* ENCODING_NONE is not one. */
struct compress *compress_new(enum directive_encoding encoding);
/* NULL is fine. */
void compress_free(struct compress *compress);

/* Append the coded form of `in`, up to its last byte; `last` ends the body. */
void compress_add(struct compress *compress, struct str in, bool last,
                  struct buf *out);

/* The name in Content-Encoding. */
struct str compress_name(enum directive_encoding encoding);

/* What is asked, if the client offers it, ENCODING_NONE otherwise. */
enum directive_encoding compress_offered(enum directive_encoding asked,
                                         const struct headers *headers);
