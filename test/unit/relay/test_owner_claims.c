// SPDX-License-Identifier: MIT
/* Who may claim ids, for whom, and how many. */
#include <stdio.h>

#include "account/accounts.h"
#include "accounts.h"
#include "base/clock.h"
#include "crypto/hash.h"
#include "relay/owner.h"
#include "relay_scene.h"
#include "team/key_scene.h"

#define X "file_0123456789abcdefX"
#define Y "file_0123456789abcdefY"
#define LIST                                                                   \
    "{\"data\":[{\"id\":\"" X "\"},{\"type\":\"file\",\"id\":\"" Y "\"}]}"

/* ---- who may claim ----------------------------------------------------------- */

#define KEY "\"api_key\":\"sk-ant-api03-x\""
#define ELSEWHERE "\"base_url\":\"https://glm.example/api\""

static void put_account(struct accounts *accounts, const char *name,
                        const char *doc)
{
    accounts_put(accounts, unit_account(&account_kind_apikey, name, doc),
                 false);
}

static struct accounts *with_gateways(void)
{
    struct accounts *accounts = accounts_new();

    put_account(accounts, "a", "{" KEY "}");
    put_account(accounts, "b",
                "{" KEY ",\"model_map\":{\"claude-sonnet-5\":\"x\"}}");
    put_account(accounts, "g", "{" KEY "," ELSEWHERE "}");
    put_account(accounts, "h", "{" KEY "," ELSEWHERE "}");
    return accounts;
}

/* The account answers a list of files, of that key, with X in it. */
static void tell_list(struct accounts *accounts, const char *name,
                      struct key *key, struct str list)
{
    static const struct header json = { { "content-type", 12 },
                                        { "application/json", 16 } };
    const struct parser_head head = { .status = 200,
                                      .headers = headers_of(&json, 1) };
    struct relay relay = { .options = { .accounts = accounts } };
    struct account *account = accounts_get(accounts, str_of(name));
    struct relayed r = { .relay = &relay,
                         .path = STR("/v1/files"),
                         .endpoint =
                             endpoints_find(STR("GET"), STR("/v1/files")) };
    struct owner *owner;

    r.caller.key = key;
    r.attempt.account = account;
    owner = owner_learn(&r, &head);
    assert_non_null(owner);
    owner_feed(owner, list);
    owner_free(owner);
    account_unref(account);
}

static void tell(struct accounts *accounts, const char *name, struct key *key)
{
    tell_list(accounts, name, key, STR(LIST));
}

static void expect(struct accounts *accounts, const struct key *key,
                   const char *name)
{
    assert_true(owner_by_id(accounts, key, hash_number(STR(X))) ==
                (name ? bindings_account(str_of(name)) : 0));
}

/* What a gateway says leads the key that it was told to, and no other. */
static void a_gateway_leads_nobody_else(void **state)
{
    struct accounts *accounts = with_gateways();
    struct key alice = { .id = 1 };
    struct key bob = { .id = 2 };

    (void)state;
    tell(accounts, "g", &bob);
    expect(accounts, &bob, "g");
    expect(accounts, &alice, NULL);
    expect(accounts, NULL, NULL);
    tell(accounts, "h", &bob);
    expect(accounts, &bob, "g");
    tell(accounts, "h", NULL);
    expect(accounts, NULL, "h");
    /* Nor does it take away what an account at Anthropic has. */
    tell(accounts, "b", &alice);
    expect(accounts, &alice, "b");
    expect(accounts, &bob, "b");
    tell(accounts, "g", &alice);
    expect(accounts, &alice, "b");
    accounts_free(accounts);
}

static uint64_t asked(struct accounts *accounts, struct key *key)
{
    struct relay relay = { .options = { .accounts = accounts } };
    struct relayed r = { .relay = &relay,
                         .path = STR("/v1/messages"),
                         .endpoint =
                             endpoints_find(STR("POST"), STR("/v1/messages")) };
    const struct scan_facts facts = {
        .files = { hash_number(STR(X)), hash_number(STR(Y)) }, .file_count = 2
    };

    r.caller.key = key;
    owner_note_asked(&r, &facts);
    return owner_find(&r);
}

/* Whoever lists what another key's account has, locks nobody out. */
static void what_a_key_may_not_use_has_nothing_for_it(void **state)
{
    struct accounts *accounts = with_gateways();
    struct key_scene scene;
    struct key *alice;
    struct key *bob;

    (void)state;
    scene_begin(&scene);
    alice = scene_key(&scene, 1, "alice", "{}");
    bob = scene_key(&scene, 2, "bob", "{\"accounts\":[\"b\",\"h\"]}");
    tell(accounts, "a", NULL);
    expect(accounts, alice, "a");
    expect(accounts, bob, NULL);
    assert_true(asked(accounts, bob) == 0);
    tell(accounts, "b", bob);
    expect(accounts, bob, "b");
    expect(accounts, alice, "a");
    expect(accounts, NULL, "a");
    assert_true(asked(accounts, bob) == bindings_account(STR("b")));
    key_unref(alice);
    key_unref(bob);
    scene_end(&scene);
    accounts_free(accounts);
}

