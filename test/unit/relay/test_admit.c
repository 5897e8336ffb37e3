// SPDX-License-Identifier: MIT
/* relay/admit: requests with a key, on every way they can end: nothing stays reserved. */
#include "relay/admit.h"

#include <poll.h>
#include <semaphore.h>

#include "admit_scene.h"
#include "team/counters_internal.h"
#include "usage/tally_share.h"

/* ---- every end ----------------------------------------------------------- */

static void an_answer_is_booked(void **state)
{
    struct wire *peer;

    (void)state;
    use_key("{\"accounts\":[\"main\"],\"limits\":{\"cost_day\":1}}");
    peer = ask();
    assert_int_equal(view().at[LIMIT_CONCURRENCY].used, 1);
    assert_int_equal(wire_count(peer, "gzip"), 1);
    wire_send(peer, ANSWER);
    wire_expect(&scene->client, USAGE);
    until_free();
    assert_int_equal(view().total.requests, 1);
    assert_int_equal(view().total.tokens_in, 1000);
    assert_int_equal(view().total.tokens_out, 100);
    assert_int_equal(view().at[LIMIT_COST_DAY].used, 3000 + 1500);
}

/* Holds the counters of the key, and watches what reaches the client meanwhile. */
struct watcher {
    pthread_t thread;
    sem_t holding;
    int fd;
    bool early;
};

static void *watch(void *arg)
{
    struct watcher *watcher = arg;
    struct pollfd client = { .fd = watcher->fd, .events = POLLIN };

    (void)counters_lock(keys.counters);
    (void)sem_post(&watcher->holding);
    watcher->early = poll(&client, 1, WIRE_CALM_MS) > 0;
    counters_unlock(keys.counters);
    return NULL;
}

/* Whoever has all of it asks another thread at once what it came to. */
static void an_answer_is_booked_before_its_end_leaves(void **state)
{
    struct watcher watcher = { .fd = scene->client.fd };
    struct wire *peer;

    (void)state;
    use_key(MAIN);
    peer = ask();
    (void)sem_init(&watcher.holding, 0, 0);
    assert_int_equal(pthread_create(&watcher.thread, NULL, watch, &watcher), 0);
    (void)sem_wait(&watcher.holding);
    wire_send(peer, ANSWER);
    wire_expect(&scene->client, USAGE);
    (void)pthread_join(watcher.thread, NULL);
    (void)sem_destroy(&watcher.holding);
    assert_false(watcher.early);
    until_free();
}

static void a_client_that_leaves_before_the_answer(void **state)
{
    (void)state;
    use_key(MAIN);
    (void)ask();
    assert_int_equal(view().at[LIMIT_CONCURRENCY].used, 1);
    wire_close(&scene->client);
    until_free();
    assert_int_equal(view().total.requests, 1);
    assert_int_equal(view().total.cost_microusd, RESERVED);
}

/* Of what was sent and not refused nobody knows what it costs. */
static void an_upstream_that_hangs_up_before_its_answer(void **state)
{
    (void)state;
    use_key(MAIN);
    wire_close(ask());
    wire_expect(&scene->client, "HTTP/1.1 502 ");
    until_free();
    assert_int_equal(view().total.cost_microusd, RESERVED);
}

/* Nor of an answer that tells no usage, or whose coding nobody knows. */
static const struct {
    const char *path;
    const char *fields;
} unread[] = {
    { "/v1/complete", "" },
    { "/v1/messages", "Content-Encoding: rot13\r\n" },
};

static void an_answer_that_nobody_can_read(void **state)
{
    for (size_t i = 0; i < COUNT_OF(unread); i++) {
        char answer[200];
        struct wire *peer;

        use_key(MAIN);
        post(unread[i].path, BODY);
        peer = relay_scene_accept(scene);
        wire_expect(peer, BODY);
        (void)snprintf(answer, sizeof(answer),
                       OK "Content-Type: application/json\r\n%s"
                          "Content-Length: 2\r\n\r\n{}",
                       unread[i].fields);
        wire_send(peer, answer);
        wire_expect(&scene->client, "{}");
        until_free();
        assert_int_equal(view().total.cost_microusd, RESERVED);
        (void)tear_down(state);
        (void)set_up(state);
    }
}

