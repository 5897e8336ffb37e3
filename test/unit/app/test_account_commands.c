// SPDX-License-Identifier: MIT
/* Adding and listing accounts. */
#include "app/account_commands.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/kinds.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "typing.h"

#define KEY "sk-ant-api03-canary_-1"

static void assert_secret_kept(const struct run *run)
{
    assert_null(strstr(run->out, "canary"));
    assert_null(strstr(run->err, "canary"));
}

static void a_key_from_standard_input_becomes_an_account(void **state)
{
    struct run *run = *state;
    struct json_doc *doc;
    struct stat info;
    struct err err;
    struct str text;
    uint64_t ms;
    char *file;

    run->input = "  " KEY "\t\r\n";
    run_command(run, "account add team --api-key -");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "Account \"team\" added");
    unit_assert_part(run->err, "working on ./data itself: no relay runs on it");
    assert_secret_kept(run);
    file = unit_read(run->folder, "data/apikey_team.json");
    doc = json_doc_parse(str_of(file), &err);
    assert_true(json_doc_get_str(doc, "api_key", &text));
    unit_assert_str(text, KEY);
    assert_true(json_doc_get_str(doc, "created_at", &text));
    assert_true(text_parse_time(text, &ms));
    json_doc_free(doc);
    mem_free(file);
    assert_int_equal(stat(unit_path(run->folder, "data/apikey_team.json"),
                          &info),
                     0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(stat(unit_path(run->folder, "data"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
}

static void the_last_line_needs_no_end(void **state)
{
    struct run *run = *state;

    run->input = KEY;
    run_command(run, "account add team --api-key -");
    assert_int_equal(run->status, 0);
}

static void only_the_first_line_counts(void **state)
{
    struct run *run = *state;

    run->input = KEY "\nand more\n";
    run_command(run, "account add team --api-key -");
    assert_int_equal(run->status, 0);
}

static const struct {
    const char *line;
    const char *input;
    int status;
    const char *err;
} refusals[] = {
    { "account add team --api-key " KEY, KEY, 2,
      "never taken from the command line" },
    { "account add team --api-key=" KEY, KEY, 2, "usage:" },
    { "account add team --api-key=" KEY, KEY, 2,
      "never taken from the command line" },
    { "account add team", KEY, 2, "needs a name and --api-key -" },
    { "account pool team", NULL, 2, "needs a name, and on or off" },
    { "account pool team yes", NULL, 2, "needs a name, and on or off" },
    { "account pool on", NULL, 2, "needs a name, and on or off" },
    { "account pool team on off", NULL, 2, "needs a name, and on or off" },
    { "account pool nobody on", NULL, 1, "no account \"nobody\"" },
    { "account pool ../x on", NULL, 1, "no account" },
    { "account add --api-key -", KEY, 2, "usage:" },
    { "account add team --api-key - more", KEY, 2, "usage:" },
    { "account add team --key -", KEY, 2, "usage:" },
    { "account add ../team --api-key -", KEY, 1, "not a valid account name" },
    { "account add .team --api-key -", KEY, 1, "not a valid account name" },
    { "account add team --api-key -", NULL, 1, "no key was entered" },
    { "account add team --api-key -", "\n", 1, "begins with sk-ant-" },
    { "account add team --api-key -", "canary\n", 1, "not a Console API key" },
    { "account add team --api-key -", "sk-ant-a canary\n", 1, "no spaces" },
    { "account add team --api-key -", "sk-ant-\"canary\n", 1, "quotes" },
};

static void what_is_no_key_or_name_is_refused(void **state)
{
    struct run *run = *state;

    run_begin_folder(run, "data");
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        run->input = refusals[i].input;
        run_command(run, refusals[i].line);
        if (run->status != refusals[i].status)
            fail_msg("\"%s\" gave %d: %s", refusals[i].line, run->status,
                     run->err);
        unit_assert_part(run->err, refusals[i].err);
        assert_string_equal(run->out, "");
        assert_secret_kept(run);
    }
    assert_int_not_equal(access(unit_path(run->folder, "data/apikey_team.json"),
                                F_OK),
                         0);
}

static void a_key_that_is_too_long_is_refused_whole(void **state)
{
    struct run *run = *state;
    char key[5000];

    memset(key, 'x', sizeof(key));
    memcpy(key, "sk-ant-", 7);
    key[sizeof(key) - 1] = '\0';
    run->input = key;
    run_command(run, "account add team --api-key -");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "at most 1024");
}

static void an_existing_name_of_either_kind_is_refused(void **state)
{
    struct run *run = *state;
    char *file;

    run->input = KEY "\n";
    assert_int_equal(mkdir(unit_path(run->folder, "data"), 0700), 0);
    unit_write(run->folder, "data/oauth_max.json", "{}");
    run_command(run, "account add max --api-key -");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "\"max\" exists already; choose another name, "
                               "or sign in again with `");
    run_command(run, "account add team --api-key -");
    assert_int_equal(run->status, 0);
    run->input = "sk-ant-another\n";
    run_command(run, "account add team --api-key -");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "account set team --api-key -`");
    file = unit_read(run->folder, "data/apikey_team.json");
    unit_assert_part(file, KEY);
    mem_free(file);
}

