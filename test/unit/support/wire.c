// SPDX-License-Identifier: MIT
/* The other end of a connection, played by a test. */
#include "wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "unit.h"

#define GOT_MAX (64u * 1024 * 1024)

static struct sockaddr_in here(uint16_t port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons(port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

void wire_adopt(struct wire *wire, struct loop *loop, int fd)
{
    *wire = (struct wire){ .loop = loop, .fd = fd };
    buf_init(&wire->got, GOT_MAX);
}

void wire_connect(struct wire *wire, struct loop *loop, uint16_t port)
{
    struct sockaddr_in to = here(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)(void *)&to, sizeof(to)),
                     0);
    wire_adopt(wire, loop, fd);
}

int wire_listen(uint16_t *port)
{
    struct sockaddr_in at = here(0);
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)&at, len), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

struct acceptance {
    int listening;
    int fd;
};

static bool accepted(void *arg)
{
    struct acceptance *a = arg;

    a->fd = accept4(a->listening, NULL, NULL, SOCK_CLOEXEC);
    return a->fd >= 0;
}

void wire_accept(struct wire *wire, struct loop *loop, int listening)
{
    struct acceptance a = { .listening = listening, .fd = -1 };

    wire_until(loop, accepted, &a);
    wire_adopt(wire, loop, a.fd);
}

void wire_pair(int ends[2])
{
    uint16_t port;
    int listening = wire_listen(&port);
    struct sockaddr_in to = here(port);

    ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(ends[0] >= 0);
    assert_int_equal(connect(ends[0], (struct sockaddr *)(void *)&to,
                             sizeof(to)),
                     0);
    ends[1] = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(ends[1] >= 0);
    (void)close(listening);
}

void wire_close(struct wire *wire)
{
    if (wire->fd >= 0)
        (void)close(wire->fd);
    wire->fd = -1;
    buf_done(&wire->got);
}

void wire_send_str(struct wire *wire, struct str bytes)
{
    uint64_t end_ms = clock_steady_ms() + WIRE_WAIT_MS;

    while (bytes.len > 0) {
        ssize_t sent =
            send(wire->fd, bytes.at, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent < 0 && errno != EAGAIN)
            return; /* the other side is gone: what it said tells the test */
        assert_true(clock_steady_ms() < end_ms);
        if (sent < 0)
            wire_turn(wire->loop);
        else
            bytes = str_from(bytes, (size_t)sent);
    }
}

void wire_send(struct wire *wire, const char *text)
{
    wire_send_str(wire, str_of(text));
}

void wire_half_close(struct wire *wire)
{
    (void)shutdown(wire->fd, SHUT_WR); /* the other side may be gone */
}

void wire_reset(struct wire *wire)
{
    struct linger abortive = { .l_onoff = 1 };

    assert_int_equal(setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &abortive,
                                sizeof(abortive)),
                     0);
    (void)close(wire->fd);
    wire->fd = -1;
}

static void stop(void *arg)
{
    loop_stop(arg);
}

void wire_turn(struct loop *loop)
{
    struct loop_timer *timer = loop_timer_new(loop, stop, loop);

    loop_timer_set(timer, 1);
    loop_run(loop);
    loop_timer_free(timer);
}

void wire_turn_for(struct loop *loop, unsigned turns)
{
    for (unsigned i = 0; i < turns; i++)
        wire_turn(loop);
}

void wire_rest(struct loop *loop, uint64_t ms)
{
    uint64_t end_ms = clock_steady_ms() + ms;

    while (clock_steady_ms() < end_ms)
        wire_turn(loop);
}

static uint64_t cpu_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void wire_check_calm(struct loop *loop)
{
    uint64_t began_ms = clock_steady_ms();
    uint64_t used_us = cpu_us();

    wire_turn_for(loop, 200);
    used_us = cpu_us() - used_us;
    assert_in_range(used_us, 0, (clock_steady_ms() - began_ms) * 500);
}

void wire_read(struct wire *wire)
{
    static char bytes[65536];

    while (wire->fd >= 0 && !wire->ended && !wire->reset) {
        ssize_t got = recv(wire->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        wire->ended = got == 0;
        wire->reset = got < 0;
        if (got > 0)
            buf_add(&wire->got, (struct str){ bytes, (size_t)got });
    }
}

void wire_until(struct loop *loop, bool (*is_so)(void *arg), void *arg)
{
    uint64_t end_ms = clock_steady_ms() + WIRE_WAIT_MS;

    while (!is_so(arg)) {
        if (clock_steady_ms() > end_ms)
            fail_msg("%s", "waited in vain");
        wire_turn(loop);
    }
}

struct expectation {
    struct wire *wire;
    const char *text;
    size_t count;
};

/* Not all of them where there are many: sanitizers look at all the bytes behind each. */
static size_t count_to(const struct wire *wire, const char *text, size_t most)
{
    struct str left = buf_str(&wire->got);
    size_t len = strlen(text);
    size_t count = 0;
    const char *found = memmem(left.at, left.len, text, len);

    while (found && ++count < most) {
        left = str_from(left, (size_t)(found - left.at) + len);
        found = memmem(left.at, left.len, text, len);
    }
    return count;
}

static bool is_met(void *arg)
{
    struct expectation *e = arg;

    wire_read(e->wire);
    if (count_to(e->wire, e->text, e->count) >= e->count)
        return true;
    if (e->wire->ended || e->wire->reset)
        fail_msg("the end came instead of \"%s\" behind \"" STR_FMT "\"",
                 e->text, STR_ARG(str_sub(buf_str(&e->wire->got), 0, 2000)));
    return false;
}

void wire_expect_count(struct wire *wire, const char *text, size_t count)
{
    struct expectation e = { wire, text, count };

    wire_until(wire->loop, is_met, &e);
}

void wire_expect(struct wire *wire, const char *text)
{
    wire_expect_count(wire, text, 1);
}

static bool is_over(void *arg)
{
    struct wire *wire = arg;

    wire_read(wire);
    return wire->ended || wire->reset;
}

void wire_expect_end(struct wire *wire)
{
    wire_until(wire->loop, is_over, wire);
}

size_t wire_count(const struct wire *wire, const char *text)
{
    return count_to(wire, text, SIZE_MAX);
}
