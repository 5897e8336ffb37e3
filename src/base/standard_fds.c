// SPDX-License-Identifier: MIT
/* Standard input, output and error exist. */
#include "base/standard_fds.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void standard_fds_open(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /* The lowest that is free is this one. */
        if (open("/dev/null", O_RDWR) != fd)
            abort();
    }
}
