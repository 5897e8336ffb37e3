// SPDX-License-Identifier: MIT
/* Accounts of CLIProxyAPI. */
#include "brought.h"
#include "unit.h"

#define LOGIN                                                                  \
    "\"type\":\"claude\",\"id_token\":\"\",\"access_token\":\"" BROUGHT_ACCESS \
    "\",\"refresh_token\":\"" BROUGHT_REFRESH                                  \
    "\",\"last_refresh\":\"2026-02-01T00:00:00Z\","                            \
    "\"expired\":\"2026-02-01T16:00:00+08:00\""
#define OURS                                                                   \
    "\"access_token\":\"" BROUGHT_ACCESS                                       \
    "\",\"refresh_token\":\"" BROUGHT_REFRESH                                  \
    "\",\"expires_at\":\"2026-02-01T08:00:00.000Z\""
#define WHOLE                                                                  \
    "{" LOGIN ",\"email\":\"me@example.com\",\"account_uuid\":\"u\","          \
    "\"proxy_url\":\"socks5://u:CANARY%40@h:1080\",\"priority\":5,"            \
    "\"note\":\"n\",\"disabled\":false}"

static const struct brought cases[] = {
    { "an account with all that it may have",
      "claude-me@example.com.json",
      WHOLE,
      NULL,
      { { "me@example.com", "oauth",
          "{" OURS ",\"note\":\"n\",\"proxy_config\":{\"type\":\"socks5\","
          "\"host\":\"h\",\"port\":1080,\"username\":\"u\",\"password\":"
          "\"CANARY@\"}}",
          NULL, NULL, 5, false } } },
    { "the name of its file",
      "claude-other.json",
      "{" LOGIN ",\"email\":\"\",\"proxy_url\":\"direct\"}",
      NULL,
      { { "other", "oauth", "{" OURS "}", NULL, NULL, 0, false } } },
    { "standard input has no name",
      "",
      "{" LOGIN ",\"proxy_url\":\"\"}",
      NULL,
      { { "", "oauth", "{" OURS "}", NULL, NULL, 0, false } } },
    { "disabled",
      "a.json",
      "{" LOGIN ",\"disabled\":true,\"weight\":2,\"headers\":{\"a\":\"b\"}}",
      NULL,
      { { "a", "oauth", "{" OURS ",\"enabled\":false}", NULL,
          "disabled there: switched off here; not taken over, for there is "
          "nothing like it here: weight, headers",
          0, false } } },
    { "models that it has not, or by other names",
      "a.json",
      "{" LOGIN ",\"prefix\":\"team\",\"excluded_models\":[\"claude-opus-5\"],"
      "\"model-aliases\":[{}],\"base_url\":\"https://x.example\",\"weight\":0}",
      NULL,
      { { "a", "oauth", "{" OURS "}", NULL,
          "here: prefix, excluded_models, model-aliases, base_url", 0,
          false } } },
    { "another provider's",
      "codex-a.json",
      "{\"type\":\"codex\",\"email\":\"a\"}",
      NULL,
      { { "a", NULL, NULL, "its type is \"codex\"", NULL, 0, true } } },
    { "a proxy that cannot be used",
      "a.json",
      "{" LOGIN ",\"proxy_url\":\"socks4://u:CANARY@h:1\"}",
      NULL,
      { { "a", "oauth", NULL, "proxy: a proxy URL begins", NULL, 0, false } } },
    { "no expiry: renewed at once",
      "a.json",
      "{\"type\":\"claude\",\"access_token\":\"" BROUGHT_ACCESS
      "\",\"refresh_token\":\"" BROUGHT_REFRESH "\",\"expired\":\"\"}",
      NULL,
      { { "a", "oauth",
          "{\"access_token\":\"" BROUGHT_ACCESS
          "\",\"refresh_token\":\"" BROUGHT_REFRESH
          "\",\"expires_at\":\"2026-01-01T00:00:00.000Z\"}",
          NULL, NULL, 0, false } } },
    { "wrong types",
      "a.json",
      "{\"type\":\"claude\",\"expired\":\"soon\",\"disabled\":\"no\"}",
      NULL,
      { { "a", "oauth", NULL, "expired is not a number", "a year", 0,
          false } } },
    { "no type",
      "a.json",
      "{\"access_token\":\"x\"}",
      "type is missing",
      { { 0 } } },
    { "no object", "a.json", "\"x\"", "type is missing", { { 0 } } },
};

static void accounts_of_cliproxyapi_are_read(void **state)
{
    (void)state;
    brought_check(&import_cliproxyapi, cases, COUNT_OF(cases));
}

static void nothing_hurts(void **state)
{
    (void)state;
    brought_bend(&import_cliproxyapi, "claude-a.json", WHOLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_of_cliproxyapi_are_read),
        cmocka_unit_test(nothing_hurts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
