// SPDX-License-Identifier: MIT
/* What is said of an account. */
#include "admin/account_doc.h"

#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "base/mem.h"
#include "unit.h"

#define NOW_MS 1785585600000u /* 2026-08-01T12:00:00Z */
#define AT(time) "{\"access_token\":\"canary\",\"expires_at\":\"" time "\""
#define SOON "2026-08-01T12:10:00Z"
#define LATE "2026-08-01T20:00:00Z"
#define REFRESH ",\"refresh_token\":\"canary2\""

static char *status_of(struct account *account)
{
    struct json_doc *doc = account_doc_status(account, NOW_MS);
    struct buf text;
    char *copy;

    buf_init(&text, 65536);
    assert_true(json_doc_write(doc, false, &text));
    copy = mem_strndup(buf_str(&text).at, buf_str(&text).len);
    buf_done(&text);
    json_doc_free(doc);
    return copy;
}

static const struct {
    const char *text;
    const char *parts[4];
} cases[] = {
    { AT(LATE) REFRESH ",\"scopes\":[\"a\",\"b\"]}",
      { "\"is_valid\":true,\"need_refresh\":false",
        "\"expires_at\":\"2026-08-01T20:00:00.000Z\"",
        "\"scopes\":[\"a\",\"b\"],\"signed_in_at\":null",
        "\"problem\":null" } },
    { AT(LATE) REFRESH ",\"signed_in_at\":\"2026-07-01T08:00:00Z\"}",
      { "\"signed_in_at\":\"2026-07-01T08:00:00.000Z\"" } },
    { AT(LATE) REFRESH ",\"replaced\":[\"0123456789abcdef\",5]}",
      { "\"fingerprints\":[\"", "\",\"0123456789abcdef\"]" } },
    { AT(SOON) REFRESH "}", { "\"is_valid\":true,\"need_refresh\":true" } },
    { AT(SOON) "}", { "\"is_valid\":true,\"need_refresh\":false" } },
    { AT("2026-08-01T11:00:00Z") REFRESH "}",
      { "\"is_valid\":false,\"need_refresh\":true", "\"problem\":null" } },
    { AT("2026-08-01T11:00:00Z") "}",
      { "\"is_valid\":false,\"need_refresh\":false", "has expired" } },
    { AT(LATE) ",\"enabled\":false,\"note\":\"spare\"}",
      { "\"is_valid\":false", "\"enabled\":false", "\"note\":\"spare\"",
        "switched off" } },
    { AT(LATE) "}", { "\"pool\":false" } },
    { AT(LATE) ",\"pool\":true}",
      { "\"pool\":true", "\"warning\":\"this account now serves",
        "their purchaser's own ordinary use of Claude Code" } },
    { AT(LATE) ",\"proxy_config\":{\"type\":\"http\",\"host\":\"h\",\"port\":8,"
               "\"username\":\"u\",\"password\":\"canary3\"}}",
      { "\"proxy_config\":{\"type\":\"http\",\"host\":\"h\",\"port\":8,"
        "\"username\":\"u\"}" } },
    { "{}", { "\"is_valid\":false", "access_token is missing" } },
};

static void the_status_tells_all_but_the_secrets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct account *account =
            unit_account(&account_kind_oauth, "max", cases[i].text);
        char *text = status_of(account);

        unit_assert_part(text, "\"account\":\"max\"");
        for (size_t k = 0; k < 4 && cases[i].parts[k]; k++)
            unit_assert_part(text, cases[i].parts[k]);
        assert_null(strstr(text, "canary"));
        mem_free(text);
        account_unref(account);
    }
}

static void a_key_never_expires(void **state)
{
    struct account *account = unit_account(&account_kind_apikey, "key",
                                           "{\"api_key\":\"sk-ant-canary1\"}");
    char *text = status_of(account);

    (void)state;
    unit_assert_part(text, "\"is_valid\":true,\"need_refresh\":false,"
                           "\"expires_at\":null,\"scopes\":[],"
                           "\"signed_in_at\":null,"
                           "\"fingerprints\":[\"216d846d265e22d7\"]");
    assert_null(strstr(text, "canary"));
    mem_free(text);
    account_unref(account);
}

static void tokens_that_are_not_saved_are_a_problem(void **state)
{
    struct account *account =
        unit_account(&account_kind_oauth, "max", AT(LATE) "}");
    char *text;

    (void)state;
    (void)snprintf(account->unsaved, sizeof(account->unsaved), "disk full");
    text = status_of(account);
    unit_assert_part(text, "\"is_valid\":true");
    unit_assert_part(text, "\"problem\":\"disk full\"");
    mem_free(text);
    account_unref(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_tells_all_but_the_secrets),
        cmocka_unit_test(a_key_never_expires),
        cmocka_unit_test(tokens_that_are_not_saved_are_a_problem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
