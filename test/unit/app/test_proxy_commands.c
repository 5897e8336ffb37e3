// SPDX-License-Identifier: MIT
/* `claude-relay proxy test` where nobody answers; ways that work are in
   test/e2e/proxies-are-used-or-the-request-fails. */
#include "app/proxy_commands.h"

#include <string.h>
#include <sys/stat.h>

#include "base/macros.h"
#include "run.h"

static int open_run(void **state)
{
    struct run *run;

    (void)run_open(state);
    run = *state;
    run->env[0] = "CLAUDE_API_URL=http://127.0.0.1:1";
    return 0;
}

static const struct {
    const char *line;
    const char *input;
    int status;
    const char *out;
    const char *err;
} cases[] = {
    { "proxy", NULL, 2, "", "proxy needs test" },
    { "proxy brew", NULL, 2, "", "usage: claude-relay proxy test" },
    { "proxy test now", NULL, 2, "", "--account NAME or --url URL" },
    { "proxy test --url", NULL, 2, "", "others on this machine" },
    { "proxy test --account a --url b", NULL, 2, "", "usage:" },
    { "proxy test --account nobody", NULL, 1, "",
      "there is no account \"nobody\"" },
    { "proxy test --url socks4://a:1", NULL, 1, "", "socks5://" },
    { "proxy test --url http://u:canary%zz@a:1", NULL, 1, "", "%25" },
    { "proxy test --url -", NULL, 1, "", "no proxy URL was entered" },
    { "proxy test", NULL, 1, "To 127.0.0.1:1 directly:\n", "" },
    { "proxy test --url http://u:canary@127.0.0.1:2", NULL, 1,
      "To 127.0.0.1:1 through the http proxy 127.0.0.1:2:\n", "" },
    { "proxy test --url -", "socks5h://u:canary@127.0.0.1:2\n", 1,
      "through the socks5 proxy 127.0.0.1:2:\n", "" },
    { "proxy test --url https://127.0.0.1:2", NULL, 1,
      "failed: proxy connect failed: 127.0.0.1:2: ", "" },
    { "proxy test --url https://127.0.0.1:2", NULL, 1,
      "Not reached: the step \"connect\" failed.\n", "" },
};

static void command_lines_do_what_they_say(void **state)
{
    struct run *run = *state;

    run_begin_folder(run, "data");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        run->input = cases[i].input;
        run_command(run, cases[i].line);
        if (run->status != cases[i].status)
            fail_msg("\"%s\" gave %d: %s", cases[i].line, run->status,
                     run->err);
        unit_assert_part(run->out, cases[i].out);
        if (!strcasestr(run->err, cases[i].err))
            fail_msg("\"%s\": %s", cases[i].line, run->err);
        assert_null(strstr(run->out, "canary"));
        assert_null(strstr(run->err, "canary"));
    }
}

static void the_proxy_of_an_account_is_tried(void **state)
{
    struct run *run = *state;

    assert_int_equal(mkdir(unit_path(run->folder, "data"), 0700), 0);
    unit_write(run->folder, "data/oauth_far.json",
               "{\"access_token\":\"canary\",\"expires_at\":"
               "\"2099-01-01T00:00:00Z\",\"proxy_config\":{\"type\":\"http\","
               "\"host\":\"127.0.0.1\",\"port\":2,\"username\":\"u\","
               "\"password\":\"canary\"}}");
    unit_write(run->folder, "data/oauth_near.json",
               "{\"access_token\":\"canary\",\"expires_at\":"
               "\"2099-01-01T00:00:00Z\"}");
    run_command(run, "proxy test --account far");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->out, "through the http proxy 127.0.0.1:2:\n");
    run_command(run, "proxy test --account near");
    unit_assert_part(run->out, "The account has no proxy of its own.\nTo "
                               "127.0.0.1:1 directly:\n");
}

static void the_global_proxy_wins_and_that_is_said(void **state)
{
    struct run *run = *state;

    run->env[1] = "GLOBAL_PROXY_ENABLED=true";
    run->env[2] = "GLOBAL_PROXY_TYPE=socks5";
    run->env[3] = "GLOBAL_PROXY_HOST=127.0.0.1";
    run->env[4] = "GLOBAL_PROXY_PORT=3";
    run_command(run, "proxy test");
    unit_assert_part(run->out, "through the socks5 proxy 127.0.0.1:3:\n");
    assert_null(strstr(run->out, "GLOBAL"));
    run_command(run, "proxy test --url http://127.0.0.1:2");
    unit_assert_part(run->out, "GLOBAL_PROXY_ENABLED is true");
    unit_assert_part(run->out, "through the socks5 proxy 127.0.0.1:3:\n");
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, open_run, run_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(command_lines_do_what_they_say),
        RUN(the_proxy_of_an_account_is_tried),
        RUN(the_global_proxy_wins_and_that_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