/* Each costs nothing, and is a request. */
static void what_the_upstream_refuses_costs_nothing(void **state)
{
    static const char *const statuses[] = { "400 Bad", "404 No", "429 Slow",
                                            "500 Oh",  "503 Oh", "529 Busy" };

    (void)state;
    use_key("{\"accounts\":[\"main\"],\"limits\":{\"cost_day\":1}}");
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        char text[100];
        struct wire *peer;

        (void)snprintf(text, sizeof(text),
                       "HTTP/1.1 %s\r\nContent-Length: 4\r\n\r\nbusy",
                       statuses[i]);
        post("/v1/messages", BODY);
        peer = i == 0 ? relay_scene_accept(scene) : scene->peers;
        wire_expect_count(peer, BODY, i + 1);
        wire_send(peer, text);
        wire_expect_count(&scene->client, "busy", i + 1);
    }
    until_free();
    assert_int_equal(view().total.cost_microusd, 0);
    assert_int_equal(view().total.requests, COUNT_OF(statuses));
}

static void a_client_that_leaves_in_the_stream(void **state)
{
    struct wire *peer;

    (void)state;
    use_key(MAIN);
    peer = ask();
    wire_send(peer, STREAM "97\r\nevent: message_start\ndata: "
                           "{\"type\":\"message_start\",\"message\":{\"model\":"
                           "\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":"
                           "1000,\"output_tokens\":1}}}    \n\n\r\n");
    wire_expect(&scene->client, "message_start");
    wire_close(&scene->client);
    until_free();
    assert_int_equal(view().total.tokens_in, 1000);
    assert_int_equal(view().total.cost_microusd, 3000 + 15);
}

static void an_upstream_that_cuts(void **state)
{
    struct wire *peer;

    (void)state;
    use_key(MAIN);
    peer = ask();
    wire_send(peer, STREAM "4\r\ndata\r\n");
    wire_expect(&scene->client, "data");
    wire_close(peer);
    until_free();
    assert_int_equal(view().total.requests, 1);
}

static void what_never_left_is_no_request(void **state)
{
    (void)state;
    use_key("{\"accounts\":[\"main\"],\"limits\":{\"rpm\":10}}");
    post("/v1/messages?account=nobody", BODY);
    wire_expect(&scene->client, "nobody");
    until_free();
    assert_int_equal(view().total.requests, 0);
    assert_int_equal(view().at[LIMIT_RPM].used, 0);
}

/* ---- refusals ------------------------------------------------------------ */

static void a_budget_answers_402(void **state)
{
    (void)state;
    use_key(
        "{\"accounts\":[\"main\"],\"limits\":{\"cost_day\":0.001},\"time_zone\":\"+08:00\"}");
    post("/v1/messages", BODY);
    wire_expect(&scene->client, "HTTP/1.1 402 ");
    wire_expect(&scene->client, "x-should-retry: false\r\n");
    wire_expect(&scene->client, "billing_error");
    wire_expect(&scene->client, "the key alice has used $0.00 of $0.001 a day");
    assert_int_equal(scene->peer_count, 0);
    until_free();
}

static void a_rate_answers_429_with_the_wait(void **state)
{
    struct wire *peer;

    (void)state;
    use_key("{\"accounts\":[\"main\"],\"limits\":{\"rpm\":1}}");
    peer = ask();
    wire_send(peer, ANSWER);
    wire_expect(&scene->client, USAGE);
    post("/v1/messages", BODY);
    wire_expect(&scene->client, "HTTP/1.1 429 ");
    wire_expect(&scene->client, "retry-after: 6");
    wire_expect(&scene->client, "1 of 1 requests a minute (limit rpm)");
    assert_int_equal(
        relay_share(scene->relay)->refused[LIMIT_RPM][TALLY_OF_KEY], 1);
    assert_int_equal(wire_count(&scene->client, "x-should-retry"), 0);
    /* Counting tokens is free. */
    post("/v1/messages/count_tokens", BODY);
    wire_expect_count(peer, BODY, 2);
    wire_send(peer, OK "Content-Length: 4\r\n\r\nfree");
    wire_expect(&scene->client, "free");
    until_free();
    assert_int_equal(view().total.requests, 1);
}

