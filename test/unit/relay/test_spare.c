// SPDX-License-Identifier: MIT
/* What the client gets when every account refused. */
#include "relay/spare.h"

#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "relay_scene.h"

#define ANSWERS_MAX 3
#define CLOSE "Connection: close\r\n"
#define SAYS(text) CLOSE "X-Said: " text "\r\nContent-Length: 4\r\n\r\ntea" text
#define LOST "" /* the connection ends without an answer */
#define CHUNKS CLOSE "Transfer-Encoding: chunked\r\n\r\n4\r\ntea1\r\n0\r\n\r\n"

#define RESTS                                                                  \
    "429 R\r\nRetry-After: 3600\r\n" CLOSE "Content-Length: 4\r\n\r\ntear"
#define REFUSED                                                                \
    "401 R\r\nrequest-id: req_7\r\n" CLOSE "Content-Length: 4\r\n\r\ntear"

#define ASKS                                                                   \
    "POST /v1/messages HTTP/1.1\r\nHost: a\r\nX-Relay-Explain: 1\r\n"          \
    "Content-Length: 2\r\n\r\n{}"

static const struct {
    const char *name;
    const char *version;              /* of the client */
    const char *answers[ANSWERS_MAX]; /* behind "HTTP/1.1 " */
    const char *want[2];              /* parts of what it gets */
    unsigned status;
    size_t giver; /* whose of the answers that is */
} cases[] = {
    { "too many requests tell most",
      "1.1",
      { "429 A\r\n" SAYS("1"), "401 B\r\n" SAYS("2"), "500 C\r\n" SAYS("3") },
      { "HTTP/1.1 429 A\r\n", "X-Said: 1\r\n" },
      429,
      0 },
    { "then a credential",
      "1.1",
      { "401 A\r\n" SAYS("1"), "500 B\r\n" SAYS("2"), "503 C\r\n" SAYS("3") },
      { "HTTP/1.1 401 A\r\n", "\r\n\r\ntea1" },
      401,
      0 },
    { "of the same the last one",
      "1.1",
      { "429 A\r\n" SAYS("1"), "429 B\r\n" SAYS("2"), "429 C\r\n" SAYS("3") },
      { "HTTP/1.1 429 C\r\n", "tea3" },
      429,
      2 },
    { "the last of those that tell little",
      "1.1",
      { "500 A\r\n" SAYS("1"), "502 B\r\n" SAYS("2"), "503 C\r\n" SAYS("3") },
      { "HTTP/1.1 503 C\r\n", "tea3" },
      503,
      2 },
    { "one in the middle",
      "1.1",
      { "500 A\r\n" SAYS("1"), "429 B\r\n" SAYS("2"), "401 C\r\n" SAYS("3") },
      { "HTTP/1.1 429 B\r\n", "tea2" },
      429,
      1 },
    { "an answer is better than none",
      "1.1",
      { "503 A\r\n" SAYS("1"), LOST, LOST },
      { "HTTP/1.1 503 A\r\n", "tea1" },
      503,
      0 },
    { "in chunks",
      "1.1",
      { "429 A\r\n" CHUNKS, "500 B\r\n" SAYS("2"), LOST },
      { "transfer-encoding: chunked\r\n", "\r\n\r\n4\r\ntea1\r\n0\r\n\r\n" },
      429,
      0 },
    { "in chunks, to HTTP/1.0",
      "1.0",
      { "429 A\r\n" CHUNKS, "500 B\r\n" SAYS("2"), "500 C\r\n" SAYS("3") },
      { "connection: close\r\n", "\r\n\r\ntea1" },
      429,
      0 },
};

static const char *const names[ANSWERS_MAX] = { "a", "b", "c" };

static void put_three(struct relay_scene *scene)
{
    scene->config.max_attempts = ANSWERS_MAX;
    for (size_t i = 0; i < ANSWERS_MAX; i++) {
        char text[100];

        (void)snprintf(text, sizeof(text),
                       "{\"api_key\":\"sk-ant-api03-%s\",\"pool\":true}",
                       names[i]);
        accounts_put(scene->accounts,
                     unit_account(&account_kind_apikey, names[i], text), false);
    }
}

