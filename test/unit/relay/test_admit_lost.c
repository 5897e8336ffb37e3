// SPDX-License-Identifier: MIT
/* relay/admit: what was sent and lost may be billed, whoever is asked after it: limits
   are charged for each, and the booking says that more may have been used. */
#include "relay/admit.h"

#include "accounts.h"
#include "admit_scene.h"

#define ANSWERS_MAX 3
#define LOST "" /* the connection ends without an answer */
#define NO(status) "HTTP/1.1 " status "\r\nContent-Length: 2\r\n\r\nno"
#define MESSAGES "/v1/messages"

/* Of what the answer that is told used. */
#define TOLD (1000 * 3 + 100 * 15)

/* No more accounts are asked than that. */
#define AMPLE "1"
#define FOR_ONE "0.009" /* of what is RESERVED */
#define FOR_TWO "0.018"

static const struct {
    const char *name;
    const char *answers[ANSWERS_MAX]; /* NULL: nobody else is asked */
    const char *path;
    const char *budget;
    const char *want; /* the client gets */
    unsigned lost;    /* how often RESERVED is charged */
    uint64_t told;    /* and that */
    bool cost_known;
    bool partial;
} cases[] = {
    { "lost, then answered",
      { LOST, ANSWER },
      MESSAGES,
      AMPLE,
      "HTTP/1.1 200 ",
      1,
      TOLD,
      true,
      true },
    { "lost, then refused",
      { LOST, NO("400 Bad") },
      MESSAGES,
      AMPLE,
      "HTTP/1.1 400 ",
      1,
      0,
      false,
      true },
    { "lost, then too many",
      { LOST, NO("429 A"), NO("429 B") },
      MESSAGES,
      AMPLE,
      "HTTP/1.1 429 B",
      1,
      0,
      false,
      true },
    { "lost twice, then answered",
      { LOST, LOST, ANSWER },
      MESSAGES,
      AMPLE,
      "HTTP/1.1 200 ",
      2,
      TOLD,
      true,
      true },
    { "lost by all",
      { LOST, LOST, LOST },
      MESSAGES,
      AMPLE,
      "HTTP/1.1 502 ",
      3,
      0,
      false,
      true },
    { "too many, then lost: the former is given",
      { NO("429 A"), NO("429 B"), LOST },
      MESSAGES,
      AMPLE,
      "HTTP/1.1 429 B",
      1,
      0,
      false,
      true },
    { "lost in the middle",
      { NO("429 A"), LOST, NO("500 C") },
      MESSAGES,
      AMPLE,
      "HTTP/1.1 429 A",
      1,
      0,
      false,
      true },
    { "none lost",
      { NO("429 A"), NO("500 B"), ANSWER },
      MESSAGES,
      AMPLE,
      "HTTP/1.1 200 ",
      0,
      TOLD,
      true,
      false },
    { "no room for another",
      { LOST },
      MESSAGES,
      FOR_ONE,
      "HTTP/1.1 502 ",
      1,
      0,
      false,
      true },
    { "room for one more",
      { LOST, LOST },
      MESSAGES,
      FOR_TWO,
      "HTTP/1.1 502 ",
      2,
      0,
      false,
      true },
    { "no room for another, and one was kept",
      { NO("429 A"), LOST },
      MESSAGES,
      FOR_ONE,
      "HTTP/1.1 429 A",
      1,
      0,
      false,
      true },
    { "a refusal needs no room",
      { NO("429 A"), NO("500 B"), ANSWER },
      MESSAGES,
      FOR_ONE,
      "HTTP/1.1 200 ",
      0,
      TOLD,
      true,
      false },
    { "what is free",
      { LOST, ANSWER },
      "/v1/messages/count_tokens",
      FOR_ONE,
      "HTTP/1.1 200 ",
      0,
      0,
      true,
      false },
};

/* Makes what is there twice, if it was worked on twice. */
static const char *const making[] = { "/v1/messages/batches", "/v1/skills" };