static void what_the_key_does_not_allow_answers_403(void **state)
{
    (void)state;
    use_key("{\"deny_models\":[\"claude-*\"]}");
    post("/v1/messages", BODY);
    wire_expect_count(&scene->client, "HTTP/1.1 403 ", 1);
    post("/v1/messages", "{\"mod\\u0065l\":\"cl\\u0061ude-sonnet-4-5\"}");
    wire_expect_count(&scene->client, "HTTP/1.1 403 ", 2);
    post("/v1/messages", "{}");
    wire_expect_count(&scene->client, "HTTP/1.1 403 ", 3);
    use_key("{\"allow\":[\"files\"]}");
    post("/v1/messages", BODY);
    wire_expect_count(&scene->client, "HTTP/1.1 403 ", 4);
    assert_int_equal(scene->peer_count, 0);
    until_free();
}

/* Whatever its body says it is. */
static void strict_keys_are_refused_what_cannot_be_read(void **state)
{
    static const char *const bodies[] = { "[]", "tea", "",
                                          "{\"model\":\"claude-sonnet-4-5\"" };
    size_t i;

    (void)state;
    use_key("{\"accounts\":[\"main\"],\"reserve\":\"strict\"}");
    for (i = 0; i < COUNT_OF(bodies); i++) {
        post("/v1/messages", bodies[i]);
        wire_expect_count(&scene->client, "HTTP/1.1 403 ", i + 1);
        wire_expect_count(&scene->client, "is not a JSON object", i + 1);
    }
    assert_int_equal(scene->peer_count, 0);
    until_free();
}

/* "main" is somebody's own. */
static void an_account_is_served_to_keys_that_name_it(void **state)
{
    (void)state;
    use_key("{}");
    post("/v1/messages", BODY);
    wire_expect(&scene->client, "HTTP/1.1 403 ");
    wire_expect(&scene->client, "there is none in the pool");
    use_key("{\"accounts\":[\"other\"]}");
    post("/v1/messages?account=main", BODY);
    wire_expect_count(&scene->client, "HTTP/1.1 403 ", 2);
    assert_int_equal(scene->peer_count, 0);
    until_free();
    assert_int_equal(view().total.requests, 0);
}

/* ---- models -------------------------------------------------------------- */

#define ALLOWED "\"claude-haiku-4-5\""
#define DENIED "\"claude-opus-5\""
#define UPLOADED                                                               \
    "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nx\r\n--x--"

