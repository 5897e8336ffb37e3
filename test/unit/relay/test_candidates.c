// SPDX-License-Identifier: MIT
/* Which accounts may serve, with a key and without, and what is said if none does.
   What becomes of sessions and of waiting: test_candidates_rest.c. */
#include "relay/candidates.h"

#include <string.h>

#include "candidates_scene.h"

static const struct {
    const char *key; /* NULL: none */
    struct given given[4];
    const char *name;  /* of the account that is named; or NULL */
    const char *owner; /* of what it names; or NULL */
    const char *model; /* or NULL */
    bool models;
    bool is_light; /* it takes no place */
    const char
        *want; /* of the others why not; or why none is, and the refusal */
    const char *part;
    enum err_code code;
    uint64_t retry_ms; /* 0: not told */
} cases[] = {
    /* with a key */
    { .key = POOL,
      .given = { { APART, FINE }, { POOLED, FINE } },
      .want = "not_allowed chosen" },
    { .key = LISTS("\"a\""),
      .given = { { APART, FINE }, { POOLED, FINE } },
      .want = "chosen not_allowed" },
    { .key = POOL,
      .given = { { POOLED, PAUSED }, { POOLED, SOFT }, { POOLED, LOGIN } },
      .want = "paused chosen stopped" },
    { .key = POOL,
      .given = { { POOLED, PAUSED }, { POOLED, SOON }, { POOLED, LOGIN } },
      .want = "paused paused stopped",
      .part = "of the accounts that the relay key \"alice\" may use none has "
              "more to give before ",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS / 6 },
    { .key = LISTS("\"a\""),
      .given = { { POOLED, PAUSED }, { POOLED, FINE } },
      .want = "paused not_allowed",
      .part = "the account that the relay key \"alice\" may use has no more to "
              "give before ",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS },
    { .key = POOL,
      .given = { { ONE_AT_ONCE, FULL }, { POOLED, PAUSED } },
      .want = "full paused",
      .part = "serve as many requests at once as they may",
      .code = ERR_RATE,
      .retry_ms = 1000 },
    { .key = POOL,
      .given = { { OFF, FINE }, { POOLED, BLOCKED } },
      .want = "stopped stopped",
      .part = "none of the 2 accounts that the relay key \"alice\" may use is "
              "usable; the first: account \"a\" is switched off",
      .code = ERR_NO_ACCOUNT },
    { .key = POOL,
      .given = { { POOLED, BLOCKED } },
      .want = "stopped",
      .part = "account \"a\" is refused by the provider",
      .code = ERR_LOGIN_REQUIRED },
    { .key = POOL,
      .given = { { POOLED, LOGIN } },
      .want = "stopped",
      .part = "the credential of account \"a\" was refused",
      .code = ERR_LOGIN_REQUIRED },
    { .key = POOL,
      .given = { { APART, FINE } },
      .want = "not_allowed",
      .part = "may use no account: there is none in the pool",
      .code = ERR_FORBIDDEN },
    { .key = LISTS("\"x\""),
      .given = { { POOLED, FINE } },
      .want = "not_allowed",
      .part = "none of those in its `accounts` is there",
      .code = ERR_FORBIDDEN },
    /* paused by the operator */
    { .key = POOL,
      .given = { { POOLED, HELD } },
      .want = "paused",
      .part = "the account that the relay key \"alice\" may use is paused by "
              "the operator until 2026-",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS / 2 },
    { .key = POOL,
      .given = { { POOLED, HELD }, { POOLED, OVER } },
      .want = "paused paused",
      .part = ": they are paused by the operator",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS / 2 },
    { .key = POOL,
      .given = { { POOLED, HELD }, { POOLED, PAUSED } },
      .want = "paused paused",
      .part = "none serves before ",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS / 2 },
    { .given = { { PUT, HELD } },
      .want = "paused",
      .part = "the account is paused by the operator until ",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS / 2 },
    /* one is named: it or none */
    { .key = POOL,
      .given = { { POOLED, FINE }, { POOLED, FINE } },
      .name = "b",
      .want = "chosen" },
    { .key = POOL,
      .given = { { POOLED, FINE }, { POOLED, HELD } },
      .name = "b",
      .want = "paused",
      .part = "the account that the relay key \"alice\" may use is paused by "
              "the operator until ",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS / 2 },
    { .key = POOL,
      .given = { { POOLED, FINE }, { POOLED, PAUSED } },
      .name = "b",
      .want = "paused",
      .part = "the account that the relay key \"alice\" may use has no more to "
              "give before ",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS },
    { .key = POOL,
      .given = { { POOLED, FINE }, { POOLED, SOFT } },
      .name = "b",
      .want = "chosen" },
    { .key = POOL,
      .given = { { POOLED, FINE }, { POOLED, BLOCKED } },
      .name = "b",
      .want = "stopped",
      .part = "account \"b\" is refused by the provider",
      .code = ERR_LOGIN_REQUIRED },
    { .key = POOL,
      .given = { { POOLED, FINE }, { ONE_AT_ONCE, FULL } },
      .name = "b",
      .want = "full",
      .part = "serve as many requests at once as they may",
      .code = ERR_RATE,
      .retry_ms = 1000 },
    { .key = POOL,
      .given = { { POOLED, FINE }, { APART, FINE } },
      .name = "b",
      .want = "not_allowed",
      .part = "is not in it",
      .code = ERR_FORBIDDEN },
    { .key = LISTS("\"b\""),
      .given = { { POOLED, FINE } },
      .name = "b",
      .want = "",
      .part = "may use the account \"b\", but it is not there",
      .code = ERR_NO_ACCOUNT },
    { .given = { { APART, FINE }, { APART, PAUSED } },
      .name = "b",
      .want = "chosen" },
    { .given = { { APART, FINE }, { APART, BLOCKED } },
      .name = "b",
      .want = "chosen" },
    { .given = { { APART, FINE }, { APART, OVER } },
      .name = "b",
      .want = "paused",
      .part = "the account is paused by the operator until ",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS / 2 },
    { .given = { { APART, FINE } },
      .name = "b",
      .want = "",
      .part = "there is no account \"b\"",
      .code = ERR_NO_ACCOUNT },
    /* what it names is somebody's */
    { .key = POOL,
      .given = { { POOLED, FINE }, { POOLED, SOFT } },
      .owner = "b",
      .want = "not_owner chosen" },
    { .key = POOL,
      .given = { { POOLED, FINE }, { POOLED, PAUSED } },
      .owner = "b",
      .want = "not_owner paused",
      .part = "is known to the account that made it alone: the account that "
              "the relay key \"alice\" may use has no more to give before",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS },
    { .key = POOL,
      .given = { { POOLED, FINE }, { OFF, FINE } },
      .owner = "b",
      .want = "not_owner stopped",
      .part = "that made it alone: account \"b\" is switched off",
      .code = ERR_NO_ACCOUNT },
    { .key = LISTS("\"a\""),
      .given = { { POOLED, FINE }, { POOLED, FINE } },
      .owner = "b",
      .want = "chosen not_allowed" },
    { .key = LISTS("\"gone\""),
      .given = { { POOLED, FINE }, { POOLED, FINE } },
      .owner = "b",
      .want = "not_allowed not_allowed",
      .part = "none of those in its `accounts` is there",
      .code = ERR_FORBIDDEN },
    /* without a key */
    { .given = { { APART, FINE }, { PUT, FINE } },
      .want = "not_allowed chosen" },
    { .given = { { PUT, PAUSED }, { APART, FINE }, { PUT, SOON } },
      .want = "paused not_allowed paused",
      .part = "of the accounts in the pool none has more to give before ",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS / 6 },
    { .given = { { PUT, LOGIN }, { PUT_OFF, FINE } },
      .want = "stopped stopped",
      .part = "none of the 2 accounts in the pool is usable; the first: the "
              "credential of account \"a\" was refused",
      .code = ERR_LOGIN_REQUIRED },
    { .given = { { APART, FINE }, { APART, FINE } },
      .want = "not_allowed not_allowed",
      .part = "2 accounts are set up: choose one",
      .code = ERR_NO_ACCOUNT },
    { .given = { { NULL, FINE } },
      .want = "",
      .part = "no account is set up yet",
      .code = ERR_NO_ACCOUNT },
    /* all are the person's own: what one made, it serves */
    { .given = { { APART, FINE }, { PUT, FINE } },
      .owner = "a",
      .want = "chosen not_owner" },
    /* the only one is asked, whatever is known of it */
    { .given = { { APART, BLOCKED } }, .want = "chosen" },
    { .given = { { POOLED, PAUSED } }, .want = "chosen" },
    { .given = { { OFF, FINE } },
      .want = "stopped",
      .part = "account \"a\" is switched off",
      .code = ERR_NO_ACCOUNT },
    { .given = { { ONE_AT_ONCE, FULL } },
      .want = "full",
      .part = "the accounts serve as many",
      .code = ERR_RATE,
      .retry_ms = 1000 },
    /* another provider has the models of its map */
    { .key = POOL,
      .given = { { GLM, FINE }, { POOLED, FINE } },
      .model = "claude-opus-5",
      .want = "no_model chosen" },
    { .key = POOL,
      .given = { { GLM, PAUSED }, { POOLED, PAUSED } },
      .model = "claude-opus-5",
      .want = "no_model paused",
      .part = "the account that the relay key \"alice\" may use has no more",
      .code = ERR_RATE,
      .retry_ms = HOUR_MS },
    { .key = POOL,
      .given = { { GLM, FINE }, { APART, FINE } },
      .model = "claude-opus-5",
      .want = "no_model not_allowed",
      .part = "none of the accounts that the relay key \"alice\" may use has "
              "the model \"claude-opus-5\"",
      .code = ERR_FORBIDDEN },
    /* a name of any length, as keys are refused one */
    { .key = POOL,
      .given = { { GLM, FINE } },
      .model = "claude-sonnet-5-20260101[1m]",
      .want = "no_model",
      .part = "has the model \"claude-sonnet-5-20260101[1m]\"",
      .code = ERR_FORBIDDEN },
    { .key = POOL,
      .given = { { GLM, FINE } },
      .model = "glm-5",
      .want = "chosen" },
    { .given = { { GLM, FINE } }, .model = "claude-opus-5", .want = "chosen" },
    { .key = POOL,
      .given = { { POOLED, FINE }, { GLM, FINE } },
      .name = "b",
      .model = "claude-opus-5",
      .want = "chosen" },
    /* what takes no place needs none */
    { .key = POOL,
      .given = { { ONE_AT_ONCE, FULL } },
      .is_light = true,
      .want = "chosen" },
    /* all can list models */
    { .given = { { APART, FINE }, { OFF, FINE } },
      .models = true,
      .want = "chosen stopped" },
};

