// SPDX-License-Identifier: MIT
/* One outgoing HTTP exchange over a pooled or fresh connection.

       DIALING -> SECURING -> SENDING -> WAITING -> READING -> DONE
          |           |          |  \_______________^   |
          '-----------'----------'----------------------'--> FAILED

   DIALING, SECURING: only on a fresh connection, SECURING only with TLS.
   SENDING: the request leaves.  WAITING: it has left, no answer yet.
   READING: the head of the answer is there, call_read() yields the body.  An
   answer may come while SENDING (a refusal of a large upload): what of the request
   has not left by then never will, and the connection is not used again.
   DONE: the answer is complete and the connection is back in the pool, if it can
   be used again.  FAILED: call_error() names the step.

   `wake` comes when the state has changed, when body bytes can be read, and when
   the queue of a streamed request has drained; never from inside a call_ function.
   call_free() cancels: the connection is closed at once, so that the upstream
   stops working.  Loop thread only. */
#pragma once

#include "http/parser.h"
#include "upstream/origin.h"

struct call;

enum call_state {
    CALL_DIALING,
    CALL_SECURING,
    CALL_SENDING,
    CALL_WAITING,
    CALL_READING,
    CALL_DONE,
    CALL_FAILED,
};

enum call_body {
    CALL_BODY_WHOLE,   /* `body` is all of it */
    CALL_BODY_LENGTH,  /* follows with call_send(), as long as the head says */
    CALL_BODY_CHUNKED, /* follows with call_send(), framed here */
};

/* All that is received, head and framing included, before it is judged. */
typedef void call_tap_fn(void *arg, struct str bytes);

struct call_options {
    struct upstream *upstream;
    struct origin *origin;     /* the call takes a reference of its own */
    const struct proxy *proxy; /* NULL: direct */
    struct str head;           /* complete request head with its empty line */
    struct str body;           /* WHOLE only */
    enum call_body body_kind;
    bool to_head;           /* a HEAD request */
    bool fresh;             /* do not use a pooled connection */
    bool single;            /* a connection of its own: fresh, and not kept */
    bool secret;            /* the answer is; thread buffers stay */
    bool timed;             /* call_times() will be asked for */
    uint64_t connect_ms;    /* dialling, and TLS, each */
    uint64_t first_byte_ms; /* from the last byte sent to the first received */
    uint64_t idle_ms;       /* silence while sending or reading */
    uint64_t silence_ms; /* without an acknowledgement; 0: SILENCE_LIMIT_MS */
    const char *id; /* of the request that it is for, for debugging; or NULL */
    call_tap_fn *tap; /* NULL: nobody wants the bytes as they came */
    void *tap_arg;
};

/* `head` and `body` are borrowed until call_state() is READING or later. */
struct call *call_start(const struct call_options *options,
                        void (*wake)(void *arg), void *arg);
void call_free(struct call *call);

enum call_state call_state(const struct call *call);
/* From READING on. */
const struct parser_head *call_head(const struct call *call);
/* The owner needs it no more: its memory is given back while the body comes. */
void call_forget_head(struct call *call);
/* When FAILED. */
const struct err *call_error(const struct call *call);

/* For streamed bodies, in SENDING only. */
void call_send(struct call *call, struct str bytes);
void call_send_end(struct call *call);
size_t call_queued(const struct call *call);

enum call_data {
    CALL_DATA,  /* bytes of the body */
    CALL_AGAIN, /* nothing now */
    CALL_END,   /* the body is complete */
    CALL_CUT,   /* it was cut: call_error() */
};

/* The next bytes of the body as they came, chunk framing included.  They lie in a
   buffer of the thread: use them before returning to the loop. */
enum call_data call_read(struct call *call, struct str *bytes);

/* Also bring the bytes of call_read() without framing; NULL ends that. */
void call_on_body(struct call *call, parser_body_fn body, void *arg);

/* For a call with a tap that ended otherwise than it should have: in the wake that
   shows DONE or FAILED.  The connection stays, and what still comes goes to the
   tap, with a wake, until call_free() or until the peer ends it.  False, and nothing
   changes, if nothing can come any more. */
bool call_linger(struct call *call);
bool call_lingers(const struct call *call);

/* Stop and resume reading (back-pressure); silence does not count meanwhile. */
void call_pause(struct call *call, bool pause);

/* Where the time went, up to the answer's head or the failure. */
struct call_times {
    struct dial_times dial;
    uint64_t tls_us;
    uint64_t send_us;        /* until all of the request had left */
    uint64_t wait_us;        /* from then to the head */
    uint64_t answer_us;      /* from sending to the head */
    enum call_state reached; /* the state it failed in, or the present one */
};
struct call_times call_times(const struct call *call);

/* What a `single` call found on its way, for people: the address that it was connected to
   (a proxy's, if there is one) and the version of TLS.  Each NULL if it did not come to
   that. */
struct call_way {
    const char *peer;
    const char *tls;
};
struct call_way call_way(const struct call *call);

/* What relay/retry.h wants to know about a failure. */
struct call_facts {
    bool reused;    /* a pooled connection */
    bool connected; /* there was one to send over */
    bool begun;     /* some of the request had left */
    bool sent;      /* all of it had */
    bool answered;  /* at least one byte came back */
    bool unheard;   /* given up, for no byte of the request was acknowledged */
    uint64_t since_sent_ms;
};
struct call_facts call_facts(const struct call *call);
