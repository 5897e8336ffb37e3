// SPDX-License-Identifier: MIT
/* One call of a token endpoint. */
#include "account/token_call.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

struct token_call {
    struct list node; /* in keeper->calls */
    struct keeper *keeper;
    const struct renewal *renewal;
    struct arena *arena;
    char name[ACCOUNT_NAME_MAX + 1];
    const struct proxy *proxy;
    struct buf body;
    uint64_t began_ms; /* steady */
    bool repeated;
    struct fetch *fetch;
    void (*wake)(void *arg);
    void *arg;
};

static void fetch_changed(void *arg);

static void ask(struct token_call *call)
{
    struct keeper *keeper = call->keeper;
    const struct config *config = keeper->options.config;
    const struct renewal *renewal = call->renewal;
    const struct url *url = renewal->endpoint(config);
    struct origin *origin =
        upstream_origin(keeper->upstream, url->host, url->port,
                        url->tls ? keeper->options.tls : NULL);

    call->fetch = fetch_start(
        &(struct fetch_options){ .upstream = keeper->upstream,
                                 .origin = origin,
                                 .proxy = call->proxy,
                                 .method = STR("POST"),
                                 .host = url_authority(call->arena, url),
                                 .target = url->prefix.len > 0 ? url->prefix
                                                               : STR("/"),
                                 .fields = renewal->fields,
                                 .body = buf_str(&call->body),
                                 .connect_ms = config->connect_ms,
                                 .answer_ms = TOKEN_CALL_MS,
                                 .look = renewal->look,
                                 .doubt = renewal->doubt },
        fetch_changed, call);
    origin_free(origin);
}

/* Whether the endpoint took the request is unknown then; if it did, the tokens are
   spent, and asking again is the only way to find out. */
static bool was_lost(const struct fetch *fetch)
{
    enum err_code code = fetch_state(fetch) == FETCH_FAILED
                             ? fetch_error(fetch)->code
                             : ERR_INTERNAL;

    return code == ERR_SEND || code == ERR_FIRST_BYTE;
}

static void fetch_changed(void *arg)
{
    struct token_call *call = arg;

    if (!call->repeated && was_lost(call->fetch)) {
        log_line(LOG_WARN,
                 "account %s: the connection of its token call was lost: %s; "
                 "asking once more",
                 call->name, fetch_error(call->fetch)->text);
        call->repeated = true;
        fetch_free(call->fetch);
        ask(call);
        return;
    }
    call->wake(call->arg);
}

struct token_call *token_call_start(const struct token_call_options *options,
                                    void (*wake)(void *arg), void *arg)
{
    struct token_call *call = MEM_NEW(struct token_call);

    call->keeper = options->keeper;
    call->renewal = options->renewal;
    call->arena = arena_new();
    (void)snprintf(call->name, sizeof(call->name), "%s", options->name);
    call->proxy = options->proxy;
    buf_init_secret(&call->body, options->body.len);
    buf_add(&call->body, options->body);
    call->began_ms = clock_steady_ms();
    call->wake = wake;
    call->arg = arg;
    list_push(&call->keeper->calls, &call->node);
    ask(call);
    return call;
}

void token_call_free(struct token_call *call)
{
    if (!call)
        return;
    list_remove(&call->node);
    fetch_free(call->fetch);
    buf_done(&call->body);
    arena_free(call->arena);
    mem_free(call);
}

bool token_call_is_done(const struct token_call *call)
{
    return fetch_state(call->fetch) != FETCH_BUSY;
}

struct renewal_answer token_call_take(const struct token_call *call)
{
    const struct fetch *fetch = call->fetch;

    if (fetch_state(fetch) == FETCH_FAILED)
        return (struct renewal_answer){ .verdict = RENEWAL_TRANSIENT,
                                        .err = *fetch_error(fetch) };
    return call->renewal->judge(fetch_status(fetch), fetch_headers(fetch),
                                fetch_body(fetch), clock_wall_ms());
}

void token_call_describe(struct keeper *keeper, struct buf *out)
{
    uint64_t now_ms = clock_steady_ms();

    for (struct list *node = keeper->calls.next; node != &keeper->calls;
         node = node->next) {
        const struct token_call *call =
            LIST_ITEM(node, struct token_call, node);
        uint64_t age_ms = now_ms - call->began_ms;

        (void)buf_printf(
            out,
            "account %s: the answer to its token call, at most %llu s "
            "more\n",
            call->name,
            (unsigned long long)(age_ms < TOKEN_CALL_MS
                                     ? (TOKEN_CALL_MS - age_ms) / 1000
                                     : 0));
    }
}
