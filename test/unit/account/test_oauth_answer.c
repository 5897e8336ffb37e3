// SPDX-License-Identifier: MIT
/* Judging answers of the token endpoint. */
#include "account/oauth.h"

#include <stdio.h>
#include <string.h>

#include "fields.h"

#define A "\"access_token\":\"sk-ant-oat01-A\""
#define NOW_MS 784111777000u /* Sun, 06 Nov 1994 08:49:37 GMT */
#define HOUR_MS (3600u * 1000)

static struct renewal_answer judge(unsigned status, const char *fields,
                                   const char *body)
{
    struct fields read;

    return oauth_judge(status, fields_read(&read, fields), str_of(body),
                       NOW_MS);
}

/* ---- not granted -------------------------------------------------------- */

#define CODE(code) "{\"error\":\"" code "\"}"
#define API(type, message)                                                     \
    "{\"type\":\"error\",\"error\":{\"type\":\"" type                          \
    "\",\"message\":\"" message "\"}}"

static const struct {
    unsigned status;
    const char *body;
    bool refused;
} refusals[] = {
    /* OAuth error codes (RFC 6749 section 5.2) */
    { 400, CODE("invalid_grant"), true },
    { 401, CODE("invalid_grant"), true },
    { 403, CODE("invalid_grant"), true },
    { 400, API("invalid_grant", "x"), true },
    { 400, CODE("invalid_request"), true },
    { 401, CODE("invalid_client"), true },
    { 400, CODE("unauthorized_client"), true },
    { 400, CODE("unsupported_grant_type"), true },
    { 400, CODE("invalid_scope"), true },
    /* revoked */
    { 403, API("permission_error", "OAuth token has been revoked."), true },
    { 401, API("authentication_error", "OAuth access token has been revoked."),
      true },
    { 403, CODE("OAuth token has been revoked"), true },
    /* damaged, and understood */
    { 400, "\xef\xbb\xbf" CODE("invalid_grant"), true },
    { 400, "{\"error\":\"invalid_grant\",\"x\":\"\\ud800\"}", true },
    { 400, "{\"x\":\"\xff\",\"error\":\"invalid_grant\"}", true },
    { 400, CODE("invalid_grant") " -- end", true },
    { 400, "{\"error\":\"invalid_grant\",\"error\":\"invalid_grant\"}", true },
    /* everything else may pass */
    { 400, CODE("invalid_grants"), false },
    { 400, CODE("INVALID_GRANT"), false },
    { 400, CODE("server_error"), false },
    { 400, CODE("temporarily_unavailable"), false },
    { 400, API("invalid_request_error", "Invalid 'code' in request."), false },
    { 400, "{\"error\":7}", false },
    { 400, "{\"error\":[\"invalid_grant\"]}", false },
    { 400, "{\"reason\":" CODE("invalid_grant") "}", false },
    { 400, "[\"invalid_grant\"]", false },
    { 400, "\"invalid_grant\"", false },
    { 400, "invalid_grant", false },
    { 400, "", false },
    { 401, "<html>invalid_grant</html>", false },
    { 403, "<html>OAuth token has been revoked</html>", false },
    { 403, API("forbidden", "Request not allowed"), false },
    { 403, CODE("invalid_request"), false },
    { 404, CODE("invalid_grant"), false },
    { 400, API("x", "OAuth token has been revoked."), false },
    { 429, CODE("invalid_grant"), false },
    { 429, API("rate_limit_error", "slow down"), false },
    { 500, CODE("invalid_grant"), false },
    { 502, "", false },
    { 503, API("api_error", "OAuth token has been revoked."), false },
    { 529, API("overloaded_error", "Overloaded"), false },
    { 302, "", false },
    { 204, "", false },
    { 199, "{" A "}", false },
    { 300, "{" A "}", false },
    { 500, "{" A "}", false },
    /* a 200 without a token */
    { 200, "", false },
    { 200, "{}", false },
    { 200, "[]", false },
    { 200, "<html></html>", false },
    { 200, "{\"access_token\":7}", false },
    { 200, "{\"access_token\":null}", false },
    { 200, "{\"access_token\":\"\"}", false },
    { 200, "{\"access_token\":\"a b\"}", false },
    { 200, "{\"access_token\":\"a\\r\\nx: y\"}", false },
    { 200, "{\"access_token\":\"t\\u00f6ken\"}", false },
    { 200, "{\"access_token\":\"cut", false },
    { 200, "{\"refresh_token\":\"cut", false },
    { 200, CODE("invalid_grant"), false },
};

static void only_a_refused_grant_asks_for_a_new_login(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct renewal_answer answer =
            judge(refusals[i].status, "", refusals[i].body);
        bool refused = refusals[i].refused;
        char part[40];

        if (answer.verdict != (refused ? RENEWAL_REFUSED : RENEWAL_TRANSIENT))
            fail_msg("%u %s", refusals[i].status, refusals[i].body);
        assert_null(answer.patch);
        assert_int_equal(answer.err.code,
                         refused ? ERR_LOGIN_REQUIRED : ERR_OAUTH);
        (void)snprintf(part, sizeof(part), "answered %u", refusals[i].status);
        unit_assert_part(answer.err.text, part);
    }
}

