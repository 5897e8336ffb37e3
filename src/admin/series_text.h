// SPDX-License-Identifier: MIT
/* A course as JSON, and what there is in it (admin/row.h).  Pure. */
#pragma once

#include "admin/row.h"
#include "usage/series_ask.h"

#define SERIES_TEXT_MAX (48u * 1024)

/* {"range":"hour",...}, whose days are those of `zone`. */
void series_text(struct buf *out, const struct series_course *course,
                 const char *zone);

extern const struct admin_member series_text_members[];
