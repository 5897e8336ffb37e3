// SPDX-License-Identifier: MIT
/* Requests that run, as JSON, and what there is in them (admin/row.h).  Pure. */
#pragma once

#include "admin/row.h"
#include "base/buf.h"
#include "relay/running.h"

/* Room for one. */
#define RUNNING_ROW_MAX 4096

/* {"id":"req_relay_...","key":"alice",...} */
void running_text_add(struct buf *out, const struct running_view *view);
/* From `*next` on, with commas between them, as long as `full` bytes are not reached. */
void running_text_some(struct buf *out, const struct running_list *list,
                       size_t *next, size_t full);

extern const struct admin_member running_text_members[]; /* of one */
