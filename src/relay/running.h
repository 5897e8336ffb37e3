// SPDX-License-Identifier: MIT
/* What is being relayed, on all workers, for those who look at it and who cancel.

   Each relay has a seat: the list of its requests, which its own thread alone touches.
   So a request costs a link into that list and out of it, and nothing while it runs:
   whoever asks has each worker tell of its own (base/round.h). */
#pragma once

#include "account/account.h"
#include "base/list.h"
#include "base/round.h"
#include "base/shown.h"
#include "http/request_id.h"
#include "team/key.h"

struct running;
struct relayed;

struct running *running_new(void);
/* After all loops that have seats.  NULL is fine. */
void running_free(struct running *running);

/* ---- for a relay, on its thread ------------------------------------------ */

struct running_seat;
/* While no other thread knows of any; stays until running_free(). */
struct running_seat *running_join(struct running *running, struct loop *loop);
/* One of its requests has ended: this is copied, and told to whoever asks until
   RUNNING_ENDED more have, or more bytes than are this seat's share. */
#define RUNNING_ENDED 1000
#define RUNNING_ENDED_BYTES (8u * 1024 * 1024) /* of all seats */
struct detail;
void running_keep(struct running_seat *seat, const struct detail *detail);
/* Its requests, each by its `link`. */
struct list *running_of(struct running_seat *seat);

/* ---- what is seen of a request ------------------------------------------- */

/* What it is waiting for. */
enum running_step {
    RUNNING_RECEIVING, /* its body */
    RUNNING_QUEUED,    /* a slot of its key or group */
    RUNNING_CHOOSING,  /* an account */
    RUNNING_TOKEN,     /* a better one of its account */
    RUNNING_SENDING,   /* connecting included */
    RUNNING_WAITING,   /* for the head of the answer */
    RUNNING_ANSWERING,
    RUNNING_STEPS,
};
/* "receiving", ... */
const char *running_step_word(enum running_step step);

#define RUNNING_MODEL_MAX 128

/* Texts that are not known are empty. */
struct running_view {
    char id[REQUEST_ID_SIZE];
    char key[KEY_NAME_MAX + 1];
    char account[ACCOUNT_NAME_MAX + 1];
    char model[RUNNING_MODEL_MAX + 1]; /* that it asks for */
    char client[SHOWN_MAX];            /* its User-Agent, as it may be shown */
    struct str endpoint;               /* the pattern of its row, which stays */
    enum running_step step;
    bool stream;
    bool told;              /* how much output there is: `output_tokens` */
    uint64_t output_tokens; /* as far as the answer has told */
    uint64_t began_ms;      /* wall clock */
    uint64_t age_ms;
    uint64_t first_byte_ms; /* since it came; 0: none yet */
    uint64_t bytes_out;
    size_t attempts;
};

/* ---- for those who ask --------------------------------------------------- */

struct running_list {
    size_t max;
    size_t count; /* of `at`, the oldest first: at most `max` */
    size_t all;   /* that run */
    struct running_view *at;
};

/* The round's state is the list. */
struct round *running_ask(struct running *running, size_t max,
                          struct loop *loop, void (*wake)(void *arg),
                          void *arg);
/* Once it is done. */
const struct running_list *running_list(const struct round *round);

/* End the request of that id, as if its client had left, but that the client is told
   (RECORD_CANCELLED).  Found: it ran. */
struct round *running_cancel(struct running *running, struct str id,
                             struct loop *loop, void (*wake)(void *arg),
                             void *arg);
bool running_was_found(const struct round *round);

/* Where the time of the request of that id went, if it is one of the last that ended. */
struct round *running_ask_detail(struct running *running, struct str id,
                                 struct loop *loop, void (*wake)(void *arg),
                                 void *arg);
/* NULL: it is not known any more.  Lives as long as the round. */
const struct detail *running_detail(const struct round *round);