/* With a key for *haiku* that may call everything. */
static const struct {
    const char *method;
    const char *path;
    const char *fields;
    const char *body;
    const char *cause; /* NULL: it goes upstream */
} model_cases[] = {
    { "POST", "/v1/messages", "", "{\"model\":" ALLOWED "}", NULL },
    { "POST", "/v1/messages", "", "{\"mod\\u0065l\":\"h\\u0061iku\"}", NULL },
    { "POST", "/v1/messages", "", "{\"model\":" DENIED "}", "claude-opus-5" },
    { "POST", "/v1/messages/count_tokens", "", "{\"model\":" DENIED "}",
      "claude-opus-5" },
    { "POST", "/v1/complete", "", "{\"model\":" DENIED "}", "claude-opus-5" },
    { "POST", "/v1/complete", "", "{\"mod\\u0065l\":\"cl\\u0061ude-opus-5\"}",
      "claude-opus-5" },
    { "POST", "/v1/messages", "", "", "names none" },
    { "POST", "/v1/messages", "", "{}", "names none" },
    { "POST", "/v1/messages", "", "{\"model\":\"haiku\\u0000\"}",
      "names none that can be read" },
    { "POST", "/v1/messages", "", "[{\"model\":" ALLOWED "}]", "names none" },
    { "POST", "/v1/messages", "", "{\"model\":" ALLOWED "} {}", "names none" },
    { "POST", "/v1/messages", "", "\xef\xbb\xbf{\"model\":" ALLOWED "}",
      "names none" },
    { "POST", "/v1/messages", "", "{\"model\":[" ALLOWED "]}", "names none" },
    { "POST", "/v1/messages", "", "{\"m\":{\"model\":" ALLOWED "}}",
      "names none" },
    { "POST", "/v1/messages", "",
      "{\"model\":" DENIED ",\"model\":" ALLOWED "}", "twice" },
    { "POST", "/v1/messages", "",
      "{\"model\":" DENIED ",\"mod\\u0065l\":" ALLOWED "}", "twice" },
    { "POST", "/v1/messages", "Content-Encoding: gzip\r\n",
      "{\"model\":" ALLOWED "}", "compressed" },
    { "POST", "/v1/messages", "Content-Encoding: identity\r\n",
      "{\"model\":" ALLOWED "}", NULL },
    /* others that may serve it */
    { "POST", "/v1/messages", "",
      "{\"model\":" ALLOWED ",\"fallbacks\":[{\"model\":" ALLOWED
      "},{\"model\":" DENIED "}]}",
      "names below its top: the relay key \\\"alice\\\" may not use the model "
      "claude-opus-5" },
    { "POST", "/v1/messages/count_tokens", "",
      "{\"model\":" ALLOWED ",\"tools\":[{\"type\":\"advisor_20260301\","
      "\"m\\u006fdel\":" DENIED "}]}",
      "claude-opus-5" },
    { "POST", "/v1/messages", "",
      "{\"model\":" ALLOWED ",\"oracle\":{\"model\":{\"id\":" ALLOWED "}}}",
      "is no plain text" },
    { "POST", "/v1/messages", "",
      "{\"model\":" ALLOWED ",\"fallbacks\":[{\"model\":" ALLOWED "}]}", NULL },
    { "POST", "/v1/messages", "",
      "{\"model\":" ALLOWED ",\"tools\":[{\"name\":\"car\",\"input_schema\":{"
      "\"properties\":{\"model\":{\"type\":\"string\"}}}}],\"messages\":[{"
      "\"content\":[{\"type\":\"tool_use\",\"input\":{\"model\":" DENIED
      "}}]}]}",
      NULL },
    { "POST", "/v1/sessions", "", "{\"agent\":{\"model\":" DENIED "}}",
      "claude-opus-5" },
    { "POST", "/v1/messages/batches", "",
      "{\"model\":" ALLOWED ",\"requests\":[{\"params\":{\"model\":" DENIED
      "}}]}",
      "in a batch" },
    { "POST", "/v1/messages/batches/b/cancel", "", "", NULL },
    { "GET", "/v1/messages/batches/b", "", "", NULL },
    { "GET", "/v1/models", "", "", NULL },
    { "GET", "/v1/models/claude-opus-5", "", "", NULL },
    { "GET", "/v1/skills", "", "", NULL },
    { "POST", "/v1/skills", "", UPLOADED, NULL },
    { "POST", "/v1/agents", "", "{\"name\":\"a\"}", NULL },
    { "POST", "/v1/agents", "", "{\"model\":" ALLOWED "}", NULL },
    { "POST", "/v1/agents", "", "{\"model\":" DENIED "}", "claude-opus-5" },
    { "POST", "/v1/agents", "", "{\"model\":{\"id\":" DENIED "}}",
      "names none" },
    { "POST", "/v1/agents", "", "{\"model\":" DENIED ",\"model\":" ALLOWED "}",
      "twice" },
    { "POST", "/v1/agents", "", "\xef\xbb\xbf{\"model\":" DENIED "}",
      "names none" },
    { "POST", "/v1/agents", "Content-Encoding: gzip\r\n", "x", "compressed" },
    { "POST", "/v1/files", "Content-Encoding: gzip\r\n", UPLOADED, NULL },
};