/* What stands behind LATE comes by itself. */
#define LATE "|"
static void say(struct relay_scene *scene, struct wire *peer, const char *said)
{
    struct str rest = str_of(said);
    struct str part;

    wire_send(peer, "HTTP/1.1 ");
    while (str_next(&rest, LATE[0], &part)) {
        wire_send_str(peer, part);
        wire_turn_for(scene->loop, 20);
    }
}

/* By which account? */
static const char *answer(struct relay_scene *scene, const char *said)
{
    struct wire *peer = relay_scene_accept(scene);
    const char *by = NULL;
    char text[512];

    wire_expect(peer, "{}");
    for (size_t i = 0; i < ANSWERS_MAX; i++) {
        (void)snprintf(text, sizeof(text), "sk-ant-api03-%s\r\n", names[i]);
        by = wire_count(peer, text) == 1 ? names[i] : by;
    }
    assert_non_null(by);
    if (said[0])
        say(scene, peer, said);
    wire_close(peer);
    return by;
}

static bool failed(const struct record *record, const char *account)
{
    bool found = false;

    for (size_t i = 0; i + 1 < record->attempt_count; i++) {
        found |= str_eq(record->attempts[i].account, str_of(account));
        assert_int_not_equal(record->attempts[i].result, RECORD_DELIVERED);
    }
    return found;
}

/* The record, and the answer, name the account that gave it. */
static void check_giver(struct relay_scene *scene,
                        const char *const by[ANSWERS_MAX], size_t giver)
{
    const struct record *record = &scene->record;
    const struct record_attempt *last = &record->attempts[ANSWERS_MAX - 1];
    char text[100];

    assert_int_equal(record->attempt_count, ANSWERS_MAX);
    unit_assert_str(record->account, by[giver]);
    unit_assert_str(last->account, by[giver]);
    assert_int_equal(last->result, RECORD_DELIVERED);
    assert_int_equal(last->status, record->status);
    for (size_t i = 0; i < ANSWERS_MAX; i++)
        assert_int_equal(failed(record, by[i]), i != giver);
    (void)snprintf(text, sizeof(text),
                   "x-relay-account: %s\r\nx-relay-attempts: 3\r\n", by[giver]);
    wire_expect(&scene->client, text);
}

static void check(struct relay_scene *scene, size_t i)
{
    const char *by[ANSWERS_MAX];
    char text[200];

    put_three(scene);
    (void)snprintf(text, sizeof(text),
                   "POST /v1/messages HTTP/%s\r\nHost: a\r\n"
                   "X-Relay-Explain: 1\r\nContent-Length: 2\r\n\r\n{}",
                   cases[i].version);
    relay_scene_send(scene, text);
    for (size_t k = 0; k < ANSWERS_MAX; k++)
        by[k] = answer(scene, cases[i].answers[k]);
    relay_scene_until_ended(scene, 1);
    for (size_t k = 0; k < COUNT_OF(cases[i].want); k++)
        wire_expect(&scene->client, cases[i].want[k]);
    if (wire_count(&scene->client, "tea") != 1)
        fail_msg("%s", cases[i].name);
    assert_int_equal(scene->record.status, cases[i].status);
    assert_int_equal(scene->record.end, RECORD_COMPLETE);
    assert_int_equal(scene->record.bytes_out, 4);
    assert_true(scene->record.first_byte_us > 0);
    check_giver(scene, by, cases[i].giver);
}

static void the_client_gets_what_tells_most_unchanged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        void *scene;

        (void)relay_scene_open(&scene);
        check(scene, i);
        (void)relay_scene_close(&scene);
    }
}

