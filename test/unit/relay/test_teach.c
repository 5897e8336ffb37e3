// SPDX-License-Identifier: MIT
/* What answers teach the account that asked, as far as the relay reads them. */
#include "relay/teach.h"

#include <stdio.h>
#include <string.h>

#include "account/vitals.h"
#include "accounts.h"
#include "base/clock.h"
#include "relay_scene.h"

#define BODY(text) text, sizeof(text) - 1
/* gzip of {"error":{"type":"invalid_request_error","message":"Your credit balance is too
   low to access the Anthropic API"}} */
#define PACKED                                                                 \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x25\xca\xb1\x0e\x82\x50"         \
    "\x0c\x46\xe1\x57\xf9\xd3\xd9\x27\x60\x63\x74\x73\x75\x22\xb5\x34"         \
    "\xd2\xe4\x72\x0b\xbd\x45\x63\x08\xef\x2e\xc6\xe9\x0c\xe7\xdb\x49"         \
    "\x23\x3c\xa8\xdb\x29\x3f\x8b\x52\x47\x56\x5f\x5c\x6c\x1c\x42\xd7"         \
    "\x4d\x5b\x0e\xff\x7f\xa1\x59\x5b\xe3\xe7\x4f\xdc\x7d\x0b\x48\xe8"         \
    "\x68\x89\x07\x17\xae\xa2\xb0\x86\x74\x47\xf1\xf7\x59\xb0\xc8\xa9"         \
    "\x91\x93\xa2\xaf\x39\x85\x2f\x26\xe8\x6f\x57\x3a\x8e\x2f\xcb\x90"         \
    "\x28\x04\x71\x00\x00\x00"

/* ---- errors ---------------------------------------------------------------- */

static void errors_are_read_as_the_api_words_them(void **state)
{
    static const struct {
        const char *body;
        const char *want;
    } rows[] = {
        { "{\"type\":\"error\",\"error\":{\"type\":\"a_error\",\"message\":"
          "\"No \\\"tea\\\"\"}}",
          "a_error: No \"tea\"" },
        { "{\"error\":{\"message\":\"no type\"}}", ": no type" },
        { "{\"error\":{\"type\":\"a\"}}", "a: " },
        { "{\"error\":\"text\"}", "" },
        { "{\"message\":\"not inside\"}", "" },
        { "{\"error\":{\"type\":5}}", "" },
        { "<html>busy</html>", "" },
        { "", "" },
    };
    char out[TEACH_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        unit_assert_str(teach_error_of(str_of(rows[i].body), out),
                        rows[i].want);
}

static void bodies_are_read_only_where_they_matter(void **state)
{
    static const unsigned read[] = { 400, 401, 403, 429, 508 };
    static const unsigned not_read[] = { 0, 200, 404, 413, 500, 503, 529 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(read); i++)
        assert_true(teach_reads_body(read[i]));
    for (size_t i = 0; i < COUNT_OF(not_read); i++)
        assert_false(teach_reads_body(not_read[i]));
}

/* ---- accounts -------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *head; /* behind "HTTP/1.1 " */
    const char *body;
    size_t len;
    enum health_state state;
    const char *error; /* the last one; empty: any; NULL: there was none */
} answers[] = {
    { "well", "200 OK\r\n", BODY("{}"), HEALTH_READY, NULL },
    { "the client's mistake", "404 None\r\n", BODY("{}"), HEALTH_READY, NULL },
    { "no credit", "400 Bad\r\n",
      BODY("{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your "
           "credit balance is too low to access the Anthropic API\"}}"),
      HEALTH_BLOCKED, "" },
    { "no credit, packed", "400 Bad\r\nContent-Encoding: gzip\r\n",
      BODY(PACKED), HEALTH_BLOCKED, "" },
    { "who knows what, in an unknown coding",
      "400 Bad\r\nContent-Encoding: tea\r\n", BODY(PACKED), HEALTH_READY,
      NULL },
    { "a refused key", "401 No\r\n", BODY("{}"), HEALTH_LOGIN_REQUIRED, "" },
    { "retry-after", "429 Many\r\nRetry-After: 600\r\n", BODY("{}"),
      HEALTH_PAUSED, "" },
    { "retry-after, a date",
      "429 Many\r\nRetry-After: Fri, 31 Dec 2999 23:59:59 GMT\r\n", BODY("{}"),
      HEALTH_PAUSED, "" },
    { "extra usage", "429 Many\r\nRetry-After: 600\r\n",
      BODY(
          "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Extra usage "
          "is required for long context\"}}"),
      HEALTH_READY, NULL },
    { "a window",
      "429 Many\r\nanthropic-ratelimit-unified-5h-status: rejected\r\n"
      "anthropic-ratelimit-unified-5h-reset: 32503679999\r\n",
      BODY("{}"), HEALTH_PAUSED, "" },
    { "overloaded", "529 Over\r\n", BODY("{}"), HEALTH_READY, "" },
    { "an error event", "200 OK\r\nContent-Type: text/event-stream\r\n",
      BODY("event: error\ndata: {}\n\n"), HEALTH_READY, "" },
    { "none", "", BODY(""), HEALTH_READY, "the provider was not reached" },
    { "no HTTP", "200 OK\r\nno field\r\n", BODY("{}"), HEALTH_READY,
      "its answer could not be understood" },
};

