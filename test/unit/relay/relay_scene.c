// SPDX-License-Identifier: MIT
/* A relay between a client and an upstream.  Who is this machine, and what the keeper
   does, are replaced: the test decides.  The log, too: the test looks at records. */
#include "relay_scene.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/kinds.h"
#include "accounts.h"
#include "base/mem.h"
#include "http/loopback.h"
#include "http/problem.h"
#include "relay/relayed.h"
#include "usage/ledger.h"

/* ---- who is this machine ------------------------------------------------ */

/* The one scene there is: requests know nothing of it. */
static struct relay_scene *present;

const char *loopback_refusal(const struct request *req)
{
    (void)req;
    return present->stranger;
}

const char *loopback_field_refusal(const struct request *req)
{
    (void)req;
    return present->stranger;
}

/* ---- the keeper --------------------------------------------------------- */

struct keeper_wait {
    struct relay_scene *scene;
    void (*wake)(void *arg);
    void *arg;
    bool done;
    struct err err;
};

struct keeper_wait *keeper_ask(struct keeper *keeper, struct loop *loop,
                               const struct keeper_question *question,
                               void (*wake)(void *arg), void *arg)
{
    struct keeper_wait *wait = MEM_NEW(struct keeper_wait);

    (void)keeper;
    (void)loop;
    *wait = (struct keeper_wait){ .scene = present, .wake = wake, .arg = arg };
    present->questions++;
    present->asked = question->op;
    (void)snprintf(present->stale, sizeof(present->stale), STR_FMT,
                   STR_ARG(secret_reveal(question->stale)));
    present->wait = wake ? wait : present->wait;
    return wait;
}

void keeper_wait_free(struct keeper_wait *wait)
{
    if (wait && present->wait == wait)
        present->wait = NULL;
    mem_free(wait);
}

bool keeper_wait_is_done(const struct keeper_wait *wait)
{
    return wait->done;
}

const struct err *keeper_wait_error(const struct keeper_wait *wait)
{
    return wait->err.text[0] ? &wait->err : NULL;
}

void relay_scene_keeper(struct relay_scene *scene, const char *token)
{
    struct keeper_wait *wait = scene->wait;

    assert_non_null(wait);
    if (token)
        relay_scene_put(scene, token, false);
    else
        err_set(&wait->err, ERR_OAUTH, "the kettle is cold");
    if (!token)
        err_retry_after(&wait->err, 30000);
    wait->done = true;
    wait->wake(wait->arg);
}

void relay_scene_keeper_refuses(struct relay_scene *scene)
{
    struct keeper_wait *wait = scene->wait;

    assert_non_null(wait);
    err_set(&wait->err, ERR_LOGIN_REQUIRED, "the kettle is gone");
    wait->done = true;
    wait->wake(wait->arg);
}

/* ---- records ------------------------------------------------------------ */

