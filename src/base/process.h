// SPDX-License-Identifier: MIT
/* What the kernel knows of this process, for figures.  Any thread; never waits. */
#pragma once

#include <stdint.h>

struct process_figures {
    uint64_t cpu_us; /* user and system, since it began */
    uint64_t resident_bytes;
    uint64_t virtual_bytes;
    uint64_t threads;
    uint64_t open_fds;
    uint64_t max_fds;
};

/* What cannot be found out is 0. */
void process_figures(struct process_figures *figures);
