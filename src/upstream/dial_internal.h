// SPDX-License-Identifier: MIT
/* What dialer.c (libcurl on our loop), dial.c (life), dial_options.c (what libcurl
   is told) and dial_steps.c (how far it came) share.  Not for other folders. */
#pragma once

#include <curl/curl.h>

#include "base/list.h"
#include "net/addr.h"
#include "net/tls.h"
#include "upstream/dial.h"

struct dialer {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *timer;
    char *ca_file;       /* NULL: none */
    struct tls *trust;   /* whom https proxies may be; NULL until the first */
    struct list bridges; /* connections through https proxies */
    int fd_max; /* descriptors from here on are not for dials; 0: all */
    bool (*relieve)(
        void *arg); /* closes something; false if there is nothing */
    void *relieve_arg;
};

struct dial {
    struct dialer *dialer;
    CURL *easy;
    struct proxy *proxy; /* a reference, or NULL */
    struct loop_timer *deadline;
    void (*wake)(void *arg);
    void *arg;
    enum dial_state state;
    int fd;
    uint64_t timeout_ms;
    const char *id; /* or NULL */
    uint64_t start_us;
    uint64_t ended_us[DIAL_STEPS]; /* 0: not yet */
    uint64_t over_us;              /* DONE or FAILED */
    char peer[ADDR_TEXT_MAX]; /* to whom a socket was connected, or empty */
    int no_socket;            /* the errno of a socket that was not made */
    struct tls_guest guest;   /* of the proxy's TLS */
    char target[280];         /* host:port, for error texts */
    char detail[CURL_ERROR_SIZE];
    struct err err;
};

/* libcurl is through with it.  Wakes the owner, who may free it. */
void dial_finish(struct dial *dial, CURLcode code);

void dial_set_options(struct dial *dial, const struct dial_target *target);

/* The step has ended, unless that was known already. */
void dial_mark(struct dial *dial, enum dial_step step);
/* One of its sockets shows activity: has it been connected? */
void dial_note_socket(struct dial *dial, int fd);
/* The first step that has not ended; DIAL_STEPS: all have. */
enum dial_step dial_step(const struct dial *dial);
/* Fill dial->err. */
void dial_describe_failure(struct dial *dial, CURLcode code);
