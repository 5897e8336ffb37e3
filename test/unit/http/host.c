// SPDX-License-Identifier: MIT
/* A server on a loop, and a handler that does what the path says. */
#include "host.h"

#include <string.h>

#include "base/mem.h"
#include "http/problem.h"

#define BODY_MAX 10
#define WINDOW 16
#define SECRET_MAX 100

static void release(struct host *host)
{
    struct request *req = host->held;

    host->held = NULL;
    host->gone++;
    request_release(req);
}

static void held_changed(void *arg)
{
    struct host *host = arg;

    if (request_is_gone(host->held))
        release(host);
}

static void body_changed(void *arg)
{
    struct host *host = arg;
    struct request *req = host->held;

    if (request_is_gone(req)) {
        release(host);
        return;
    }
    switch (request_body_state(req)) {
    case REQUEST_BODY_COMPLETE:
        host->held = NULL;
        response_send(req, 200, STR("text/plain"), STR_EMPTY,
                      request_body(req));
        break;
    case REQUEST_BODY_FAILED:
        host->held = NULL;
        problem_send(req, request_body_error(req));
        break;
    case REQUEST_BODY_UNREAD:
    case REQUEST_BODY_READING:
        break;
    }
}

static void hold(struct host *host, struct request *req)
{
    assert_null(host->held);
    host->held = req;
    request_watch(req, held_changed, host);
}

static void take_body(struct host *host, struct request *req)
{
    hold(host, req);
    request_watch(req, body_changed, host);
    request_receive(req, BODY_MAX, 0);
    body_changed(host);
}

static void secret_changed(void *arg)
{
    struct host *host = arg;
    struct request *req = host->held;

    if (request_is_gone(req)) {
        release(host);
    } else if (request_body_state(req) == REQUEST_BODY_COMPLETE) {
        host->held = NULL;
        response_send(req, 200, STR("text/plain"), STR_EMPTY,
                      str_eq(request_body(req), STR(HOST_SECRET))
                          ? STR("taken")
                          : STR("spoiled"));
    }
}

static void take_secret(struct host *host, struct request *req)
{
    hold(host, req);
    request_watch(req, secret_changed, host);
    request_body_is_secret(req);
    request_receive(req, SECRET_MAX, 0);
}

static void take_window(struct host *host, struct request *req)
{
    hold(host, req);
    request_receive(req, HOST_BIG, WINDOW);
}

static void be_deaf(struct host *host, struct request *req)
{
    hold(host, req);
    request_watch(req, NULL, NULL);
}

static void answer_now(struct host *host, struct request *req)
{
    (void)host;
    response_send(req, 200, STR("text/plain"), STR_EMPTY, STR("now"));
}

static void answer_known(struct host *host, struct request *req)
{
    request_vouch(req);
    answer_now(host, req);
}

static void answer_last(struct host *host, struct request *req)
{
    (void)host;
    response_close_after(req);
    response_send(req, 200, STR("text/plain"), STR_EMPTY, STR("last"));
}

static void start_half(struct request *req, struct str fields,
                       enum response_framing framing)
{
    response_start(req, &(struct response_head){ .status = 200,
                                                 .reason = STR("OK"),
                                                 .fields = fields,
                                                 .framing = framing });
    response_write(req, STR("half"));
}

static void answer_abort(struct host *host, struct request *req)
{
    (void)host;
    start_half(req, STR("content-length: 8\r\n"), RESPONSE_LENGTH);
    response_abort(req);
}

static void answer_reset(struct host *host, struct request *req)
{
    (void)host;
    start_half(req, STR_EMPTY, RESPONSE_CLOSE);
    response_reset(req);
}

static void answer_big(struct host *host, struct request *req)
{
    response_send(req, 200, STR("text/plain"), STR_EMPTY,
                  (struct str){ host->big, HOST_BIG });
}

static void handle(void *arg, struct request *req)
{
    static const struct {
        const char *path;
        void (*act)(struct host *host, struct request *req);
    } acts[] = {
        { "/now", answer_now },     { "/body", take_body },
        { "/window", take_window }, { "/hold", hold },
        { "/deaf", be_deaf },       { "/abort", answer_abort },
        { "/reset", answer_reset }, { "/big", answer_big },
        { "/last", answer_last },   { "/known", answer_known },
        { "/secret", take_secret },
    };
    struct host *host = arg;

    host->requests++;
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        if (str_eq(req->path, str_of(acts[i].path))) {
            acts[i].act(host, req);
            return;
        }
    }
    fail_msg("unknown path " STR_FMT, STR_ARG(req->path));
}

int host_open(void **state)
{
    struct host *host = MEM_NEW(struct host);

    host->loop = loop_new();
    host->client.fd = -1;
    host->big = mem_alloc(HOST_BIG);
    memset(host->big, 'b', HOST_BIG);
    host->options.listen.host = "127.0.0.1";
    *state = host;
    return 0;
}

int host_close(void **state)
{
    struct host *host = *state;

    server_free(host->server);
    assert_null(host->held);
    wire_close(&host->client);
    loop_free(host->loop);
    mem_free(host->big);
    mem_free(host);
    return 0;
}

void host_reconnect(struct host *host)
{
    wire_close(&host->client);
    wire_connect(&host->client, host->loop, server_port(host->server));
}

void host_start(struct host *host)
{
    struct err err;

    host->server = server_new(host->loop, &host->options, handle, host, &err);
    assert_non_null(host->server);
    host_reconnect(host);
}

static bool is_held(void *arg)
{
    const struct host *host = arg;

    return host->held != NULL;
}

void host_until_held(struct host *host)
{
    wire_until(host->loop, is_held, host);
}

struct count {
    const struct host *host;
    size_t want;
};

static bool requests_came(void *arg)
{
    const struct count *count = arg;

    return count->host->requests >= count->want;
}

void host_until_requests(struct host *host, unsigned count)
{
    struct count goal = { host, count };

    wire_until(host->loop, requests_came, &goal);
}

static bool have_gone(void *arg)
{
    const struct count *count = arg;

    return count->host->gone >= count->want;
}

void host_until_gone(struct host *host, unsigned count)
{
    struct count goal = { host, count };

    wire_until(host->loop, have_gone, &goal);
}

static bool are_left(void *arg)
{
    const struct count *count = arg;

    return server_connections(count->host->server) == count->want;
}

void host_until_connections(struct host *host, size_t count)
{
    struct count goal = { host, count };

    wire_until(host->loop, are_left, &goal);
}
