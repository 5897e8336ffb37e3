// SPDX-License-Identifier: MIT
/* Values in messages. */
#include "base/shown.h"

#include <string.h>

#include "base/macros.h"
#include "unit.h"

#define HIDDEN "(not shown)"
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static const struct {
    const char *text;
    const char *any;  /* NULL: as it is */
    const char *host; /* where a host belongs; NULL: as `any` */
} cases[] = {
    { "", NULL, NULL },
    { "80x", NULL, NULL },
    { "99999999999999999999", NULL, NULL },
    { "user:profile", HIDDEN, HIDDEN },
    { "a,b", NULL, NULL },
    { "80 ", NULL, NULL },
    { "a b", HIDDEN, NULL },
    { "socks5 h 1080 u canary", HIDDEN, NULL },
    { "ADMIN_TOKEN=canary", HIDDEN, NULL },
    { "/srv/ADMIN_TOKEN=canary", HIDDEN, NULL },
    { "h?password=canary", HIDDEN, NULL },
    { "https://h/a=canary", HIDDEN, NULL },
    { "{\"accessToken\":\"canary\"}", HIDDEN, NULL },
    { "/srv/My Documents/caf\xc3\xa9.pem", NULL, NULL },
    { "./sk-ant-canary", HIDDEN, NULL },
    { "./u:canary", HIDDEN, NULL },
    { "h/u:canary", HIDDEN, NULL },
    { "/h?password=canary", HIDDEN, NULL },
    { "u:canary", HIDDEN, NULL },
    { "2023-06-01", NULL, NULL },
    { "a-word-of-many-parts-without-digits", NULL, NULL },
    { "/var/lib/claude-relay", NULL, NULL },
    { "ftp://x", NULL, NULL },
    { "https://host:70000/", NULL, NULL },
    { "https://host:-1/v1/9d1c250ae61b44d988ed5944d1962f5e",
      "https://host:-1/...", NULL },
    { "https://h/t?token=canary#canary", "https://h/t?...", NULL },
    { "https://h?token=canary", "https://h?...", NULL },
    { "https://hooks.slack.com/services/T01/B02/CANARY",
      "https://hooks.slack.com/...", NULL },
    { "https://api.telegram.org/bot1:CANARY/sendMessage",
      "https://api.telegram.org/...", NULL },
    { "https://ntfy.sh/canary-k3h2x9", "https://ntfy.sh/...", NULL },
    { "https://ntfy.sh/canary", "https://ntfy.sh/...", NULL },
    { "https://h/api/CANARYCANARY", "https://h/...", NULL },
    { "http://api.anthropic.com/v1/messages/", NULL, NULL },
    { "http://[::1]:80/", NULL, NULL },
    { "[::1]", HIDDEN, "[::1]" },
    { "fe80::1:2", HIDDEN, "fe80::1:2" },
    { "proxy.example:1080", HIDDEN, "proxy.example:1080" },
    { "http://proxy.example:1080", NULL, NULL },
    { "http://u:canary@h:1", HIDDEN, NULL },
    { "u:canary@h", HIDDEN, NULL },
    { "canary@h", HIDDEN, NULL },
    { "http://u:canary", HIDDEN, NULL },
    { "http://[::1]:canary", HIDDEN, NULL },
    { "192.0.2.1:1080:user:canary", HIDDEN, NULL },
    { "proxy:1080:canary", HIDDEN, NULL },
    { "::1:canary!", HIDDEN, NULL },
    { "sk-ant-canary", HIDDEN, NULL },
    { KEY, HIDDEN, NULL },
    { "secret " KEY " of mine", HIDDEN, NULL },
};

static void passwords_and_keys_are_not_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *any = cases[i].any ? cases[i].any : cases[i].text;
        const char *host = cases[i].host ? cases[i].host : any;
        char out[SHOWN_MAX];

        assert_string_equal(shown(str_of(cases[i].text), out), any);
        assert_string_equal(shown_host(str_of(cases[i].text), out), host);
    }
}

static void a_long_path_is_cut_and_a_long_word_is_none(void **state)
{
    char text[1000];
    char out[SHOWN_MAX];
    struct str all = { text, sizeof(text) };

    (void)state;
    memset(text, 'x', sizeof(text));
    assert_string_equal(shown(str_sub(all, 0, 65), out), HIDDEN);
    assert_int_equal(strlen(shown(str_sub(all, 0, 64), out)), 64);
    text[0] = '/';
    assert_int_equal(strlen(shown(all, out)), 153);
    unit_assert_part(out, "xxx...");
}

