// SPDX-License-Identifier: MIT
/* A disk that is slow or broken on demand:

       slow-disk FILE PART PROGRAM [ARGUMENT...]

   becomes PROGRAM, whose fsync() and fdatasync() of files with PART in their path are
   carried out at once while FILE is missing; fail with EIO while FILE says "EIO"; and
   otherwise wait until FILE has gone.  Nothing else of the program waits for them.
   A process beside it decides, by seccomp's notifications.  Exit status 77: this
   machine does not permit that. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/macros.h"

#define PENDING_MAX 64
#define LOOK_MS 10

#define LOAD(member)                                                           \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define IF_SKIP(value, count)                                                  \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (count), 0)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))

static int install(void)
{
    struct sock_filter filter[] = {
        LOAD(nr),
        IF_SKIP(SYS_fsync, 2),
        IF_SKIP(SYS_fdatasync, 1),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(SECCOMP_RET_USER_NOTIF),
    };
    struct sock_fprog program = { .len = COUNT_OF(filter), .filter = filter };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                        SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* ---- the process beside it ------------------------------------------------ */

struct disk {
    int listener;
    const char *file;
    const char *part;
    uint64_t pending[PENDING_MAX];
    size_t count;
};

static void answer(const struct disk *disk, uint64_t id, int error)
{
    struct seccomp_notif_resp response = {
        .id = id,
        .error = -error,
        .flags = error ? 0u : (unsigned)SECCOMP_USER_NOTIF_FLAG_CONTINUE,
    };

    (void)ioctl(disk->listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

enum mood { WORKS, BROKEN, SLOW };

static enum mood mood_of(const struct disk *disk)
{
    char text[4] = "";
    int fd = open(disk->file, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return WORKS;
    (void)!read(fd, text, 3);
    (void)close(fd);
    return strcmp(text, "EIO") == 0 ? BROKEN : SLOW;
}

static bool concerns(const struct disk *disk, const struct seccomp_notif *call)
{
    char link[64];
    char path[4096] = "";

    (void)snprintf(link, sizeof(link), "/proc/%u/fd/%d", call->pid,
                   (int)call->data.args[0]);
    (void)!readlink(link, path, sizeof(path) - 1);
    return strstr(path, disk->part);
}

static void take(struct disk *disk)
{
    struct seccomp_notif call;

    memset(&call, 0, sizeof(call));
    if (ioctl(disk->listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
        return;
    if (disk->count < PENDING_MAX && concerns(disk, &call))
        disk->pending[disk->count++] = call.id;
    else
        answer(disk, call.id, 0);
}

static void decide(struct disk *disk)
{
    enum mood mood = disk->count > 0 ? mood_of(disk) : SLOW;

    if (mood == SLOW)
        return;
    for (size_t i = 0; i < disk->count; i++)
        answer(disk, disk->pending[i], mood == BROKEN ? EIO : 0);
    disk->count = 0;
}

/* As long as its parent, the program, runs: it may have ended before it was asked to
   tell. */
static void watch(struct disk *disk, pid_t program)
{
    struct pollfd poll_of = { .fd = disk->listener, .events = POLLIN };

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != program)
        _exit(0);
    for (int fd = 0; fd < 3; fd++)
        (void)close(fd);
    for (;;) {
        if (poll(&poll_of, 1, LOOK_MS) > 0)
            take(disk);
        decide(disk);
    }
}

int main(int argc, char **argv)
{
    struct disk disk = { .listener = argc > 3 ? install() : -1 };
    pid_t program = getpid();

    if (disk.listener < 0) {
        perror("slow-disk");
        return 77;
    }
    disk.file = argv[1];
    disk.part = argv[2];
    if (fork() == 0)
        watch(&disk, program);
    (void)close(disk.listener);
    (void)execvp(argv[3], argv + 3);
    perror(argv[3]);
    return 126;
}
