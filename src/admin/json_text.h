// SPDX-License-Identifier: MIT
/* Members of JSON objects, written straight into a buffer that has room for them: for
   answers that are long, or made often.  An object begins with "{", and each member brings
   its own comma.  Pure. */
#pragma once

#include "base/buf.h"

void json_text_name(struct buf *out, const char *name);
/* Empty: null. */
void json_text_str(struct buf *out, const char *name, struct str text);
void json_text_number(struct buf *out, const char *name, int64_t number);
void json_text_u64(struct buf *out, const char *name, uint64_t number);
/* null if it is not `known`. */
void json_text_maybe(struct buf *out, const char *name, bool known,
                     uint64_t number);
void json_text_bool(struct buf *out, const char *name, bool value);
/* RFC 3339; 0: null. */
void json_text_time(struct buf *out, const char *name, uint64_t ms);
