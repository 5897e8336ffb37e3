// SPDX-License-Identifier: MIT
/* What an account is, for the audit log. */
#include "account/facts.h"

#include <stdio.h>

#include "account/kinds.h"
#include "unit.h"

/* Of every kind, with all that a file may hold. */
#define DOC                                                                    \
    "{\"access_token\":\"canary1\",\"refresh_token\":\"canary2\","             \
    "\"api_key\":\"sk-ant-canary3\",\"code_verifier\":\"canary4\","            \
    "\"expires_at\":\"2030-01-01T00:00:00Z\",\"scopes\":[\"a:b\"],"            \
    "\"note\":\"mine\",\"enabled\":false,\"pool\":true,\"other\":\"canary5\"," \
    "\"proxy_config\":{\"type\":\"http\",\"host\":\"p\",\"port\":1,"           \
    "\"username\":\"u\",\"password\":\"canary6\"}}"

static struct json_doc *facts_of(const struct account_kind *kind,
                                 const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);
    struct account *account = account_from_doc(kind, STR("main"), doc);
    struct json_doc *facts = account_facts(account);

    account_unref(account);
    json_doc_free(doc);
    return facts;
}

static void no_secret_is_a_fact(void **state)
{
    (void)state;
    for (size_t i = 0; account_kinds[i]; i++) {
        struct json_doc *facts = facts_of(account_kinds[i], DOC);
        struct buf out;

        buf_init(&out, 10000);
        assert_true(json_doc_write(facts, false, &out));
        assert_false(str_contains(buf_str(&out), STR("canary")));
        assert_true(str_contains(buf_str(&out), STR("\"note\":\"mine\"")));
        assert_true(str_contains(buf_str(&out), STR("\"username\":\"u\"")));
        buf_done(&out);
        json_doc_free(facts);
    }
}

#define PROXY(password)                                                                   \
    "{\"api_key\":\"sk-ant-api03-a\",\"proxy_config\":{\"type\":\"http\",\"host\":\"p\"," \
    "\"port\":1,\"username\":\"u\"" password "}}"

/* For comparing: the difference shows neither. */
static void another_password_is_seen(void **state)
{
    static const char *const others[] = { "", ",\"password\":\"\"",
                                          ",\"password\":\"canary8\"" };
    struct json_doc *was =
        facts_of(&account_kind_apikey, PROXY(",\"password\":\"canary7\""));

    (void)state;
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        char text[200];
        struct json_doc *is;

        (void)snprintf(text, sizeof(text), PROXY("%s"), others[i]);
        is = facts_of(&account_kind_apikey, text);
        assert_non_null(json_doc_get(is, "proxy_config"));
        assert_false(json_doc_is_same(was, is));
        json_doc_free(is);
    }
    json_doc_free(was);
}

#define GRANT(refresh)                                                         \
    "{\"access_token\":\"a\",\"refresh_token\":\"" refresh                     \
    "\",\"expires_at\":\"2030-01-01T00:00:00Z\"}"

/* Other tokens are another grant. */
static void new_tokens_are_seen(void **state)
{
    struct json_doc *was = facts_of(&account_kind_oauth, GRANT("b"));
    struct json_doc *is = facts_of(&account_kind_oauth, GRANT("c"));

    (void)state;
    assert_non_null(json_doc_get(was, "grant"));
    assert_false(json_doc_is_same(json_doc_get(was, "grant"),
                                  json_doc_get(is, "grant")));
    json_doc_free(was);
    json_doc_free(is);
}

/* Another key, too, which no fact tells. */
static void another_key_is_seen(void **state)
{
    struct json_doc *was =
        facts_of(&account_kind_apikey, "{\"api_key\":\"sk-ant-api03-a\"}");
    struct json_doc *is =
        facts_of(&account_kind_apikey, "{\"api_key\":\"sk-ant-api03-b\"}");

    (void)state;
    assert_false(json_doc_is_same(json_doc_get(was, "api_key"),
                                  json_doc_get(is, "api_key")));
    json_doc_free(was);
    json_doc_free(is);
}

static void no_account_has_no_facts(void **state)
{
    (void)state;
    assert_null(account_facts(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_secret_is_a_fact),
        cmocka_unit_test(another_password_is_seen),
        cmocka_unit_test(new_tokens_are_seen),
        cmocka_unit_test(another_key_is_seen),
        cmocka_unit_test(no_account_has_no_facts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
