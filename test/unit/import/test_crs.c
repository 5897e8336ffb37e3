// SPDX-License-Identifier: MIT
/* Accounts of claude-relay-service. */
#include "brought.h"
#include "unit.h"

#define LOGIN                                                                  \
    "\"credentials\":{\"access_token\":\"" BROUGHT_ACCESS                      \
    "\",\"refresh_token\":\"" BROUGHT_REFRESH                                  \
    "\",\"expires_at\":\"2026-02-01T08:00:00.000Z\",\"expires_in\":28800,"     \
    "\"scope\":\"user:profile user:inference\",\"token_type\":\"Bearer\"}"
#define OURS                                                                   \
    "\"access_token\":\"" BROUGHT_ACCESS                                       \
    "\",\"refresh_token\":\"" BROUGHT_REFRESH                                  \
    "\",\"expires_at\":\"2026-02-01T08:00:00.000Z\",\"scopes\":["              \
    "\"user:profile\",\"user:inference\"]"
#define ONE(item) "{\"success\":true,\"data\":{\"claudeAccounts\":[" item "]}}"
#define CONSOLE(item)                                                          \
    "{\"data\":{\"claudeConsoleAccounts\":[{\"kind\":\"claude-console-"        \
    "account\",\"name\":\"c\"," item "}]}}"
#define WHOLE                                                                  \
    "{\"kind\":\"claude-account\",\"id\":\"1\",\"name\":\"Max one\","          \
    "\"description\":\"mine\",\"authType\":\"oauth\",\"isActive\":true,"       \
    "\"schedulable\":true,\"priority\":40,\"proxy\":{\"protocol\":\"socks5\"," \
    "\"host\":\"h\",\"port\":1080,\"username\":\"u\",\"password\":\"CANARY\""  \
    "}," LOGIN ",\"extra\":{\"crs_id\":\"1\"}}"

