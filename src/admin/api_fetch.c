// SPDX-License-Identifier: MIT
/* One request of our own to the API. */
#include "admin/api_fetch.h"

#include "account/gateway.h"
#include "account/kinds.h"
#include "admin/api_record.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/request_id.h"
#include "relay/teach.h"
#include "relay/unpriced.h"
#include "upstream/fetch.h"
#include "usage/ledger.h"
#include "usage/price_board.h"

#define FIELDS_MAX (2u * KIND_OAUTH_TOKEN_MAX)
/* Of an answer that is no 200, for the text. */
#define SHOWN_OF_ANSWER 300

struct api_fetch {
    struct admin *admin;
    struct fetch *fetch;
    struct account *account;
    struct prices *prices; /* as they were when it was asked */
    struct arena *arena;   /* of the texts */
    struct api_exchange exchange;
    char id[REQUEST_ID_SIZE];
    bool booked;
};

/* ---- starting ----------------------------------------------------------- */

static void write_fields(const struct config *config,
                         const struct account *account, struct buf *fields)
{
    struct account_field field = account_field_of(account);

    buf_printf(fields, STR_FMT ": " STR_FMT, STR_ARG(field.name),
               STR_ARG(field.prefix));
    buf_add(fields, secret_reveal(account->token));
    buf_printf(fields, "\r\nanthropic-version: " STR_FMT "\r\n",
               STR_ARG(config->api_version));
    if (account->kind->beta.len > 0)
        buf_printf(fields, "anthropic-beta: " STR_FMT "\r\n",
                   STR_ARG(account->kind->beta));
    buf_add(
        fields,
        STR("content-type: application/json\r\naccept: application/json\r\n"));
}

/* Made when it is first needed, which for most relays is never. */
static struct upstream *upstream_of(struct admin *admin)
{
    const struct admin_options *options = &admin->options;

    if (!admin->upstream) {
        admin->upstream =
            upstream_new(options->loop, options->config->ca_file.at);
        upstream_make_known(admin->upstream, options->outgoing);
    }
    return admin->upstream;
}

/* Where the account's own requests go. */
static struct destination way_of(const struct api_fetch *fetch)
{
    const struct admin_options *options = &fetch->admin->options;
    const struct destination home = {
        .api = &options->config->api,
        .host = url_authority(fetch->arena, &options->config->api),
        .tls = options->tls,
    };

    return gateway_way(fetch->account, &home);
}

static void start(struct api_fetch *fetch, const struct api_ask *ask,
                  struct admin_request *x)
{
    struct admin *admin = fetch->admin;
    const struct config *config = admin->options.config;
    struct destination way = way_of(fetch);
    struct fetch_options options = {
        .upstream = upstream_of(admin),
        .proxy = proxy_choose(admin->options.proxy, NULL, ask->account->proxy),
        .method = ask->method,
        .host = way.host,
        .target = arena_printf(fetch->arena, STR_FMT STR_FMT,
                               STR_ARG(way.api->prefix), STR_ARG(ask->target)),
        .body = ask->body,
        .connect_ms = config->connect_ms,
        .answer_ms = config->first_byte_ms,
    };
    struct buf fields;

    options.origin =
        upstream_origin(options.upstream, way.api->host, way.api->port,
                        way.api->tls ? way.tls : NULL);
    buf_init_secret(&fields, FIELDS_MAX);
    write_fields(config, ask->account, &fields);
    options.fields = buf_str(&fields);
    fetch->fetch = fetch_start(&options, admin_wake, x);
    origin_free(options.origin);
    buf_done(&fields);
}

/* For the record: the request that it is for may be gone by then.  All that is done for
   it came when it did, so that it is booked to have ended in its order. */