static void the_folder_is_the_configured_one(void **state)
{
    struct run *run = *state;

    run->env[0] = "DATA_DIR=there";
    run->input = KEY;
    run_command(run, "account add team --api-key -");
    assert_int_equal(run->status, 0);
    assert_int_equal(access(unit_path(run->folder, "there/apikey_team.json"),
                            F_OK),
                     0);
    run->env[0] = "DATA_DIR=not/there";
    run_command(run, "account add team --api-key -");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "make the folder not/there");
}

/* ---- the pool ----------------------------------------------------------- */

static void assert_pool(struct run *run, const char *file, const char *part)
{
    char *text = unit_read(run->folder, file);

    unit_assert_part(text, part);
    mem_free(text);
}

static void a_personal_account_in_the_pool_is_warned_of(void **state)
{
    struct run *run = *state;

    assert_int_equal(mkdir(unit_path(run->folder, "data"), 0700), 0);
    unit_write(run->folder, "data/oauth_max.json",
               "{\"access_token\":\"sk-ant-oat01-canary\",\"expires_at\":"
               "\"2999-01-01T00:00:00Z\",\"mine\":1}");
    run_command(run, "account pool max on");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "Account \"max\" is in the pool.");
    unit_assert_part(run->err, "Warning: ");
    unit_assert_part(run->err, "Serving others needs Console API keys");
    assert_secret_kept(run);
    assert_pool(run, "data/oauth_max.json", "\"pool\": true");
    assert_pool(run, "data/oauth_max.json", "\"mine\": 1");
    run_command(run, "account pool max off");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "is not in the pool");
    assert_null(strstr(run->err, "Warning"));
    assert_pool(run, "data/oauth_max.json", "\"pool\": false");
}

static void an_api_key_in_the_pool_is_not(void **state)
{
    struct run *run = *state;

    run->input = KEY "\n";
    run_command(run, "account add team --api-key -");
    run_command(run, "account pool team off");
    assert_int_equal(run->status, 0);
    run_command(run, "account pool team on");
    assert_int_equal(run->status, 0);
    assert_null(strstr(run->err, "Warning"));
    assert_pool(run, "data/apikey_team.json", "\"pool\": true");
}

/* ---- the terminal ------------------------------------------------------- */

static void a_key_that_is_typed_is_not_echoed(void **state)
{
    struct run *run = *state;
    struct typing typing;
    char *echo;
    pid_t child;

    typing_init(&typing);
    child = typing_start(&typing, run, "account add team --api-key -");
    typing_expect(&typing, "API key (not shown): ");
    typing_type(&typing, KEY "\n");
    assert_int_equal(run_wait(child), 0);
    echo = typing_echo(&typing);
    assert_null(strstr(echo, "canary"));
    mem_free(echo);
    assert_true(typing_is_shown(&typing));
    assert_int_equal(access(unit_path(run->folder, "data/apikey_team.json"),
                            F_OK),
                     0);
    typing_done(&typing);
}

