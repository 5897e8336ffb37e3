// SPDX-License-Identifier: MIT
/* A question about usage on its way: asked on the records' thread, answered in parts.
   What the thread works on outlives a client that leaves. */
#pragma once

#include "admin/parts.h"
#include "admin/usage_params.h"

struct usage_ask {
    struct arena *arena; /* of the query's texts */
    struct usage_params params;
    struct ask sums;
    struct asking *asking; /* of sums */
    struct ask_answer answer;
    struct ask_requests requests;
    struct ask_found found;
    struct err err;
    struct me_ticket *turn; /* until this is found; or NULL */
};

/* A row's state: the question, and how far the answer is written. */
struct usage_asking {
    struct records_job *job;
    struct usage_ask *ask; /* the job's, once there is one */
    bool csv;
    bool begun;    /* something is written */
    size_t next;   /* of the rows */
    uint64_t left; /* so many requests are wanted, of this page on */
    uint64_t now_ms;
};

void usage_asking_drop(void *state);
/* A new question, from the request's query; what was before is dropped.  NULL: there
   are no records, and x->err says so. */
struct usage_ask *usage_asking_new(struct admin_request *x);
/* Is there one of that name now?  Those of keys and groups are in the records. */
void usage_asking_look_for_account(struct admin_request *x,
                                   struct ask_filter *filter);
void usage_asking_start(struct admin_request *x,
                        bool (*run)(struct sql *sql, void *arg,
                                    struct err *err));
/* The same question again, with what has come of it so far, in another transaction. */
void usage_asking_go_on(struct admin_request *x,
                        bool (*run)(struct sql *sql, void *arg,
                                    struct err *err));
/* Once the job is done: false, and x->err. */
bool usage_asking_went_well(struct admin_request *x);
