// SPDX-License-Identifier: MIT
/* A keeper at work. */
#include "desk.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/kinds.h"
#include "base/mem.h"

#define ANSWER_MAX 4096

int desk_open(void **state)
{
    struct desk *desk = MEM_NEW(struct desk);
    struct err err;

    desk->loop = loop_new();
    desk->script = script_store_new();
    script_store_put(desk->script, DESK_KEY,
                     DESK_DOC("old-access", "old-refresh", DESK_LONG_AGO));
    desk->store = store_over(script_store_driver(desk->script));
    desk->listening = wire_listen(&desk->port);
    desk->peer.fd = -1;
    desk->config = (struct config){
        .data_dir = STR("nowhere"),
        .ca_file = STR(""),
        .client_id = STR("client"),
        .connect_ms = WIRE_WAIT_MS,
        .token_url = { .host = STR("127.0.0.1"),
                       .port = desk->port,
                       .prefix = STR("/token") },
    };
    desk->accounts = accounts_new();
    assert_true(accounts_load(desk->accounts, store_driver(desk->store), &err));
    desk->keeper =
        keeper_new(&(struct keeper_options){ .loop = desk->loop,
                                             .store = desk->store,
                                             .accounts = desk->accounts,
                                             .config = &desk->config,
                                             .patience_ms = WIRE_WAIT_MS,
                                             .save_at_stop_ms = WIRE_WAIT_MS });
    *state = desk;
    return 0;
}

static void idle(void *arg)
{
    struct desk *desk = arg;

    desk->idles++;
}

void desk_stop(struct desk *desk)
{
    desk->stopped = true;
    keeper_stop(desk->keeper, idle, desk);
}

static bool is_idle(void *arg)
{
    return ((struct desk *)arg)->idles > 0;
}

int desk_close(void **state)
{
    struct desk *desk = *state;

    wire_close(&desk->peer);
    (void)close(desk->listening);
    if (!desk->stopped)
        desk_stop(desk);
    wire_until(desk->loop, is_idle, desk);
    assert_int_equal(desk->idles, 1);
    keeper_free(desk->keeper);
    store_stop(desk->store);
    loop_free(desk->loop);
    assert_int_equal(script_store_locks(desk->script), 0);
    accounts_free(desk->accounts);
    store_free(desk->store);
    mem_free(desk);
    return 0;
}

/* ---- asking ------------------------------------------------------------- */

static void woken(void *arg)
{
    struct desk *desk = arg;

    desk->wakes++;
}

static struct keeper_wait *ask(struct desk *desk, enum keeper_op op,
                               const char *change, struct secret *stale)
{
    struct err err;
    struct json_doc *doc = change ? json_doc_parse(str_of(change), &err) : NULL;
    struct keeper_wait *wait;

    wait = keeper_ask(desk->keeper, desk->loop,
                      &(struct keeper_question){ .op = op,
                                                 .name = STR("main"),
                                                 .stale = stale,
                                                 .kind = &account_kind_oauth,
                                                 .change = doc },
                      woken, desk);
    json_doc_free(doc);
    return wait;
}

struct keeper_wait *desk_ask(struct desk *desk, enum keeper_op op,
                             const char *change)
{
    return ask(desk, op, change, NULL);
}

struct keeper_wait *desk_tell_refused(struct desk *desk, enum keeper_op op,
                                      const char *stale)
{
    struct secret *token = secret_new(str_of(stale));
    struct keeper_wait *wait = ask(desk, op, NULL, token);

    secret_unref(token);
    return wait;
}

static bool is_answered(void *arg)
{
    return keeper_wait_is_done(arg);
}

int desk_answer(struct desk *desk, struct keeper_wait *wait)
{
    int code;

    wire_until(desk->loop, is_answered, wait);
    code = keeper_wait_error(wait) ? (int)keeper_wait_error(wait)->code : -1;
    desk->retry_after_s =
        code >= 0 ? err_retry_after_s(keeper_wait_error(wait)) : 0;
    keeper_wait_free(wait);
    return code;
}

/* ---- the token endpoint -------------------------------------------------- */

void desk_token_call(struct desk *desk)
{
    wire_close(&desk->peer);
    wire_accept(&desk->peer, desk->loop, desk->listening);
    wire_expect(&desk->peer, "\"client\"}");
}

void desk_reply(struct desk *desk, const char *status, const char *body)
{
    char answer[ANSWER_MAX];

    (void)snprintf(answer, sizeof(answer),
                   "HTTP/1.1 %s\r\ncontent-type: application/json\r\n"
                   "content-length: %zu\r\n\r\n%s",
                   status, strlen(body), body);
    wire_send(&desk->peer, answer);
}

void desk_grant(struct desk *desk, const char *access, const char *refresh)
{
    char body[ANSWER_MAX / 2];

    (void)snprintf(body, sizeof(body),
                   "{\"access_token\":\"%s\",\"expires_in\":3600%s%s%s}",
                   access, refresh ? ",\"refresh_token\":\"" : "",
                   refresh ? refresh : "", refresh ? "\"" : "");
    desk_reply(desk, "200 OK", body);
}

void desk_renew(struct desk *desk)
{
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), -1);
}

/* ---- looking ------------------------------------------------------------ */

const char *desk_token(struct desk *desk, char out[64])
{
    struct account *account = accounts_get(desk->accounts, STR("main"));

    (void)snprintf(out, 64, STR_FMT,
                   STR_ARG(account && account->token
                               ? secret_reveal(account->token)
                               : STR_EMPTY));
    account_unref(account);
    return out;
}

void desk_expect_token(struct desk *desk, const char *want)
{
    char token[64];

    assert_string_equal(desk_token(desk, token), want);
}

void desk_expect_stored(struct desk *desk, const char *part)
{
    char *text = script_store_get(desk->script, DESK_KEY);

    assert_non_null(text);
    unit_assert_part(text, part);
    mem_free(text);
}

struct counting {
    struct script_store *script;
    enum script_op op;
    unsigned count;
};

static bool has_come(void *arg)
{
    const struct counting *counting = arg;

    return script_store_count(counting->script, counting->op) >=
           counting->count;
}

void desk_until_count(struct desk *desk, enum script_op op, unsigned count)
{
    struct counting counting = { desk->script, op, count };

    wire_until(desk->loop, has_come, &counting);
}

static bool is_stalled(void *arg)
{
    return script_store_is_stalled(arg);
}

void desk_until_stalled(struct desk *desk)
{
    wire_until(desk->loop, is_stalled, desk->script);
}
