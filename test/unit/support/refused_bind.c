// SPDX-License-Identifier: MIT
/* The linker sends bind() of the tested code here. */
#include "refused_bind.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char *refused;
static int refused_with;

void refused_bind_set(const char *beginning, int number)
{
    refused = beginning;
    refused_with = number;
}

int __real_bind(int fd, const struct sockaddr *addr, socklen_t len);
int __wrap_bind(int fd, const struct sockaddr *addr, socklen_t len);
int __wrap_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
    const struct sockaddr_un *at = (const void *)addr;

    if (refused_with == 0 || at->sun_family != AF_UNIX ||
        strncmp(at->sun_path, refused, strlen(refused)) != 0)
        return __real_bind(fd, addr, len);
    errno = refused_with;
    return -1;
}