/* They borrow from a request that is gone in a moment. */
static void keep_texts(struct relay_scene *scene)
{
    struct record *record = &scene->record;
    struct str *texts[] = {
        &record->id,       &record->client_id,    &record->upstream_id,
        &record->session,  &record->method,       &record->path,
        &record->endpoint, &record->key,          &record->owner,
        &record->group,    &record->account,      &record->model_asked,
        &record->model,    &record->service_tier, &record->error,
        &record->reset,    &record->unread,       &record->price_version,
        &record->priced,
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = arena_str(scene->texts, *texts[i]);
    for (size_t i = 0; i < record->attempt_count; i++)
        record->attempts[i].account =
            arena_str(scene->texts, record->attempts[i].account);
}

void ledger_add(struct ledger *ledger, const struct record *record)
{
    (void)ledger;
    present->bookings += record->sent;
}

bool ledger_is_crowded(struct ledger *ledger)
{
    (void)ledger;
    return false;
}

void relayed_log(const struct record *record)
{
    struct relay_scene *scene = present;

    scene->record = *record;
    keep_texts(scene);
    if (record->usage) {
        scene->usage = *record->usage;
        scene->usage.parts = NULL;
        scene->record.usage = &scene->usage;
    }
    scene->records++;
}

/* ---- the scene ---------------------------------------------------------- */

static void handle(void *arg, struct request *req)
{
    struct relay_scene *scene = arg;
    struct err err;

    scene->taken = relay_handle(scene->relay, req);
    if (scene->taken)
        return;
    err_set(&err, ERR_NOT_FOUND, "not the relay's");
    problem_send(req, &err);
}

static void configure(struct relay_scene *scene)
{
    scene->config.ca_file = STR_EMPTY;
    scene->config.api_version = STR("2023-06-01");
    scene->config.beta_header = STR_EMPTY;
    scene->config.connect_ms = WIRE_WAIT_MS;
    scene->config.first_byte_ms = WIRE_WAIT_MS;
    scene->config.idle_ms = WIRE_WAIT_MS;
    scene->config.api = (struct url){ .host = STR("127.0.0.1"),
                                      .port = scene->port,
                                      .prefix = STR_EMPTY };
}

void relay_scene_put(struct relay_scene *scene, const char *token, bool expired)
{
    char text[256];

    (void)snprintf(text, sizeof(text),
                   "{\"access_token\":\"%s\",\"refresh_token\":\"r\","
                   "\"expires_at\":\"%s\"}",
                   token,
                   expired ? "2020-01-01T00:00:00Z" : "2099-01-01T00:00:00Z");
    accounts_put(scene->accounts,
                 unit_account(&account_kind_oauth, "main", text), false);
}

int relay_scene_open(void **state)
{
    struct relay_scene *scene = MEM_NEW(struct relay_scene);
    struct server_options server = { .listen = { .host = "127.0.0.1" } };
    struct relay_options relay = { .config = &scene->config,
                                   .callers = &scene->callers };
    struct err err;

    present = scene;
    scene->callers.config = &scene->config;
    scene->loop = loop_new();
    scene->listening = wire_listen(&scene->port);
    configure(scene);
    scene->accounts = accounts_new();
    scene->texts = arena_new();
    relay_scene_put(scene, "old-access", false);
    relay.loop = scene->loop;
    relay.accounts = scene->accounts;
    relay.ending = &scene->ending;
    scene->running = running_new();
    relay.running = scene->running;
    scene->relay = relay_new(&relay);
    scene->server = server_new(scene->loop, &server, handle, scene, &err);
    assert_non_null(scene->server);
    wire_connect(&scene->client, scene->loop, server_port(scene->server));
    *state = scene;
    return 0;
}

int relay_scene_close(void **state)
{
    struct relay_scene *scene = *state;

    wire_close(&scene->client);
    for (size_t i = 0; i < scene->peer_count; i++)
        wire_close(&scene->peers[i]);
    server_free(scene->server);
    relay_free(scene->relay);
    accounts_free(scene->accounts);
    (void)close(scene->listening);
    loop_free(scene->loop);
    running_free(scene->running);
    arena_free(scene->texts);
    mem_free(scene);
    return 0;
}

void relay_scene_send(struct relay_scene *scene, const char *bytes)
{
    wire_send(&scene->client, bytes);
}

struct wire *relay_scene_accept(struct relay_scene *scene)
{
    struct wire *peer = &scene->peers[scene->peer_count++];

    assert_true(scene->peer_count <= RELAY_PEERS_MAX);
    wire_accept(peer, scene->loop, scene->listening);
    return peer;
}

struct wire *relay_scene_ask(struct relay_scene *scene, const char *bytes,
                             const char *last)
{
    struct wire *peer;

    relay_scene_send(scene, bytes);
    peer = relay_scene_accept(scene);
    wire_expect(peer, last);
    return peer;
}

struct ending {
    const struct relay_scene *scene;
    unsigned records;
};

static bool have_ended(void *arg)
{
    const struct ending *ending = arg;

    return ending->scene->records >= ending->records;
}

void relay_scene_until_ended(struct relay_scene *scene, unsigned records)
{
    struct ending ending = { scene, records };

    wire_until(scene->loop, have_ended, &ending);
}

struct asking {
    const struct relay_scene *scene;
    unsigned questions;
};

static bool is_asked(void *arg)
{
    const struct asking *asking = arg;

    return asking->scene->questions >= asking->questions;
}

void relay_scene_until_asked(struct relay_scene *scene, unsigned questions)
{
    struct asking asking = { scene, questions };

    wire_until(scene->loop, is_asked, &asking);
}
