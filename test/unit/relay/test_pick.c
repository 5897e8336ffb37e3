// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#include "relay/pick.h"

#include <string.h>

#include "account/accounts.h"
#include "account/vitals.h"
#include "accounts.h"
#include "base/clock.h"
#include "fields.h"
#include "team/key_scene.h"

#define KEY "{\"api_key\":\"sk-ant-api03-x\"}"
#define BROKEN "{}"
#define OAUTH                                                                  \
    "{\"access_token\":\"sk-ant-oat01-x\",\"expires_at\":"                     \
    "\"2999-01-01T00:00:00Z\""
#define OWN OAUTH "}"
#define SHARED OAUTH ",\"pool\":true}"
#define APART "{\"api_key\":\"sk-ant-api03-x\",\"pool\":false}"
#define OFF "{\"api_key\":\"sk-ant-api03-x\",\"enabled\":false}"
#define MESSAGES "/v1/messages"
#define LOGIN "Bearer sk-ant-oat01-CANARY"

#define IN(members) "{" members "\"pool\":true}"
#define PUT IN("\"api_key\":\"sk-ant-api03-x\",")
#define PUT_OFF IN("\"api_key\":\"sk-ant-api03-x\",\"enabled\":false,")
#define PUT_BROKEN IN("")

/* The accounts are a, b, c, ...: each is given its document. */
static struct accounts *accounts_of(const char *const *docs)
{
    struct accounts *accounts = accounts_new();

    for (char name[] = "a"; *docs; docs++, name[0]++)
        accounts_put(accounts, unit_account(&account_kind_apikey, name, *docs),
                     false);
    return accounts;
}

static const struct {
    const char *docs[4];
    const char *login; /* the client's own */
    const char *query;
    const char *path;
    const char *want;  /* NULL: none */
    const char *cause; /* part of the refusal; NULL: not refused */
} cases[] = {
    { { KEY }, "", "", MESSAGES, "a", NULL },
    { { KEY, KEY }, "", "account=b", MESSAGES, "b", NULL },
    /* of several those that were put into the pool by hand */
    { { KEY, KEY }, "", "", MESSAGES, NULL, "2 accounts are set up: choose" },
    { { PUT, APART }, "", "", MESSAGES, "a", NULL },
    { { KEY, PUT }, "", "", MESSAGES, "b", NULL },
    { { PUT_BROKEN, PUT }, "", "", MESSAGES, "b", NULL },
    { { APART, PUT_OFF, PUT }, "", "", MESSAGES, "c", NULL },
    { { APART }, "", "", MESSAGES, "a", NULL },
    { { APART, APART }, "", "", MESSAGES, NULL, "account pool NAME on" },
    { { APART, PUT_OFF }, "", "", MESSAGES, NULL, "switched off" },
    { { APART, PUT_OFF, PUT_OFF },
      "",
      "",
      MESSAGES,
      NULL,
      "none of the 2 accounts in the pool" },
    { { KEY }, "", "account=x", MESSAGES, NULL, "no account \"x\"" },
    { { KEY }, "", "account=../x", MESSAGES, NULL, "letters, digits" },
    { { BROKEN }, "", "", MESSAGES, NULL, "api_key" },
    { { NULL }, "", "", MESSAGES, NULL, "no account is set up" },
    /* models: any that can be used */
    { { OFF, APART }, "", "", "/v1/models", "b", NULL },
    { { APART, OFF }, "", "", "/v1/models/m", "a", NULL },
    { { BROKEN, KEY, OFF }, "", "", "/v1/models", "b", NULL },
    { { KEY, KEY }, "", "account=b", "/v1/models", "b", NULL },
    { { BROKEN, KEY }, "", "account=a", "/v1/models", NULL, "api_key" },
    { { BROKEN, BROKEN },
      "",
      "",
      "/v1/models",
      NULL,
      "none of the 2 accounts" },
    { { BROKEN }, "", "", "/v1/models", NULL, "api_key" },
    { { NULL }, "", "", "/v1/models", NULL, "no account is set up" },
    { { KEY, KEY }, LOGIN, "", "/v1/models", NULL, NULL },
    /* the client's own login takes no account */
    { { NULL }, LOGIN, "", MESSAGES, NULL, NULL },
    { { KEY }, LOGIN, "beta=true", MESSAGES, NULL, NULL },
    { { KEY }, LOGIN, "account=a", MESSAGES, NULL, "one of the two" },
    { { KEY }, LOGIN, "account=../x", MESSAGES, NULL, "letters, digits" },
};

