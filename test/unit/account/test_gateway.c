// SPDX-License-Identifier: MIT
/* Accounts at other gateways: what their files may say, and where requests go then. */
#include "account/gateway.h"

#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "base/mem.h"
#include "sim/certificate.h"
#include "unit.h"

#define KEY "\"api_key\":\"any-key_of.theirs\""

static const struct {
    const char *text;
    const char *why; /* NULL: it can be used */
} cases[] = {
    { "{" KEY ",\"base_url\":\"https://gateway.example/base\"}", NULL },
    { "{" KEY ",\"base_url\":\"https://gateway.example\",\"bearer\":true,"
      "\"model_map\":{\"a\":\"b\"}}",
      NULL },
    { "{" KEY ",\"base_url\":\"http://127.0.0.1:9/x\"}", NULL },
    { "{\"api_key\":\"sk-ant-api03-ours\",\"bearer\":true}", NULL },
    { "{\"api_key\":\"sk-ant-api03-ours\",\"base_url\":null,"
      "\"model_map\":null,\"tls_ca\":null,\"bearer\":null}",
      NULL },
    { "{" KEY "}", "keys of other providers go with a base_url" },
    { "{" KEY ",\"bearer\":true}", "keys of other providers" },
    { "{\"api_key\":\"a b\",\"base_url\":\"https://g.example\"}",
      "one has no spaces or quotes" },
    { "{\"api_key\":\"\",\"base_url\":\"https://g.example\"}", "api_key" },
    { "{\"api_key\":\"sk-ant-oat01-canary\",\"base_url\":\"https://g."
      "example\"}",
      "is no token of a sign-in" },
    { "{" KEY ",\"base_url\":\"http://gateway.example\"}",
      "base_url=\"http://gateway.example\": must be https://" },
    { "{" KEY ",\"base_url\":\"https://user:canary@gateway.example\"}",
      "without user, query or fragment" },
    { "{" KEY ",\"base_url\":\"https://gateway.example?k=canary\"}",
      "without user, query or fragment" },
    { "{" KEY ",\"base_url\":\"\"}", "base_url must be a URL" },
    { "{" KEY ",\"base_url\":5}", "base_url must be a URL" },
    { "{" KEY ",\"base_url\":\"https://g.example/sk-ant-canary\"}",
      "base_url must be a URL" },
    { "{" KEY ",\"base_url\":\"https://g.example\",\"bearer\":\"on\"}",
      "bearer must be true or false" },
    { "{" KEY ",\"base_url\":\"https://g.example\",\"model_map\":[]}",
      "model_map must be an object" },
    { "{" KEY ",\"base_url\":\"https://g.example\",\"tls_ca\":\"ca.pem\"}",
      "tls_ca must be the absolute path" },
    { "{" KEY ",\"base_url\":\"https://g.example\",\"tls_ca\":\"/no/ca.pem\"}",
      "tls_ca=\"/no/ca.pem\": must be a PEM file: No such file" },
};

static void a_file_says_it_or_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct account *account =
            unit_account(&account_kind_apikey, "a", cases[i].text);

        if ((account->problem[0] == '\0') != !cases[i].why)
            fail_msg("%s: %s", cases[i].text, account->problem);
        if (cases[i].why)
            unit_assert_part(account->problem, cases[i].why);
        assert_null(strstr(account->problem, "canary"));
        account_unref(account);
    }
}

static void a_sign_in_goes_nowhere_else(void **state)
{
    struct account *account = unit_account(
        &account_kind_oauth, "a",
        "{\"access_token\":\"x\",\"expires_at\":\"2030-01-01T00:00:00Z\","
        "\"base_url\":\"https://gateway.example\"}");

    (void)state;
    unit_assert_part(account->problem, "for API keys, not for accounts that "
                                       "sign in");
    assert_null(account->token);
    account_unref(account);
}

static const struct url api = { true, { "api.example", 11 }, 443, { "", 0 } };

