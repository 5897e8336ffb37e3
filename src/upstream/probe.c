// SPDX-License-Identifier: MIT
/* Probes: a call on an upstream of its own, and what its times tell. */
#include "upstream/probe.h"

#include "base/mem.h"
#include "http/request_id.h"
#include "upstream/call.h"

struct probe {
    struct upstream *upstream;
    struct origin *origin;
    struct proxy *proxy; /* a reference, or NULL */
    struct call *call;
    void (*wake)(void *arg);
    void *arg;
    struct arena *arena;
    struct str target;
    struct loop_timer *telling; /* runs when it is over */
    bool over;
    struct probe_result result;
};

/* ---- what the times tell ------------------------------------------------ */

static void add_step(struct probe_result *result, const char *name, bool ok,
                     uint64_t us)
{
    result->steps[result->count++] =
        (struct probe_step){ .name = name, .ok = ok, .us = us };
    result->total_us += us;
    if (!ok)
        result->failed_step = name;
}

/* In the latest step. */
static void add_found(struct probe_result *result, const char *found)
{
    result->steps[result->count - 1].found = found;
}

static void add_dial_steps(struct probe *probe, const struct dial_times *times)
{
    static const char *const names[] = {
        [DIAL_RESOLVE] = "resolve",
        [DIAL_CONNECT] = "connect",
        [DIAL_PROXY_TLS] = "proxy TLS",
        [DIAL_AUTHENTICATE] = "authenticate",
    };

    for (unsigned step = DIAL_RESOLVE;
         step < DIAL_STEPS && step <= times->reached; step++) {
        if (!dial_has_step(probe->proxy, step))
            continue;
        add_step(&probe->result, names[step], step < times->reached,
                 times->us[step]);
        if (step == DIAL_RESOLVE)
            add_found(&probe->result, call_way(probe->call).peer);
    }
}

static void add_steps(struct probe *probe)
{
    struct call_times times = call_times(probe->call);
    bool secured = times.reached > CALL_SECURING;

    add_dial_steps(probe, &times.dial);
    if (times.reached == CALL_DIALING)
        return;
    if (probe->origin->tls)
        add_step(&probe->result, "TLS", secured, times.tls_us);
    if (probe->origin->tls && secured)
        add_found(&probe->result, call_way(probe->call).tls);
    if (secured)
        add_step(&probe->result, "request", probe->result.ok, times.answer_us);
}

static void finish(struct probe *probe, bool ok)
{
    probe->over = true;
    probe->result.ok = ok;
    add_steps(probe);
    loop_timer_set(probe->telling, 0);
}

static void fail(struct probe *probe)
{
    probe->result.err = *call_error(probe->call);
    finish(probe, false);
}

/* By this relay (http/connection_read.c): nobody else answers a 508 by such an id, for
   what asks for the root is served where it comes to. */
static bool came_round(const struct parser_head *head)
{
    const struct str *id = headers_get(&head->headers, STR("request-id"));
    uint64_t time_ms;
    uint64_t tail;

    return head->status == err_status(ERR_LOOP) && id &&
           request_id_read(*id, &time_ms, &tail);
}

static void take_answer(struct probe *probe)
{
    const struct parser_head *head = call_head(probe->call);

    if (came_round(head)) {
        err_set(&probe->result.err, ERR_LOOP,
                "request failed: " STR_FMT " leads back: the request came from "
                "the relay itself",
                STR_ARG(probe->target));
        finish(probe, false);
        return;
    }
    probe->result.status = head->status;
    finish(probe, true);
}

/* Outside of the call, so that the owner may free everything. */
static void tell(void *arg)
{
    struct probe *probe = arg;

    probe->wake(probe->arg);
}

static void call_changed(void *arg)
{
    struct probe *probe = arg;

    if (probe->over)
        return;
    switch (call_state(probe->call)) {
    case CALL_DIALING:
    case CALL_SECURING:
    case CALL_SENDING:
    case CALL_WAITING:
        break;
    case CALL_READING:
    case CALL_DONE:
        take_answer(probe);
        break;
    case CALL_FAILED:
        fail(probe);
        break;
    }
}

/* ---- life --------------------------------------------------------------- */

