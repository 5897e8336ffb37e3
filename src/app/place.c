// SPDX-License-Identifier: MIT
/* What a command, or the running relay, needs to work on accounts. */
#include "app/place.h"

#include <signal.h>

#include "crypto/seal.h"

static bool make_seal(struct place *place, struct err *err)
{
    struct str secret = place->config->relay_secret;

    if (secret.len > 0)
        place->seal = seal_new(secret, err);
    return secret.len == 0 || place->seal;
}

static bool make_tls(struct place *place, struct err *err)
{
    const struct config *config = place->config;

    if (!config->api.tls && !config->token_url.tls)
        return true;
    place->tls =
        tls_client_new(config->ca_file.len > 0 ? config->ca_file.at : NULL,
                       err);
    return place->tls != NULL;
}

static bool open_accounts(struct place *place, struct err *err)
{
    const char *folder = place->config->data_dir.at;

    place->store = store_open(folder, place->seal, err);
    if (!place->store)
        return err_wrap(err, "DATA_DIR=\"%s\"", folder);
    place->accounts = accounts_new(store_driver(place->store));
    return accounts_load(place->accounts, err) ||
           err_wrap(err, "DATA_DIR=\"%s\"", folder);
}

bool place_open(struct place *place, const struct config *config,
                struct err *err)
{
    *place = (struct place){ .config = config, .loop = loop_new() };
    (void)signal(SIGPIPE, SIG_IGN);
    /* A file that may not grow is an error of that write, not the end. */
    (void)signal(SIGXFSZ, SIG_IGN);
    log_flush_at_end();
    if (!make_seal(place, err) ||
        !proxy_from_config(config, &place->proxy, err) ||
        !make_tls(place, err) || !open_accounts(place, err))
        return false;
    place->keeper =
        keeper_new(&(struct keeper_options){ .loop = place->loop,
                                             .store = place->store,
                                             .accounts = place->accounts,
                                             .tls = place->tls,
                                             .proxy = place->proxy,
                                             .config = config });
    return true;
}

static void stop_loop(void *arg)
{
    struct place *place = arg;

    loop_stop(place->loop);
}

void place_finish(struct place *place)
{
    if (!place->keeper)
        return;
    keeper_stop(place->keeper, stop_loop, place);
    loop_run(place->loop);
    keeper_free(place->keeper);
    place->keeper = NULL;
    store_stop(place->store);
}

void place_close(struct place *place)
{
    place_finish(place);
    store_stop(place->store);
    loop_free(place->loop);
    accounts_free(place->accounts);
    store_free(place->store);
    tls_free(place->tls);
    proxy_unref(place->proxy);
    seal_free(place->seal);
}

/* ---- asking ------------------------------------------------------------- */

bool place_ask(struct place *place, const struct keeper_question *question,
               struct err *err)
{
    struct keeper_wait *wait =
        keeper_ask(place->keeper, place->loop, question, stop_loop, place);
    bool ok;

    loop_run(place->loop);
    ok = !keeper_wait_error(wait);
    if (!ok)
        *err = *keeper_wait_error(wait);
    keeper_wait_free(wait);
    return ok;
}