static void check_learned(struct relay_scene *scene, size_t i)
{
    static const struct health_file fine;
    struct account *account = accounts_get(scene->accounts, STR("one"));
    struct vitals_copy copy;
    struct health_view view;

    vitals_copy(account->vitals, &copy);
    view = health_view(&copy.health, &fine, STR_EMPTY, clock_wall_ms());
    if (view.state != answers[i].state ||
        (copy.health.last_error_ms != 0) != (answers[i].error != NULL))
        fail_msg("%s: %s, %s", answers[i].name, health_state_word(view.state),
                 copy.health.last_error);
    if (answers[i].error && answers[i].error[0])
        assert_string_equal(copy.health.last_error, answers[i].error);
    assert_int_equal(copy.in_flight, 0);
    account_unref(account);
}

static void answer(struct relay_scene *scene, size_t i)
{
    struct wire *peer = relay_scene_accept(scene);
    char text[512];

    wire_expect(peer, "{}");
    (void)snprintf(text, sizeof(text), "HTTP/1.1 %sContent-Length: %zu\r\n\r\n",
                   answers[i].head, answers[i].len);
    if (answers[i].head[0]) {
        wire_send(peer, text);
        wire_send_str(peer, (struct str){ answers[i].body, answers[i].len });
    } else {
        wire_reset(peer);
    }
    relay_scene_until_ended(scene, 1);
}

static struct relay_scene *open_scene(void **at)
{
    struct relay_scene *scene;

    (void)relay_scene_open(at);
    scene = *at;
    accounts_put(scene->accounts,
                 unit_account(&account_kind_apikey, "one",
                              "{\"api_key\":\"sk-ant-api03-x\"}"),
                 false);
    return scene;
}

static void an_answer_teaches_its_account(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        void *at;
        struct relay_scene *scene = open_scene(&at);

        relay_scene_send(scene,
                         "POST /v1/messages?account=one HTTP/1.1\r\nHost: a\r\n"
                         "Content-Length: 2\r\n\r\n{}");
        answer(scene, i);
        check_learned(scene, i);
        (void)relay_scene_close(&at);
    }
}

/* An upload that stands still is its client's affair; one that never began is not. */
static void a_client_that_stands_still_is_no_failure_of_the_account(
    void **state)
{
    static const struct {
        enum relayed_body body_is;
        uint64_t passed;
        bool ended;
        enum lesson_kind want;
    } rows[] = {
        { RELAYED_BODY_LENGTH, 5, false, LESSON_NONE },
        { RELAYED_BODY_CHUNKED, 5, false, LESSON_NONE },
        { RELAYED_BODY_LENGTH, 0, false, LESSON_FAILED },
        { RELAYED_BODY_LENGTH, 5, true, LESSON_FAILED },
        { RELAYED_BODY_KEPT, 5, false, LESSON_FAILED },
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct relay_scene *scene = open_scene(state);
        struct relay relay = { .options.accounts = scene->accounts };
        struct relayed r = { .relay = &relay,
                             .body_is = rows[i].body_is,
                             .passed = rows[i].passed,
                             .upload_ended = rows[i].ended,
                             .attempt.account =
                                 accounts_get(scene->accounts, STR("one")) };

        assert_int_equal(teach_failure(&r).kind, rows[i].want);
        account_unref(r.attempt.account);
        (void)relay_scene_close(state);
    }
}

