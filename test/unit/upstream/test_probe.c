// SPDX-License-Identifier: MIT
/* Probes against an API and proxies that the test plays. */
#include "upstream/probe.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/tls.h"
#include "unit.h"
#include "wire.h"

struct trial {
    struct loop *loop;
    struct url api;
    struct tls *tls;
    struct proxy *proxy;
    struct probe *probe;
    int listening;
    uint16_t port;
    struct wire peer;
    unsigned wakes;
    bool free_in_wake;
};

static int open_trial(void **state)
{
    struct trial *trial = MEM_NEW(struct trial);
    struct err err;

    trial->loop = loop_new();
    trial->listening = wire_listen(&trial->port);
    trial->api = (struct url){ .host = STR("127.0.0.1"), .port = trial->port };
    trial->tls = tls_client_new(NULL, &err);
    trial->peer.fd = -1;
    *state = trial;
    return 0;
}

static int close_trial(void **state)
{
    struct trial *trial = *state;

    probe_free(trial->probe);
    wire_close(&trial->peer);
    (void)close(trial->listening);
    proxy_unref(trial->proxy);
    tls_free(trial->tls);
    loop_free(trial->loop);
    mem_free(trial);
    return 0;
}

static void woken(void *arg)
{
    struct trial *trial = arg;

    trial->wakes++;
    assert_non_null(probe_result(trial->probe));
    if (!trial->free_in_wake)
        return;
    probe_free(trial->probe);
    trial->probe = NULL;
}

static void start(struct trial *trial)
{
    struct probe_options options = { .loop = trial->loop,
                                     .api = &trial->api,
                                     .tls = trial->tls,
                                     .proxy = trial->proxy,
                                     .timeout_ms = WIRE_WAIT_MS };

    probe_free(trial->probe);
    trial->wakes = 0;
    trial->probe = probe_start(&options, woken, trial);
    assert_int_equal(trial->wakes, 0);
    assert_null(probe_result(trial->probe));
    assert_null(probe_headers(trial->probe));
}

static void begin(struct trial *trial)
{
    start(trial);
    wire_close(&trial->peer);
    wire_accept(&trial->peer, trial->loop, trial->listening);
}

static bool is_over(void *arg)
{
    const struct trial *trial = arg;

    return trial->wakes > 0;
}

static void finish(struct trial *trial)
{
    wire_until(trial->loop, is_over, trial);
    wire_turn_for(trial->loop, 3);
    assert_int_equal(trial->wakes, 1);
}

static void use_proxy(struct trial *trial)
{
    struct err err;

    trial->api.host = STR("api.invalid");
    trial->api.port = 80;
    trial->proxy = proxy_new(&(struct proxy_parts){ .type = STR("http"),
                                                    .host = STR("127.0.0.1"),
                                                    .port = trial->port },
                             &err);
}

/* "resolve+ connect+ TLS-" */
static void check_steps(const struct trial *trial, const char *want)
{
    const struct probe_result *result = probe_result(trial->probe);
    struct buf got;
    uint64_t total_us = 0;

    buf_init(&got, 500);
    for (size_t i = 0; i < result->count; i++) {
        buf_printf(&got, "%s%s%s", i ? ", " : "", result->steps[i].name,
                   result->steps[i].ok ? "+" : "-");
        total_us += result->steps[i].us;
    }
    unit_assert_str(buf_str(&got), want);
    assert_int_equal(result->total_us, total_us);
    buf_done(&got);
}

static void check_report(const struct trial *trial, const char *const parts[])
{
    struct json_doc *doc = probe_report(trial->probe);
    struct buf text;

    buf_init(&text, 10000);
    assert_true(json_doc_write(doc, false, &text));
    assert_true(buf_append(&text, (struct str){ "", 1 }));
    for (size_t i = 0; parts[i]; i++)
        unit_assert_part(buf_str(&text).at, parts[i]);
    buf_done(&text);
    json_doc_free(doc);
}

static void an_answer_of_any_status_is_reached(void **state)
{
    struct trial *trial = *state;
    const struct probe_result *result;

    begin(trial);
    wire_expect(&trial->peer, "\r\n\r\n");
    assert_int_equal(wire_count(&trial->peer, "HEAD / HTTP/1.1\r\n"), 1);
    assert_int_equal(wire_count(&trial->peer, "\r\nhost: 127.0.0.1:"), 1);
    wire_send(&trial->peer, "HTTP/1.1 404 No\r\ndate: today\r\n"
                            "content-length: 10\r\n\r\n");
    finish(trial);
    result = probe_result(trial->probe);
    assert_true(result->ok);
    assert_int_equal(result->status, 404);
    assert_null(result->failed_step);
    check_steps(trial, "resolve+, connect+, request+");
    assert_string_equal(result->steps[0].found, "127.0.0.1");
    assert_null(result->steps[1].found);
    unit_assert_str(*headers_get(probe_headers(trial->probe), STR("date")),
                    "today");
    check_report(trial,
                 (const char *const[]){
                     "{\"ok\":true,\"proxy\":null,\"target\":\"127.0.0.1:",
                     "\"status\":404,\"steps\":[{\"step\":\"resolve\",",
                     "\"failed_step\":null,\"error\":null}", NULL });
    probe_free(trial->probe);
    trial->probe = NULL;
    wire_expect_end(&trial->peer);
}

