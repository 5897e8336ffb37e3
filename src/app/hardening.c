// SPDX-License-Identifier: MIT
/* What others may see of this process. */
#include "app/hardening.h"

#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void limit_core_files(bool allowed)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) != 0)
        return;
    limit.rlim_cur = allowed ? limit.rlim_max : 0;
    (void)setrlimit(RLIMIT_CORE, &limit);
}

void hardening_begin(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    limit_core_files(false);
}

void hardening_end(void)
{
    (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    limit_core_files(true);
}
