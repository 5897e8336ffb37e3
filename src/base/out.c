// SPDX-License-Identifier: MIT
/* Writing without waiting for whoever reads. */
#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"

#define LOOK_MS 20

enum out_kind out_kind_of(int fd)
{
    struct stat stat;

    if (isatty(fd))
        return OUT_TERMINAL;
    if (fstat(fd, &stat) != 0)
        return OUT_FILE;
    if (S_ISSOCK(stat.st_mode))
        return OUT_SOCKET;
    return S_ISFIFO(stat.st_mode) ? OUT_PIPE : OUT_FILE;
}

/* ---- one write ---------------------------------------------------------- */

/* An open file of our own on the same pipe or terminal, which may be non-blocking:
   the flags of the descriptor are everybody's who has it.  A file that has taken its
   place since is written at its end. */
static ssize_t write_beside(int to, struct str part)
{
    int flags = O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    struct pollfd ready = { .fd = to, .events = POLLOUT };
    char path[40];
    ssize_t written;
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", to);
    fd = open(path, flags);
    if (fd >= 0) {
        written = write(fd, part.at, part.len);
        (void)close(fd);
        return written;
    }
    /* No /proc, or another user's: then what poll() says must do. */
    if (poll(&ready, 1, 0) > 0)
        return write(to, part.at, part.len);
    errno = EAGAIN;
    return -1;
}

static ssize_t write_to_pipe(int to, struct str part)
{
    struct iovec all = { (void *)(uintptr_t)part.at, part.len };
    ssize_t written = pwritev2(to, &all, 1, -1, RWF_NOWAIT);

    if (written >= 0 || errno == EAGAIN || errno == EPIPE || errno == EINTR)
        return written;
    return write_beside(to, part); /* kernels before 6.4 */
}

ssize_t out_try(int fd, enum out_kind kind, struct str part)
{
    switch (kind) {
    case OUT_FILE:
        break;
    case OUT_PIPE:
        return write_to_pipe(fd, part);
    case OUT_SOCKET:
        return send(fd, part.at, part.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    case OUT_TERMINAL:
        return write_beside(fd, part);
    }
    return write(fd, part.at, part.len);
}

/* ---- all of it ---------------------------------------------------------- */

static void wait_a_little(int fd)
{
    struct pollfd ready = { .fd = fd, .events = POLLOUT };

    (void)poll(&ready, 1, LOOK_MS);
}

bool out_within(int fd, struct str text, unsigned wait_ms)
{
    enum out_kind kind = out_kind_of(fd);
    uint64_t taken_ms = clock_steady_ms();

    while (text.len > 0) {
        ssize_t written = out_try(fd, kind, str_sub(text, 0, PIPE_BUF));

        if (written > 0) {
            text = str_from(text, (size_t)written);
            taken_ms = clock_steady_ms();
        } else if (written < 0 && errno != EAGAIN && errno != EWOULDBLOCK &&
                   errno != EINTR) {
            return false;
        } else if (clock_steady_ms() - taken_ms >= wait_ms) {
            return false;
        } else {
            wait_a_little(fd);
        }
    }
    return true;
}