/* What those before said is not its. */
static void the_record_tells_of_one_answer(void **state)
{
    static const char *const told[] = {
        "429 A\r\nrequest-id: req_1\r\nretry-after: 9\r\n"
        "anthropic-ratelimit-unified-reset: 5\r\n" SAYS("1"),
        "429 B\r\n" SAYS("2"),
    };
    void *opened;
    struct relay_scene *scene;

    (void)state;
    (void)relay_scene_open(&opened);
    scene = opened;
    put_three(scene);
    relay_scene_send(scene, ASKS);
    (void)answer(scene, told[0]);
    (void)answer(scene, told[1]);
    (void)answer(scene, "200 C\r\n" SAYS("3"));
    relay_scene_until_ended(scene, 1);
    assert_int_equal(scene->record.status, 200);
    assert_int_equal(scene->record.upstream_id.len, 0);
    assert_int_equal(scene->record.retry_after_s, 0);
    assert_int_equal(scene->record.reset.len, 0);
    (void)relay_scene_close(&opened);
}

/* Three accounts, and so many answers; the last one is what the client waits for. */
static struct relay_scene *ask_three(void **opened, const char *const *said,
                                     size_t count)
{
    struct relay_scene *scene;

    (void)relay_scene_open(opened);
    scene = *opened;
    put_three(scene);
    relay_scene_send(scene, ASKS);
    for (size_t i = 0; i < count; i++)
        (void)answer(scene, said[i]);
    relay_scene_until_ended(scene, 1);
    return scene;
}

/* Whoever could be asked at once need not wait for the one that rests. */
static void nobody_waits_while_another_could_serve(void **state)
{
    static const char *const tries[][ANSWERS_MAX] = {
        { RESTS, "500 B\r\n" SAYS("2"), "500 C\r\n" SAYS("3") },
        { "500 A\r\n" SAYS("1"), RESTS, LOST },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        void *opened;
        struct relay_scene *scene = ask_three(&opened, tries[i], ANSWERS_MAX);

        wire_expect(&scene->client, "HTTP/1.1 429 R\r\n");
        wire_expect(&scene->client, "tear");
        assert_int_equal(wire_count(&scene->client, "3600"), 0);
        (void)relay_scene_close(&opened);
    }
}

/* Where no other can, what it says itself passes. */
static void who_is_alone_says_when_to_come_again(void **state)
{
    struct relay_scene *scene;
    void *opened;

    (void)state;
    (void)relay_scene_open(&opened);
    scene = opened;
    relay_scene_send(scene, ASKS);
    wire_send(relay_scene_accept(scene), "HTTP/1.1 " RESTS);
    relay_scene_until_ended(scene, 1);
    wire_expect(&scene->client, "Retry-After: 3600\r\n");
    (void)relay_scene_close(&opened);
}

