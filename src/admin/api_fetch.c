// SPDX-License-Identifier: MIT
/* One request of our own to the API. */
#include "admin/api_fetch.h"

#include "account/kinds.h"

#define FIELDS_MAX (2u * KIND_OAUTH_TOKEN_MAX)
/* Of an answer that is no 200, for the text. */
#define SHOWN_OF_ANSWER 300

static void write_fields(const struct config *config,
                         const struct account *account, struct buf *fields)
{
    const struct account_kind *kind = account->kind;

    buf_printf(fields, STR_FMT ": " STR_FMT, STR_ARG(kind->header),
               STR_ARG(kind->header_prefix));
    buf_add(fields, secret_reveal(account->token));
    buf_printf(fields, "\r\nanthropic-version: " STR_FMT "\r\n",
               STR_ARG(config->api_version));
    if (kind->needs_oauth_flag)
        buf_add(fields, STR("anthropic-beta: oauth-2025-04-20\r\n"));
    buf_add(
        fields,
        STR("content-type: application/json\r\naccept: application/json\r\n"));
}

/* Made when it is first needed, which for most relays is never. */
static void connect_admin(struct admin *admin)
{
    const struct admin_options *options = &admin->options;
    const struct url *api = &options->config->api;

    if (admin->upstream)
        return;
    admin->upstream = upstream_new(options->loop, options->config->ca_file.at);
    admin->origin =
        origin_new(api->host, api->port, api->tls ? options->tls : NULL);
}

struct fetch *api_fetch_start(struct admin *admin, struct arena *arena,
                              const struct api_ask *ask,
                              void (*wake)(void *arg), void *arg)
{
    const struct config *config = admin->options.config;
    struct fetch_options options = {
        .proxy = proxy_choose(admin->options.proxy, NULL, ask->account->proxy),
        .method = ask->method,
        .host = url_authority(arena, &config->api),
        .target =
            arena_printf(arena, STR_FMT STR_FMT, STR_ARG(config->api.prefix),
                         STR_ARG(ask->target)),
        .body = ask->body,
        .connect_ms = config->connect_ms,
        .answer_ms = config->first_byte_ms,
    };
    struct fetch *fetch;
    struct buf fields;

    connect_admin(admin);
    options.upstream = admin->upstream;
    options.origin = admin->origin;
    buf_init_secret(&fields, FIELDS_MAX);
    write_fields(config, ask->account, &fields);
    options.fields = buf_str(&fields);
    fetch = fetch_start(&options, wake, arg);
    buf_done(&fields);
    return fetch;
}

struct json_doc *api_fetch_answer(const struct fetch *fetch,
                                  const struct api_ask *ask, struct err *err)
{
    struct str text;

    if (fetch_state(fetch) == FETCH_FAILED) {
        *err = *fetch_error(fetch);
        return NULL;
    }
    text = fetch_body(fetch);
    if (fetch_status(fetch) == 200)
        return json_doc_parse(text, err);
    err_set(err, ERR_OAUTH, STR_FMT " was answered %u: " STR_FMT,
            STR_ARG(ask->target), fetch_status(fetch),
            STR_ARG(str_sub(text, 0, SHOWN_OF_ANSWER)));
    return NULL;
}
