// SPDX-License-Identifier: MIT
/* What needs attention, as `claude-relay top` says it: with times as people say them, in
   lines as long as the terminal is wide.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

#define TOP_ATTENTION_MAX 4096

/* "57 min", "2:12 h", "6 d": how long it is until then. */
void top_attention_add_span(struct buf *out, uint64_t ms);
/* One of `items` of GET /admin/api/attention: its message, and since when.  A time to come
   is told by how long it is until then, others by the clock (UTC). */
void top_attention_say(struct buf *out, const struct json_doc *item,
                       uint64_t now_ms);
/* The next line of a text, at most so wide, in `*line`; `last`: all that is left, however
   long.  False if nothing is left. */
bool top_attention_wrap(struct str *text, size_t width, bool last,
                        struct str *line);
