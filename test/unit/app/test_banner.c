// SPDX-License-Identifier: MIT
/* What the relay prints when it has started. */
#include "app/banner.h"

#include "unit.h"

static const struct invocation in_build = { .program = { "build/claude-relay",
                                                         18 } };

static void assert_banner(const struct banner *banner, const char *want)
{
    struct buf out;

    buf_init(&out, BANNER_MAX);
    banner_add(&out, banner);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
}

static void the_first_thing_is_an_account(void **state)
{
    (void)state;
    assert_banner(&(struct banner){ .host = "0.0.0.0",
                                    .port = 3000,
                                    .invocation = &in_build,
                                    .folder = "/root/my relay" },
                  "claude-relay " RELAY_VERSION "\n"
                  "  Service address:   http://127.0.0.1:3000\n"
                  "  Relay endpoint:    http://127.0.0.1:3000/v1/messages\n"
                  "  OAuth management:  http://127.0.0.1:3000/oauth/accounts\n"
                  "claude-relay listening on http://0.0.0.0:3000\n"
                  "Next: add an account, in another terminal:\n"
                  "  cd '/root/my relay'\n"
                  "  build/claude-relay login main\n"
                  "That is for your own Claude account; for a Console API key, "
                  "instead of the last line:\n"
                  "  build/claude-relay account add main --api-key -\n");
}

static void every_address_is_named(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, BANNER_MAX);
    banner_add(&out, &(struct banner){ .host = "localhost",
                                       .port = 3000,
                                       .also = "::1",
                                       .invocation = &in_build });
    assert_true(str_contains(buf_str(&out), STR("claude-relay listening on "
                                                "http://localhost:3000 and "
                                                "http://[::1]:3000\n")));
    buf_done(&out);
}

static void another_folder_is_given_to_each_command(void **state)
{
    const struct invocation elsewhere = { .program = STR("/opt/claude-relay"),
                                          .data_dir = STR("it's here") };
    struct banner banner = {
        .host = "::", .port = 1, .invocation = &elsewhere
    };
    struct buf out;

    (void)state;
    buf_init(&out, BANNER_MAX);
    banner_add(&out, &banner);
    buf_add(&out, (struct str){ "", 1 });
    unit_assert_part(buf_str(&out).at, "Service address:   http://[::1]:1\n");
    unit_assert_part(buf_str(&out).at, "listening on http://[::]:1\n");
    unit_assert_part(buf_str(&out).at, "terminal:\n  DATA_DIR='it'\\''s here' "
                                       "/opt/claude-relay login main\n");
    buf_done(&out);
}

static void add_all(struct buf *out, const struct banner *banner)
{
    buf_init(out, BANNER_MAX);
    banner_add(out, banner);
    buf_add(out, (struct str){ "", 1 });
}

static void an_account_that_cannot_be_used_comes_first(void **state)
{
    struct banner banner = { .host = "127.0.0.1",
                             .port = 1,
                             .accounts = 1,
                             .trouble = "x: sign in again with "
                                        "`claude-relay login x`",
                             .invocation = &in_build,
                             .folder = "/my relay" };
    struct buf out;

    (void)state;
    add_all(&out, &banner);
    unit_assert_part(buf_str(&out).at,
                     "\nNext: fix the only account.  x: sign in again with "
                     "`cd '/my relay' && build/claude-relay login x`\n");
    assert_null(strstr(buf_str(&out).at, "ANTHROPIC_BASE_URL"));
    buf_done(&out);
    banner.accounts = 2;
    add_all(&out, &banner);
    unit_assert_part(buf_str(&out).at, "none of the 2 can be used.  x: ");
    buf_done(&out);
}

static const struct {
    const char *host;
    bool usable;
} hosts[] = {
    { "0.0.0.0", true },
    { "::", true },
    { "127.0.0.1", true },
    { "127.0.0.2", true },
    { "localhost", true },
    { "LOCALHOST", true },
    { "::1", true },
    { "::ffff:127.0.0.1", true },
    { "192.0.2.2", false },
    { "2001:db8::1", false },
    { "::ffff:10.0.0.1", false },
};

static void an_address_where_nobody_is_served_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        struct buf out;

        assert_int_equal(banner_host_is_usable(hosts[i].host), hosts[i].usable);
        add_all(&out, &(struct banner){ .host = hosts[i].host,
                                        .accounts = 1,
                                        .account = STR("x"),
                                        .invocation = &in_build });
        assert_int_equal(strstr(buf_str(&out).at, "key create me") == NULL,
                         hosts[i].usable);
        assert_int_equal(strstr(buf_str(&out).at, "export ") != NULL,
                         hosts[i].usable);
        buf_done(&out);
    }
}

static void then_a_client(void **state)
{
    struct banner banner = { .host = "localhost",
                             .port = 8080,
                             .accounts = 1,
                             .account = STR("max"),
                             .invocation = &in_build };
    struct buf out;

    (void)state;
    buf_init(&out, BANNER_MAX);
    banner_add_client(&out, &banner);
    unit_assert_str(buf_str(&out),
                    "  export ANTHROPIC_BASE_URL=http://localhost:8080 "
                    "ANTHROPIC_AUTH_TOKEN=any-text\n"
                    "  claude\n");
    buf_clear(&out);
    banner.accounts = 2;
    banner_add_client(&out, &banner);
    unit_assert_str(buf_str(&out),
                    "  export ANTHROPIC_BASE_URL=http://localhost:8080 "
                    "ANTHROPIC_AUTH_TOKEN=any-text\n"
                    "  export ANTHROPIC_CUSTOM_HEADERS=\"X-Account-Name: "
                    "max\"\n"
                    "  claude\n"
                    "There are 2 accounts; the second line chooses \"max\".\n");
    buf_done(&out);
}

static void once_there_are_keys_it_needs_one(void **state)
{
    struct banner banner = { .host = "192.0.2.1",
                             .port = 8080,
                             .accounts = 1,
                             .account = STR("max"),
                             .needs_key = true,
                             .invocation = &in_build };
    struct buf out;

    (void)state;
    buf_init(&out, BANNER_MAX);
    banner_add_client(&out, &banner);
    unit_assert_str(buf_str(&out),
                    "  export ANTHROPIC_BASE_URL=http://192.0.2.1:8080 "
                    "ANTHROPIC_AUTH_TOKEN=your-relay-key\n"
                    "  claude\n"
                    "Put one of your relay keys there; "
                    "`build/claude-relay key create me` makes one.\n");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_thing_is_an_account),
        cmocka_unit_test(every_address_is_named),
        cmocka_unit_test(another_folder_is_given_to_each_command),
        cmocka_unit_test(an_account_that_cannot_be_used_comes_first),
        cmocka_unit_test(an_address_where_nobody_is_served_is_told),
        cmocka_unit_test(then_a_client),
        cmocka_unit_test(once_there_are_keys_it_needs_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
