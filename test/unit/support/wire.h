// SPDX-License-Identifier: MIT
/* The other end of a connection, played by a test: a plain socket driven by hand
   on the test's own thread, between turns of the loop under test.  Whatever takes
   longer than WIRE_WAIT_MS fails the test: that says nothing about speed, but ends
   what hangs.  A deadline under test that must not pass meanwhile is WIRE_CALM_MS,
   for the machine may be busy and let nobody run for a while. */
#pragma once

#include "base/buf.h"
#include "base/loop.h"

#define WIRE_WAIT_MS 60000
#define WIRE_CALM_MS 400

struct wire {
    struct loop *loop;
    int fd;
    struct buf got; /* everything received so far */
    bool ended;     /* the peer ended its side */
    bool reset;     /* the peer reset the connection */
};

/* Connect to a port of this machine; take over a descriptor; wait for somebody to
   connect to a listening one.  All ended by wire_close(), which may come twice. */
void wire_connect(struct wire *wire, struct loop *loop, uint16_t port);
void wire_adopt(struct wire *wire, struct loop *loop, int fd);
void wire_accept(struct wire *wire, struct loop *loop, int listening);
void wire_close(struct wire *wire);

/* A listening socket on 127.0.0.1, non-blocking; closed by the caller. */
int wire_listen(uint16_t *port);
/* A pair of connected non-blocking sockets, TCP as in life. */
void wire_pair(int ends[2]);

/* Send all of it, turning the loop while the kernel takes no more. */
void wire_send(struct wire *wire, const char *text);
void wire_send_str(struct wire *wire, struct str bytes);
/* End our side; end everything with a reset. */
void wire_half_close(struct wire *wire);
void wire_reset(struct wire *wire);

/* Turn the loop for about a millisecond, or for so many. */
void wire_turn(struct loop *loop);
void wire_turn_for(struct loop *loop, unsigned turns);
/* Turn the loop until the clock has moved on by so much. */
void wire_rest(struct loop *loop, uint64_t ms);
/* The loop sleeps while nothing happens: of the time that 200 turns take, its CPU
   time is less than half. */
void wire_check_calm(struct loop *loop);
/* Take what has arrived. */
void wire_read(struct wire *wire);

/* Turn the loop until it is so. */
void wire_until(struct loop *loop, bool (*is_so)(void *arg), void *arg);
void wire_expect(struct wire *wire, const char *text);
void wire_expect_count(struct wire *wire, const char *text, size_t count);
void wire_expect_end(struct wire *wire);

/* How often `text` was received so far. */
size_t wire_count(const struct wire *wire, const char *text);