static struct str make_head(struct probe *probe, const struct url *api)
{
    struct str host = url_authority(probe->arena, api);

    return arena_printf(probe->arena,
                        "HEAD / HTTP/1.1\r\nhost: " STR_FMT
                        "\r\nuser-agent: claude-relay\r\naccept: */*\r\n"
                        "connection: close\r\n\r\n",
                        STR_ARG(host));
}

static struct str make_target(struct probe *probe, const struct url *api)
{
    bool v6 = str_index(api->host, ':') < api->host.len;

    return arena_printf(probe->arena, v6 ? "[" STR_FMT "]:%u" : STR_FMT ":%u",
                        STR_ARG(api->host), api->port);
}

struct probe *probe_start(const struct probe_options *options,
                          void (*wake)(void *arg), void *arg)
{
    struct probe *probe = MEM_NEW(struct probe);
    const struct url *api = options->api;

    probe->wake = wake;
    probe->arg = arg;
    probe->proxy = proxy_ref((struct proxy *)(uintptr_t)options->proxy);
    probe->upstream = upstream_new(options->loop, options->ca_file);
    upstream_make_known(probe->upstream, options->outgoing);
    probe->origin =
        origin_new(api->host, api->port, api->tls ? options->tls : NULL);
    probe->arena = arena_new();
    probe->target = make_target(probe, api);
    probe->telling = loop_timer_new(options->loop, tell, probe);
    probe->call =
        call_start(&(struct call_options){ .upstream = probe->upstream,
                                           .origin = probe->origin,
                                           .proxy = probe->proxy,
                                           .head = make_head(probe, api),
                                           .to_head = true,
                                           .single = true,
                                           .timed = true,
                                           .connect_ms = options->timeout_ms,
                                           .first_byte_ms = options->timeout_ms,
                                           .idle_ms = options->timeout_ms },
                   call_changed, probe);
    return probe;
}

void probe_free(struct probe *probe)
{
    if (!probe)
        return;
    call_free(probe->call);
    upstream_free(probe->upstream);
    origin_free(probe->origin);
    proxy_unref(probe->proxy);
    loop_timer_free(probe->telling);
    arena_free(probe->arena);
    mem_free(probe);
}

const struct probe_result *probe_result(const struct probe *probe)
{
    return probe->over ? &probe->result : NULL;
}

const struct headers *probe_headers(const struct probe *probe)
{
    return probe->over && probe->result.ok ? &call_head(probe->call)->headers
                                           : NULL;
}

struct str probe_target(const struct probe *probe)
{
    return probe->target;
}

/* ---- as a document ------------------------------------------------------ */

static struct json_doc *str_or_null(const char *text)
{
    return text ? json_doc_new_str(str_of(text)) : json_doc_new_null();
}

static struct json_doc *steps_doc(const struct probe_result *result)
{
    struct json_doc *steps = json_doc_new_array();

    for (size_t i = 0; i < result->count; i++) {
        struct json_doc *step = json_doc_new_object();

        json_doc_set_str(step, "step", str_of(result->steps[i].name));
        json_doc_set_bool(step, "ok", result->steps[i].ok);
        json_doc_set_u64(step, "ms", result->steps[i].us / 1000);
        json_doc_set_u64(step, "us", result->steps[i].us);
        json_doc_set(step, "found", str_or_null(result->steps[i].found));
        json_doc_add(steps, step);
    }
    return steps;
}

struct json_doc *probe_report(const struct probe *probe)
{
    const struct probe_result *result = &probe->result;
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_bool(doc, "ok", result->ok);
    json_doc_set(doc, "proxy", proxy_to_json(probe->proxy));
    json_doc_set_str(doc, "target", probe->target);
    if (result->ok)
        json_doc_set_u64(doc, "status", result->status);
    else
        json_doc_set(doc, "status", json_doc_new_null());
    json_doc_set(doc, "steps", steps_doc(result));
    json_doc_set_u64(doc, "total_ms", result->total_us / 1000);
    json_doc_set(doc, "failed_step", str_or_null(result->failed_step));
    json_doc_set(doc, "error",
                 str_or_null(result->ok ? NULL : result->err.text));
    return doc;
}