static void the_named_or_only_account_is_picked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct accounts *accounts = accounts_of(cases[i].docs);
        struct caller_sources callers = { .admin = NULL };
        struct relay relay = { .options = { .accounts = accounts,
                                            .callers = &callers } };
        struct request req = { .arena = arena_new(),
                               .query = str_of(cases[i].query) };
        struct relayed r = { .relay = &relay,
                             .req = &req,
                             .path = str_of(cases[i].path),
                             .endpoint =
                                 endpoints_find(STR("GET"), STR("/v1/models")),
                             .caller.login = str_of(cases[i].login) };
        struct err err;
        bool picked = pick_account(&r, &err);

        if (picked != (cases[i].cause == NULL))
            fail_msg("case %zu: %s", i, err.text);
        if (!picked) {
            unit_assert_part(err.text, cases[i].cause);
            assert_null(strstr(err.text, "CANARY"));
        }
        if (cases[i].want)
            assert_string_equal(r.attempt.account->name, cases[i].want);
        else
            assert_null(r.attempt.account);
        attempt_leave(&r);
        arena_free(req.arena);
        accounts_free(accounts);
    }
}

/* ---- with a key ---------------------------------------------------------- */

#define POOL "{}"
#define LISTED(names) "{\"accounts\":[" names "]}"

static const struct {
    const char *docs[4]; /* of a, b, c, ... */
    const char *key;
    const char *query;
    const char *want; /* one of these; NULL: none */
    unsigned status;
    const char *cause;
} key_cases[] = {
    /* nobody is named: one of those that it may use, as account/choice.h has it */
    { { KEY, KEY }, POOL, "", "a b", 200, NULL },
    { { OWN, KEY, KEY }, POOL, "", "b c", 200, NULL },
    { { OFF, BROKEN, KEY }, POOL, "", "c", 200, NULL },
    { { APART, KEY }, POOL, "", "b", 200, NULL },
    { { SHARED, KEY }, POOL, "", "a b", 200, NULL },
    { { OWN, KEY, KEY }, LISTED("\"c\",\"a\""), "", "a c", 200, NULL },
    { { OWN, OFF, KEY }, LISTED("\"c\",\"b\""), "", "c", 200, NULL },
    { { APART, KEY }, LISTED("\"a\""), "", "a", 200, NULL },
    /* one is named */
    { { KEY, KEY }, POOL, "account=b", "b", 200, NULL },
    { { KEY, SHARED }, POOL, "account=b", "b", 200, NULL },
    { { KEY, OWN }, LISTED("\"b\""), "account=b", "b", 200, NULL },
    { { KEY, OWN }, POOL, "account=b", NULL, 403, "is not in it" },
    { { KEY, APART }, POOL, "account=b", NULL, 403, "is not in it" },
    { { KEY }, POOL, "account=b", NULL, 403, "is not in it" },
    { { KEY, KEY }, LISTED("\"a\""), "account=b", NULL, 403, "its `accounts`" },
    { { KEY }, LISTED("\"a\""), "account=b", NULL, 403, "its `accounts`" },
    { { KEY }, LISTED("\"b\""), "account=b", NULL, 400, "it is not there" },
    { { KEY, OFF }, POOL, "account=b", NULL, 400, "switched off" },
    /* the names of accounts are compared exactly */
    { { KEY }, LISTED("\"A\""), "account=a", NULL, 403, "its `accounts`" },
    /* there is none */
    { { NULL }, POOL, "", NULL, 403, "there is none in the pool" },
    { { OWN, APART }, POOL, "", NULL, 403, "there is none in the pool" },
    { { OWN }, LISTED("\"x\""), "", NULL, 403, "may use no account" },
    { { OFF, OWN }, POOL, "", NULL, 400, "switched off" },
    { { OWN, OFF, OFF }, POOL, "", NULL, 400, "none of the 2 accounts" },
};

