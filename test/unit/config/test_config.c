// SPDX-License-Identifier: MIT
/* Loading the configuration from a table of variables. */
#include "config/config.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "unit.h"

/* Variables as "NAME=value" texts, ended by NULL. */
static struct config_value look_up(void *arg, const char *name)
{
    const char *const *variables = arg;
    size_t len = strlen(name);

    for (size_t i = 0; variables[i]; i++) {
        if (strncmp(variables[i], name, len) == 0 && variables[i][len] == '=')
            return (struct config_value){ variables[i] + len + 1, "file",
                                          i + 1 };
    }
    return (struct config_value){ 0 };
}

/* All problems, one a line, in `err`. */
static bool load(struct config *config, struct arena *arena,
                 const char **variables, struct err *err)
{
    struct problems problems;
    bool ok;

    problems_init(&problems);
    ok = config_load(config, arena, look_up, variables, &problems);
    (void)snprintf(err->text, sizeof(err->text), STR_FMT,
                   STR_ARG(buf_str(&problems.lines)));
    problems_done(&problems);
    return ok;
}

static void the_defaults_are_the_documented_ones(void **state)
{
    const char *none[] = { NULL };
    struct arena *arena = arena_new();
    struct config config;
    struct err err;

    (void)state;
    assert_true(load(&config, arena, none, &err));
    assert_int_equal(config.port, 3000);
    unit_assert_str(config.host, "0.0.0.0");
    unit_assert_str(config.data_dir, "./data");
    assert_int_equal(config.workers, 0);
    assert_int_equal(config.max_connections, 16384);
    assert_true(config.api.tls);
    unit_assert_str(config.api.host, "api.anthropic.com");
    assert_int_equal(config.api.port, 443);
    unit_assert_str(config.api.prefix, "");
    unit_assert_str(config.api_version, "2023-06-01");
    unit_assert_str(config.beta_header, "");
    assert_int_equal(config.first_byte_ms, 600000);
    assert_int_equal(config.idle_ms, 300000);
    assert_int_equal(config.connect_ms, 30000);
    unit_assert_str(config.ca_file, "");
    assert_false(config.proxy_enabled);
    unit_assert_str(config.authorize_url,
                    "https://claude.com/cai/oauth/authorize");
    assert_true(config.token_url.tls);
    unit_assert_str(config.token_url.host, "platform.claude.com");
    unit_assert_str(config.token_url.prefix, "/v1/oauth/token");
    unit_assert_str(config.redirect_uri,
                    "https://platform.claude.com/oauth/code/callback");
    unit_assert_str(config.client_id, "9d1c250a-e61b-44d9-88ed-5944d1962f5e");
    unit_assert_str(config.scopes, "user:profile user:inference");
    unit_assert_str(config.admin_token, "");
    assert_true(config.admin_loopback);
    assert_int_equal(config.client_login, CONFIG_LOGIN_REFUSE);
    assert_int_equal(config.log_level, LOG_INFO);
    assert_int_equal(config.log_format, LOG_TEXT);
    assert_int_equal(config.notify.url.host.len, 0);
    assert_int_equal(config.notify_format, NOTIFY_JSON);
    arena_free(arena);
}

static void an_empty_value_counts_as_not_set(void **state)
{
    const char *empty[] = { "PORT=", "CLAUDE_TIMEOUT=", "GLOBAL_PROXY_ENABLED=",
                            NULL };
    struct arena *arena = arena_new();
    struct config config;
    struct err err;

    (void)state;
    assert_true(load(&config, arena, empty, &err));
    assert_int_equal(config.port, 3000);
    assert_int_equal(config.first_byte_ms, 600000);
    arena_free(arena);
}

