// SPDX-License-Identifier: MIT
/* The list of what does not pass, row by row; and that everything else does. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "relay/pass.h"
#include "unit.h"

/* docs/api.md, "What the relay changes". */
static const struct {
    char name[20];
    bool response; /* in answers too */
    char example[20];
} not_passed[] = {
    { "proxy-*", true, "Proxy-Authorization" },
    { "x-forwarded-*", false, "X-Forwarded-For" },
    { "cf-*", false, "CF-Connecting-IP" },
    { "connection", true, "Connection" },
    { "keep-alive", true, "Keep-Alive" },
    { "te", true, "TE" },
    { "trailer", true, "Trailer" },
    { "transfer-encoding", true, "Transfer-Encoding" },
    { "upgrade", true, "Upgrade" },
    { "expect", false, "Expect" },
    { "forwarded", false, "Forwarded" },
    { "via", false, "Via" },
    { "x-real-ip", false, "X-Real-IP" },
    { "true-client-ip", false, "True-Client-IP" },
    { "cookie", false, "Cookie" },
    { "x-relay-account", true, "X-Relay-Account" },
    { "x-relay-attempts", true, "X-Relay-Attempts" },
    { "x-account-name", false, "X-Account-Name" },
    { "x-relay-explain", false, "X-Relay-Explain" },
    { "authorization", false, "Authorization" },
    { "x-api-key", false, "X-Api-Key" },
};

/* A row more, or one less, is a change of what we promise: say so here too. */
static void the_list_is_complete(void **state)
{
    size_t count;
    const struct pass_row *rows = pass_list(&count);

    (void)state;
    assert_int_equal(count, COUNT_OF(not_passed));
    for (size_t i = 0; i < count; i++) {
        unit_assert_str(rows[i].name, not_passed[i].name);
        assert_int_equal(rows[i].where,
                         not_passed[i].response ? PASS_EITHER : PASS_REQUEST);
    }
}

/* Does a field of that name pass, with its value and in any case of letters? */
static bool passes(const char *name, bool response)
{
    struct header at[] = { { STR("X-Before"), STR("1") },
                           { str_of(name), STR("canary") },
                           { STR("X-After"), STR("2") } };
    struct headers headers = headers_of(at, COUNT_OF(at));
    struct pass_request request = { .headers = &headers };
    struct buf out;
    bool found;

    buf_init(&out, 100000);
    if (response)
        pass_response(&headers, STR_EMPTY, &out);
    else
        pass_request(&request, &out);
    assert_true(str_contains(buf_str(&out), STR("X-Before: 1\r\n")));
    assert_true(str_contains(buf_str(&out), STR("X-After: 2\r\n")));
    found = str_contains(buf_str(&out), STR("canary"));
    if (found) {
        char line[200];

        (void)snprintf(line, sizeof(line), "1\r\n%s: canary\r\nX-", name);
        assert_true(str_contains(buf_str(&out), str_of(line)));
    }
    buf_done(&out);
    return found;
}

static void change_case(char *name, int (*change)(int))
{
    for (; *name; name++)
        *name = (char)change((unsigned char)*name);
}

static void every_row_is_dropped_in_any_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(not_passed); i++) {
        char name[64];

        (void)snprintf(name, sizeof(name), "%s", not_passed[i].example);
        assert_false(passes(name, false));
        assert_int_equal(passes(name, true), !not_passed[i].response);
        change_case(name, toupper);
        assert_false(passes(name, false));
        assert_int_equal(passes(name, true), !not_passed[i].response);
        change_case(name, tolower);
        assert_false(passes(name, false));
        assert_int_equal(passes(name, true), !not_passed[i].response);
    }
}

/* What stands beside a row passes: a letter more or less at either end. */
static void names_beside_the_rows_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(not_passed); i++) {
        const char *row = not_passed[i].name;
        bool open = row[strlen(row) - 1] == '*';
        char name[64];

        (void)snprintf(name, sizeof(name), "x%.*s", (int)strcspn(row, "*"),
                       row);
        assert_true(passes(name, false) && passes(name, true));
        (void)snprintf(name, sizeof(name), "%.*s",
                       (int)strlen(row) - 1 - (int)open, row);
        assert_true(passes(name, false) && passes(name, true));
        (void)snprintf(name, sizeof(name), "%.*sx",
                       (int)strcspn(row, "*") - (int)open, row);
        assert_true(passes(name, false) && passes(name, true));
        (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(row, "*"), row);
        assert_false(passes(name, false));
    }
}

/* What clients and upstreams are known to send. */
static const char *const known[] = {
    "accept",
    "accept-encoding",
    "accept-language",
    "access-control-allow-origin",
    "age",
    "alt-svc",
    "anthropic-beta",
    "anthropic-dangerous-direct-browser-access",
    "anthropic-organization-id",
    "anthropic-ratelimit-unified-5h-utilization",
    "anthropic-ratelimit-unified-status",
    "anthropic-version",
    "baggage",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "cookie2",
    "date",
    "dnt",
    "etag",
    "from",
    "idempotency-key",
    "if-none-match",
    "last-modified",
    "link",
    "location",
    "origin",
    "pragma",
    "priority",
    "range",
    "referer",
    "request-id",
    "retry-after",
    "sec-fetch-mode",
    "sec-fetch-site",
    "server",
    "set-cookie",
    "strict-transport-security",
    "traceparent",
    "tracestate",
    "user-agent",
    "vary",
    "www-authenticate",
    "x-app",
    "x-claude-code-session-id",
    "x-custom",
    "x-envoy-upstream-service-time",
    "x-request-id",
    "x-robots-tag",
    "x-should-retry",
    "x-stainless-arch",
    "x-stainless-helper-method",
    "x-stainless-lang",
    "x-stainless-os",
    "x-stainless-package-version",
    "x-stainless-retry-count",
    "x-stainless-runtime",
    "x-stainless-runtime-version",
    "x-stainless-timeout",
    "!#$%&'*+-.^_`|~",
    "a",
};

static void everything_else_passes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (!passes(known[i], false) || !passes(known[i], true))
            fail_msg("%s", known[i]);
    }
}

/* All names of up to three letters, which is more than anybody can list. */
static void no_short_name_is_lost(void **state)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz-_";
    size_t base = sizeof(letters) - 1;

    (void)state;
    for (size_t n = 0; n < base * base * base; n++) {
        char name[4] = { letters[n % base], letters[n / base % base],
                         letters[n / base / base], '\0' };
        bool cf = strcmp(name, "cf-") == 0;

        assert_int_equal(passes(name, false), !cf && strcmp(name, "via") != 0);
        assert_true(passes(name, true));
        name[2] = '\0';
        if (strcmp(name, "te") != 0)
            assert_true(passes(name, false) && passes(name, true));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_complete),
        cmocka_unit_test(every_row_is_dropped_in_any_case),
        cmocka_unit_test(names_beside_the_rows_pass),
        cmocka_unit_test(everything_else_passes),
        cmocka_unit_test(no_short_name_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
