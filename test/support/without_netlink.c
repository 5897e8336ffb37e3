// SPDX-License-Identifier: MIT
/* without-netlink COMMAND...: runs it where no netlink socket can be made, as under
   systemd's RestrictAddressFamilies= without AF_NETLINK. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"

#define LOAD(member)                                                           \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define UNLESS_SKIP(value, count)                                              \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (count))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))

/* The low half of an argument stands first on the machines that we run on. */
static bool refuse_netlink(void)
{
    struct sock_filter filter[] = {
        LOAD(nr),
        UNLESS_SKIP(SYS_socket, 3),
        LOAD(args[0]),
        UNLESS_SKIP(AF_NETLINK, 1),
        RETURN(SECCOMP_RET_ERRNO | EAFNOSUPPORT),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { .len = COUNT_OF(filter), .filter = filter };

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

int main(int argc, char **argv)
{
    if (argc < 2 || !refuse_netlink()) {
        perror("without-netlink");
        return 125;
    }
    (void)execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 126;
}