/* The status alone is no sign: others have it too. */
static void a_508_of_our_own_leads_back(void **state)
{
    static const struct {
        const char *fields;
        bool ok;
    } rows[] = {
        { "request-id: req_relay_0123456789abcdef012345\r\n", false },
        { "request-id: req_011\r\n", true },
        { "", true },
    };
    struct trial *trial = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct probe_result *result;

        begin(trial);
        wire_expect(&trial->peer, "\r\n\r\n");
        wire_send(&trial->peer, "HTTP/1.1 508 Loop\r\n");
        wire_send(&trial->peer, rows[i].fields);
        wire_send(&trial->peer, "content-length: 10\r\n\r\n");
        finish(trial);
        result = probe_result(trial->probe);
        assert_int_equal(result->ok, rows[i].ok);
        if (rows[i].ok)
            continue;
        assert_int_equal(result->err.code, ERR_LOOP);
        unit_assert_part(result->err.text, "came from the relay itself");
        check_steps(trial, "resolve+, connect+, request-");
    }
}

static void a_proxy_adds_its_step(void **state)
{
    struct trial *trial = *state;

    use_proxy(trial);
    begin(trial);
    wire_expect(&trial->peer, "CONNECT api.invalid:80 HTTP/1.1\r\n");
    wire_expect(&trial->peer, "\r\n\r\n");
    wire_send(&trial->peer, "HTTP/1.1 200 OK\r\n\r\n");
    wire_expect(&trial->peer, "HEAD / HTTP/1.1\r\nhost: api.invalid\r\n");
    wire_send(&trial->peer, "HTTP/1.1 200 OK\r\n\r\n");
    finish(trial);
    check_steps(trial, "resolve+, connect+, authenticate+, request+");
}

static void a_failed_step_is_the_last(void **state)
{
    struct trial *trial = *state;
    const struct probe_result *result;

    use_proxy(trial);
    begin(trial);
    wire_expect(&trial->peer, "\r\n\r\n");
    wire_send(&trial->peer, "HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n");
    finish(trial);
    result = probe_result(trial->probe);
    assert_false(result->ok);
    assert_string_equal(result->failed_step, "authenticate");
    assert_null(probe_headers(trial->probe));
    check_steps(trial, "resolve+, connect+, authenticate-");
    check_report(trial,
                 (const char *const[]){
                     "{\"ok\":false,\"proxy\":{\"type\":\"http\",\"host\":"
                     "\"127.0.0.1\",\"port\":",
                     "\"target\":\"api.invalid:80\",\"status\":null",
                     "\"failed_step\":\"authenticate\",\"error\":\"proxy "
                     "authenticate failed: 127.0.0.1:",
                     NULL });
}

static void tls_is_a_step(void **state)
{
    struct trial *trial = *state;

    trial->api.tls = true;
    begin(trial);
    wire_half_close(&trial->peer);
    finish(trial);
    assert_string_equal(probe_result(trial->probe)->failed_step, "TLS");
    check_steps(trial, "resolve+, connect+, TLS-");
}

static void an_answer_that_is_none_fails_the_request(void **state)
{
    struct trial *trial = *state;

    begin(trial);
    wire_half_close(&trial->peer);
    finish(trial);
    check_steps(trial, "resolve+, connect+, request-");
    unit_assert_part(probe_result(trial->probe)->err.text, "first byte failed");
}

static void nobody_is_there(void **state)
{
    struct trial *trial = *state;

    trial->api.port = 1;
    start(trial);
    finish(trial);
    check_steps(trial, "resolve+, connect-");
}

static void it_can_be_freed_at_any_time(void **state)
{
    struct trial *trial = *state;

    start(trial);
    probe_free(trial->probe);
    trial->probe = NULL;
    wire_turn_for(trial->loop, 3);
    assert_int_equal(trial->wakes, 0);

    trial->free_in_wake = true;
    trial->api.port = 1;
    start(trial);
    finish(trial);
    trial->api.port = trial->port;
    begin(trial);
    wire_expect(&trial->peer, "\r\n\r\n");
    wire_send(&trial->peer, "HTTP/1.1 200 OK\r\n\r\n");
    finish(trial);
    probe_free(NULL);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, open_trial, close_trial)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(an_answer_of_any_status_is_reached),
        ROW(a_508_of_our_own_leads_back),
        ROW(a_proxy_adds_its_step),
        ROW(a_failed_step_is_the_last),
        ROW(tls_is_a_step),
        ROW(an_answer_that_is_none_fails_the_request),
        ROW(nobody_is_there),
        ROW(it_can_be_freed_at_any_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