static const struct {
    const char *text;
    const char *shown;
} arguments[] = {
    { "--prot", "--prot" },
    { "--port=canary", "--port=..." },
    { "--sk-ant-canary=1", HIDDEN },
    { "NAME=canary", HIDDEN },
    { "sk-ant-oat01-canary", HIDDEN },
    { "host:80", "host:80" },
};

static void of_an_argument_the_name_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(arguments); i++) {
        char out[SHOWN_MAX];

        assert_string_equal(shown_argument(str_of(arguments[i].text), out),
                            arguments[i].shown);
    }
}

static const struct {
    const char *text;
    const char *shown;
} agents[] = {
    { "claude-cli/2.1.332 (external, sdk-cli)", NULL },
    { "curl/8.5.0", NULL },
    { "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101", NULL },
    { "Bun/1.4.6", NULL },
    { "curl", NULL },
    { "node", NULL },
    { "node-fetch", NULL },
    { "undici", NULL },
    { "k9canary2", HIDDEN },
    { "canaryCANARYcanaryCANARY", HIDDEN },
    { "123canary", HIDDEN },
    { "node canary", HIDDEN },
    { "/x y", HIDDEN },
    { "my password", HIDDEN },
    { "x/1 password=canary", HIDDEN },
    { "x/1 u:canary", HIDDEN },
    { "x/1 u@canary", HIDDEN },
    { "x/1\ncanary", HIDDEN },
    { "x/1 sk-ant-oat01-canary", HIDDEN },
    { "x/1 " KEY, HIDDEN },
    { "x/1 cr_CANARY-0123456789_ABCDEFGHIJKLMNOPQRSTUVWXY", HIDDEN },
    { "", HIDDEN },
};

static void a_user_agent_is_shown_if_it_looks_like_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(agents); i++) {
        char out[SHOWN_MAX];

        assert_string_equal(shown_agent(str_of(agents[i].text), out),
                            agents[i].shown ? agents[i].shown : agents[i].text);
    }
}

static const struct {
    const char *text;
    const char *shown; /* NULL: as it is */
} named[] = {
    { "claude-haiku-4-5-20251001", NULL },
    { "claude-3-5-haiku-latest", NULL },
    { "tool_search_tool_bm25_20251119", NULL },
    { "context_management", NULL },
    { "us.anthropic.claude-opus-5:0", NULL },
    { "cr_short", NULL },
    { "", NULL },
    /* keys, of whomever */
    { "cr_CANARY-0123456789_ABCDEFGHIJKLMNOPQRSTUVWXY", HIDDEN },
    { "sk-ant-a", HIDDEN },
    { "sk-proj-a1b2c3d4e5f6", HIDDEN },
    { "0123456789abcdef", HIDDEN },
    { "ghp_abcdefghijklmnopqrst", HIDDEN },
    { "a b", HIDDEN },
    { "a@b", HIDDEN },
    { "a\nb", HIDDEN },
    { "a=b", HIDDEN },
    { "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-t-u-v-w-x-y-z-a-b-c-d-e-f-g",
      HIDDEN },
};

static void a_name_is_shown_if_it_looks_like_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(named); i++) {
        char out[SHOWN_MAX];

        assert_string_equal(shown_name(str_of(named[i].text), out),
                            named[i].shown ? named[i].shown : named[i].text);
    }
}

static const struct {
    const char *text;
    const char *shown; /* NULL: as it is */
} opened[] = {
    { "claude-opus6", NULL },
    { "qwen3-coder", NULL },
    { "anthropic/claude-sonnet-9", NULL },
    { "claude-sonnet-9@20270929", NULL },
    { "claude-sonnet-9[1m]", NULL },
    { "gpt-4o-mini-turbo2", NULL },
    { "alice@example.com", NULL },
    { "9d1c250a-e61b-44d9-88ed-5944d1962f5e", NULL },
    { "a model of caf\xc3\xa9", NULL },
    { "a\nb\x1b[1m\xe2\x80\xae"
      "c\xff",
      "a?b?[1m?c?" },
    { "xcr_CANARY-0123456789_ABCDEFGHIJKLMNOPQRSTUVWXY", HIDDEN },
    { "sk-ant-a", HIDDEN },
};