static const struct brought cases[] = {
    { "an account with all that it may have",
      "x.json",
      ONE(WHOLE),
      NULL,
      { { "Max one", "oauth",
          "{" OURS ",\"note\":\"mine\",\"proxy_config\":{\"type\":\"socks5\","
          "\"host\":\"h\",\"port\":1080,\"username\":\"u\",\"password\":"
          "\"CANARY\"}}",
          NULL, NULL, -40, false } } },
    { "the lists alone",
      "",
      "{\"claudeAccounts\":[{\"kind\":\"claude-account\",\"name\":\"a\"," LOGIN
      ",\"proxy\":null}]}",
      NULL,
      { { "a", "oauth", "{" OURS "}", NULL, NULL, -50, false } } },
    { "a setup token without an expiry",
      "",
      ONE("{\"kind\":\"claude-account\",\"name\":\"a\",\"credentials\":{"
          "\"access_token\":\"" BROUGHT_ACCESS "\"}}"),
      NULL,
      { { "a", "oauth",
          "{\"access_token\":\"" BROUGHT_ACCESS
          "\",\"expires_at\":\"2027-01-01T00:00:00.000Z\"}",
          NULL, "a year from now", -50, false } } },
    { "not active, not schedulable",
      "",
      ONE("{\"kind\":\"claude-account\",\"name\":\"a\",\"isActive\":false,"
          "\"schedulable\":false,\"priority\":\"7\"," LOGIN "}"),
      NULL,
      { { "a", "oauth", "{" OURS ",\"enabled\":false}", NULL,
          "not active there: switched off here; not schedulable there", -7,
          false } } },
    { "a key of Anthropic's",
      "",
      CONSOLE("\"maxConcurrentTasks\":3,\"credentials\":{\"api_key\":"
              "\"" BROUGHT_KEY "\",\"base_url\":\"https://api.anthropic.com\","
              "\"model_mapping\":{\"a\":\"a\"},\"user_agent\":\"x\"}"),
      NULL,
      { { "c", "api-key", "{\"api_key\":\"" BROUGHT_KEY "\",\"concurrency\":3}",
          NULL,
          "which models it serves is not taken over, only what they are called there; its user agent",
          -50, false } } },
    { "a key of another provider's",
      "",
      CONSOLE("\"credentials\":{\"api_key\":\"" BROUGHT_KEY
              "\",\"base_url\":\"https://api.example.com/anthropic\"}"),
      NULL,
      { { "c", "api-key",
          "{\"api_key\":\"" BROUGHT_KEY
          "\",\"base_url\":\"https://api.example.com/anthropic\"}",
          NULL, NULL, -50, false } } },
    { "no key",
      "",
      CONSOLE("\"credentials\":{}"),
      NULL,
      { { "c", "api-key", NULL, "credentials.api_key is missing", NULL, 0,
          false } } },
    { "other providers'",
      "",
      "{\"data\":{\"claudeAccounts\":[],\"openaiOAuthAccounts\":[{\"kind\":"
      "\"openai-oauth-account\",\"name\":\"o\"}],\"openaiResponsesAccounts\":[{"
      "\"kind\":\"openai-responses-account\",\"name\":\"r\"}]}}",
      NULL,
      { { "o", NULL, NULL, "its kind is \"openai-oauth-account\"", NULL, 0,
          true },
        { "r", NULL, NULL, "not Anthropic's", NULL, 0, true } } },
    { "lists that are not known",
      "",
      "{\"data\":{\"exportedAt\":\"x\",\"bedrockAccounts\":[{\"kind\":"
      "\"bedrock-account\",\"name\":\"b\"},{\"kind\":\"gemini-account\"}],"
      "\"sk-ant-api03-CANARY\":[{\"kind\":\"x\"}],\"claudeAccounts\":[],"
      "\"notes\":[\"a\"],\"none\":[]}}",
      NULL,
      { { "b", NULL, NULL, "its kind is \"bedrock-account\"", NULL, 0, true },
        { "bedrockAccounts[1]", NULL, NULL, "its kind is \"gemini-account\"",
          NULL, 0, true },
        { "(not shown)[0]", NULL, NULL, "not Anthropic's", NULL, 0, true } } },
    { "a proxy that cannot be used",
      "",
      ONE("{\"kind\":\"claude-account\",\"name\":\"a\",\"proxy\":{\"protocol\":"
          "\"socks4\",\"host\":\"h\",\"port\":1}," LOGIN "}"),
      NULL,
      { { "a", "oauth", NULL,
          "proxy: proxy_config: the "
          "proxy type is unknown",
          NULL, 0, false } } },
    { "wrong types name their member",
      "",
      ONE("{\"kind\":\"claude-account\",\"credentials\":{\"access_token\":5}},"
          "7,{\"kind\":\"claude-account\",\"name\":\"b\",\"isActive\":1," LOGIN
          "},{\"kind\":\"claude-account\",\"name\":\"d\",\"priority\":[]," LOGIN
          "}"),
      NULL,
      { { "claudeAccounts[0]", "oauth", NULL,
          "credentials.access_token is not a text", "a year", 0, false },
        { "claudeAccounts[1]", NULL, NULL, "claudeAccounts[1] is not an object",
          NULL, 0, false },
        { "b", "oauth", NULL, "isActive is neither true nor false", NULL, 0,
          false },
        { "d", "oauth", NULL, "priority is not a number", NULL, 0, false } } },
    { "an answer without secrets",
      "",
      "{\"success\":false,\"error\":\"include_secrets_required\"}",
      "data.claudeAccounts is missing",
      { { 0 } } },
    { "no list",
      "",
      "{\"data\":{\"claudeAccounts\":{}}}",
      "data.claudeAccounts is not a list",
      { { 0 } } },
    { "no object", "", "[1]", "is missing", { { 0 } } },
};

static void accounts_of_crs_are_read(void **state)
{
    (void)state;
    brought_check(&import_crs, cases, COUNT_OF(cases));
}

static void nothing_hurts(void **state)
{
    (void)state;
    brought_bend(&import_crs, "x.json", ONE(WHOLE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_of_crs_are_read),
        cmocka_unit_test(nothing_hurts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
