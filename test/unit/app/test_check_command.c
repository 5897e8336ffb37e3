// SPDX-License-Identifier: MIT
/* `claude-relay check` as a person meets it; an upstream that answers is in
   test/e2e/proxies-are-used-or-the-request-fails. */
#include "app/check_command.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

static int open_run(void **state)
{
    struct run *run;

    (void)run_open(state);
    run = *state;
    run->env[0] = "CLAUDE_API_URL=http://127.0.0.1:1";
    return 0;
}

static void an_empty_place_is_told_what_to_do(void **state)
{
    struct run *run = *state;

    run_command(run, "check");
    assert_int_equal(run->status, 1); /* nobody answers */
    unit_assert_part(run->out, "there is no .env in ");
    unit_assert_part(run->out, "fail  upstream      connect failed: 127.0.0.1");
    unit_assert_part(run->out, "warn  accounts      there are none yet");
    assert_int_not_equal(access(unit_path(run->folder, "data"), F_OK), 0);
}

static void a_proxy_that_fails_is_named(void **state)
{
    struct run *run = *state;

    unit_write(run->folder, ".env",
               "GLOBAL_PROXY_ENABLED=true\nGLOBAL_PROXY_TYPE=http\n"
               "GLOBAL_PROXY_HOST=127.0.0.1\nGLOBAL_PROXY_PORT=2\n");
    run_command(run, "check");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->out, "/.env, and the environment wins");
    unit_assert_part(run->out, "fail  proxy         proxy connect failed: "
                               "127.0.0.1:2");
    run->env[1] = "GLOBAL_PROXY_HOST=nothing.invalid";
    run_command(run, "check");
    unit_assert_part(run->out, "fail  names         proxy resolve failed: "
                               "nothing.invalid:2");
}

static void an_address_where_nobody_is_served_is_named(void **state)
{
    struct run *run = *state;

    run->env[1] = "HOST=192.0.2.2";
    run_command(run, "check");
    unit_assert_part(run->out, "fail  address       HOST is 192.0.2.2: ");
    unit_assert_part(run->out, "set HOST=127.0.0.1");
    run->env[1] = "HOST=LOCALHOST";
    run_command(run, "check");
    assert_null(strstr(run->out, "fail  address"));
}

/* The relay does not start then. */
static void what_leads_back_to_the_relay_is_named(void **state)
{
    struct run *run = *state;

    run->env[1] = "PORT=4711";
    run->env[2] = "NOTIFY_URL=http://127.0.0.1:4711/hook/canary";
    run_command(run, "check");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->out, "fail  address       NOTIFY_URL leads to host "
                               "127.0.0.1 port 4711, which is this relay");
    assert_null(strstr(run->out, "canary"));
    run->env[1] = "PORT=4712";
    run_command(run, "check");
    assert_null(strstr(run->out, "NOTIFY_URL"));
}

static void another_gateway_is_tried(void **state)
{
    struct run *run = *state;

    assert_int_equal(mkdir(unit_path(run->folder, "data"), 0700), 0);
    unit_write(run->folder, "data/apikey_glm.json",
               "{\"api_key\":\"canary\",\"base_url\":\"https://127.0.0.1:2\"}");
    run_command(run, "check");
    unit_assert_part(run->out, "warn  account       glm: connect failed: "
                               "127.0.0.1:2");
    unit_assert_part(run->out, "proxy test --account glm` shows each step");
    assert_null(strstr(run->out, "glm: good"));
    assert_null(strstr(run->out, "canary"));
}

static void accounts_are_looked_at(void **state)
{
    struct run *run = *state;

    assert_int_equal(mkdir(unit_path(run->folder, "data"), 0700), 0);
    run_command(run, "check");
    unit_assert_part(run->out, "warn  accounts      there are none yet");
    unit_write(run->folder, "data/oauth_good.json",
               "{\"access_token\":\"canary\",\"expires_at\":"
               "\"2099-01-01T00:00:00Z\"}");
    unit_write(run->folder, "data/oauth_odd.json", "{}");
    run_command(run, "check");
    unit_assert_part(run->out, "ok    account       good: good until 2099-01");
    unit_assert_part(run->out, "warn  account       odd: ");
    assert_null(strstr(run->out, "canary"));
}

static void it_takes_no_arguments(void **state)
{
    struct run *run = *state;

    run_command(run, "check me");
    assert_int_equal(run->status, 2);
    unit_assert_part(run->err, "\"me\"");
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, open_run, run_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(an_empty_place_is_told_what_to_do),
        RUN(a_proxy_that_fails_is_named),
        RUN(an_address_where_nobody_is_served_is_named),
        RUN(what_leads_back_to_the_relay_is_named),
        RUN(another_gateway_is_tried),
        RUN(accounts_are_looked_at),
        RUN(it_takes_no_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
