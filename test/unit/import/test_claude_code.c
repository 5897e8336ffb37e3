// SPDX-License-Identifier: MIT
/* Claude Code's own login. */
#include "brought.h"
#include "unit.h"

#define WHOLE                                                                  \
    "{\"claudeAiOauth\":{\"accessToken\":\"" BROUGHT_ACCESS                    \
    "\",\"refreshToken\":\"" BROUGHT_REFRESH                                   \
    "\",\"expiresAt\":1769932800000,\"scopes\":[\"user:inference\"],"          \
    "\"subscriptionType\":\"max\"},\"mcpOAuth\":{}}"

static const struct brought cases[] = {
    { "its login",
      ".credentials.json",
      WHOLE,
      NULL,
      { { "claude-code", "oauth",
          "{\"access_token\":\"" BROUGHT_ACCESS
          "\",\"refresh_token\":\"" BROUGHT_REFRESH
          "\",\"expires_at\":\"2026-02-01T08:00:00.000Z\",\"scopes\":["
          "\"user:inference\"]}",
          NULL, NULL, 0, false } } },
    { "wrong types",
      "",
      "{\"claudeAiOauth\":{\"accessToken\":{},\"expiresAt\":1,\"scopes\":5}}",
      NULL,
      { { "claude-code", "oauth", NULL,
          "claudeAiOauth.accessToken is not a text", NULL, 0, false } } },
    { "none", "", "{\"other\":1}", "claudeAiOauth is missing", { { 0 } } },
    { "no object", "", "{\"claudeAiOauth\":[]}", "not an object", { { 0 } } },
};

static void its_login_is_read(void **state)
{
    (void)state;
    brought_check(&import_claude_code, cases, COUNT_OF(cases));
    assert_true(import_claude_code.takes(STR(".credentials.json")));
    assert_false(import_claude_code.takes(STR("settings.json")));
}

static void nothing_hurts(void **state)
{
    (void)state;
    brought_bend(&import_claude_code, "", WHOLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_login_is_read),
        cmocka_unit_test(nothing_hurts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