static void requests_go_there(void **state)
{
    const struct destination home = { &api, STR("api.example"), NULL };
    struct account *account = unit_account(
        &account_kind_apikey, "a",
        "{" KEY ",\"base_url\":\"https://g.example:8443/base/v1\","
        "\"bearer\":true,\"model_map\":{\"claude-sonnet-5\":\"glm-5\"}}");
    struct destination way = gateway_way(account, &home);
    struct account_field field = account_field_of(account);

    (void)state;
    unit_assert_str(way.host, "g.example:8443");
    unit_assert_str(way.api->host, "g.example");
    unit_assert_str(way.api->prefix, "/base");
    assert_int_equal(way.api->port, 8443);
    unit_assert_str(field.name, "authorization");
    unit_assert_str(field.prefix, "Bearer ");
    unit_assert_str(gateway_model(account, STR("claude-sonnet-5")), "glm-5");
    unit_assert_str(gateway_model(account, STR("claude-opus-5")), "");
    account_unref(account);
}

/* Anthropic has them all, whatever some are called. */
static void another_provider_has_the_models_of_its_map(void **state)
{
    static const struct {
        const char *members;
        bool has[3]; /* that one, another, and who knows */
    } rows[] = {
        { "", { true, true, true } },
        { ",\"base_url\":\"https://g.example\"", { true, true, true } },
        { ",\"model_map\":{\"s\":\"g\"}", { true, true, true } },
        { ",\"base_url\":\"https://g.example\",\"model_map\":{\"s\":\"g\"}",
          { true, false, true } },
        { ",\"base_url\":\"https://g.example\",\"model_map\":{\"s\":\"g\",\"*\":"
          "\"*\"}",
          { true, true, true } },
    };
    const struct str models[] = { STR("s"), STR("o"), STR_EMPTY };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[200];
        struct account *account;

        (void)snprintf(text, sizeof(text), "{" KEY "%s}", rows[i].members);
        account = unit_account(&account_kind_apikey, "a", text);
        for (size_t k = 0; k < COUNT_OF(models); k++)
            assert_int_equal(gateway_has(account, models[k]), rows[i].has[k]);
        account_unref(account);
    }
}

static void all_others_go_where_the_relay_goes(void **state)
{
    const struct destination home = { &api, STR("api.example"), NULL };
    struct account *account =
        unit_account(&account_kind_apikey, "a",
                     "{\"api_key\":\"sk-ant-api03-ours\"}");
    struct destination way = gateway_way(account, &home);

    (void)state;
    assert_null(account->gateway);
    assert_ptr_equal(way.api, &api);
    unit_assert_str(account_field_of(account).name, "x-api-key");
    unit_assert_str(gateway_model(account, STR("claude-sonnet-5")), "");
    way = gateway_way(NULL, &home);
    unit_assert_str(way.host, "api.example");
    account_unref(account);
}

static char *doc_with_trust(const char *folder, const char *name)
{
    struct buf text;
    char *doc;

    buf_init(&text, 4096);
    buf_printf(&text, "{\"api_key\":\"sk-ant-api03-ours\",\"tls_ca\":\"%s\"}",
               unit_path(folder, name));
    doc = mem_strndup(buf_str(&text).at, text.len);
    buf_done(&text);
    return doc;
}

static void its_trust_is_its_own(void **state)
{
    const struct destination home = { &api, STR("api.example"), NULL };
    static const char *const bad[] = { "empty.pem", "key.pem" };
    char *folder = unit_folder_new();
    char *cert = mem_strdup(unit_path(folder, "cert.pem"));
    char *key = mem_strdup(unit_path(folder, "key.pem"));
    char *text = doc_with_trust(folder, "cert.pem");
    struct account *account;
    struct account *same;
    struct err err;

    (void)state;
    assert_true(certificate_write(cert, key, &err));
    account = unit_account(&account_kind_apikey, "a", text);
    assert_string_equal(account->problem, "");
    same = account_with_file_problem(account, "x");
    account_unref(account);
    assert_non_null(gateway_way(same, &home).tls);
    assert_ptr_equal(gateway_way(same, &home).api, &api);
    account_unref(same);
    mem_free(text);
    unit_write(folder, "empty.pem", "");
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        text = doc_with_trust(folder, bad[i]);
        account = unit_account(&account_kind_apikey, "a", text);
        unit_assert_part(account->problem, "tls_ca=\"");
        unit_assert_part(account->problem,
                         "must be a PEM file with certificates");
        account_unref(account);
        mem_free(text);
    }
    mem_free(cert);
    mem_free(key);
    unit_folder_free(folder);
}