/* What other endpoints answer says nothing of it: POST /v1/messages does. */
static const struct {
    const char *request;
    const char *head;
    const char *body;
    enum health_state state;
} elsewhere[] = {
#define MANY "429 Many\r\nRetry-After: 600\r\n"
#define WHO "401 No\r\n"
#define WHO_BODY                                                               \
    "{\"error\":{\"type\":\"authentication_error\",\"message\":\"invalid "     \
    "x-api-key\"}}"
    { "POST /v1/messages", MANY, "{}", HEALTH_PAUSED },
    { "POST /v1/messages/count_tokens", MANY, "{}", HEALTH_READY },
    { "POST /v1/messages/batches", MANY, "{}", HEALTH_READY },
    { "POST /v1/complete", MANY, "{}", HEALTH_READY },
    { "POST /v1/skills", MANY, "{}", HEALTH_READY },
    { "GET /v1/models/a", MANY, "{}", HEALTH_READY },
    { "POST /v1/messages", WHO, WHO_BODY, HEALTH_LOGIN_REQUIRED },
    { "POST /v1/messages/count_tokens", WHO, WHO_BODY, HEALTH_LOGIN_REQUIRED },
    { "GET /v1/models", WHO, WHO_BODY, HEALTH_LOGIN_REQUIRED },
    { "POST /v1/messages/batches/x/cancel", WHO, WHO_BODY, HEALTH_READY },
    { "POST /v1/complete", WHO, WHO_BODY, HEALTH_READY },
    { "GET /v1/organizations/api_keys", WHO, WHO_BODY, HEALTH_READY },
};

static void check_elsewhere(struct relay_scene *scene, size_t i)
{
    static const struct health_file fine;
    struct account *account = accounts_get(scene->accounts, STR("one"));

    if (vitals_view(account->vitals, &fine, STR_EMPTY, clock_wall_ms()).state !=
        elsewhere[i].state)
        fail_msg("%s: %s", elsewhere[i].request, elsewhere[i].head);
    account_unref(account);
}

static void only_some_endpoints_speak_for_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(elsewhere); i++) {
        void *at;
        struct relay_scene *scene = open_scene(&at);
        struct wire *peer;
        char text[512];

        (void)snprintf(text, sizeof(text),
                       "%s?account=one HTTP/1.1\r\nHost: a\r\n"
                       "Content-Length: 2\r\n\r\n{}",
                       elsewhere[i].request);
        relay_scene_send(scene, text);
        peer = relay_scene_accept(scene);
        wire_expect(peer, "{}");
        (void)snprintf(text, sizeof(text),
                       "HTTP/1.1 %sContent-Length: %zu\r\n\r\n%s",
                       elsewhere[i].head, strlen(elsewhere[i].body),
                       elsewhere[i].body);
        wire_send(peer, text);
        relay_scene_until_ended(scene, 1);
        check_elsewhere(scene, i);
        (void)relay_scene_close(&at);
    }
}

/* Nobody is there to learn. */
static void a_clients_own_login_teaches_nothing(void **state)
{
    struct relayed r = { .told = { .model = STR_EMPTY } };

    (void)state;
    assert_int_equal(teach_failure(&r).kind, LESSON_NONE);
    teach_error_event(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_read_as_the_api_words_them),
        cmocka_unit_test(bodies_are_read_only_where_they_matter),
        cmocka_unit_test(an_answer_teaches_its_account),
        cmocka_unit_test(
            a_client_that_stands_still_is_no_failure_of_the_account),
        cmocka_unit_test(only_some_endpoints_speak_for_it),
        cmocka_unit_test(a_clients_own_login_teaches_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
