// SPDX-License-Identifier: MIT
/* A command and a relay on one folder have the same settings. */
#include "app/running.h"

#include <stdio.h>
#include <unistd.h>

#include "app/commands.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "run.h"
#include "store/filelock.h"

#define SECRET "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
#define OTHER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static struct config with_proxy(void)
{
    return (struct config){ .host = STR("0.0.0.0"),
                            .data_dir = STR("data"),
                            .api_url = STR("https://api.anthropic.com"),
                            .relay_secret = STR(SECRET),
                            .proxy_enabled = 1,
                            .proxy_type = STR("http"),
                            .proxy_host = STR("127.0.0.1"),
                            .proxy_port = 8080,
                            .proxy_username = STR("user"),
                            .proxy_password = STR("canary") };
}

static void assert_differences(const struct config *ours,
                               const struct config *theirs, const char *want)
{
    struct json_doc *doc = running_describe(theirs, 3000, STR("salt"));
    struct buf names;

    buf_init(&names, 512);
    running_compare(ours, doc, &names);
    unit_assert_str(buf_str(&names), want);
    buf_done(&names);
    json_doc_free(doc);
}

static void what_differs_is_named(void **state)
{
    struct config theirs = with_proxy();
    struct config ours = with_proxy();

    (void)state;
    assert_differences(&ours, &theirs, "");
    ours.proxy_port = 8081;
    assert_differences(&ours, &theirs, "GLOBAL_PROXY_PORT");
    ours = with_proxy();
    ours.proxy_password = STR("Canary");
    assert_differences(&ours, &theirs, "GLOBAL_PROXY_PASSWORD");
    ours.proxy_password = STR_EMPTY;
    assert_differences(&ours, &theirs, "GLOBAL_PROXY_PASSWORD");
    ours = with_proxy();
    ours.relay_secret = STR(OTHER);
    ours.api_url = STR("https://example.com");
    assert_differences(&ours, &theirs, "CLAUDE_API_URL, RELAY_SECRET");
    ours.relay_secret = STR_EMPTY;
    assert_differences(&ours, &theirs, "CLAUDE_API_URL, RELAY_SECRET");
}

static void a_proxy_that_is_not_enabled_does_not_count(void **state)
{
    struct config theirs = with_proxy();
    struct config ours = with_proxy();

    (void)state;
    theirs.proxy_enabled = 0;
    ours.proxy_enabled = 0;
    ours.proxy_host = STR("elsewhere");
    ours.proxy_password = STR_EMPTY;
    assert_differences(&ours, &theirs, "");
    theirs.proxy_enabled = 1;
    assert_differences(&ours, &theirs,
                       "GLOBAL_PROXY_ENABLED, GLOBAL_PROXY_TYPE, "
                       "GLOBAL_PROXY_HOST, GLOBAL_PROXY_PORT, "
                       "GLOBAL_PROXY_USERNAME, GLOBAL_PROXY_PASSWORD");
}

static void what_concerns_one_of_them_alone_may_differ(void **state)
{
    struct config theirs = with_proxy();
    struct config ours = with_proxy();

    (void)state;
    ours.port = 4000;
    ours.host = STR("127.0.0.1");
    ours.admin_token = STR("another-token-of-mine");
    ours.log_level = 1;
    assert_differences(&ours, &theirs, "");
}

static void a_relay_of_another_version_is_compared_where_it_can_be(void **state)
{
    struct config theirs = with_proxy();
    struct config ours = with_proxy();
    struct json_doc *doc = running_describe(&theirs, 3000, STR("salt"));
    struct json_doc *settings = json_doc_get(doc, "settings");
    struct buf names;

    (void)state;
    ours.relay_secret = STR_EMPTY;
    ours.client_id = STR("mine");
    json_doc_remove(settings, "RELAY_SECRET");
    json_doc_set_str(settings, "NOT_YET_KNOWN", STR("1"));
    buf_init(&names, 512);
    running_compare(&ours, doc, &names);
    unit_assert_str(buf_str(&names), "OAUTH_CLIENT_ID");
    buf_done(&names);
    json_doc_free(doc);
}

/* Neither the values nor, for the password, a hash that is quick to try. */
static void the_file_tells_no_secret(void **state)
{
    struct config theirs = with_proxy();
    struct json_doc *doc = running_describe(&theirs, 3000, STR("salt"));
    struct json_doc *settings = json_doc_get(doc, "settings");
    unsigned char slow[HASH_SLOW_LEN];
    char print[2 * HASH_SLOW_LEN + 1];
    struct str told;
    struct buf text;

    (void)state;
    buf_init(&text, 10000);
    assert_true(json_doc_write(doc, false, &text));
    assert_false(str_contains(buf_str(&text), STR("canary")));
    assert_false(str_contains(buf_str(&text), STR(SECRET)));
    hash_slow(STR("canary"), STR("GLOBAL_PROXY_PASSWORD\nsalt\n"), slow);
    for (size_t i = 0; i < sizeof(slow); i++)
        (void)snprintf(print + 2 * i, 3, "%02x", slow[i]);
    assert_true(json_doc_get_str(settings, "GLOBAL_PROXY_PASSWORD", &told));
    unit_assert_str(told, print);
    buf_done(&text);
    json_doc_free(doc);
}

/* ---- while it runs ------------------------------------------------------ */

static void assert_running(const struct config *config, uint64_t want)
{
    struct json_doc *doc = running_find(config);
    uint64_t port = 0;

    (void)json_doc_get_u64(doc, "port", &port);
    assert_int_equal(port, want);
    json_doc_free(doc);
}

static void a_relay_is_found_while_it_runs_and_not_afterwards(void **state)
{
    struct run *run = *state;
    struct config config = with_proxy();
    struct err err;
    int held;

    config.data_dir = str_of(run->folder);
    assert_running(&config, 0);
    held = running_announce(&config, 3001, &err);
    assert_true(held >= 0);
    assert_running(&config, 3001);
    assert_running(&config, 3001);
    assert_true(running_agrees(&config, &err));
    config.relay_secret = STR_EMPTY;
    assert_false(running_agrees(&config, &err));
    unit_assert_part(err.text, "(port 3001) runs with other settings than this "
                               "command: RELAY_SECRET; put them into .env");
    filelock_release(held);
    assert_running(&config, 0);
    assert_true(running_agrees(&config, &err));
}

static void a_second_relay_takes_over(void **state)
{
    struct run *run = *state;
    struct config config = with_proxy();
    struct err err;
    int first;
    int second;

    config.data_dir = str_of(run->folder);
    first = running_announce(&config, 1, &err);
    second = running_announce(&config, 2, &err);
    assert_true(first >= 0 && second >= 0);
    filelock_release(first);
    assert_running(&config, 2);
    filelock_release(second);
    assert_running(&config, 0);
}

static void a_file_that_is_damaged_is_nobodys(void **state)
{
    struct run *run = *state;
    struct config config = with_proxy();

    config.data_dir = str_of(run->folder);
    unit_write(run->folder, RUNNING_FILE, "{");
    assert_running(&config, 0);
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, run_open, run_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs_is_named),
        cmocka_unit_test(a_proxy_that_is_not_enabled_does_not_count),
        cmocka_unit_test(what_concerns_one_of_them_alone_may_differ),
        cmocka_unit_test(
            a_relay_of_another_version_is_compared_where_it_can_be),
        cmocka_unit_test(the_file_tells_no_secret),
        RUN(a_relay_is_found_while_it_runs_and_not_afterwards),
        RUN(a_second_relay_takes_over),
        RUN(a_file_that_is_damaged_is_nobodys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
