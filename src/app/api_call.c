// SPDX-License-Identifier: MIT
/* One request of our own to the API. */
#include "app/api_call.h"

#include "upstream/fetch.h"

#define FIELDS_MAX 16384

static void write_fields(const struct place *place,
                         const struct account *account, struct buf *fields)
{
    const struct account_kind *kind = account->kind;

    buf_printf(fields, STR_FMT ": " STR_FMT, STR_ARG(kind->header),
               STR_ARG(kind->header_prefix));
    buf_add(fields, secret_reveal(account->token));
    buf_printf(fields, "\r\nanthropic-version: " STR_FMT "\r\n",
               STR_ARG(place->config->api_version));
    if (kind->needs_oauth_flag)
        buf_add(fields, STR("anthropic-beta: oauth-2025-04-20\r\n"));
    buf_add(
        fields,
        STR("content-type: application/json\r\naccept: application/json\r\n"));
}

static void stop(void *arg)
{
    struct place *place = arg;

    loop_stop(place->loop);
}

/* What came of it, out of the fetch that is about to be freed. */
static bool take_answer(struct api_call *call, const struct fetch *fetch,
                        struct err *err)
{
    if (fetch_state(fetch) == FETCH_FAILED) {
        *err = *fetch_error(fetch);
        return false;
    }
    call->status = fetch_status(fetch);
    buf_init_secret(&call->answer, FETCH_BODY_MAX);
    buf_add(&call->answer, fetch_body(fetch));
    return true;
}

bool api_call_run(struct place *place, const struct account *account,
                  struct api_call *call, struct err *err)
{
    const struct url *api = &place->config->api;
    struct upstream *upstream =
        upstream_new(place->loop, place->config->ca_file.at);
    struct origin *origin =
        origin_new(api->host, api->port, api->tls ? place->tls : NULL);
    struct arena *arena = arena_new();
    struct fetch_options options = {
        .upstream = upstream,
        .origin = origin,
        .proxy = proxy_choose(place->proxy, NULL, account->proxy),
        .method = call->method,
        .host = url_authority(arena, api),
        .target = arena_printf(arena, STR_FMT STR_FMT, STR_ARG(api->prefix),
                               STR_ARG(call->target)),
        .body = call->body,
        .connect_ms = place->config->connect_ms,
        .answer_ms = place->config->first_byte_ms,
    };
    struct fetch *fetch;
    struct buf fields;
    bool ok;

    buf_init_secret(&fields, FIELDS_MAX);
    write_fields(place, account, &fields);
    options.fields = buf_str(&fields);
    fetch = fetch_start(&options, stop, place);
    loop_run(place->loop);
    ok = take_answer(call, fetch, err);
    fetch_free(fetch);
    buf_done(&fields);
    upstream_free(upstream);
    origin_free(origin);
    arena_free(arena);
    return ok;
}

void api_call_done(struct api_call *call)
{
    buf_done(&call->answer);
}
