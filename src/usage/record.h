// SPDX-License-Identifier: MIT
/* The record of a request: plain values, filled as it goes, complete at its end
   (relay/relay.c, settle).  The log line, the booking, metrics, the admin page and
   every explanation are made from it and from nothing else. */
#pragma once

#include "base/str.h"
#include "net/addr.h"
#include "usage/meter.h"

/* How a request ended. */
enum record_end {
    RECORD_RUNNING, /* not yet */
    RECORD_COMPLETE,
    RECORD_REFUSED,     /* answered in the relay's own name */
    RECORD_CUT,         /* the upstream's answer broke off */
    RECORD_CLIENT_LEFT, /* before the answer was complete */
    RECORD_IDLE, /* the answer came to a standstill: STREAM_IDLE_TIMEOUT */
    RECORD_ERROR_EVENT, /* one came inside a 200, however that ended */
    RECORD_RELAY_STOPPED,
    RECORD_CANCELLED, /* by somebody who manages the relay */
    RECORD_ENDS,
};
/* "complete", "client_left", ... as logs, the API and the command line have it. */
const char *record_end_word(enum record_end end);
/* RECORD_ENDS if it is none. */
enum record_end record_end_of(struct str word);

/* The provider's, that it is overloaded. */
#define RECORD_OVERLOADED 529u

/* Does the status say that there are too many requests, of one or of all? */
static inline bool record_is_limited(unsigned status)
{
    return status == 429 || status == RECORD_OVERLOADED;
}

/* What came of one try. */
enum record_result {
    RECORD_DELIVERED,   /* its answer went to the client, whatever its status */
    RECORD_STALE,       /* a pooled connection that was closed already */
    RECORD_UNREACHABLE, /* no connection: the name, the network, TLS, the proxy */
    RECORD_LOST,        /* the connection broke before the answer's head came */
    RECORD_TIMED_OUT,   /* the answer's head did not come in time */
    RECORD_TOKEN_REFUSED, /* 401, and a better token was asked for */
    RECORD_PASSED_OVER,   /* its answer led to another account */
    RECORD_NO_TOKEN,      /* nothing was sent: there was none, or not in time */
    RECORD_ABANDONED, /* the client left, the relay stopped, or it was cancelled, before
                         a head came */
    RECORD_RESULTS,
};
const char *record_result_word(enum record_result result);

struct record_attempt {
    struct str account; /* its name; empty: the client's own login */
    enum record_result result;
    unsigned
        status; /* of its answer, RECORD_OVERLOADED if an error came inside;
                          0: none came */
    uint64_t after_ms; /* since the request came */
    uint64_t took_ms;  /* until its head came, or it failed */
};

/* Of each of five accounts four (relay/attempt.c). */
#define RECORD_ATTEMPTS_MAX 20

/* All texts are borrowed, from the request's arena or from what the request holds. */
struct record {
    /* Who and what. */
    struct str id; /* ours, "req_relay_..." (http/request_id.h) */
    struct str
        client_id; /* the client's own x-request-id or request-id; or empty */
    struct str upstream_id; /* the answer's request-id; or empty */
    struct str session;     /* x-claude-code-session-id, else that of
                                 metadata.user_id; or empty */
    struct addr peer;       /* the client's, as team/caller has it */
    struct str method;
    struct str path;     /* as the API has it, without the query */
    struct str endpoint; /* the pattern of its row: "/v1/messages" */
    uint64_t key_id;     /* 0: none was needed */
    struct str key;      /* its name */
    struct str owner;
    uint64_t group_id; /* 0: none */
    struct str group;
    struct str
        account; /* whose answer it is, or of the last attempt; empty: the
                           client's own login */
    struct str model_asked;  /* or empty */
    struct str model;        /* of the answer; or empty */
    struct str service_tier; /* of the answer; or empty */

    /* When; wall clock in ms, distances in us. */
    uint64_t began_ms;
    uint64_t first_byte_us; /* of the answer to the client; 0: none left */
    uint64_t duration_us;
    /* From when all of it was there to when the attempt began whose answer the client
       got: what the relay added. */
    uint64_t added_us;

    /* What came of it. */
    enum record_end end;
    unsigned status;    /* that the client got; 0: none */
    uint64_t bytes_in;  /* of the request's body, as it was sent on */
    uint64_t bytes_out; /* of the answer's body, as it left */
    bool streamed;      /* as server-sent events */
    bool sent;          /* something of it reached an account: it is booked */
    size_t attempt_count;
    /* Whose answer the client got stands last, whenever that was. */
    struct record_attempt attempts[RECORD_ATTEMPTS_MAX];
    struct str error;       /* why it was refused or cut; or empty */
    uint64_t retry_after_s; /* of a 429 or 529; 0: not told */
    /* When its limit is open again, as told; of the relay's own RFC 3339. */
    struct str reset;

    /* What it used. */
    const struct meter_usage *usage; /* NULL: the answer told nothing */
    /* More may have been used: the end of the message was not seen. */
    bool partial;
    struct str unread; /* why it is not known, or not to its end; or empty */
    bool cost_known; /* there is a price for all it used; or it used nothing */
    uint64_t cost_microusd;
    /* The row of prices that is its model's; empty: there is none, or no model. */
    struct str priced;
    struct str price_version; /* of the table it was priced by; or empty */
    uint64_t batch_result;    /* 1: one of a batch's results */
    uint8_t
        result_id[16]; /* of a batch's result: of the batch's id and its own */
};

/* Upstream or the relay did not answer completely, or with an error.  That the client
   left, or somebody cancelled it, is no failure. */
bool record_is_failure(unsigned status, enum record_end end);
bool record_has_failed(const struct record *record);
/* The client got an answer, or the beginning of one, that came from upstream. */
bool record_is_delivered(const struct record *record);
/* So many of the attempts, from the first on, came to nothing: all but the one whose
   answer the client got, or that it left. */
size_t record_failures(const struct record *record);