/* ---- how much ------------------------------------------------------------- */

#define MANY 1500

static struct str id_of(size_t i, char text[32])
{
    (void)snprintf(text, 32, "file_%020zu", i);
    return str_of(text);
}

/* How many of those it is the owner of, for that key. */
static size_t owned_by(struct accounts *accounts, const struct key *key,
                       const char *name)
{
    uint64_t account = bindings_account(str_of(name));
    size_t count = 0;
    char text[32];

    for (size_t i = 0; i < MANY; i++)
        count +=
            owner_by_id(accounts, key, hash_number(id_of(i, text))) == account;
    return count;
}

static void add_ids(struct buf *list)
{
    char text[32];

    buf_printf(list, "{\"data\":[");
    for (size_t i = 0; i < MANY; i++)
        buf_printf(list, "%s{\"id\":\"" STR_FMT "\"}", i ? "," : "",
                   STR_ARG(id_of(i, text)));
    buf_printf(list, "]}");
}

static void an_answer_teaches_a_page(void **state)
{
    struct accounts *accounts = with_gateways();
    struct buf list;

    (void)state;
    buf_init(&list, 1 << 20);
    add_ids(&list);
    tell_list(accounts, "a", NULL, buf_str(&list));
    assert_int_equal(owned_by(accounts, NULL, "a"), 1000);
    buf_done(&list);
    accounts_free(accounts);
}

static void a_message_teaches_some_files(void **state)
{
    struct accounts *accounts = with_gateways();
    struct account *account = accounts_get(accounts, STR("a"));
    struct relay relay = { .options = { .accounts = accounts } };
    struct relayed r = { .relay = &relay, .path = STR("/v1/messages") };
    char text[32];

    (void)state;
    r.attempt.account = account;
    for (size_t i = 0; i < MANY; i++)
        owner_note_file(&r, id_of(i, text));
    assert_int_equal(owned_by(accounts, NULL, "a"), 100);
    account_unref(account);
    accounts_free(accounts);
}

/* Whatever a gateway says, and however much, others' ids stay. */
static void no_gateway_displaces_what_others_have(void **state)
{
    struct accounts *accounts = with_gateways();
    struct account *account = accounts_get(accounts, STR("g"));
    struct relay relay = { .options = { .accounts = accounts } };
    struct key bob = { .id = 2 };
    char text[32];

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        bindings_put(accounts_owned(accounts), hash_number(id_of(i, text)),
                     bindings_account(STR("a")), clock_wall_ms());
    for (size_t i = 0; i < 2 * BINDINGS_MAX; i++) {
        struct relayed r = { .relay = &relay, .path = STR("/v1/messages") };

        r.caller.key = &bob;
        r.attempt.account = account;
        owner_note_file(&r, id_of(MANY + i, text));
    }
    assert_int_equal(owned_by(accounts, &bob, "a"), MANY);
    account_unref(account);
    accounts_free(accounts);
}

static void the_first_keeps_it_until_it_is_gone(void **state)
{
    struct accounts *accounts = with_gateways();
    struct account *a = accounts_get(accounts, STR("a"));

    (void)state;
    tell(accounts, "a", NULL);
    tell(accounts, "b", NULL);
    expect(accounts, NULL, "a");
    accounts_forget(accounts, a);
    expect(accounts, NULL, NULL);
    tell(accounts, "b", NULL);
    expect(accounts, NULL, "b");
    account_unref(a);
    accounts_free(accounts);
}

/* Its answer came late: another one has its name by now. */
static void what_is_gone_claims_nothing(void **state)
{
    struct accounts *accounts = with_gateways();
    struct account *account = accounts_get(accounts, STR("a"));
    struct relay relay = { .options = { .accounts = accounts } };
    struct relayed r = { .relay = &relay, .path = STR("/v1/messages") };

    (void)state;
    accounts_forget(accounts, account);
    put_account(accounts, "a", "{\"api_key\":\"sk-ant-api03-y\"}");
    r.attempt.account = account;
    owner_note_file(&r, STR(X));
    expect(accounts, NULL, NULL);
    account_unref(account);
    accounts_free(accounts);
}

static void count(void *arg)
{
    ++*(int *)arg;
}

static void what_is_new_is_kept_soon(void **state)
{
    struct accounts *accounts = with_gateways();
    int asked = 0;

    (void)state;
    accounts_on_hurry(accounts, count, &asked);
    tell(accounts, "a", NULL);
    assert_int_equal(asked, 2);
    tell(accounts, "a", NULL);
    tell(accounts, "b", NULL);
    assert_int_equal(asked, 2);
    accounts_on_hurry(accounts, NULL, NULL);
    accounts_free(accounts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gateway_leads_nobody_else),
        cmocka_unit_test(what_a_key_may_not_use_has_nothing_for_it),
        cmocka_unit_test(an_answer_teaches_a_page),
        cmocka_unit_test(a_message_teaches_some_files),
        cmocka_unit_test(no_gateway_displaces_what_others_have),
        cmocka_unit_test(the_first_keeps_it_until_it_is_gone),
        cmocka_unit_test(what_is_gone_claims_nothing),
        cmocka_unit_test(what_is_new_is_kept_soon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
