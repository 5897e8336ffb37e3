// SPDX-License-Identifier: MIT
/* Accounts of sub2api. */
#include "brought.h"
#include "unit.h"

#define LOGIN                                                                  \
    "\"platform\":\"anthropic\",\"type\":\"oauth\",\"credentials\":{"          \
    "\"access_token\":\"" BROUGHT_ACCESS                                       \
    "\",\"refresh_token\":\"" BROUGHT_REFRESH                                  \
    "\",\"expires_at\":\"1769932800\",\"scope\":\"user:inference\"}"
#define OURS                                                                   \
    "\"access_token\":\"" BROUGHT_ACCESS                                       \
    "\",\"refresh_token\":\"" BROUGHT_REFRESH                                  \
    "\",\"expires_at\":\"2026-02-01T08:00:00.000Z\",\"scopes\":["              \
    "\"user:inference\"]"
#define PROXIES                                                                \
    "\"proxies\":[{\"proxy_key\":\"http|h|1||\",\"name\":\"x\",\"protocol\":"  \
    "\"http\",\"host\":\"h\",\"port\":1,\"status\":\"active\"},{"              \
    "\"proxy_key\":\"socks5h|p|2|u|CANARY\",\"protocol\":\"socks5h\","         \
    "\"host\":\"p\",\"port\":2,\"username\":\"u\",\"password\":\"CANARY\"}]"
#define DATA(items)                                                            \
    "{\"type\":\"sub2api-data\",\"version\":1,\"exported_at\":\"2026-01-01T"   \
    "00:00:00Z\"," PROXIES ",\"accounts\":[" items "]}"
#define WHOLE                                                                  \
    "{\"name\":\"main\",\"notes\":\"n\"," LOGIN                                \
    ",\"extra\":{},\"proxy_key\":\"socks5h|p|2|u|CANARY\",\"concurrency\":5,"  \
    "\"priority\":1,\"rate_multiplier\":1,\"auto_pause_on_expired\":true}"