static void pick_with_key(size_t at, const char *path, struct key *key)
{
    struct accounts *accounts = accounts_new();
    struct caller_sources callers = { .admin = NULL };
    struct relay relay = { .options = { .accounts = accounts,
                                        .callers = &callers } };
    struct request req = { .arena = arena_new(),
                           .query = str_of(key_cases[at].query) };
    struct relayed r = { .relay = &relay,
                         .req = &req,
                         .path = str_of(path),
                         .caller.key = key,
                         .endpoint =
                             endpoints_find(STR("GET"), STR("/v1/models")) };
    char name[] = "a";
    struct err err;

    for (const char *const *doc = key_cases[at].docs; *doc; doc++, name[0]++)
        accounts_put(accounts,
                     unit_account(strstr(*doc, "oat01") ? &account_kind_oauth
                                                        : &account_kind_apikey,
                                  name, *doc),
                     false);
    if (pick_account(&r, &err) != (key_cases[at].want != NULL))
        fail_msg("case %zu: %s", at, err.text);
    if (key_cases[at].want) {
        unit_assert_part(key_cases[at].want, r.attempt.account->name);
    } else {
        unit_assert_part(err.text, key_cases[at].cause);
        assert_int_equal(err_status(err.code), key_cases[at].status);
        assert_null(r.attempt.account);
    }
    attempt_leave(&r);
    arena_free(req.arena);
    accounts_free(accounts);
}

static void a_key_is_served_by_what_it_may_use(void **state)
{
    struct key_scene scene;

    (void)state;
    scene_begin(&scene);
    for (size_t i = 0; i < COUNT_OF(key_cases); i++) {
        struct key *key = scene_key(&scene, 1, "alice", key_cases[i].key);

        if (!key)
            fail_msg("case %zu: %s", i, scene.err.text);
        pick_with_key(i, MESSAGES, key);
        pick_with_key(i, "/v1/models", key);
        key_unref(key);
    }
    scene_end(&scene);
}

/* ---- whatever is known of it --------------------------------------------- */

/* How the request for "b" ends. */
static unsigned status_of(struct accounts *accounts, struct key *key,
                          const char *query)
{
    struct caller_sources callers = { .admin = NULL };
    struct relay relay = { .options = { .accounts = accounts,
                                        .callers = &callers } };
    struct request req = { .arena = arena_new(), .query = str_of(query) };
    struct relayed r = { .relay = &relay,
                         .req = &req,
                         .path = STR(MESSAGES),
                         .caller.key = key,
                         .endpoint =
                             endpoints_find(STR("GET"), STR("/v1/models")) };
    struct err err;
    unsigned status = pick_account(&r, &err) ? 200 : err_status(err.code);

    if (status == 200)
        assert_string_equal(r.attempt.account->name, "b");
    if (status == 429)
        assert_true(err.retry_after_ms > 0);
    attempt_leave(&r);
    arena_free(req.arena);
    return status;
}

/* With a key it is as if it were the only one; its owner wants to see. */
static void a_named_one_is_as_the_only_one(void **state)
{
    struct key_scene scene;
    struct accounts *accounts = accounts_of((const char *[]){ KEY, KEY, NULL });
    struct account *b = accounts_get(accounts, STR("b"));
    uint64_t now_ms = clock_wall_ms();
    struct vitals_answer rests = { .status = 429,
                                   .retry_after_ms = 3600000,
                                   .now_ms = now_ms };
    struct key *key;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 1, "alice", POOL);
    assert_int_equal(status_of(accounts, key, "account=b"), 200);
    (void)vitals_learn(b->vitals, &rests);
    assert_int_equal(status_of(accounts, key, "account=b"), 429);
    assert_int_equal(status_of(accounts, NULL, "account=b"), 200);
    vitals_hold(b->vitals, now_ms + 1000000, STR("tea"), now_ms);
    assert_int_equal(status_of(accounts, key, "account=b"), 429);
    assert_int_equal(status_of(accounts, NULL, "account=b"), 429);
    account_unref(b);
    key_unref(key);
    scene_end(&scene);
    accounts_free(accounts);
}

static void the_only_one_rests_when_the_operator_says_so(void **state)
{
    struct accounts *accounts = accounts_of((const char *[]){ OFF, KEY, NULL });
    struct account *a = accounts_get(accounts, STR("a"));
    struct account *b = accounts_get(accounts, STR("b"));
    uint64_t now_ms = clock_wall_ms();

    (void)state;
    accounts_forget(accounts, a);
    assert_int_equal(status_of(accounts, NULL, ""), 200);
    vitals_hold(b->vitals, now_ms + 1000000, STR("tea"), now_ms);
    assert_int_equal(status_of(accounts, NULL, ""), 429);
    account_unref(a);
    account_unref(b);
    accounts_free(accounts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_named_or_only_account_is_picked),
        cmocka_unit_test(a_key_is_served_by_what_it_may_use),
        cmocka_unit_test(a_named_one_is_as_the_only_one),
        cmocka_unit_test(the_only_one_rests_when_the_operator_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
