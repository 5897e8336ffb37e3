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

static void check_case(struct store *store, struct loop *loop, size_t i)
{
    struct err err = { .text = "" };
    struct json_doc *patch = json_doc_parse(str_of(cases[i].patch), &err);
    struct change_check *check = change_check_start(
        &(struct change_check_ask){ .store = store,
                                    .loop = loop,
                                    .kind = &account_kind_apikey,
                                    .name = "a",
                                    .patch = patch,
                                    .is_new = cases[i].is_new },
        woken, NULL);
    bool fine;

    json_doc_free(patch);
    wire_until(loop, is_done, check);
    fine = change_check_result(check, &err);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_makes_what_cannot_be_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