static const struct {
    const char *fields;
    uint64_t want_ms;
} waits[] = {
    { "", 0 },
    { "Retry-After: 7\n", 7000 },
    { "retry-after: 0\n", 0 },
    { "retry-after: 3600\n", HOUR_MS },
    { "retry-after: 3601\n", HOUR_MS },
    { "retry-after: 4294967295\n", HOUR_MS },
    { "retry-after: 99999999999999999999\n", 0 },
    { "retry-after: -1\n", 0 },
    { "retry-after: soon\n", 0 },
    { "retry-after: 1.5\n", 0 },
    { "retry-after: Sun, 06 Nov 1994 08:50:07 GMT\n", 30000 },
    { "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\n", 0 },
    { "retry-after: Sun, 06 Nov 1994 08:49:07 GMT\n", 0 },
    { "retry-after: Sun, 06 Nov 2094 08:49:37 GMT\n", HOUR_MS },
    { "retry-after: Sun, 06 Nov 1994 08:50:07 CET\n", 0 },
    { "retry-after: Sun, 06 Nov 1994 08:50:07 GMT x\n", 0 },
    { "retry-after: Sun, 06 Nov 1994\n", 0 },
};

static void the_provider_says_how_long_to_wait(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(waits); i++) {
        struct renewal_answer answer = judge(429, waits[i].fields, "");

        assert_int_equal(answer.verdict, RENEWAL_TRANSIENT);
        if (answer.retry_after_ms != waits[i].want_ms)
            fail_msg("%s: %llu", waits[i].fields,
                     (unsigned long long)answer.retry_after_ms);
    }
}

/* ---- reasons ------------------------------------------------------------ */

static const struct {
    const char *body;
    const char *want;
} reasons[] = {
    { "", "the token endpoint answered 400" },
    { CODE("invalid_grant"), "the token endpoint answered 400 invalid_grant" },
    { "{\"error\":\"invalid_grant\",\"error_description\":\"Refresh token not "
      "found or invalid\"}",
      "the token endpoint answered 400 invalid_grant: Refresh token not found "
      "or invalid" },
    { API("permission_error", "No such organization"),
      "the token endpoint answered 400 permission_error: No such "
      "organization" },
    { API("a", "b\\u0007c"), "the token endpoint answered 400 a: b?c" },
};

static void the_reason_is_the_providers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        struct renewal_answer answer = judge(400, "", reasons[i].body);

        assert_string_equal(answer.err.text, reasons[i].want);
    }
}

#define FILL                                                                   \
    "word word word word word word word word word word word word "             \
    "word word word word word word word word word word word word "
#define LONG "CANARYCANARYCANARYCANARYCANARYCANARYCANARY"

static const char *const leaks[] = {
    CODE("sk-ant-ort01-CANARY"),
    CODE("CANARY_code-AZ09"),
    CODE(LONG),
    API("x", "token sk-ant-ort01-CANARY is dead"),
    API("x", "token=sk-ant-CANARY, dead"),
    API("x", "code CANARY_code-AZ09 was used"),
    API("x", "code \\\"CANARY_code-AZ09\\\" was used"),
    API("x", "verifier " LONG),
    API("x", "dead:\\nsk-ant-ort01-CANARY"),
    API("sk-ant-CANARY", "x"),
    /* where the text is cut */
    API("x", FILL "word " LONG),
    API("x", FILL "word wo " LONG),
    API("x", FILL "word word " LONG),
    API("x", FILL "word word wo " LONG),
    "{\"error\":\"x\",\"error_description\":\"" FILL "word w " LONG "\"}",
};

static void no_reason_shows_a_token_or_a_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(leaks); i++) {
        struct renewal_answer answer = judge(400, "", leaks[i]);

        if (strstr(answer.err.text, "CANARY") || strstr(answer.err.text, "sk-"))
            fail_msg("%s", answer.err.text);
    }
}

static void a_coding_that_is_not_understood_is_named(void **state)
{
    struct renewal_answer answer =
        judge(200, "content-encoding: br\n", "\x0b\x02\x80{}\x03");

    (void)state;
    assert_int_equal(answer.verdict, RENEWAL_TRANSIENT);
    assert_string_equal(answer.err.text,
                        "the token endpoint answered 200, and no token with "
                        "it, packed as br although it was asked not to be");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_refused_grant_asks_for_a_new_login),
        cmocka_unit_test(the_provider_says_how_long_to_wait),
        cmocka_unit_test(the_reason_is_the_providers),
        cmocka_unit_test(no_reason_shows_a_token_or_a_code),
        cmocka_unit_test(a_coding_that_is_not_understood_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