static const struct brought cases[] = {
    { "an account with all that it may have",
      "x.json",
      DATA(WHOLE),
      NULL,
      { { "main", "oauth",
          "{" OURS ",\"note\":\"n\",\"concurrency\":5,\"proxy_config\":{"
          "\"type\":\"socks5\",\"host\":\"p\",\"port\":2,\"username\":\"u\","
          "\"password\":\"CANARY\"}}",
          NULL, NULL, -1, false } } },
    { "the answer of its API",
      "",
      "{\"code\":0,\"message\":\"success\",\"data\":" DATA(
          "{\"name\":\"a\",\"concurrency\":0,\"priority\":50," LOGIN "}") "}",
      NULL,
      { { "a", "oauth", "{" OURS "}", NULL, NULL, -50, false } } },
    { "times as they are written",
      "",
      DATA("{\"name\":\"a\",\"platform\":\"anthropic\",\"type\":\"setup-token\""
           ",\"credentials\":{\"access_token\":\"" BROUGHT_ACCESS
           "\",\"expires_at\":1769932800}},{\"name\":\"b\",\"platform\":"
           "\"anthropic\",\"type\":\"oauth\",\"credentials\":{\"access_token\":"
           "\"" BROUGHT_ACCESS "\",\"expires_at\":\"2026-02-01T09:00:00+01:00"
           "\"}},{\"name\":\"c\",\"platform\":\"anthropic\",\"type\":\"oauth\","
           "\"credentials\":{\"access_token\":\"" BROUGHT_ACCESS
           "\",\"expires_at\":1769932800000}}"),
      NULL,
      { { "a", "oauth",
          "{\"access_token\":\"" BROUGHT_ACCESS
          "\",\"expires_at\":\"2026-02-01T08:00:00.000Z\"}",
          NULL, NULL, -50, false },
        { "b", "oauth",
          "{\"access_token\":\"" BROUGHT_ACCESS
          "\",\"expires_at\":\"2026-02-01T08:00:00.000Z\"}",
          NULL, NULL, -50, false },
        { "c", "oauth",
          "{\"access_token\":\"" BROUGHT_ACCESS
          "\",\"expires_at\":\"2026-02-01T08:00:00.000Z\"}",
          NULL, NULL, -50, false } } },
    { "keys",
      "",
      DATA("{\"name\":\"a\",\"platform\":\"anthropic\",\"type\":\"apikey\","
           "\"credentials\":{\"api_key\":\"" BROUGHT_KEY
           "\",\"model_mapping\":{\"x\":\"y\"}}},{\"name\":\"b\",\"platform\":"
           "\"anthropic\",\"type\":\"upstream\",\"credentials\":{\"api_key\":"
           "\"k\",\"base_url\":\"https://x.example\"}},{\"name\":\"c\","
           "\"platform\":\"anthropic\",\"type\":\"bedrock\",\"credentials\":{"
           "}}"),
      NULL,
      { { "a", "api-key",
          "{\"api_key\":\"" BROUGHT_KEY "\",\"model_map\":{\"x\":\"y\"}}", NULL,
          "which models it serves is not taken over", -50, false },
        { "b", "api-key",
          "{\"api_key\":\"k\",\"base_url\":\"https://x.example\"}", NULL, NULL,
          -50, false },
        { "c", NULL, NULL, "type is \"bedrock\"", NULL, 0, false } } },
    { "other platforms",
      "",
      DATA("{\"name\":\"g\",\"platform\":\"gemini\",\"type\":\"oauth\"},{"
           "\"name\":\"x\"}"),
      NULL,
      { { "g", NULL, NULL, "its platform is \"gemini\"", NULL, 0, true },
        { "x", NULL, NULL, "not anthropic", NULL, 0, true } } },
    { "a proxy that is not there: nothing goes another way",
      "",
      DATA("{\"name\":\"a\",\"proxy_key\":\"http|h|2||CANARY\"," LOGIN "}"),
      NULL,
      { { "a", "oauth", NULL, "its proxy_key is not among proxies", NULL, 0,
          false } } },
    { "its time",
      "",
      DATA("{\"name\":\"a\",\"expires_at\":1700000000," LOGIN "},{\"name\":"
           "\"b\",\"expires_at\":1800000000," LOGIN "},{\"name\":\"c\","
           "\"expires_at\":1700000000,\"auto_pause_on_expired\":false," LOGIN
           "}"),
      NULL,
      { { "a", "oauth", "{" OURS ",\"enabled\":false}", NULL,
          "its time is over there", -50, false },
        { "b", "oauth", "{" OURS "}", NULL, "is not taken over", -50, false },
        { "c", "oauth", "{" OURS "}", NULL, NULL, -50, false } } },
    { "what has no counterpart here",
      "",
      DATA("{\"name\":\"a\",\"extra\":{\"max_sessions\":3,\"base_rpm\":0,"
           "\"custom_base_url_enabled\":true,\"custom_base_url\":\"https://"
           "x.example\"},\"platform\":\"anthropic\",\"type\":\"oauth\","
           "\"credentials\":{\"access_token\":\"" BROUGHT_ACCESS
           "\",\"expires_at\":1769932800,\"custom_error_codes_enabled\":true,"
           "\"model_mapping\":{\"claude-haiku-4-5\":\"claude-haiku-4-5\"}}}"),
      NULL,
      { { "a", "oauth",
          "{\"access_token\":\"" BROUGHT_ACCESS
          "\",\"expires_at\":\"2026-02-01T08:00:00.000Z\"}",
          NULL,
          "its model_mapping is not taken over: it serves the models that its "
          "plan has; not taken over, for there is nothing like it here: "
          "credentials.custom_error_codes_enabled, extra.max_sessions, "
          "extra.custom_base_url_enabled",
          -50, false } } },
    { "a note that holds a key",
      "",
      DATA("{\"name\":\"a\",\"notes\":\"" BROUGHT_KEY "\"," LOGIN "}"),
      NULL,
      { { "a", "oauth", "{" OURS "}", NULL, "its note is left out", -50,
          false } } },
    { "no list",
      "",
      "{\"type\":\"sub2api-data\",\"accounts\":5}",
      "accounts is missing or not a list",
      { { 0 } } },
    { "an array", "", "[]", "accounts is missing", { { 0 } } },
};

static void accounts_of_sub2api_are_read(void **state)
{
    (void)state;
    brought_check(&import_sub2api, cases, COUNT_OF(cases));
}

static void nothing_hurts(void **state)
{
    (void)state;
    brought_bend(&import_sub2api, "x.json", DATA(WHOLE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_of_sub2api_are_read),
        cmocka_unit_test(nothing_hurts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
