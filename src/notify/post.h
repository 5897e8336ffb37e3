// SPDX-License-Identifier: MIT
/* One attempt to hand over a notice: a POST to where notices go, through the global proxy if
   there is one, and never around it; redirects are not followed.  Nothing that is said
   of it, in errors or in the log, holds more of the URL than its host. */
#pragma once

#include "config/config.h"
#include "notify/format.h"
#include "notify/target.h"
#include "upstream/fetch.h"

/* The way there from one loop. */
struct post_way;
/* All borrowed but for the target. */
struct post_way_options {
    struct loop *loop;
    const struct config *config;
    const struct notify_target *target; /* a reference is kept */
    struct tls *tls;                    /* NULL if the URL is http:// */
    const struct proxy *proxy;          /* the global one, or NULL */
    struct outgoing *outgoing;          /* NULL: nobody wants to know */
};
struct post_way *post_way_new(const struct post_way_options *options);
/* No post may be under way, and not from inside its wake.  NULL is fine. */
void post_way_free(struct post_way *way);

#define POST_ANSWER_MS 20000

struct post;
/* Head fields and body, copied.  `wake` comes once, when it is no longer busy; never from
   inside post_start(), never after post_free(), which cancels. */
struct post *post_start(struct post_way *way, struct str fields,
                        struct str body, void (*wake)(void *arg), void *arg);
/* May come in the wake.  NULL is fine. */
void post_free(struct post *post);
bool post_is_busy(const struct post *post);

struct post_result {
    bool taken;
    bool hopeless;   /* the same will be refused again */
    unsigned status; /* 0: there was no answer */
    uint64_t
        after_ms;   /* it asks to be left alone for so long; 0: it does not */
    struct err err; /* unless it was taken */
};
/* When it is no longer busy. */
void post_result(const struct post *post, struct post_result *result);
