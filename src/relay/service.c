// SPDX-License-Identifier: MIT
/* The entry of the relay: which requests it takes, and what it holds for them. */
#include "base/mem.h"
#include "base/token.h"
#include "http/problem.h"
#include "relay/aside.h"
#include "relay/relayed.h"
#include "relay/running.h"

/* Thrown away, but read: the client wants to see it taken. */
#define TELEMETRY_MAX (4u * 1024 * 1024)
/* For reading compressed answers: thousands of them at once. */
#define UNPACKING_MAX (256u * 1024 * 1024)

struct relay *relay_new(const struct relay_options *options)
{
    struct relay *relay = MEM_NEW(struct relay);
    const struct url *api = &options->config->api;

    relay->options = *options;
    relay->arena = arena_new();
    relay->home = (struct destination){
        .api = api,
        .host = url_authority(relay->arena, api),
        .tls = options->tls,
    };
    relay->upstream = upstream_new(options->loop, options->config->ca_file.at);
    upstream_keep_back(relay->upstream, options->fd_max);
    upstream_make_known(relay->upstream, options->outgoing);
    relay->origin =
        origin_new(api->host, api->port, api->tls ? options->tls : NULL);
    if (!options->prices)
        relay->own_prices = price_board_new();
    relay->prices = options->prices ? options->prices : relay->own_prices;
    relay->unpacking.max = UNPACKING_MAX;
    list_init(&relay->unseen);
    relay->running = &relay->unseen;
    if (options->running) {
        relay->seat = running_join(options->running, options->loop);
        relay->running = running_of(relay->seat);
    }
    return relay;
}

void relay_free(struct relay *relay)
{
    if (!relay)
        return;
    upstream_free(relay->upstream);
    origin_free(relay->origin);
    price_board_free(relay->own_prices);
    arena_free(relay->arena);
    mem_free(relay);
}

size_t relay_in_flight(const struct relay *relay)
{
    return atomic_load_explicit(&relay->in_flight, memory_order_relaxed);
}

const struct tally_share *relay_share(const struct relay *relay)
{
    return &relay->share;
}

/* Claude Code's looks at the base URL, and its event log, end here.  Strangers get
   an answer to HEAD / alone. */
static bool handle_aside(const struct relay *relay, struct request *req)
{
    bool probe = endpoints_is_probe(req->method, req->path);
    bool telemetry = endpoints_is_telemetry(req->method, req->path);
    bool open = probe && str_eq(req->path, STR("/"));
    bool head = request_is_head(req);
    struct err ignored;

    if ((!probe && !telemetry) ||
        (!open && !caller_is_machine(req) &&
         !caller_has(relay->options.callers, req, RIGHT_RELAY, &ignored)))
        return false;
    if (telemetry)
        aside_answer(req, TELEMETRY_MAX, STR("{}"));
    else
        aside_answer(req, 0, head ? STR_EMPTY : STR("{\"message\":\"hello\"}"));
    return true;
}

/* Does it look like the API, under any base URL? */
static bool is_of_the_api(struct str path)
{
    return str_eq(path, STR("/v1")) || str_starts(path, STR("/v1/"));
}

/* Why the path does not pass.  The key in it is not repeated. */
static void explain(struct str path, struct str allow, struct err *err)
{
    if (token_holds_relay_key(path))
        err_set(err, ERR_BAD_REQUEST,
                "the path holds a relay key: send it in x-api-key or "
                "Authorization instead, and rotate it (claude-relay key "
                "rotate), because addresses are written to logs");
    else if (allow.len > 0)
        err_set(err, ERR_METHOD, "this path allows " STR_FMT, STR_ARG(allow));
    else
        err_set(err, ERR_BAD_REQUEST,
                "the relay has no such endpoint: %s (docs/api.md)",
                endpoints_flaw(path));
}

/* In a status whose text Claude Code shows (a 404 it hides). */
static void refuse(const struct relay *relay, struct request *req,
                   struct str path, struct str allow)
{
    struct err err;
    bool known = caller_has(relay->options.callers, req, RIGHT_RELAY, &err);

    if (known)
        explain(path, allow, &err);
    problem_send_allowing(req, &err, known ? allow : STR_EMPTY);
}

bool relay_handle(struct relay *relay, struct request *req)
{
    struct str path = endpoints_upstream_path(req->arena, req->path);
    const struct endpoint *endpoint = endpoints_find(req->method, path);

    if (is_of_the_api(path) && token_holds_relay_key(path)) {
        refuse(relay, req, path, STR_EMPTY);
        return true;
    }
    if (endpoint) {
        relayed_start(relay, req, endpoint, path);
        return true;
    }
    if (handle_aside(relay, req))
        return true;
    endpoint = endpoints_open(req->method, path);
    if (endpoint) {
        relayed_start(relay, req, endpoint, path);
        return true;
    }
    if (!is_of_the_api(path) && !endpoints_is_telemetry(req->method, req->path))
        return false;
    refuse(relay, req, path, endpoints_allow(req->arena, path));
    return true;
}
