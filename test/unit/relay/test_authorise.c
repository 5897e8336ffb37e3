// SPDX-License-Identifier: MIT
/* When a better token is asked for, and what the keeper is told; the flow around it is
   in test_relay.c. */
#include "relay/authorise.h"

#include "accounts.h"
#include "base/clock.h"
#include "relay_scene.h"

#define OAUTH(expires)                                                          \
    "{\"access_token\":\"t\",\"refresh_token\":\"r\",\"expires_at\":\"" expires \
    "\"}"
#define LATER OAUTH("2099-01-01T00:00:00Z")
#define LONG_AGO OAUTH("2020-01-01T00:00:00Z")
#define KEY "{\"api_key\":\"sk-ant-api03-x\"}"

#define POOLED(members) "{" members ",\"pool\":true}"
#define LONG_AGO_IN                                                            \
    "\"access_token\":\"t\",\"refresh_token\":\"r\",\"priority\":9,"           \
    "\"expires_at\":\"2020-01-01T00:00:00Z\""

static void put(struct relay_scene *scene, const char *name,
                const struct account_kind *kind, const char *doc)
{
    accounts_put(scene->accounts, unit_account(kind, name, doc), false);
}

static struct account *account_of(const char *doc, bool key)
{
    return doc ? unit_account(key ? &account_kind_apikey : &account_kind_oauth,
                              "main", doc)
               : NULL;
}

static const struct {
    const char *doc;
    bool key;
    bool due;
    bool refreshes;
} tokens[] = {
    { LATER, false, false, true },
    { LONG_AGO, false, true, true },
    { KEY, true, false, false },
    { NULL, false, false, false },
};

static void a_token_is_due_when_it_has_expired(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(tokens); i++) {
        struct relayed r = { .attempt.account =
                                 account_of(tokens[i].doc, tokens[i].key) };

        assert_int_equal(authorise_is_due(&r), tokens[i].due);
        assert_int_equal(authorise_refreshes(&r), tokens[i].refreshes);
        account_unref(r.attempt.account);
    }
}

static void a_token_is_young_for_a_minute(void **state)
{
    struct account *account = account_of(LATER, false);
    struct relayed r = { .attempt.account = account };

    (void)state;
    assert_false(authorise_is_young(&r));
    account->renewed_ms = clock_steady_ms();
    assert_true(authorise_is_young(&r));
    account->renewed_ms -= 60001;
    assert_false(authorise_is_young(&r));
    account_unref(account);
    r.attempt.account = NULL;
    assert_false(authorise_is_young(&r));
}

static const struct {
    enum lesson_kind kind;
    bool key;
    unsigned questions;
    enum keeper_op op;
} lessons[] = {
    { LESSON_TOKEN, false, 1, KEEPER_REFRESH },
    { LESSON_LOGIN, false, 1, KEEPER_REFUSED },
    { LESSON_LOGIN, true, 0, 0 },
    /* a 401 about something else, a 403 */
    { LESSON_NONE, false, 0, 0 },
    { LESSON_BLOCKED, false, 0, 0 },
    { LESSON_WELL, false, 0, 0 },
};

static void the_keeper_learns_of_a_401_that_passes(void **state)
{
    struct relay_scene *scene = *state;
    struct relay relay = { .options = { .loop = scene->loop } };

    for (size_t i = 0; i < COUNT_OF(lessons); i++) {
        struct relayed r = { .relay = &relay,
                             .attempt.account =
                                 account_of(lessons[i].key ? KEY : LATER,
                                            lessons[i].key) };
        const struct lesson lesson = { .kind = lessons[i].kind };

        scene->questions = 0;
        authorise_learn(&r, &lesson);
        assert_int_equal(scene->questions, lessons[i].questions);
        assert_true(lessons[i].questions == 0 || scene->asked == lessons[i].op);
        assert_null(r.wait);
        account_unref(r.attempt.account);
    }
}

/* Each is asked for its token once. */
static void without_a_token_others_serve(void **state)
{
    struct relay_scene *scene = *state;
    struct wire *peer;

    scene->config.max_attempts = 3;
    put(scene, "a", &account_kind_oauth, POOLED(LONG_AGO_IN));
    put(scene, "b", &account_kind_oauth, POOLED(LONG_AGO_IN));
    put(scene, "c", &account_kind_apikey,
        POOLED("\"api_key\":\"sk-ant-api03-c\",\"priority\":0"));
    relay_scene_send(scene, "POST /v1/messages HTTP/1.1\r\nHost: a\r\n"
                            "Content-Length: 2\r\n\r\n{}");
    relay_scene_until_asked(scene, 1);
    relay_scene_keeper(scene, NULL);
    relay_scene_until_asked(scene, 2);
    relay_scene_keeper(scene, NULL);
    peer = relay_scene_accept(scene);
    wire_expect(peer, "sk-ant-api03-c");
    wire_expect(peer, "{}");
    wire_send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    relay_scene_until_ended(scene, 1);
    assert_int_equal(scene->questions, 2);
    assert_int_equal(scene->record.status, 200);
    assert_int_equal(scene->record.attempt_count, 3);
    assert_int_equal(scene->record.attempts[0].result, RECORD_NO_TOKEN);
    assert_int_equal(scene->record.attempts[1].result, RECORD_NO_TOKEN);
    assert_false(str_eq(scene->record.attempts[0].account,
                        scene->record.attempts[1].account));
    unit_assert_str(scene->record.account, "c");
}

static void who_has_no_other_is_told_why(void **state)
{
    struct relay_scene *scene = *state;

    relay_scene_put(scene, "old-access", true);
    relay_scene_send(scene, "POST /v1/messages HTTP/1.1\r\nHost: a\r\n"
                            "Content-Length: 2\r\n\r\n{}");
    relay_scene_until_asked(scene, 1);
    relay_scene_keeper(scene, NULL);
    relay_scene_until_ended(scene, 1);
    assert_int_equal(scene->record.status, 502);
    assert_int_equal(scene->record.attempt_count, 1);
    assert_int_equal(scene->record.attempts[0].result, RECORD_NO_TOKEN);
    assert_false(scene->record.sent);
    unit_assert_str(scene->record.account, "main");
    wire_expect(&scene->client, "the kettle is cold");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, relay_scene_open, relay_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_token_is_due_when_it_has_expired),
        TEST(a_token_is_young_for_a_minute),
        TEST(the_keeper_learns_of_a_401_that_passes),
        TEST(without_a_token_others_serve),
        TEST(who_has_no_other_is_told_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
