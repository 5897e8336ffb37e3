// SPDX-License-Identifier: MIT
/* /admin/api/backup: all that the relay keeps, as a download. */
#pragma once

#include "admin/row.h"

/* So long a client may take for its next part, `elapsed_ms` after the first one, having
   had `bytes`: as long as it is waited for, and on the whole no longer than that and
   16 KB/s; 0: it is given up.  Pure. */
uint64_t backup_routes_wait_ms(uint64_t patience_ms, uint64_t elapsed_ms,
                               uint64_t bytes);

extern const struct admin_endpoint backup_routes_post;
