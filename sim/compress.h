// SPDX-License-Identifier: MIT
/* Content codings for answers, flushed at every piece so that events still come
   one by one. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

struct compress;

/* gzip, deflate, br or zstd; NULL for anything else. */
struct compress *compress_new(struct str coding);
void compress_free(struct compress *compress);

/* Append the coded form of `piece`; `last` ends the stream. */
void compress_add(struct compress *compress, struct str piece, bool last,
                  struct buf *out);
