// SPDX-License-Identifier: MIT
/* One probe, run to its end. */
#include "app/trial.h"

#include <signal.h>

#include "account/gateway.h"
#include "net/tls.h"

static void stop(void *arg)
{
    loop_stop(arg);
}

bool trial_run(struct trial *trial, const struct config *config,
               const struct account *account, const struct proxy *proxy,
               struct err *err)
{
    struct destination way;

    *trial = (struct trial){ .loop = loop_new() };
    (void)signal(SIGPIPE, SIG_IGN);
    trial->tls =
        tls_client_new(config->ca_file.len > 0 ? config->ca_file.at : NULL,
                       err);
    if (!trial->tls)
        return false;
    way = gateway_way(account, &(struct destination){ .api = &config->api,
                                                      .tls = trial->tls });
    trial->probe =
        probe_start(&(struct probe_options){ .loop = trial->loop,
                                             .api = way.api,
                                             .tls = way.tls,
                                             .ca_file = config->ca_file.at,
                                             .proxy = proxy,
                                             .timeout_ms = config->connect_ms },
                    stop, trial->loop);
    loop_run(trial->loop);
    return true;
}

void trial_done(struct trial *trial)
{
    probe_free(trial->probe);
    loop_free(trial->loop);
    tls_free(trial->tls);
}

struct str trial_way(struct arena *arena, const struct proxy *proxy)
{
    if (!proxy)
        return STR("directly");
    return arena_printf(arena, "through the " STR_FMT " proxy %s:%u",
                        STR_ARG(proxy_type_name(proxy)), proxy_host(proxy),
                        proxy_port(proxy));
}
