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

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, relay_scene_open, relay_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_token_is_due_when_it_has_expired),
        TEST(a_token_is_young_for_a_minute),
        TEST(the_keeper_learns_of_a_401_that_passes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
