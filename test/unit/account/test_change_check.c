// SPDX-License-Identifier: MIT
/* Changes of accounts, looked at before they are made. */
#include "account/change_check.h"

#include "account/kinds.h"
#include "script_store.h"
#include "unit.h"
#include "wire.h"

#define KEY "apikey_a"
#define FINE "{\"api_key\":\"sk-ant-api03-ours\",\"note\":\"mine\"}"
#define THEIRS                                                                 \
    "{\"api_key\":\"theirs\",\"base_url\":\"https://gateway.example\"}"

#define NO_TRUST                                                               \
    "{\"api_key\":\"theirs\",\"base_url\":\"https://gateway.example\","        \
    "\"tls_ca\":\"/no/ca.pem\"}"

static const struct {
    const char *now; /* NULL: there is none */
    const char *patch;
    const char *why; /* NULL: it may be made */
    bool is_new;
} cases[] = {
    { FINE, "{\"note\":\"x\"}", NULL, false },
    { FINE, "{\"base_url\":\"https://gateway.example\"}", NULL, false },
    { FINE, "{\"base_url\":\"http://gateway.example\"}", "must be https",
      false },
    { FINE, "{\"tls_ca\":\"/no/ca.pem\"}", "must be a PEM file", false },
    { THEIRS, "{\"note\":\"x\"}", NULL, false },
    { THEIRS, "{\"base_url\":null}", "go with a base_url", false },
    { "{}", "{\"note\":\"x\"}", NULL, false },
    { "{}", "{\"api_key\":\"sk-ant-api03-ours\"}", NULL, false },
    { "{}", "{\"bearer\":5}", "bearer must be", false },
    { NULL, "{\"note\":\"x\"}", NULL, false },
    { "[]", "{\"note\":\"x\"}", NULL, false },
    { FINE, "{\"api_key\":\"sk-ant-api03-other\"}", NULL, false },
    { FINE, "{\"api_key\":\"theirs\"}", "begins with sk-ant-", false },
    { FINE, "{\"api_key\":\"sk-ant-oat01-x\"}", "no token of a sign-in",
      false },
    { FINE, "{\"api_key\":\"t\",\"base_url\":\"https://g.example\"}", NULL,
      false },
    { THEIRS, "{\"api_key\":\"also.theirs\"}", NULL, false },
    { THEIRS, "{\"api_key\":\"two words\"}", "no spaces", false },
    { THEIRS, "{\"api_key\":\"\"}", "api_key is missing", false },
    /* What is wrong already hides nothing. */
    { "{}", "{\"api_key\":\"theirs\"}", "begins with sk-ant-", false },
    { NO_TRUST, "{\"api_key\":\"also.theirs\"}", NULL, false },
    { NO_TRUST, "{\"api_key\":\"two words\"}", "no spaces", false },
    { NULL, THEIRS, NULL, true },
    { NULL, "{\"api_key\":\"theirs\"}", "go with a base_url", true },
};

static void woken(void *arg)
{
    (void)arg;
}

static bool is_done(void *arg)
{
    return change_check_is_done(arg);
}

static struct change_check *start(struct store *store, struct loop *loop,
                                  const struct change_check_ask *rest,
                                  const char *text)
{
    struct err err;
    struct json_doc *patch = json_doc_parse(str_of(text), &err);
    struct change_check_ask ask = *rest;
    struct change_check *check;

    ask.store = store;
    ask.loop = loop;
    ask.name = "a";
    ask.patch = patch;
    check = change_check_start(&ask, woken, NULL);
    json_doc_free(patch);
    wire_until(loop, is_done, check);
    return check;
}

static void check_case(struct store *store, struct loop *loop, size_t i)
{
    struct err err = { .text = "" };
    struct change_check *check =
        start(store, loop,
              &(struct change_check_ask){ .kind = &account_kind_apikey,
                                          .is_new = cases[i].is_new },
              cases[i].patch);
    bool fine = change_check_result(check, &err);

    if (fine != !cases[i].why)
        fail_msg("row %zu: %s", i, err.text);
    if (!fine) {
        assert_int_equal(err.code, ERR_BAD_REQUEST);
        unit_assert_part(err.text, cases[i].why);
    } else if (cases[i].is_new) {
        struct account *account = change_check_account(check);

        assert_string_equal(account->name, "a");
        account_unref(account);
    }
    change_check_free(check);
}

static void nobody_makes_what_cannot_be_used(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loop *loop = loop_new();
        struct script_store *script = script_store_new();
        struct store *store = store_over(script_store_driver(script));

        if (cases[i].now)
            script_store_put(script, KEY, cases[i].now);
        check_case(store, loop, i);
        store_free(store);
        loop_free(loop);
    }
}

static void one_that_signs_in_takes_no_key(void **state)
{
    struct loop *loop = loop_new();
    struct script_store *script = script_store_new();
    struct store *store = store_over(script_store_driver(script));
    const struct change_check_ask ask = { .kind = &account_kind_oauth };
    struct change_check *check;
    struct err err;

    (void)state;
    script_store_put(script, "oauth_a",
                     "{\"access_token\":\"t\",\"expires_at\":"
                     "\"2099-01-01T00:00:00Z\"}");
    check = start(store, loop, &ask, "{\"api_key\":\"sk-ant-api03-ours\"}");
    assert_false(change_check_result(check, &err));
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    assert_string_equal(err.text,
                        "account \"a\" has no API key: sign in again with "
                        "`claude-relay login a` or POST /oauth/auth-url");
    change_check_free(check);
    store_free(store);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_makes_what_cannot_be_used),
        cmocka_unit_test(one_that_signs_in_takes_no_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
