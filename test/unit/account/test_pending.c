// SPDX-License-Identifier: MIT
/* Pending logins. */
#include "account/pending.h"

#include <stdio.h>

#include "base/text.h"
#include "store/embedded.h"
#include "unit.h"

#define NOW_MS 1785585600000u
#define STATE "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct oauth_client client = {
    .authorize_url = { "https://claude.example/authorize", 32 },
    .redirect_uri = { "https://claude.example/callback", 31 },
    .client_id = { "the-client", 10 },
    .scopes = { "user:profile user:inference", 27 },
};

static struct str member(const struct json_doc *doc, const char *name)
{
    struct str text = STR_EMPTY;

    assert_true(json_doc_get_str(doc, name, &text));
    return text;
}

static void a_new_one_has_the_seeds_members(void **state)
{
    struct pending_options options = { .client = &client };
    struct json_doc *doc = pending_new(&options, NOW_MS);
    struct json_doc *other = pending_new(&options, NOW_MS);

    (void)state;
    assert_int_equal(member(doc, "code_verifier").len, OAUTH_VERIFIER_LEN);
    assert_int_equal(member(doc, "code_challenge").len, OAUTH_VERIFIER_LEN);
    assert_true(oauth_state_is_valid(member(doc, "state")));
    assert_true(str_contains(member(doc, "auth_url"), member(doc, "state")));
    assert_false(str_eq(member(doc, "state"), member(other, "state")));
    assert_false(
        str_eq(member(doc, "code_verifier"), member(other, "code_verifier")));
    assert_false(pending_is_setup(doc));
    assert_null(json_doc_get(doc, "proxy_config"));
    json_doc_free(doc);
    json_doc_free(other);
}

static void what_it_was_begun_with_is_kept(void **state)
{
    struct err err;
    struct json_doc *proxy = json_doc_parse(STR("{\"host\":\"h\"}"), &err);
    struct pending_options options = { .client = &client,
                                       .setup = true,
                                       .proxy_config = proxy };
    struct json_doc *doc = pending_new(&options, NOW_MS);

    (void)state;
    assert_true(pending_is_setup(doc));
    unit_assert_str(member(json_doc_get(doc, "proxy_config"), "host"), "h");
    json_doc_free(doc);
    json_doc_free(proxy);
}

static const struct {
    const char *text;
    bool alive;
} life_cases[] = {
    { "{\"code_verifier\":\"v\",\"created_at\":\"2026-08-01T12:00:00Z\"}",
      true },
    { "{\"code_verifier\":\"v\",\"created_at\":\"2026-08-01T11:30:01Z\"}",
      true },
    { "{\"code_verifier\":\"v\",\"created_at\":\"2026-08-01T11:30:00Z\"}",
      false },
    { "{\"code_verifier\":\"v\",\"created_at\":\"soon\"}", false },
    { "{\"code_verifier\":\"v\"}", true }, /* the seed's */
    { "{\"code_verifier\":\"\"}", false },
    { "{\"code_verifier\":5}", false },
    { "{}", false },
};

static void it_lives_for_half_an_hour(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(life_cases); i++) {
        struct err err;
        struct json_doc *doc = json_doc_parse(str_of(life_cases[i].text), &err);

        if (pending_is_alive(doc, NOW_MS) != life_cases[i].alive)
            fail_msg("%s", life_cases[i].text);
        json_doc_free(doc);
    }
}

static void the_key_is_the_state(void **state)
{
    char key[PENDING_KEY_MAX];

    (void)state;
    pending_key(STR(STATE), key);
    assert_string_equal(key, "pkce_" STATE);
}

/* The expired goes, the seed's gets a time, everything else stays. */
static void the_sweep_removes_the_expired(void **state)
{
    char *folder = unit_folder_new();
    struct err err;
    struct store_driver *driver = embedded_open(folder, NULL, &err);
    char name[100];

    (void)state;
    (void)snprintf(name, sizeof(name), "pkce_0%s.json", &(STATE)[1]);
    unit_write(folder, name, life_cases[2].text);
    (void)snprintf(name, sizeof(name), "pkce_1%s.json", &(STATE)[1]);
    unit_write(folder, name, life_cases[4].text);
    unit_write(folder, "pkce_short.json", life_cases[2].text);
    unit_write(folder, "oauth_a.json", "{}");
    pending_sweep(driver, NOW_MS);
    assert_int_equal(unit_file_count(folder), 3);
    pending_sweep(driver, NOW_MS + PENDING_LIFE_MS - 1);
    assert_int_equal(unit_file_count(folder), 3);
    pending_sweep(driver, NOW_MS + PENDING_LIFE_MS);
    assert_int_equal(unit_file_count(folder), 2);
    driver->free(driver);
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_one_has_the_seeds_members),
        cmocka_unit_test(what_it_was_begun_with_is_kept),
        cmocka_unit_test(it_lives_for_half_an_hour),
        cmocka_unit_test(the_key_is_the_state),
        cmocka_unit_test(the_sweep_removes_the_expired),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
