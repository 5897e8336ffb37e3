// SPDX-License-Identifier: MIT
/* Standard error that never blocks.  What it is, and what waits for it, is
   process-wide, as standard error is. */
#include "base/log_out.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"

#define TOGETHER_FILE (16u * 1024)
#define LOST_LINE_MAX 1024
#define LOOK_MS 20
#define CRASH_WAIT_MS 500

enum kind {
    KIND_FILE, /* or a device: it takes all there is */
    KIND_PIPE,
    KIND_SOCKET,
    KIND_TERMINAL,
};

static enum kind kind = KIND_FILE;
static log_out_lost_fn *say_lost;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct buf waiting = { .max = LOG_OUT_WAITING_MAX };
static uint64_t lost; /* lines, since there was no room */
static atomic_bool stuck;

static enum kind kind_of(int fd)
{
    struct stat stat;

    if (isatty(fd))
        return KIND_TERMINAL;
    if (fstat(fd, &stat) != 0)
        return KIND_FILE;
    if (S_ISSOCK(stat.st_mode))
        return KIND_SOCKET;
    return S_ISFIFO(stat.st_mode) ? KIND_PIPE : KIND_FILE;
}

void log_out_setup(log_out_lost_fn *lost_fn)
{
    kind = kind_of(STDERR_FILENO);
    say_lost = lost_fn;
}

size_t log_out_together(void)
{
    if (kind == KIND_TERMINAL)
        return 0;
    return kind == KIND_FILE ? TOGETHER_FILE : PIPE_BUF;
}

/* ---- one write ---------------------------------------------------------- */

/* An open file of our own on the same pipe or terminal, which may be non-blocking:
   the flags of standard error are everybody's who has it. */
static ssize_t write_beside(struct str part)
{
    int flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int fd = open("/proc/self/fd/2", flags);
    struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };
    ssize_t written;

    if (fd >= 0) {
        written = write(fd, part.at, part.len);
        (void)close(fd);
        return written;
    }
    /* No /proc, or another user's: then what poll() says must do. */
    if (poll(&ready, 1, 0) > 0)
        return write(STDERR_FILENO, part.at, part.len);
    errno = EAGAIN;
    return -1;
}

static ssize_t write_to_pipe(struct str part)
{
    struct iovec all = { (void *)(uintptr_t)part.at, part.len };
    ssize_t written = pwritev2(STDERR_FILENO, &all, 1, -1, RWF_NOWAIT);

    if (written >= 0 || errno == EAGAIN || errno == EPIPE || errno == EINTR)
        return written;
    return write_beside(part); /* kernels before 6.4 */
}

static ssize_t try_write(struct str part)
{
    switch (kind) {
    case KIND_FILE:
        break;
    case KIND_PIPE:
        return write_to_pipe(part);
    case KIND_SOCKET:
        return send(STDERR_FILENO, part.at, part.len,
                    MSG_DONTWAIT | MSG_NOSIGNAL);
    case KIND_TERMINAL:
        return write_beside(part);
    }
    return write(STDERR_FILENO, part.at, part.len);
}

/* As many whole lines as a pipe keeps together. */
static struct str first_part(struct str text)
{
    size_t len = PIPE_BUF;

    if (text.len <= PIPE_BUF || kind == KIND_FILE)
        return text;
    while (len > 0 && text.at[len - 1] != '\n')
        len--;
    return str_sub(text, 0, len > 0 ? len : PIPE_BUF);
}

/* How much was taken.  A log that cannot be written at all has nowhere to say so: it
   is gone. */
static size_t put(struct str text)
{
    size_t done = 0;

    while (done < text.len) {
        struct str part = first_part(str_from(text, done));
        ssize_t written = try_write(part);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        done += written > 0 ? (size_t)written : part.len;
    }
    return done;
}

/* ---- what waits --------------------------------------------------------- */

static uint64_t count_lines(struct str text)
{
    uint64_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == '\n';
    return count;
}

/* Once half of the room is free again: not with every line that is read. */
static void tell_lost(void)
{
    struct buf line;

    if (lost == 0 || waiting.len > LOG_OUT_WAITING_MAX / 2)
        return;
    buf_init(&line, LOST_LINE_MAX);
    if (say_lost)
        say_lost(lost, &line);
    buf_add(&waiting, buf_str(&line));
    buf_done(&line);
    lost = 0;
}

static void push(void)
{
    buf_consume(&waiting, put(buf_str(&waiting)));
    if (lost > 0 && waiting.len <= LOG_OUT_WAITING_MAX / 2) {
        tell_lost();
        buf_consume(&waiting, put(buf_str(&waiting)));
    }
    if (waiting.len == 0)
        buf_done(&waiting);
    atomic_store(&stuck, waiting.len > 0);
}

static void keep(struct str lines)
{
    if (lines.len == 0)
        return;
    if (lost > 0 || !buf_append(&waiting, lines))
        lost += count_lines(lines);
    atomic_store(&stuck, true);
}

void log_out_write(struct str lines)
{
    if (kind == KIND_FILE) {
        (void)put(lines);
        return;
    }
    (void)pthread_mutex_lock(&mutex);
    if (waiting.len > 0 || lost > 0)
        push();
    keep(waiting.len > 0 ? lines : str_from(lines, put(lines)));
    (void)pthread_mutex_unlock(&mutex);
}

bool log_out_is_stuck(void)
{
    return atomic_load_explicit(&stuck, memory_order_relaxed);
}

void log_out_push(void)
{
    (void)pthread_mutex_lock(&mutex);
    push();
    (void)pthread_mutex_unlock(&mutex);
}

/* ---- the end ------------------------------------------------------------ */

static void wait_for_reader(void)
{
    struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };

    (void)poll(&ready, 1, LOOK_MS);
}

void log_out_finish(unsigned wait_ms)
{
    uint64_t until_ms = clock_steady_ms() + wait_ms;

    log_out_push();
    while (log_out_is_stuck() && clock_steady_ms() < until_ms) {
        wait_for_reader();
        log_out_push();
    }
}

/* Another thread may be writing the same at this moment: better twice than never. */
void log_out_at_crash(struct str lines)
{
    struct str parts[] = { buf_str(&waiting), lines };
    unsigned waited_ms = 0;

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        size_t done = 0;

        while (done < parts[i].len && waited_ms < CRASH_WAIT_MS) {
            size_t taken = put(str_from(parts[i], done));

            done += taken;
            if (taken > 0)
                continue;
            wait_for_reader();
            waited_ms += LOOK_MS;
        }
    }
    waiting.len = 0;
}