static void values_are_taken(void **state)
{
    const char *variables[] = { "PORT=65535",
                                "HOST=[::1]",
                                "WORKERS=256",
                                "MAX_CONNECTIONS=16",
                                "CLAUDE_TIMEOUT=1h30m",
                                "STREAM_IDLE_TIMEOUT=90s",
                                "PROXY_TIMEOUT=1.5s",
                                "CLAUDE_BETA_HEADER=a-2025-01-01, b",
                                "GLOBAL_PROXY_ENABLED=T",
                                "GLOBAL_PROXY_TYPE=socks5",
                                "GLOBAL_PROXY_HOST=proxy.example",
                                "GLOBAL_PROXY_PORT=1080",
                                "GLOBAL_PROXY_USERNAME=u",
                                "GLOBAL_PROXY_PASSWORD=p@ss/w#rd: \"",
                                "OAUTH_TOKEN_URL=http://[::1]:9/a/v1/messages",
                                "ADMIN_TOKEN=0123456789abcde!",
                                "ADMIN_LOOPBACK=off",
                                "CLIENT_LOGIN=pass",
                                "LOOPBACK_WITHOUT_KEY=on",
                                "TRUSTED_PROXIES=10.0.0.0/8, ::1",
                                "LOG_LEVEL=debug",
                                "LOG_FORMAT=json",
                                "NOTIFY_URL=https://h:8443/x?key=canary",
                                "NOTIFY_FORMAT=wecom",
                                NULL };
    struct arena *arena = arena_new();
    struct config config;
    struct err err;

    (void)state;
    assert_true(load(&config, arena, variables, &err));
    assert_int_equal(config.port, 65535);
    unit_assert_str(config.host, "::1");
    assert_int_equal(config.workers, 256);
    assert_int_equal(config.max_connections, 16);
    assert_int_equal(config.first_byte_ms, 5400000);
    assert_int_equal(config.idle_ms, 90000);
    assert_int_equal(config.connect_ms, 1500);
    unit_assert_str(config.beta_header, "a-2025-01-01, b");
    assert_true(config.proxy_enabled);
    assert_true(config.loopback_without_key);
    assert_int_equal(config.trusted.count, 2);
    assert_int_equal(config.proxy_port, 1080);
    unit_assert_str(config.proxy_password, "p@ss/w#rd: \"");
    assert_false(config.token_url.tls);
    unit_assert_str(config.token_url.host, "::1");
    assert_int_equal(config.token_url.port, 9);
    unit_assert_str(config.token_url.prefix, "/a/v1/messages");
    unit_assert_str(config.admin_token, "0123456789abcde!");
    assert_false(config.admin_loopback);
    assert_int_equal(config.client_login, CONFIG_LOGIN_PASS);
    assert_int_equal(config.log_level, LOG_DEBUG);
    assert_int_equal(config.log_format, LOG_JSON);
    assert_int_equal(config.notify_format, NOTIFY_WECOM);
    assert_int_equal(config.notify.url.port, 8443);
    unit_assert_str(config.notify.target, "/x?key=canary");
    arena_free(arena);
}

/* ---- refusals ----------------------------------------------------------- */

#define PROXY "GLOBAL_PROXY_ENABLED=true"
#define TYPE "GLOBAL_PROXY_TYPE=http"
#define PROXY_HOST "GLOBAL_PROXY_HOST=h"
#define PROXY_PORT "GLOBAL_PROXY_PORT=1"
#define USER "GLOBAL_PROXY_USERNAME=u"
#define WORD "GLOBAL_PROXY_PASSWORD=canary"