static void what_is_no_secret_is_shown(void **state)
{
    char text[400];
    char out[SHOWN_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(opened); i++)
        assert_string_equal(shown_open(str_of(opened[i].text), out),
                            opened[i].shown ? opened[i].shown : opened[i].text);
    memset(text, 'x', sizeof(text));
    assert_int_equal(strlen(
                         shown_open((struct str){ text, sizeof(text) }, out)),
                     153);
}

static const struct {
    const char *text;
    bool is_shown;
} values[] = {
    { "2026-01-01T05:00Z", true },
    { "2026-01-01 05:00:00+02:00", true },
    { "20260101T050000Z", true },
    { "2026-13-01", true },
    { "36hours", true },
    { "yesterday", true },
    { "-1", true },
    { "1.5e3", true },
    { "100%", true },
    { "", true },
    { "user:canary", false },
    { "canary of mine", false },
    { "1:canary", false },
    { "a=b", false },
    { "+05:17", true },
    { "a1b2c3d4e5f6a1b2c3d4e5f6", false },
    { "sk-ant-a", false },
    { "2026:01:01:2026:01:01:2026:01:01:2026:01:01", false },
    { "1\n2", false },
};

static void a_time_is_shown_if_it_looks_like_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        char out[SHOWN_MAX];

        assert_string_equal(shown(str_of(values[i].text), out),
                            values[i].is_shown ? values[i].text : HIDDEN);
    }
}

static const struct {
    const char *path;
    const char *shown;
} paths[] = {
    { "/v1/messages", "/v1/messages" },
    { "/v1/files/file_011CNha8iCJcU1wXNR6q4V8w",
      "/v1/files/file_011CNha8iCJcU1wXNR6q4V8w" },
    { "/v1/sk-ant-api03-canary", "/v1/" HIDDEN },
    { "/v1/key=sk-ant-api03-canary/x/", "/v1/" HIDDEN "/x/" },
    { "/v1/sk%2Dant-api03-canary/x", "/v1/" HIDDEN "/x" },
    { "/v1/files/cr_CANARY-0123456789_ABCDEFGHIJKLMNOPQRSTUVWXY/content",
      "/v1/files/" HIDDEN "/content" },
    { "/v1/files/x.%63r_CANARY-0123456789_ABCDEFGHIJKLMNOPQRSTUVWXY",
      "/v1/files/" HIDDEN },
    { "/v1/files/cr_short", "/v1/files/cr_short" },
    { "/sk-ant-a/sk-ant-b/c/sk-ant-d/sk-ant-e",
      "/" HIDDEN "/" HIDDEN "/c/" HIDDEN "/" HIDDEN },
};

static void a_token_in_a_requests_path_is_masked(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        unit_assert_str(shown_request_path(arena, str_of(paths[i].path),
                                           STR_EMPTY),
                        paths[i].shown);
    arena_free(arena);
}

static void a_given_secret_in_a_requests_path_is_masked(void **state)
{
    static const char *const rows[][3] = {
        { "token-0123456789", "/keys/token-0123456789", "/keys/" HIDDEN },
        { "token-0123456789", "/x%74oken-0123456789/y", "/" HIDDEN "/y" },
        { "token-0123456789", "/keys/token-012345678",
          "/keys/token-012345678" },
        { "token/0123456789", "/keys/token/0123456789", "/" HIDDEN },
        { "token/0123456789", "/a/token%2F0123456789/b", "/a/" HIDDEN "/b" },
    };
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        unit_assert_str(shown_request_path(arena, str_of(rows[i][1]),
                                           str_of(rows[i][0])),
                        rows[i][2]);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_and_keys_are_not_shown),
        cmocka_unit_test(a_long_path_is_cut_and_a_long_word_is_none),
        cmocka_unit_test(of_an_argument_the_name_is_shown),
        cmocka_unit_test(a_user_agent_is_shown_if_it_looks_like_one),
        cmocka_unit_test(a_name_is_shown_if_it_looks_like_one),
        cmocka_unit_test(what_is_no_secret_is_shown),
        cmocka_unit_test(a_time_is_shown_if_it_looks_like_one),
        cmocka_unit_test(a_token_in_a_requests_path_is_masked),
        cmocka_unit_test(a_given_secret_in_a_requests_path_is_masked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