static void check_refusal(const struct candidates *c, size_t i)
{
    struct err err;

    assert_false(candidates_refuse(c, &err));
    unit_assert_part(err.text, cases[i].part);
    assert_null(strstr(err.text, "CANARY"));
    assert_int_equal(err.code, cases[i].code);
    assert_int_equal(err.retry_after_ms, cases[i].retry_ms);
}

static void check(struct candidates *c, size_t i)
{
    size_t chosen = candidates_choose(c);
    char whys[200] = "";

    for (size_t k = 0; k < c->count; k++) {
        (void)strncat(whys, k ? " " : "", 2);
        (void)strncat(whys, choice_why_word(c->whys[k]), 20);
    }
    if (strcmp(whys, cases[i].want) != 0)
        fail_msg("case %zu: %s", i, whys);
    assert_int_equal(chosen == CHOICE_NONE, cases[i].part != NULL);
    if (chosen == CHOICE_NONE)
        check_refusal(c, i);
    else
        assert_int_equal(c->whys[chosen], CHOICE_FINE);
}

static void each_has_its_reason(void **state)
{
    struct key_scene scene;

    (void)state;
    scene_begin(&scene);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct accounts *accounts = accounts_new();
        struct arena *arena = arena_new();
        struct key *key =
            cases[i].key ? scene_key(&scene, 1, "alice", cases[i].key) : NULL;
        struct candidates candidates;

        fill(accounts, cases[i].given);
        candidates_look(&candidates,
                        &(struct candidates_ask){
                            .accounts = accounts,
                            .key = key,
                            .name = str_of(cases[i].name ? cases[i].name : ""),
                            .models = cases[i].models,
                            .model =
                                str_of(cases[i].model ? cases[i].model : ""),
                            .takes_place = !cases[i].is_light,
                            .owner = cases[i].owner ? bindings_account(str_of(
                                                          cases[i].owner))
                                                    : 0,
                            .now_ms = NOW_MS,
                            .arena = arena });
        check(&candidates, i);
        candidates_done(&candidates);
        leave(accounts);
        key_unref(key);
        arena_free(arena);
        accounts_free(accounts);
    }
    scene_end(&scene);
}

