// SPDX-License-Identifier: MIT
/* One probe (upstream/probe.h) with a loop and TLS of its own, run to its end: for
   commands.  Blocking. */
#pragma once

#include "account/account.h"
#include "config/config.h"
#include "upstream/probe.h"

struct trial {
    struct loop *loop;
    struct tls *tls;
    struct probe *probe;
};

/* Try the way to the configured API, or where the account's requests go if it is not
   NULL, through `proxy`, or directly if that is NULL.  False and err if it could not even
   begin; trial_done() in any case. */
bool trial_run(struct trial *trial, const struct config *config,
               const struct account *account, const struct proxy *proxy,
               struct err *err) MUST_CHECK;
void trial_done(struct trial *trial);

/* "through the http proxy 127.0.0.1:8888", or "directly". */
struct str trial_way(struct arena *arena, const struct proxy *proxy);