static void note(struct api_fetch *fetch, const struct api_ask *ask,
                 const struct request *req)
{
    struct str path = str_sub(ask->target, 0, str_index(ask->target, '?'));

    if (ask->aside)
        request_another_id(req, fetch->id);
    else
        text_copy(fetch->id, sizeof(fetch->id), str_of(req->id));
    fetch->exchange = (struct api_exchange){
        .id = str_of(fetch->id),
        .came_ms = req->arrived_ms,
        .came_ns = req->arrived_ns,
        .began_ns = clock_steady_ns(),
        .endpoint = endpoints_find(ask->method, path),
        .method = arena_str(fetch->arena, ask->method),
        .path = arena_str(fetch->arena, path),
        .account = str_of(ask->account->name),
        .model = arena_str(fetch->arena, ask->model),
        .bytes_in = ask->body.len,
    };
}

struct api_fetch *api_fetch_start(struct admin_request *x,
                                  const struct api_ask *ask)
{
    struct api_fetch *fetch = MEM_NEW(struct api_fetch);

    fetch->admin = x->admin;
    fetch->arena = arena_new();
    fetch->account = account_ref(ask->account);
    fetch->prices = price_board_take(x->admin->prices);
    note(fetch, ask, x->req);
    start(fetch, ask, x);
    return fetch;
}

/* ---- booking ------------------------------------------------------------ */

static void book(struct api_fetch *fetch)
{
    const struct admin_options *options = &fetch->admin->options;
    struct record record;
    struct meter meter;

    if (fetch->booked || !fetch->exchange.endpoint)
        return;
    fetch->booked = true;
    meter_init(&meter, METER_JSON);
    api_record_fill(&record, &fetch->exchange, fetch->fetch);
    api_record_price(&record, &meter, &fetch->exchange, fetch->fetch,
                     fetch->prices);
    ledger_add(options->ledger, &record);
    unpriced_note_record(options->unpriced, &record, fetch->prices);
    meter_done(&meter);
}

/* ---- ending ------------------------------------------------------------- */

bool api_fetch_is_busy(const struct api_fetch *fetch)
{
    return fetch_state(fetch->fetch) == FETCH_BUSY;
}

const struct fetch *api_fetch_over(struct api_fetch *fetch)
{
    book(fetch);
    return fetch->fetch;
}

/* Our own answer (http/connection_read.c), which says so. */
static bool came_round(const struct fetch *made)
{
    char text[TEACH_TEXT_MAX];

    return fetch_status(made) == err_status(ERR_LOOP) &&
           str_contains(teach_error_of(fetch_body(made), text),
                        STR("came from the relay itself"));
}

static void refuse_round(const struct account *account, struct err *err)
{
    char word[ACCOUNT_WORD_MAX];

    if (gateway_is_elsewhere(account))
        err_set(err, ERR_LOOP,
                "the base_url of account \"%s\" leads back to this relay: "
                "put the address of the other gateway behind `claude-relay "
                "account set %s --url`",
                account->name, account_word(account->name, word));
    else
        err_set(err, ERR_LOOP,
                "CLAUDE_API_URL leads back to this relay: set it to the API's "
                "address");
}

struct json_doc *api_fetch_answer(struct api_fetch *fetch, struct err *err)
{
    const struct fetch *made = fetch->fetch;
    struct str text;

    book(fetch);
    if (fetch_state(made) == FETCH_FAILED) {
        *err = *fetch_error(made);
        return NULL;
    }
    text = fetch_body(made);
    if (fetch_status(made) == 200)
        return json_doc_parse(text, err);
    if (came_round(made))
        refuse_round(fetch->account, err);
    else
        err_set(err, ERR_OAUTH, STR_FMT " was answered %u: " STR_FMT,
                STR_ARG(fetch->exchange.path), fetch_status(made),
                STR_ARG(str_sub(text, 0, SHOWN_OF_ANSWER)));
    return NULL;
}

void api_fetch_free(struct api_fetch *fetch)
{
    if (!fetch)
        return;
    book(fetch);
    fetch_free(fetch->fetch);
    account_unref(fetch->account);
    prices_unref(fetch->prices);
    arena_free(fetch->arena);
    mem_free(fetch);
}