/* ---- sessions -------------------------------------------------------------- */

static void two_keys_may_call_theirs_the_same(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    assert_true(candidates_session(arena, 1, STR_EMPTY) == 0);
    assert_true(candidates_session(arena, 1, STR("s")) != 0);
    assert_true(candidates_session(arena, 1, STR("s")) ==
                candidates_session(arena, 1, STR("s")));
    assert_true(candidates_session(arena, 1, STR("s")) !=
                candidates_session(arena, 2, STR("s")));
    assert_true(candidates_session(arena, 1, STR("s")) !=
                candidates_session(arena, 1, STR("t")));
    arena_free(arena);
}

/* A look at the one that it is bound to will do, as long as that one serves. */
static void a_session_stays_at_its_account(void **state)
{
    struct accounts *accounts = accounts_new();
    struct arena *arena = arena_new();
    struct candidates_ask ask = {
        .accounts = accounts, .session = 7, .now_ms = NOW_MS, .arena = arena
    };
    struct candidates c;

    (void)state;
    fill(accounts, cases[1].given);
    accounts_put(accounts, unit_account(&account_kind_apikey, "b", PUT), false);
    assert_false(candidates_look_at_bound(&c, &ask));
    bindings_put(accounts_bindings(accounts), 7, bindings_account(STR("b")),
                 NOW_MS);
    assert_true(candidates_look_at_bound(&c, &ask));
    assert_int_equal(c.count, 1);
    unit_assert_str(c.rows[candidates_choose(&c)].name, "b");
    candidates_done(&c);
    /* Not if it is not in the pool, or did not make what the request names. */
    bindings_put(accounts_bindings(accounts), 7, bindings_account(STR("a")),
                 NOW_MS);
    assert_false(candidates_look_at_bound(&c, &ask));
    bindings_put(accounts_bindings(accounts), 7, bindings_account(STR("b")),
                 NOW_MS);
    ask.owner = bindings_account(STR("a"));
    assert_false(candidates_look_at_bound(&c, &ask));
    arena_free(arena);
    accounts_free(accounts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_reason),
        cmocka_unit_test(two_keys_may_call_theirs_the_same),
        cmocka_unit_test(a_session_stays_at_its_account),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
