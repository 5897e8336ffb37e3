// SPDX-License-Identifier: MIT
/* The life of a dial: a CONNECT_ONLY transfer of libcurl's.  Its socket is
   duplicated and taken over, and libcurl closes its own copy; only behind an https
   proxy the transfer stays, as the transport below ours (upstream/bridge.h). */
#include "upstream/dial.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "upstream/bridge.h"
#include "upstream/dial_internal.h"
#include "upstream/trace.h"

/* libcurl's own time limit comes first and knows more. */
#define DEADLINE_SPARE_MS 250

static void release_easy(struct dial *dial)
{
    if (!dial->easy)
        return;
    (void)curl_multi_remove_handle(dial->dialer->multi, dial->easy);
    curl_easy_cleanup(dial->easy);
    dial->easy = NULL;
}

/* Nothing of the dial stays behind in the transfer that the bridge gets. */
static void cross_bridge(struct dial *dial)
{
    CURL *easy = dial->easy;

    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    dial->easy = NULL;
    dial->fd = bridge_new(dial->dialer->loop, dial->dialer->multi, easy,
                          &dial->dialer->bridges);
}

static void take_socket(struct dial *dial)
{
    curl_socket_t fd = CURL_SOCKET_BAD;

    (void)curl_easy_getinfo(dial->easy, CURLINFO_ACTIVESOCKET, &fd);
    if (fd != CURL_SOCKET_BAD)
        dial->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    dial_note_socket(dial, dial->fd);
}

static void succeed(struct dial *dial)
{
    for (unsigned step = DIAL_RESOLVE; step < DIAL_STEPS; step++)
        dial_mark(dial, step);
    if (dial_has_step(dial->proxy, DIAL_PROXY_TLS))
        cross_bridge(dial);
    else
        take_socket(dial);
    dial->state = dial->fd >= 0 ? DIAL_DONE : DIAL_FAILED;
    if (dial->fd >= 0)
        return;
    err_errno(&dial->err, "connect failed: %s", dial->target);
    dial->err.code = ERR_CONNECT;
}

void dial_finish(struct dial *dial, CURLcode code)
{
    dial->over_us = clock_steady_ns() / 1000;
    if (code == CURLE_OK) {
        succeed(dial);
    } else {
        dial->state = DIAL_FAILED;
        dial_describe_failure(dial, code);
    }
    trace_dial_end(dial);
    release_easy(dial);
    loop_timer_stop(dial->deadline);
    dial->wake(dial->arg);
}

static void too_late(void *arg)
{
    struct dial *dial = arg;

    if (dial->state == DIAL_BUSY)
        dial_finish(dial, CURLE_OPERATION_TIMEDOUT);
}

struct dial *dial_start(struct dialer *dialer, const struct dial_target *target,
                        void (*wake)(void *arg), void *arg)
{
    struct dial *dial = MEM_NEW(struct dial);

    dial->dialer = dialer;
    dial->wake = wake;
    dial->arg = arg;
    dial->fd = -1;
    dial->proxy = proxy_ref((struct proxy *)(uintptr_t)target->proxy);
    dial->timeout_ms = target->timeout_ms;
    dial->id = target->id;
    dial->start_us = clock_steady_ns() / 1000;
    dial->easy = curl_easy_init();
    if (!dial->easy)
        abort();
    dial_set_options(dial, target);
    trace_dial_start(dial);
    dial->deadline = loop_timer_new(dialer->loop, too_late, dial);
    loop_timer_set(dial->deadline, target->timeout_ms + DEADLINE_SPARE_MS);
    (void)curl_multi_add_handle(dialer->multi, dial->easy);
    return dial;
}

void dial_free(struct dial *dial)
{
    if (!dial)
        return;
    release_easy(dial);
    loop_timer_free(dial->deadline);
    if (dial->fd >= 0)
        (void)close(dial->fd);
    proxy_unref(dial->proxy);
    mem_free(dial);
}

enum dial_state dial_state(const struct dial *dial)
{
    return dial->state;
}

int dial_take(struct dial *dial)
{
    int fd = dial->fd;

    dial->fd = -1;
    return fd;
}

const struct err *dial_error(const struct dial *dial)
{
    return &dial->err;
}
