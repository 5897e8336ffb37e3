// SPDX-License-Identifier: MIT
/* What the operator says of how an account serves. */
#include "app/account_care.h"

#include <string.h>

#include "base/mem.h"
#include "run.h"

#define ARGUMENTS_MAX 8
#define PAUSE "account pause needs a name, and --for"
#define SET "account set needs a name, and --priority"
#define OTHERS "account resume and clear need a name"

static const struct {
    const char *line;
    const char *wrong; /* NULL: nothing is */
} lines[] = {
    { "pause a --for 2h", NULL },
    { "pause a --for=2h", NULL },
    { "pause a --until 2026-12-24T18:00:00Z --note tea", NULL },
    { "pause a", PAUSE },
    { "pause", PAUSE },
    { "pause a --for", PAUSE },
    { "pause a --for=", PAUSE },
    { "pause a 2h", PAUSE },
    { "pause a --priority 1", PAUSE },
    { "pause a --f 2h", PAUSE },
    { "pause a --for 2h more", PAUSE },
    { "set a --priority 5", NULL },
    { "set a --weight=0 --concurrency 10", NULL },
    { "set a --pool on", NULL },
    { "set a --pool=off --tag x,y --tag=z", NULL },
    { "set a --tag none", NULL },
    { "set a --note none", NULL },
    { "set a --note", SET },
    { "set a", SET },
    { "set a --pool yes", SET },
    { "set a --tag", SET },
    { "set a --tag=", SET },
    { "set a --priority high", SET },
    { "set a --priority 1.5", SET },
    { "set a --weight 99999999999", SET },
    { "set a --for 2h", SET },
    { "set a --api-key -", NULL },
    { "set a --proxy - --api-key - --priority 1", NULL },
    { "set a --api-key", "never taken from the command line" },
    { "set a --api-key sk-ant-api03-canary", "write --api-key -" },
    { "set a --proxy http://u:p@h:1", "write --proxy -" },
    { "pause a --api-key -", PAUSE },
    { "resume a", NULL },
    { "clear a", NULL },
    { "resume", OTHERS },
    { "clear a b", OTHERS },
    { "clear a --for 2h", OTHERS },
};

static const char *check(const char *line)
{
    char *copy = mem_strdup(line);
    char *argv[ARGUMENTS_MAX + 1] = { NULL };
    char *rest = copy;
    const char *wrong;
    int argc = 0;

    for (char *word; (word = strsep(&rest, " ")) != NULL;)
        argv[argc++] = word;
    assert_true(account_care_is(argv[0]));
    wrong = account_care_check(argc, argv);
    mem_free(copy);
    return wrong;
}

static void arguments_are_looked_at_before_anything_is_done(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        const char *wrong = check(lines[i].line);

        if (!wrong != !lines[i].wrong)
            fail_msg("%s: %s", lines[i].line, wrong ? wrong : "fine");
        if (wrong)
            unit_assert_part(wrong, lines[i].wrong);
    }
    assert_false(account_care_is("pool"));
    assert_false(account_care_is("paus"));
    assert_false(account_care_is(""));
}

/* ---- commands ---------------------------------------------------------------- */

static void add(struct run *run)
{
    run->input = "sk-ant-api03-canary_-1\n";
    run_command(run, "account add team --api-key -");
    assert_int_equal(run->status, 0);
    run->input = NULL;
}

static void a_pause_is_kept_for_the_next_command_and_relay(void **state)
{
    struct run *run = *state;

    add(run);
    run_command(run, "account pause team --for 2h --note tea");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "Account \"team\": paused until ");
    unit_assert_part(run->out, ": tea\n");
    run_command(run, "account show team");
    unit_assert_part(run->out, "\"state\": \"paused\"");
    unit_assert_part(run->out, "\"why\": \"tea\"");
    run_command(run, "account clear team");
    unit_assert_part(run->out, "Account \"team\": paused until ");
    run_command(run, "account resume team");
    assert_string_equal(run->out, "Account \"team\": ready\n");
    run_command(run, "account show team");
    unit_assert_part(run->out, "\"state\": \"ready\"");
}