static const struct {
    const char *variables[7];
    const char *texts[3]; /* parts of the error */
} bad_cases[] = {
    { { "PORT=0" }, { "PORT=\"0\"", "1 to 65535" } },
    { { "PORT=65536" }, { "PORT=\"65536\"" } },
    { { "PORT=http" }, { "PORT=\"http\"" } },
    { { "PORT= 80" }, { "PORT=\" 80\"" } },
    { { "HOST=example.com" }, { "HOST=\"example.com\"", "localhost" } },
    { { "HOST=u:canary@h" }, { "HOST=\"(not shown)\"" } },
    { { "HOST=[::1" }, { "HOST=\"[::1\"" } },
    { { "WORKERS=257" }, { "WORKERS=\"257\"", "0 to 256" } },
    { { "WORKERS=-1" }, { "WORKERS=\"-1\"" } },
    { { "MAX_CONNECTIONS=15" }, { "MAX_CONNECTIONS", "16 to 1000000" } },
    { { "MAX_CONNECTIONS=1000001" }, { "MAX_CONNECTIONS" } },
    { { "CLAUDE_TIMEOUT=30" }, { "CLAUDE_TIMEOUT=\"30\"", "30s" } },
    { { "CLAUDE_TIMEOUT=0s" }, { "CLAUDE_TIMEOUT=\"0s\"", "above zero" } },
    { { "USAGE_RETENTION=400" }, { "USAGE_RETENTION=\"400\"", "400d", "off" } },
    { { "TIME_ZONE=Mars/Olympus" }, { "TIME_ZONE=\"Mars/Olympus\"" } },
    { { "CLAUDE_TIMEOUT=-5m" }, { "CLAUDE_TIMEOUT=\"-5m\"" } },
    { { "PROXY_TIMEOUT=1d" }, { "PROXY_TIMEOUT=\"1d\"" } },
    { { "STREAM_IDLE_TIMEOUT=x" }, { "STREAM_IDLE_TIMEOUT=\"x\"" } },
    { { "LOG_LEVEL=INFO" }, { "LOG_LEVEL=\"INFO\"", "error, warn, info" } },
    { { "LOG_FORMAT=xml" }, { "LOG_FORMAT=\"xml\"", "text or json" } },
    { { "CLAUDE_API_VERSION=a\r\nb" }, { "CLAUDE_API_VERSION" } },
    { { "CLAUDE_BETA_HEADER=a;b" },
      { "CLAUDE_BETA_HEADER=\"(not shown)\"", "commas" } },
    { { "CLAUDE_API_URL=ftp://x" }, { "CLAUDE_API_URL=\"ftp://x\"", "https" } },
    { { "CLAUDE_API_URL=http://api.example" },
      { "CLAUDE_API_URL=\"http://api.example\"", "loopback" } },
    { { "CLAUDE_API_URL=https://u:canary@h" }, { "CLAUDE_API_URL" } },
    { { "CLAUDE_API_URL=https://h:0" }, { "CLAUDE_API_URL", "port" } },
    { { "OAUTH_AUTHORIZE_URL=http://a.example" },
      { "OAUTH_AUTHORIZE_URL=\"http://a.example\"", "loopback" } },
    { { "OAUTH_AUTHORIZE_URL=https://u:canary@h/x" },
      { "OAUTH_AUTHORIZE_URL=\"(not shown)\"", "https" } },
    { { "OAUTH_REDIRECT_URI=x" }, { "OAUTH_REDIRECT_URI=\"x\"", "https" } },
    { { "OAUTH_TOKEN_URL=http://a.example/t" },
      { "OAUTH_TOKEN_URL=\"http://a.example/t\"", "loopback" } },
    { { "OAUTH_TOKEN_URL=https://h/t?a=b" },
      { "OAUTH_TOKEN_URL=\"https://h/t?...\"", "query" } },
    { { "OAUTH_TOKEN_URL=https://h/t?token=canary" }, { "OAUTH_TOKEN_URL" } },
    { { "DATA_DIR=http://u:canary@h/" }, { "DATA_DIR=\"(not shown)\"" } },
    { { "UPSTREAM_CA_FILE=http://u:canary@h/" }, { "UPSTREAM_CA_FILE=" } },
    { { "UPSTREAM_CA_FILE=sk-ant-api03-canary" }, { "UPSTREAM_CA_FILE=" } },
    { { "UPSTREAM_CA_FILE=u:canary@h" }, { "UPSTREAM_CA_FILE=" } },
    { { "UPSTREAM_CA_FILE=./ADMIN_TOKEN=canary" },
      { "UPSTREAM_CA_FILE=\"(not shown)\"", "PEM", "No such file" } },
    { { "DATA_DIR=sk-ant-api03-canary" }, { "DATA_DIR=\"(not shown)\"" } },
    { { "DATA_DIR=/srv/sk-ant-api03-canary" }, { "DATA_DIR", "a folder" } },
    { { "DATA_DIR=ADMIN_TOKEN=canary" }, { "DATA_DIR=\"(not shown)\"" } },
    { { "OAUTH_CLIENT_ID=ADMIN_TOKEN=canary" }, { "OAUTH_CLIENT_ID" } },
    { { "CLAUDE_API_URL=ADMIN_TOKEN=canary" }, { "CLAUDE_API_URL" } },
    { { "LOG_LEVEL=Bearer canary" }, { "LOG_LEVEL=\"(not shown)\"" } },
    { { "GLOBAL_PROXY_HOST=h?password=canary" }, { "GLOBAL_PROXY_HOST" } },
    { { "GLOBAL_PROXY_TYPE=socks5 h 1080 u canary" }, { "GLOBAL_PROXY" } },
    { { "GLOBAL_PROXY_TYPE=canary" }, { "GLOBAL_PROXY_TYPE" } },
    { { "GLOBAL_PROXY_PORT=canary" }, { "GLOBAL_PROXY_PORT" } },
    { { "GLOBAL_PROXY_ENABLED=canary" }, { "GLOBAL_PROXY_ENABLED" } },
    { { "PORT=canary@h" }, { "PORT=\"(not shown)\"" } },
    { { "LOG_LEVEL=sk-ant-oat01-canary" }, { "LOG_LEVEL=\"(not shown)\"" } },
    { { "WORKERS=canary8Xg7Kq2mVn4Rt6Yb" }, { "WORKERS=\"(not shown)\"" } },
    { { "OAUTH_TOKEN_URL=https://u:canary@h/t" }, { "OAUTH_TOKEN_URL" } },
    { { "OAUTH_CLIENT_ID=a b" },
      { "OAUTH_CLIENT_ID=\"(not shown)\"", "letters" } },
    { { "OAUTH_SCOPES=a, b" },
      { "OAUTH_SCOPES=\"(not shown)\"", "single spaces" } },
    { { "ADMIN_TOKEN=canary-890-2345" }, { "ADMIN_TOKEN", "at least 16" } },
    { { "METRICS_TOKEN=canary-890-2345" }, { "METRICS_TOKEN", "at least 16" } },
    { { "ADMIN_TOKEN=canary-89-123456", "METRICS_TOKEN=canary-89-123456" },
      { "METRICS_TOKEN", "must not be the ADMIN_TOKEN" } },
    { { "ADMIN_TOKEN=canary 8901234567" }, { "ADMIN_TOKEN", "spaces" } },
    { { "ADMIN_TOKEN=canary\x7f"
        "8901234567" },
      { "ADMIN_TOKEN" } },
    { { "ADMIN_TOKEN=canary\xc3\xb6"
        "8901234567" },
      { "ADMIN_TOKEN" } },
    { { "ADMIN_LOOPBACK=yes" }, { "ADMIN_LOOPBACK=\"yes\"", "on or off" } },
    { { "LOOPBACK_WITHOUT_KEY=1" },
      { "LOOPBACK_WITHOUT_KEY=\"1\"", "on or off" } },
    { { "TRUSTED_PROXIES=10.0.0.0/8, nginx" },
      { "TRUSTED_PROXIES: ", "10.0.0.0/8 or" } },
    { { "TRUSTED_PROXIES=10.1.0.0/8" },
      { "TRUSTED_PROXIES: 10.1.0.0/8", "the block is 10.0.0.0/8" } },
    { { "TRUSTED_PROXIES=u:canary@h" }, { "TRUSTED_PROXIES: (not shown)" } },
    { { "CLIENT_LOGIN=on" }, { "CLIENT_LOGIN=\"on\"", "refuse or pass" } },
    { { "NOTIFY_URL=http://hooks.example/canary" },
      { "file:1: NOTIFY_URL: must be https://", "loopback" } },
    { { "NOTIFY_URL=https://u:canary@hooks.example/" }, { "NOTIFY_URL: " } },
    { { "NOTIFY_URL=https://api.telegram.org/botcanary/sendMessage",
        "NOTIFY_FORMAT=telegram" },
      { "file:1: NOTIFY_URL: ", "chat_id=" } },
    { { "NOTIFY_URL=https://h/canary", "NOTIFY_FORMAT=Slack" },
      { "file:2: NOTIFY_FORMAT=\"Slack\"", "slack, feishu" } },
    { { "NOTIFY_URL=http://127.0.0.1:9/canary", "GLOBAL_PROXY_ENABLED=true",
        "GLOBAL_PROXY_TYPE=http", "GLOBAL_PROXY_HOST=192.0.2.1",
        "GLOBAL_PROXY_PORT=8080" },
      { "file:1: NOTIFY_URL: must be https://", "GLOBAL_PROXY_HOST" } },
    { { "NOTIFY_FORMAT=slack" }, { "file:1: NOTIFY_FORMAT: NOTIFY_URL" } },
    { { "UPSTREAM_CA_FILE=/nonexistent.pem" },
      { "UPSTREAM_CA_FILE=\"/nonexistent.pem\"", "PEM", "No such file" } },
    { { "UPSTREAM_CA_FILE=/tmp" }, { "UPSTREAM_CA_FILE=\"/tmp\"", "folder" } },
    { { "GLOBAL_PROXY_ENABLED=yes" },
      { "GLOBAL_PROXY_ENABLED=\"(not shown)\"", "true" } },
    { { PROXY }, { "GLOBAL_PROXY_TYPE=\"\"", "must be set" } },
    { { PROXY, TYPE }, { "GLOBAL_PROXY_HOST=\"\"" } },
    { { PROXY, TYPE, PROXY_HOST }, { "GLOBAL_PROXY_PORT=\"\"" } },
    { { PROXY, TYPE, PROXY_HOST, PROXY_PORT, USER },
      { "GLOBAL_PROXY_PASSWORD=\"\"", "GLOBAL_PROXY_USERNAME" } },
    { { PROXY, TYPE, PROXY_HOST, PROXY_PORT, WORD },
      { "GLOBAL_PROXY_USERNAME=\"\"", "GLOBAL_PROXY_PASSWORD" } },
    { { TYPE }, { "GLOBAL_PROXY_ENABLED=\"\"", "GLOBAL_PROXY_TYPE is set" } },
    { { PROXY_HOST }, { "GLOBAL_PROXY_ENABLED=\"\"", "GLOBAL_PROXY_HOST" } },
    { { PROXY_PORT }, { "GLOBAL_PROXY_ENABLED=\"\"", "GLOBAL_PROXY_PORT" } },
    { { USER }, { "GLOBAL_PROXY_ENABLED=\"\"", "GLOBAL_PROXY_USERNAME" } },
    { { WORD }, { "GLOBAL_PROXY_ENABLED=\"\"", "GLOBAL_PROXY_PASSWORD" } },
    { { "GLOBAL_PROXY_TYPE=socks4" },
      { "GLOBAL_PROXY_TYPE=\"(not shown)\"", "socks5" } },
    { { "GLOBAL_PROXY_HOST=http://h" },
      { "GLOBAL_PROXY_HOST=\"(not shown)\"", "host" } },
    { { "GLOBAL_PROXY_HOST=http://u:canary@h:1" }, { "GLOBAL_PROXY_HOST" } },
    { { "GLOBAL_PROXY_HOST=192.0.2.1:1:u:canary" }, { "GLOBAL_PROXY_HOST" } },
    { { "GLOBAL_PROXY_TYPE=http://u:canary@h:1" }, { "GLOBAL_PROXY_TYPE" } },
    { { "GLOBAL_PROXY_PORT=1:u:canary" }, { "GLOBAL_PROXY_PORT" } },
    { { "GLOBAL_PROXY_PORT=0" },
      { "GLOBAL_PROXY_PORT=\"(not shown)\"", "65535" } },
};

