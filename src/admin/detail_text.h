// SPDX-License-Identifier: MIT
/* Where the time of a request went, as JSON, and what there is in it (admin/row.h).  Pure. */
#pragma once

#include "admin/row.h"
#include "base/buf.h"
#include "relay/detail.h"

/* Room for the largest: every byte of it may be escaped. */
#define DETAIL_TEXT_MAX (8u * DETAIL_SIZE_MAX)

/* NULL: null. */
void detail_text_add(struct buf *out, const struct detail *detail);

extern const struct admin_member detail_text_members[];