/* All else that it has stays. */
static void its_key_is_replaced_in_place(void **state)
{
    struct run *run = *state;
    char *file;

    add(run);
    run_command(run, "account set team --tag x --priority 7");
    run->input = "sk-ant-api03-canary_-2\nhttp://u:canary@127.0.0.1:1\n";
    run_command(run, "account set team --api-key - --proxy -");
    assert_string_equal(run->out, "Account \"team\": ready\n");
    assert_null(strstr(run->err, "canary"));
    file = unit_read(run->folder, "data/apikey_team.json");
    unit_assert_part(file, "\"api_key\": \"sk-ant-api03-canary_-2\"");
    unit_assert_part(file, "\"priority\": 7");
    unit_assert_part(file, "\"x\"");
    unit_assert_part(file, "\"password\": \"canary\"");
    mem_free(file);
}

static void its_tags_and_its_pool_are_in_its_file(void **state)
{
    struct run *run = *state;

    add(run);
    run_command(run, "account set team --tag x,y --tag=z --pool off");
    assert_int_equal(run->status, 0);
    run_command(run, "account show team");
    unit_assert_part(run->out, "\"pool\": false,");
    unit_assert_part(run->out, "\"x\",\n    \"y\",\n    \"z\"\n");
    run_command(run, "account set team --tag none");
    run_command(run, "account show team");
    unit_assert_part(run->out, "\"tags\": []");
}

static void it_is_switched_off_and_on(void **state)
{
    struct run *run = *state;

    add(run);
    run_command(run, "account set team --enabled off");
    assert_string_equal(
        run->out, "Account \"team\": disabled: switched off by the operator\n");
    run_command(run, "account list");
    unit_assert_part(run->out, "account set team --enabled on`\n");
    run_command(run, "account set team --enabled=on");
    assert_string_equal(run->out, "Account \"team\": ready\n");
}

static void its_share_is_in_its_file(void **state)
{
    struct run *run = *state;

    add(run);
    run_command(run, "account set team --priority 5 --concurrency=3");
    assert_int_equal(run->status, 0);
    assert_string_equal(run->out, "Account \"team\": ready\n");
    run_command(run, "account show team");
    unit_assert_part(run->out, "\"priority\": 5,");
    unit_assert_part(run->out, "\"weight\": 100,");
    unit_assert_part(run->out, "\"concurrency\": 3,");
}

static const struct {
    const char *line;
    int status;
    const char *err;
} refusals[] = {
    { "account pause team", 2, PAUSE },
    { "account set team --priority x", 2, SET },
    { "account set team --enabled maybe", 2, SET },
    { "account clear", 2, OTHERS },
    { "account pause nobody --for 1h", 1, "no account \"nobody\"" },
    { "account clear ../x", 1, "not a valid account name" },
    { "account pause team --for soon", 1, "a pause has an end" },
    { "account pause team --for 1h --until 2999-01-01T00:00:00Z", 1,
      "a pause has an end" },
};

static void a_refusal_says_what_to_do(void **state)
{
    struct run *run = *state;

    add(run);
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        run_command(run, refusals[i].line);
        if (run->status != refusals[i].status)
            fail_msg("%s: %d %s", refusals[i].line, run->status, run->err);
        unit_assert_part(run->err, refusals[i].err);
        assert_string_equal(run->out, "");
    }
}

static void a_key_is_asked_for_only_where_it_has_a_place(void **state)
{
    struct run *run = *state;

    add(run);
    run_command(run, "account set team --api-key -");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "no key was entered");
    run_command(run, "account set nobody --api-key -");
    unit_assert_part(run->err, "no account \"nobody\"");
    run->input = "canary\n";
    run_command(run, "account set team --api-key -");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "one begins with sk-ant-");
    unit_write(run->folder, "data/oauth_max.json",
               "{\"access_token\":\"t\",\"expires_at\":"
               "\"2099-01-01T00:00:00Z\"}");
    run_command(run, "account set max --api-key -");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "\"max\" has no API key: sign in again with");
    assert_null(strstr(run->err, "canary"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_open, run_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(its_tags_and_its_pool_are_in_its_file,
                                        run_open, run_close),
        cmocka_unit_test(arguments_are_looked_at_before_anything_is_done),
        TEST(a_pause_is_kept_for_the_next_command_and_relay),
        TEST(its_share_is_in_its_file),
        TEST(its_key_is_replaced_in_place),
        TEST(a_key_is_asked_for_only_where_it_has_a_place),
        TEST(it_is_switched_off_and_on),
        TEST(a_refusal_says_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
