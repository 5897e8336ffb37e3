// SPDX-License-Identifier: MIT
/* A connected stream of bytes, plain or TLS, without blocking.

       plain:  OPEN -> CLOSED
       TLS:    SECURING -> OPEN -> CLOSED       any -> BROKEN

   Reading pulls: `ready` says that something may have changed, and whoever owns
   the stream then calls stream_secure(), stream_read() or looks at
   stream_queued().  What is written leaves when the loop's turn ends, or at once if
   it is much; what the kernel does not take is queued and leaves by itself, and
   `ready` comes when all of it has left.  Nothing waits for what another turn may
   bring.
   Loop thread only. */
#pragma once

#include "base/err.h"
#include "base/loop.h"
#include "base/str.h"
#include "net/tls.h"

struct stream;

enum stream_status {
    STREAM_OK,
    STREAM_AGAIN, /* nothing now; `ready` will come */
    STREAM_EOF,   /* the peer ended its side properly */
    STREAM_BROKEN /* reset, cut inside TLS, or a TLS error: see stream_error() */
};

/* What `ready` saw. */
enum stream_ready {
    STREAM_READABLE = 1,
    STREAM_DRAINED = 2, /* the queue has become empty */
    STREAM_HANGUP = 4,  /* the peer closed its side or the connection broke */
    STREAM_BLOCKED = 8, /* what was written is queued now; nobody asks for it */
};
typedef void (*stream_fn)(void *arg, unsigned ready);

/* Takes over `fd`, which must be connected and non-blocking. */
struct stream *stream_new(struct loop *loop, int fd, stream_fn ready,
                          void *arg);
/* Closes.  What is still queued is lost.  NULL is fine. */
void stream_free(struct stream *stream);
/* Hand the stream to another owner. */
void stream_set_owner(struct stream *stream, stream_fn ready, void *arg);

/* Make it a TLS client that expects a certificate for `host`, or a TLS server.
   The contexts and the slot must outlive the stream; `slot` may be NULL. */
void stream_start_client_tls(struct stream *stream, struct tls *tls,
                             struct tls_slot *slot, const char *host);
void stream_start_server_tls(struct stream *stream, struct tls *tls);

/* "TLSv1.3"; NULL of a plain stream.  Once it is secured. */
const char *stream_tls_version(const struct stream *stream);

/* A TLS stream on which secrets are going to be received: OpenSSL overwrites what it
   decrypted once stream_read() has given it. */
void stream_wipe_records(struct stream *stream);

/* Go on with the handshake.  STREAM_OK: secured; read at once, data may have
   come with it.  STREAM_BROKEN: stream_error() tells why. */
enum stream_status stream_secure(struct stream *stream);

/* Read what is there.  `data` lies in a buffer shared by all streams of the
   thread and is valid until the next stream_read() of any of them. */
enum stream_status stream_read(struct stream *stream, struct str *data);

/* The same, but `data` lies in `room` if it could be received there (a plain stream;
   `size` > 0): no copy of what is much. */
enum stream_status stream_read_into(struct stream *stream, char *room,
                                    size_t size, struct str *data);

/* Overwrite what was read, or a part of it, once it was used: it may have held a
   secret, which would stay in the shared buffer until somebody receives as much. */
void stream_wipe_input(struct str data);

/* Send `count` parts (8 at most) one behind the other.  STREAM_OK even if some of it
   waits; STREAM_BROKEN if the peer is gone. */
enum stream_status stream_write(struct stream *stream, const struct str *parts,
                                size_t count);

/* A secret is going to be written: from now on what waited for the kernel is
   overwritten when it has gone.  Of TLS only what is encrypted waits. */
void stream_wipe_output(struct stream *stream);

/* What was written leaves now, and not when the turn ends. */
void stream_push(struct stream *stream);
/* The same if the loop is calm: there is likely nothing else to leave with it, and
   what the turn still has to do would only hold it up. */
void stream_hurry(struct stream *stream);

/* True if something was written that the kernel was not offered yet. */
bool stream_is_late(const struct stream *stream);
/* What the kernel has not taken never leaves. */
void stream_drop_output(struct stream *stream);

/* Bytes that the kernel did not take yet, of those that it was offered. */
size_t stream_queued(const struct stream *stream);

/* Bytes taken by the kernel so far: unchanged means that the peer stalls. */
uint64_t stream_sent(const struct stream *stream);

/* What stream_sent() will be once all that was written has left. */
uint64_t stream_written(const struct stream *stream);

/* How the peer's kernel answers ours. */
struct stream_acks {
    uint64_t
        outstanding; /* bytes taken by our kernel that it did not acknowledge */
    uint64_t
        in_flight; /* those of them that were sent: the rest has to wait until
                           it takes more */
    uint64_t silent_ms; /* since it acknowledged anything, old bytes too */
    uint64_t
        repeat_ms;    /* our kernel's present wait before it repeats anything */
    unsigned repeats; /* of what is in flight, since any of it arrived */
    unsigned probes;  /* unanswered, whether it takes more */
};

/* Two system calls: for when something is late.  False if the stream is no TCP
   connection of our own (one end of a bridge). */
bool stream_acks(const struct stream *stream, struct stream_acks *acks);

/* Which events should come: STREAM_READABLE, STREAM_HANGUP or both.
   A new stream wants STREAM_READABLE.  STREAM_DRAINED comes by itself. */
void stream_want(struct stream *stream, unsigned ready);

/* End our side (after the queue has left); the peer can go on sending. */
void stream_shutdown(struct stream *stream);

/* Make stream_free() reset the connection instead of ending it properly. */
void stream_reset_on_free(struct stream *stream);

/* True if reading or writing is over: the owner may have been given bytes that came
   in front of that, and the next stream_read() says how.  No system call. */
bool stream_has_ended(const struct stream *stream);

/* True if any byte or the end has arrived unasked: an idle pooled connection for
   which this is true must not be used. */
bool stream_is_stale(struct stream *stream);

/* True if part of a TLS record came, and its rest did not.  No system call. */
bool stream_is_mid_record(const struct stream *stream);

/* Why the stream is broken, in words. */
const char *stream_error(const struct stream *stream);