static void begin(const char *budget, bool strict)
{
    static const char *const names[] = { "a", "b", "c" };
    char doc[200];

    scene->config.max_attempts = ANSWERS_MAX;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        accounts_put(scene->accounts,
                     unit_account(&account_kind_apikey, names[i],
                                  "{\"api_key\":\"sk-ant-api03-x\"}"),
                     false);
    (void)snprintf(doc, sizeof(doc),
                   "{\"accounts\":[\"a\",\"b\",\"c\"],\"reserve\":\"%s\","
                   "\"allow\":[\"messages\",\"batches\",\"other\"],"
                   "\"limits\":{\"cost_total\":%s}}",
                   strict ? "strict" : "expected", budget);
    use_key(doc);
}

static void answer(const char *said)
{
    struct wire *peer = relay_scene_accept(scene);

    wire_expect(peer, BODY);
    if (said[0])
        wire_send(peer, said);
    wire_close(peer);
}

static void check(size_t i)
{
    const uint64_t charged = cases[i].lost * RESERVED + cases[i].told;
    size_t asked = 0;

    post(cases[i].path, BODY);
    for (; asked < ANSWERS_MAX && cases[i].answers[asked]; asked++)
        answer(cases[i].answers[asked]);
    wire_expect(&scene->client, cases[i].want);
    relay_scene_until_ended(scene, 1);
    until_free();
    if (view().total.cost_microusd != charged)
        fail_msg("%s: %llu", cases[i].name,
                 (unsigned long long)view().total.cost_microusd);
    assert_int_equal(scene->record.attempt_count, asked);
    assert_int_equal(scene->record.cost_microusd, cases[i].told);
    assert_int_equal(scene->record.cost_known, cases[i].cost_known);
    assert_int_equal(scene->record.partial, cases[i].partial);
    assert_int_equal(scene->bookings, 1);
}

static void each_that_was_lost_is_charged(void **state)
{
    for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
        begin(cases[i / 2].budget, i % 2);
        check(i / 2);
        (void)tear_down(state);
        (void)set_up(state);
    }
}

static void what_makes_something_is_not_sent_again(void **state)
{
    for (size_t i = 0; i < COUNT_OF(making); i++) {
        begin(AMPLE, false);
        post(making[i], BODY);
        answer(LOST);
        wire_expect(&scene->client, "HTTP/1.1 502 ");
        relay_scene_until_ended(scene, 1);
        assert_int_equal(scene->record.attempt_count, 1);
        (void)tear_down(state);
        (void)set_up(state);
    }
}

/* The second one may be billed, too. */
static void the_client_leaves_in_between(void **state)
{
    struct wire *peer;

    (void)state;
    begin(AMPLE, true);
    post(MESSAGES, BODY);
    answer(LOST);
    peer = relay_scene_accept(scene);
    wire_expect(peer, BODY);
    assert_int_equal(view().at[LIMIT_COST_TOTAL].reserved, 2 * RESERVED);
    wire_close(&scene->client);
    until_free();
    relay_scene_until_ended(scene, 1);
    assert_int_equal(view().total.requests, 1);
    assert_int_equal(view().total.cost_microusd, 2 * RESERVED);
    assert_int_equal(scene->record.end, RECORD_CLIENT_LEFT);
    assert_int_equal(scene->record.attempt_count, 2);
    assert_true(scene->record.partial);
    assert_false(scene->record.cost_known);
}

/* Before the answer is told: what was lost stays held. */
static void while_the_answer_comes(void **state)
{
    struct wire *peer;

    (void)state;
    begin(AMPLE, true);
    post(MESSAGES, BODY);
    answer(LOST);
    peer = relay_scene_accept(scene);
    wire_expect(peer, BODY);
    wire_send(peer,
              OK "Content-Type: text/event-stream\r\nConnection: close\r\n\r\n"
                 "event: message_start\ndata: "
                 "{\"type\":\"message_start\",\"message\":{\"model\":"
                 "\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":1000,"
                 "\"output_tokens\":1}}}\n\nevent: ping\ndata: "
                 "{\"type\":\"ping\"}\n\n");
    wire_expect(&scene->client, "ping");
    assert_int_equal(view().at[LIMIT_COST_TOTAL].reserved,
                     RESERVED + 1000 * 3 + 100 * 15);
    wire_close(peer);
    until_free();
    relay_scene_until_ended(scene, 1);
    assert_int_equal(view().total.cost_microusd,
                     RESERVED + 1000 * 3 + 100 * 15);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_that_was_lost_is_charged),
        TEST(what_makes_something_is_not_sent_again),
        TEST(the_client_leaves_in_between),
        TEST(while_the_answer_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