/* A body that comes after its head is waited for, if another account is asked then. */
static void what_is_kept_may_come_late(void **state)
{
    static const struct {
        const char *late;
        size_t count; /* of an overload no more than two are asked */
        const char *want;
    } tries[] = {
        { "529 A\r\nContent-Length: 4\r\n\r\n" LATE "tea1", 2,
          "HTTP/1.1 529 A\r\n" },
        { "500 A\r\n" CLOSE "\r\n" LATE "te" LATE "a1", ANSWERS_MAX,
          "HTTP/1.1 500 A\r\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        const char *const said[] = { tries[i].late, LOST, LOST };
        void *opened;
        struct relay_scene *scene = ask_three(&opened, said, tries[i].count);

        wire_expect(&scene->client, tries[i].want);
        wire_expect(&scene->client, "tea1");
        (void)relay_scene_close(&opened);
    }
}

/* Nothing that could be kept came of any of them. */
static void a_refusal_of_our_own_is_explained_too(void **state)
{
    static const char *const said[] = { LOST, LOST, LOST };
    void *opened;
    struct relay_scene *scene = ask_three(&opened, said, ANSWERS_MAX);

    (void)state;
    wire_expect(&scene->client, "HTTP/1.1 502 ");
    wire_expect(&scene->client, "x-relay-account: ");
    wire_expect(&scene->client, "x-relay-attempts: 3\r\n");
    assert_int_equal(scene->record.end, RECORD_REFUSED);
    (void)relay_scene_close(&opened);
}

static void a_401_passes_if_the_grant_is_refused(void **state)
{
    struct relay_scene *scene;
    void *opened;

    (void)state;
    (void)relay_scene_open(&opened);
    scene = opened;
    relay_scene_send(scene, ASKS);
    wire_send(relay_scene_accept(scene), "HTTP/1.1 " REFUSED);
    relay_scene_until_asked(scene, 1);
    relay_scene_keeper_refuses(scene);
    relay_scene_until_ended(scene, 1);
    wire_expect(&scene->client, "HTTP/1.1 401 R\r\n");
    wire_expect(&scene->client, "x-relay-account: main\r\n");
    wire_expect(&scene->client, "tear");
    assert_int_equal(scene->record.status, 401);
    assert_int_equal(scene->record.end, RECORD_COMPLETE);
    assert_int_equal(scene->record.attempt_count, 1);
    assert_int_equal(scene->record.attempts[0].result, RECORD_DELIVERED);
    unit_assert_str(scene->record.upstream_id, "req_7");
    (void)relay_scene_close(&opened);
}

/* What comes of the better token is the answer, whatever it is. */
static void and_not_if_there_was_a_better_token(void **state)
{
    static const char *const second[] = { "400 B\r\n" SAYS("2"), LOST };
    static const char *const want[] = { "HTTP/1.1 400 B\r\n", "HTTP/1.1 502 " };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(second); i++) {
        struct relay_scene *scene;
        struct wire *peer;
        void *opened;

        (void)relay_scene_open(&opened);
        scene = opened;
        relay_scene_send(scene, ASKS);
        wire_send(relay_scene_accept(scene), "HTTP/1.1 " REFUSED);
        relay_scene_until_asked(scene, 1);
        relay_scene_keeper(scene, "new-access");
        peer = relay_scene_accept(scene);
        wire_expect(peer, "new-access");
        if (second[i][0])
            say(scene, peer, second[i]);
        wire_close(peer);
        relay_scene_until_ended(scene, 1);
        wire_expect(&scene->client, want[i]);
        assert_int_equal(wire_count(&scene->client, "tear"), 0);
        (void)relay_scene_close(&opened);
    }
}

static void a_refresh_that_only_failed_is_ours_to_tell(void **state)
{
    struct relay_scene *scene;
    void *opened;

    (void)state;
    (void)relay_scene_open(&opened);
    scene = opened;
    relay_scene_send(scene, ASKS);
    wire_send(relay_scene_accept(scene), "HTTP/1.1 " REFUSED);
    relay_scene_until_asked(scene, 1);
    relay_scene_keeper(scene, NULL);
    relay_scene_until_ended(scene, 1);
    wire_expect(&scene->client, "HTTP/1.1 502 ");
    wire_expect(&scene->client, "x-relay-attempts: 1\r\n");
    wire_expect(&scene->client, "the kettle is cold");
    assert_int_equal(scene->record.upstream_id.len, 0);
    (void)relay_scene_close(&opened);
}

static void without_one_any_answer_is_better(void **state)
{
    struct relayed r = { .spare = NULL };

    (void)state;
    assert_false(spare_is_better(&r, 0));
    assert_false(spare_is_better(&r, 503));
    spare_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_gets_what_tells_most_unchanged),
        cmocka_unit_test(the_record_tells_of_one_answer),
        cmocka_unit_test(nobody_waits_while_another_could_serve),
        cmocka_unit_test(who_is_alone_says_when_to_come_again),
        cmocka_unit_test(what_is_kept_may_come_late),
        cmocka_unit_test(a_refusal_of_our_own_is_explained_too),
        cmocka_unit_test(a_401_passes_if_the_grant_is_refused),
        cmocka_unit_test(and_not_if_there_was_a_better_token),
        cmocka_unit_test(a_refresh_that_only_failed_is_ours_to_tell),
        cmocka_unit_test(without_one_any_answer_is_better),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