static void it_is_told_with_what_is_not_there(void **state)
{
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        { "{\"api_key\":\"sk-ant-api03-ours\"}",
          "{\"base_url\":null,\"bearer\":false,\"model_map\":null,\"tls_ca\":"
          "null}" },
        { "{" KEY ",\"base_url\":\"https://g.example/v1\",\"bearer\":true,"
          "\"model_map\":{\"a\":\"b\"}}",
          "{\"base_url\":\"https://g.example/v1\",\"bearer\":true,\"model_map\""
          ":{\"a\":\"b\"},\"tls_ca\":null}" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct account *account =
            unit_account(&account_kind_apikey, "a", rows[i].text);
        struct json_doc *doc = json_doc_new_object();
        struct buf out;

        gateway_tell(doc, account);
        buf_init(&out, 4096);
        assert_true(json_doc_write(doc, false, &out));
        unit_assert_str(buf_str(&out), rows[i].want);
        buf_done(&out);
        json_doc_free(doc);
        account_unref(account);
    }
}

static void a_change_is_checked_without_its_file(void **state)
{
    static const struct {
        const char *text;
        bool fine;
    } rows[] = {
        { "{}", true },
        { "{\"base_url\":null,\"model_map\":null,\"tls_ca\":null}", true },
        { "{\"tls_ca\":\"/not/there\",\"bearer\":false}", true },
        { "{\"tls_ca\":\"there\"}", false },
        { "{\"base_url\":\"ftp://x\"}", false },
        { "{\"model_map\":{\"a\":1}}", false },
        { "{\"bearer\":1}", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err;
        struct json_doc *body = json_doc_parse(str_of(rows[i].text), &err);

        if (gateway_check(body, &err) != rows[i].fine)
            fail_msg("%s", rows[i].text);
        if (!rows[i].fine)
            assert_int_equal(err.code, ERR_BAD_REQUEST);
        json_doc_free(body);
    }
}

/* However it is written. */
static void a_place_has_one_spelling(void **state)
{
    static const struct {
        const char *doc;
        const char *place;
    } places[] = {
        { "{\"api_key\":\"sk-ant-api03-x\"}", "" },
        { "{\"api_key\":\"sk-ant-api03-x\",\"bearer\":true}", "" },
        { "{" KEY ",\"base_url\":\"https://G.example:443/Base/v1/\"}",
          "https g.example 443 /Base" },
        { "{" KEY ",\"base_url\":\"https://g.example/Base\"}",
          "https g.example 443 /Base" },
        { "{" KEY ",\"base_url\":\"http://[::1]:9/x\"}", "http ::1 9 /x" },
        { "{" KEY ",\"base_url\":\"https://api.anthropic.com/v1\"}", "" },
    };
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        struct account *account =
            unit_account(&account_kind_apikey, "one", places[i].doc);

        unit_assert_str(gateway_place(arena, account), places[i].place);
        account_unref(account);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_says_it_or_what_is_wrong),
        cmocka_unit_test(a_sign_in_goes_nowhere_else),
        cmocka_unit_test(requests_go_there),
        cmocka_unit_test(another_provider_has_the_models_of_its_map),
        cmocka_unit_test(all_others_go_where_the_relay_goes),
        cmocka_unit_test(its_trust_is_its_own),
        cmocka_unit_test(it_is_told_with_what_is_not_there),
        cmocka_unit_test(a_change_is_checked_without_its_file),
        cmocka_unit_test(a_place_has_one_spelling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
