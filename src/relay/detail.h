// SPDX-License-Identifier: MIT
/* Where the time of an ended request went: its steps, and its attempts.  In one piece of
   memory, which its relay's seat keeps for a while (relay/running.h).  Pure. */
#pragma once

#include "http/request_id.h"
#include "usage/record.h"

enum detail_kind {
    DETAIL_RECEIVE, /* the body */
    DETAIL_QUEUE,   /* waiting for a slot of the key or group */
    DETAIL_CHOOSE,  /* what the relay itself did before the first attempt */
    DETAIL_TOKEN,   /* waiting for a better one */
    DETAIL_DIAL,    /* names */
    DETAIL_CONNECT, /* TCP, and through the proxy */
    DETAIL_TLS,
    DETAIL_SEND,
    DETAIL_WAIT, /* for the head of the answer */
    DETAIL_ANSWER,
    DETAIL_KINDS,
};
/* "receive", ... */
const char *detail_kind_word(enum detail_kind kind);

/* Microseconds since the request came. */
struct detail_step {
    uint32_t start_us;
    uint32_t us;
    uint8_t kind;
};

struct detail_attempt {
    struct str account; /* empty: the client's own login */
    struct str proxy;   /* "http://host:port"; empty: direct */
    struct str why;     /* it failed; or empty */
    uint32_t start_us;
    uint32_t us; /* until its head came, or it failed */
    uint16_t status;
    enum record_result result;
    bool fresh; /* over a connection that was made for it */
};

#define DETAIL_STEPS_MAX 64
/* Texts are cut, so that none is larger. */
#define DETAIL_SIZE_MAX 16384

struct detail {
    char id[REQUEST_ID_SIZE];
    uint32_t size; /* of all of it */
    uint16_t step_count;
    uint16_t attempt_count;
    /* Steps, attempts, texts follow. */
};

/* What goes into it. */
struct detail_parts {
    struct str id;
    const struct detail_step
        *steps; /* DETAIL_STEPS_MAX at most, as all arrays here */
    size_t step_count;
    const struct detail_attempt *attempts; /* RECORD_ATTEMPTS_MAX at most */
    size_t attempt_count;
};
/* Into memory of DETAIL_SIZE_MAX bytes, aligned as a struct detail; ->size of them are
   used. */
void detail_pack(struct detail *detail, const struct detail_parts *parts);

/* Copies; the texts are views. */
struct detail_step detail_step_at(const struct detail *detail, size_t i);
struct detail_attempt detail_attempt_at(const struct detail *detail, size_t i);
