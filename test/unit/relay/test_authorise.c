// SPDX-License-Identifier: MIT
/* When a better token is asked for, and what the keeper is told; the flow around it is
   in test_relay.c. */
#include "relay/authorise.h"

#include "accounts.h"
#include "relay_scene.h"

#define OAUTH(expires)                                                          \
    "{\"access_token\":\"t\",\"refresh_token\":\"r\",\"expires_at\":\"" expires \
    "\"}"
#define LATER OAUTH("2099-01-01T00:00:00Z")
#define LONG_AGO OAUTH("2020-01-01T00:00:00Z")
#define KEY "{\"api_key\":\"sk-ant-api03-x\"}"

static const struct {
    const char *name;
    const char *doc; /* NULL: the client's own login */
    bool key;
    unsigned status;
    bool renewed;
    enum relayed_body body;
    bool want;
} answers[] = {
    { "a first 401", LATER, false, 401, false, RELAYED_BODY_KEPT, true },
    { "a second 401", LATER, false, 401, true, RELAYED_BODY_KEPT, false },
    { "a 401 to a streamed body", LATER, false, 401, false, RELAYED_BODY_LENGTH,
      false },
    { "a 403", LATER, false, 403, false, RELAYED_BODY_KEPT, false },
    { "fine", LATER, false, 200, false, RELAYED_BODY_KEPT, false },
    { "a 401 to a key", KEY, true, 401, false, RELAYED_BODY_KEPT, false },
    { "a 401 to the client's login", NULL, false, 401, false, RELAYED_BODY_KEPT,
      false },
};

static struct account *account_of(const char *doc, bool key)
{
    return doc ? unit_account(key ? &account_kind_apikey : &account_kind_oauth,
                              "main", doc)
               : NULL;
}

static void only_a_first_401_is_repeated(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct relayed r = { .account =
                                 account_of(answers[i].doc, answers[i].key),
                             .renewed = answers[i].renewed,
                             .body_is = answers[i].body };

        if (authorise_should_repeat(&r, answers[i].status) != answers[i].want)
            fail_msg("%s", answers[i].name);
        account_unref(r.account);
    }
}

static const struct {
    const char *doc;
    bool key;
    bool want;
} tokens[] = {
    { LATER, false, false },
    { LONG_AGO, false, true },
    { KEY, true, false },
    { NULL, false, false },
};

static void a_token_is_due_when_it_has_expired(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(tokens); i++) {
        struct relayed r = { .account =
                                 account_of(tokens[i].doc, tokens[i].key) };

        assert_int_equal(authorise_is_due(&r), tokens[i].want);
        account_unref(r.account);
    }
}

static const struct {
    unsigned status;
    bool renewed;
    bool key;
    unsigned questions;
    enum keeper_op op;
} lessons[] = {
    { 401, false, false, 1, KEEPER_REFRESH },
    { 401, true, false, 1, KEEPER_REFUSED },
    { 401, false, true, 0, 0 },
    { 403, false, false, 0, 0 },
    { 200, true, false, 0, 0 },
};

static void the_keeper_learns_of_a_401_that_passes(void **state)
{
    struct relay_scene *scene = *state;
    struct relay relay = { .options = { .loop = scene->loop } };

    for (size_t i = 0; i < COUNT_OF(lessons); i++) {
        struct relayed r = { .relay = &relay,
                             .account = account_of(lessons[i].key ? KEY : LATER,
                                                   lessons[i].key),
                             .renewed = lessons[i].renewed };

        scene->questions = 0;
        authorise_learn(&r, lessons[i].status);
        assert_int_equal(scene->questions, lessons[i].questions);
        assert_true(lessons[i].questions == 0 || scene->asked == lessons[i].op);
        assert_null(r.wait);
        account_unref(r.account);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, relay_scene_open, relay_scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_a_first_401_is_repeated),
        TEST(a_token_is_due_when_it_has_expired),
        TEST(the_keeper_learns_of_a_401_that_passes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