static void send_case(struct relay_scene *to, size_t at)
{
    char text[1024];

    (void)snprintf(text, sizeof(text),
                   "%s %s HTTP/1.1\r\nHost: localhost\r\n%sAuthorization: "
                   "Bearer " STR_FMT "\r\nContent-Length: %zu\r\n\r\n%s",
                   model_cases[at].method, model_cases[at].path,
                   model_cases[at].fields, STR_ARG(secret_reveal(keys.secret)),
                   strlen(model_cases[at].body), model_cases[at].body);
    wire_send(&to->client, text);
}

static void what_is_sent_is_for_an_allowed_model(void **state)
{
    for (size_t i = 0; i < COUNT_OF(model_cases); i++) {
        use_key("{\"accounts\":[\"main\"],\"models\":[\"*haiku*\"],\"allow\":["
                "\"messages\",\"batches\",\"files\",\"other\"]}");
        send_case(scene, i);
        if (model_cases[i].cause) {
            wire_expect(&scene->client, "HTTP/1.1 403 ");
            wire_expect(&scene->client, model_cases[i].cause);
            assert_int_equal(scene->peer_count, 0);
        } else {
            wire_expect(relay_scene_accept(scene), model_cases[i].path);
        }
        (void)tear_down(state);
        (void)set_up(state);
    }
}

/* Some readers find an object in it. */
static void what_is_in_another_encoding_is_not_looked_at(void **state)
{
    (void)state;
    use_key("{\"accounts\":[\"main\"],\"models\":[\"*haiku*\"],\"allow\":["
            "\"other\"]}");
    wire_send(&scene->client, "POST /v1/agents HTTP/1.1\r\nHost: localhost\r\n"
                              "Content-Length: 6\r\nAuthorization: Bearer ");
    wire_send_str(&scene->client, secret_reveal(keys.secret));
    wire_send_str(&scene->client, STR("\r\n\r\n\xfe\xff\0{\0}"));
    wire_expect(&scene->client, "HTTP/1.1 403 ");
    wire_expect(&scene->client, "can be read");
    assert_int_equal(scene->peer_count, 0);
}

/* Long, or slow: most of it is not here yet. */
static void what_is_streamed_is_not_looked_at(void **state)
{
    (void)state;
    use_key("{\"accounts\":[\"main\"],\"models\":[\"*haiku*\"],\"allow\":["
            "\"files\",\"other\"]}");
    wire_send(&scene->client,
              "POST /v1/agents HTTP/1.1\r\nHost: localhost\r\n");
    wire_send(&scene->client,
              "Content-Length: 9000000\r\nAuthorization: Bearer ");
    wire_send_str(&scene->client, secret_reveal(keys.secret));
    wire_send(&scene->client, "\r\n\r\n{\"model\":\"haiku\",");
    wire_expect(&scene->client, "HTTP/1.1 403 ");
    wire_expect(&scene->client, "passed on as it comes");
    assert_int_equal(scene->peer_count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_answer_is_booked),
        TEST(an_answer_is_booked_before_its_end_leaves),
        TEST(a_client_that_leaves_before_the_answer),
        TEST(an_upstream_that_hangs_up_before_its_answer),
        TEST(an_answer_that_nobody_can_read),
        TEST(what_the_upstream_refuses_costs_nothing),
        TEST(a_client_that_leaves_in_the_stream),
        TEST(an_upstream_that_cuts),
        TEST(what_never_left_is_no_request),
        TEST(a_budget_answers_402),
        TEST(a_rate_answers_429_with_the_wait),
        TEST(what_the_key_does_not_allow_answers_403),
        TEST(strict_keys_are_refused_what_cannot_be_read),
        TEST(an_account_is_served_to_keys_that_name_it),
        TEST(what_is_sent_is_for_an_allowed_model),
        TEST(what_is_in_another_encoding_is_not_looked_at),
        TEST(what_is_streamed_is_not_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
