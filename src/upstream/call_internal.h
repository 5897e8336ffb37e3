// SPDX-License-Identifier: MIT
/* What call.c (life), call_request.c (sending), call_answer.c (reading) and
   call_watch.c (deadlines) share.  Not for other folders. */
#pragma once

#include "upstream/call.h"

/* "host:port (proxy host:port)" and a NUL. */
#define CALL_WHERE_MAX 560

/* What each event of a stream needs stands in front. */
struct call {
    void (*wake)(void *arg);
    void *arg;
    struct link *link;
    struct link *spent; /* done with, and closed after the (next) wake */
    struct loop_timer *timer;
    struct parser *parser;
    struct str pending; /* received, not yet parsed; in scratch or `stash` */
    enum call_state state;
    unsigned reads;   /* that may be tried in this wake */
    uint64_t read_ms; /* the last one that brought something */
    bool paused;
    bool waking;
    bool freed; /* call_free() came from inside the wake */
    bool reused;
    bool body_ended; /* all of the request has been handed to the stream */
    bool answered;
    bool unheard;    /* dead, and nothing of the request was acknowledged */
    bool keep_alive; /* the connection may be used again */
    struct buf stash;
    struct call_options options;

    enum call_state reached; /* before it FAILED */
    uint64_t entered_us[CALL_FAILED + 1];
    struct dial_times dial_times; /* once dialled */
    struct dial *dial;
    char *peer; /* of a `single` one, once dialled; or NULL */
    struct arena *arena;
    size_t body_sent;
    uint64_t sent_ms;
    uint64_t deadline_ms;
    uint64_t look_at_ms; /* whether the request arrives; 0: nothing is due */
    /* stream_sent() before the first byte of the request has left, and from when on
       the last one has (once all of it was written). */
    uint64_t begins_at;
    uint64_t leaves_at;
    struct err *err; /* when FAILED, or the body was cut */
};

/* Does head and body leave together, when the turn ends? */
bool call_is_joined(const struct call_options *options);
/* The one place that changes the state, and the deadline that goes with it. */
void call_enter(struct call *call, enum call_state state);
/* The present state may take so long from now on. */
void call_set_deadline(struct call *call, uint64_t limit_ms);
/* The timer's callback. */
void call_timer_fired(void *arg);
/* Tell the owner; false if the owner freed the call. */
bool call_wake(struct call *call);
/* The exchange is over, and its connection closes: after the wake, if this is one,
   or there is a tap, whose owner may want to linger. */
void call_spend_link(struct call *call);
/* Closes the connection; `err` was set by the caller. */
void call_set_failed(struct call *call);
/* Where to and through what, for error texts. */
const char *call_where(const struct call *call, char out[CALL_WHERE_MAX]);
uint64_t call_now_ms(const struct call *call);

/* Head and body leave; the state becomes SENDING or WAITING. */
void call_start_sending(struct call *call);
/* More of a whole body, as far as the queue allows. */
void call_push_body(struct call *call);
/* All of the request is with the stream: WAITING once it has left. */
void call_all_handed_over(struct call *call);

/* Expect a new head. */
void call_begin_answer(struct call *call);
/* The stream is readable before the head is complete.  May wake the owner, who
   may free the call. */
void call_read_head(struct call *call);
/* There is something to read. */
void call_allow_reads(struct call *call);
/* The stream of a call that lingers is readable.  Wakes the owner. */
void call_read_rest(struct call *call);
/* What the owner did not take during its wake must outlive the thread's buffer. */
void call_stash_pending(struct call *call);