/* ---- listing ------------------------------------------------------------ */

static void a_folder_that_is_not_there_is_said_and_not_made(void **state)
{
    static const char *const lines[] = { "account list", "account show a",
                                         "account remove a",
                                         "account pool a on" };
    struct run *run = *state;

    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        run_command(run, lines[i]);
        assert_int_equal(run->status, 1);
        unit_assert_part(run->err, "there is no folder ./data");
        assert_int_equal(unit_file_count(run->folder), 0);
    }
    run->input = KEY;
    run_command(run, "account add team --api-key -");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->err, "./data is a new folder");
}

static void no_accounts_are_said_so_with_what_to_do(void **state)
{
    struct run *run = *state;

    run_begin_folder(run, "data");
    run_command(run, "account list");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "There are no accounts in ./data yet");
    unit_assert_part(run->out, "account add main --api-key -");
    run_command(run, "account list");
    unit_assert_part(run->out, "There are no accounts in ./data yet");
}

static void accounts_are_listed_without_their_keys(void **state)
{
    struct run *run = *state;

    run->input = KEY;
    run_command(run, "account add team --api-key -");
    unit_write(run->folder, "data/oauth_max.json",
               "{\"access_token\":\"canary\",\"expires_at\":"
               "\"2099-01-01T00:00:00Z\"}");
    unit_write(run->folder, "data/oauth_odd.json", "{}");
    run_command(run, "account list");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "max ");
    unit_assert_part(run->out, "2099-01-01T00:00:00.000Z");
    unit_assert_part(
        run->out,
        "team     api-key  ready     -                0  $0.00  never expires");
    unit_assert_part(run->out, "cannot be used: access_token is missing");
    assert_secret_kept(run);
}

/* ---- by name ------------------------------------------------------------ */

static void an_account_is_shown_without_its_key(void **state)
{
    struct run *run = *state;

    run->input = KEY;
    run_command(run, "account add team --api-key -");
    run_command(run, "account show team");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "\"account\": \"team\"");
    unit_assert_part(run->out, "\"is_valid\": true");
    assert_secret_kept(run);
    run_command(run, "account show other");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "there is no account \"other\"");
}

static void an_account_is_removed(void **state)
{
    struct run *run = *state;

    run->input = KEY;
    run_command(run, "account add team --api-key -");
    run_command(run, "account remove team");
    assert_int_equal(run->status, 0);
    assert_int_not_equal(access(unit_path(run->folder, "data/apikey_team.json"),
                                F_OK),
                         0);
    run_command(run, "account remove team");
    assert_int_equal(run->status, 1);
}

static void a_key_is_not_refreshed(void **state)
{
    struct run *run = *state;

    run->input = KEY;
    run_command(run, "account add team --api-key -");
    run_command(run, "account refresh team");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "no refresh token");
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, run_open, run_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_key_from_standard_input_becomes_an_account),
        RUN(the_last_line_needs_no_end),
        RUN(only_the_first_line_counts),
        RUN(what_is_no_key_or_name_is_refused),
        RUN(a_key_that_is_too_long_is_refused_whole),
        RUN(a_personal_account_in_the_pool_is_warned_of),
        RUN(an_api_key_in_the_pool_is_not),
        RUN(an_existing_name_of_either_kind_is_refused),
        RUN(the_folder_is_the_configured_one),
        RUN(a_key_that_is_typed_is_not_echoed),
        RUN(a_folder_that_is_not_there_is_said_and_not_made),
        RUN(no_accounts_are_said_so_with_what_to_do),
        RUN(accounts_are_listed_without_their_keys),
        RUN(an_account_is_shown_without_its_key),
        RUN(an_account_is_removed),
        RUN(a_key_is_not_refreshed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