static void bad_values_are_named_with_what_is_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad_cases); i++) {
        const char *variables[COUNT_OF(bad_cases[i].variables) + 1] = { 0 };
        struct arena *arena = arena_new();
        struct config config;
        struct err err;

        memcpy(variables, bad_cases[i].variables,
               sizeof(bad_cases[i].variables));
        if (load(&config, arena, variables, &err))
            fail_msg("accepted: %s", variables[0]);
        for (size_t k = 0; k < 3 && bad_cases[i].texts[k]; k++)
            unit_assert_part(err.text, bad_cases[i].texts[k]);
        assert_null(strstr(err.text, "canary"));
        arena_free(arena);
    }
}

static void a_disabled_proxy_may_be_filled_in_part(void **state)
{
    const char *variables[] = { "GLOBAL_PROXY_ENABLED=false", PROXY_HOST, USER,
                                NULL };
    struct arena *arena = arena_new();
    struct config config;
    struct err err;

    (void)state;
    assert_true(load(&config, arena, variables, &err));
    assert_false(config.proxy_enabled);
    arena_free(arena);
}

/* ---- the upstream ------------------------------------------------------- */

static const struct {
    const char *variable;
    const char *prefix;
} url_cases[] = {
    { "CLAUDE_API_URL=https://h/v1/messages", "" },
    { "CLAUDE_API_URL=https://h/v1/messages/", "" },
    { "CLAUDE_API_URL=https://h/v1", "" },
    { "CLAUDE_API_URL=https://h/", "" },
    { "CLAUDE_API_URL=https://h", "" },
    { "CLAUDE_API_URL=https://h/gateway/v1/messages", "/gateway" },
    { "CLAUDE_API_URL=https://h/a/b/v1/", "/a/b" },
    { "CLAUDE_API_URL=https://h/a//v1", "/a" },
    { "CLAUDE_API_URL=https://h/dev1", "/dev1" },
    { "CLAUDE_API_URL=http://localhost:9000", "" },
    { "CLAUDE_API_URL=http://[::1]:9000/x", "/x" },
};

