// SPDX-License-Identifier: MIT
/* Memory that only the start of the program needed. */
#pragma once

/* Give back free heap, and the pages of program text that starting has touched (the
   constructors of libraries, mostly): text is never written, so that what is
   needed again comes back from the page cache.  Call once, when all is ready. */
void trim_after_start(void);
