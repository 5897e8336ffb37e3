// SPDX-License-Identifier: MIT
/* Standard error that never blocks.  What it is, and what waits for it, is
   process-wide, as standard error is. */
#include "base/log_out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/out.h"

#define TOGETHER_FILE (16u * 1024)
#define LOST_LINE_MAX 1024
#define LOOK_MS 20
#define CRASH_WAIT_MS 500

static enum out_kind kind = OUT_FILE;
static log_out_lost_fn *say_lost;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct buf waiting = { .max = LOG_OUT_WAITING_MAX };
static uint64_t lost; /* lines, since there was no room */
static atomic_bool stuck;
static atomic_uint_fast64_t lost_ever;

void log_out_setup(log_out_lost_fn *lost_fn)
{
    kind = out_kind_of(STDERR_FILENO);
    say_lost = lost_fn;
}

size_t log_out_together(void)
{
    if (kind == OUT_TERMINAL)
        return 0;
    return kind == OUT_FILE ? TOGETHER_FILE : PIPE_BUF;
}

/* ---- one write ---------------------------------------------------------- */

/* As many whole lines as a pipe keeps together. */
static struct str first_part(struct str text)
{
    size_t len = PIPE_BUF;

    if (text.len <= PIPE_BUF || kind == OUT_FILE)
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
        ssize_t written = out_try(STDERR_FILENO, kind, part);

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

static void lose(uint64_t count)
{
    lost += count;
    atomic_fetch_add_explicit(&lost_ever, count, memory_order_relaxed);
}

static void keep(struct str lines)
{
    if (lines.len == 0)
        return;
    if (lost > 0 || !buf_append(&waiting, lines))
        lose(count_lines(lines));
    atomic_store(&stuck, true);
}

void log_out_write(struct str lines)
{
    if (kind == OUT_FILE) {
        (void)put(lines);
        return;
    }
    (void)pthread_mutex_lock(&mutex);
    if (waiting.len > 0 || lost > 0)
        push();
    keep(waiting.len > 0 ? lines : str_from(lines, put(lines)));
    (void)pthread_mutex_unlock(&mutex);
}

uint64_t log_out_lost(void)
{
    return atomic_load_explicit(&lost_ever, memory_order_relaxed);
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