static void of_the_api_url_only_what_stands_before_v1_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(url_cases); i++) {
        const char *variables[] = { url_cases[i].variable, NULL };
        struct arena *arena = arena_new();
        struct config config;
        struct err err;

        assert_true(load(&config, arena, variables, &err));
        unit_assert_str(config.api.prefix, url_cases[i].prefix);
        arena_free(arena);
    }
}

static void a_ca_file_that_is_there_is_taken(void **state)
{
    char *folder = unit_folder_new();
    char variable[200] = "UPSTREAM_CA_FILE=";
    const char *variables[] = { variable, NULL };
    struct arena *arena = arena_new();
    struct config config;
    struct err err;

    (void)state;
    unit_write(folder, "ca.pem", "x");
    (void)strncat(variable, unit_path(folder, "ca.pem"), 150);
    assert_true(load(&config, arena, variables, &err));
    unit_assert_part(config.ca_file.at, "/ca.pem");
    arena_free(arena);
    unit_folder_free(folder);
}

/* ---- all at once -------------------------------------------------------- */

static void every_problem_is_told_with_its_place(void **state)
{
    const char *variables[] = { "PORT=0",
                                "LOG_LEVEL=loud",
                                "ADMIN_TOKEN=canary",
                                "GLOBAL_PROXY_ENABLED=true",
                                "GLOBAL_PROXY_PORT=x",
                                "GLOBAL_PROXY_USERNAME=u",
                                NULL };
    struct arena *arena = arena_new();
    struct config config;
    struct err err;

    (void)state;
    assert_false(load(&config, arena, variables, &err));
    assert_string_equal(
        err.text,
        "file:1: PORT=\"0\": must be 1 to 65535\n"
        "file:5: GLOBAL_PROXY_PORT=\"(not shown)\": must be 1 to 65535\n"
        "file:2: LOG_LEVEL=\"loud\": must be error, warn, info or debug\n"
        "file:3: ADMIN_TOKEN: must be at least 16 printable characters without "
        "spaces\n"
        "file:4: GLOBAL_PROXY_TYPE=\"\": must be set while "
        "GLOBAL_PROXY_ENABLED is true\n"
        "file:4: GLOBAL_PROXY_HOST=\"\": must be set while "
        "GLOBAL_PROXY_ENABLED is true\n"
        "file:6: GLOBAL_PROXY_PASSWORD=\"\": must be set while "
        "GLOBAL_PROXY_USERNAME is set\n");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_the_documented_ones),
        cmocka_unit_test(an_empty_value_counts_as_not_set),
        cmocka_unit_test(values_are_taken),
        cmocka_unit_test(bad_values_are_named_with_what_is_allowed),
        cmocka_unit_test(a_disabled_proxy_may_be_filled_in_part),
        cmocka_unit_test(of_the_api_url_only_what_stands_before_v1_counts),
        cmocka_unit_test(a_ca_file_that_is_there_is_taken),
        cmocka_unit_test(every_problem_is_told_with_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
