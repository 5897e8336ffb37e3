// SPDX-License-Identifier: MIT
/* Descriptors 0 to 2. */
#pragma once

/* Open on /dev/null those that the parent left closed: the next file to be opened, an
   account's perhaps, would get their number, and the log's lines.  First thing in
   main(). */
void standard_fds_open(void);
