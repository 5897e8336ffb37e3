// SPDX-License-Identifier: MIT
/* Making RELAY_SECRET and changing it. */
#include "app/secret_commands.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "crypto/seal.h"
#include "store/filelock.h"
#include "store/in_use.h"
#include "typing.h"

#define SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define TOKEN "{\"access_token\":\"canary\"}"

static int open_run(void **state)
{
    struct run *run;

    (void)run_open(state);
    run = *state;
    assert_int_equal(mkdir(unit_path(run->folder, "data"), 0700), 0);
    unit_write(run->folder, "data/oauth_a.json", TOKEN);
    return 0;
}

/* ---- new ---------------------------------------------------------------- */

static void a_new_secret_is_32_fresh_bytes(void **state)
{
    struct run *run = *state;
    struct seal *seal;
    struct err err;
    char *first;

    run_command(run, "secret new");
    assert_int_equal(run->status, 0);
    /* Alone on standard output: RELAY_SECRET=$(claude-relay secret new) */
    assert_int_equal(strlen(run->out), 45);
    seal = seal_new(str_sub(str_of(run->out), 0, 44), &err);
    assert_non_null(seal);
    seal_free(seal);
    unit_assert_part(run->err, "RELAY_SECRET");
    first = mem_strndup(run->out, 44);
    assert_null(strstr(run->err, first));
    run_command(run, "secret new");
    assert_null(strstr(run->out, first));
    mem_free(first);
}

/* Its message says to run this very command. */
static void a_bad_secret_is_no_obstacle_to_a_new_one(void **state)
{
    struct run *run = *state;

    run->env[0] = "RELAY_SECRET=bad";
    run_command(run, "secret new");
    assert_int_equal(run->status, 0);
    run_command(run, "secret rotate");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "claude-relay secret new");
}

static const struct {
    const char *line;
    const char *want;
} bad_lines[] = {
    { "secret", "secret needs new or rotate" },
    { "secret brew", "secret needs new or rotate" },
    { "secret new now", "take no arguments" },
    { "secret rotate canary", "others could see a secret" },
};

static void what_is_no_command_is_refused(void **state)
{
    struct run *run = *state;

    for (size_t i = 0; i < COUNT_OF(bad_lines); i++) {
        run_command(run, bad_lines[i].line);
        assert_int_equal(run->status, 2);
        unit_assert_part(run->err, bad_lines[i].want);
        unit_assert_part(run->err, "usage: claude-relay secret new");
        assert_null(strstr(run->err, "canary"));
        assert_string_equal(run->out, "");
    }
}

/* ---- rotate ------------------------------------------------------------- */

/* The key the document is sealed with, by its id; "" if it is plain. */
static void assert_key(const struct run *run, const char *id)
{
    char *text = unit_read(run->folder, "data/oauth_a.json");

    if (id[0])
        unit_assert_part(text, id);
    assert_int_equal(strstr(text, "canary") == NULL, id[0] != '\0');
    mem_free(text);
}

static void rotate(struct run *run, const char *secret, const char *input)
{
    run->env[0] = secret;
    run->input = input;
    run_command(run, "secret rotate");
    assert_null(strstr(run->out, "AAAA"));
    assert_null(strstr(run->err, "AAAA"));
}

static void everything_is_sealed_anew(void **state)
{
    struct run *run = *state;

    rotate(run, NULL, SECRET "\n");
    assert_int_equal(run->status, 0);
    assert_key(run, "sealed:v1:630dcd29:");
    unit_assert_part(run->out, "sealed again in ./data: 1\n");
    unit_assert_part(run->out, "Now set RELAY_SECRET");
    rotate(run, "RELAY_SECRET=" SECRET, OTHER "\n");
    assert_int_equal(run->status, 0);
    assert_key(run, "sealed:v1:66687aad:");
    rotate(run, "RELAY_SECRET=" OTHER, "\n");
    assert_int_equal(run->status, 0);
    assert_key(run, "");
    unit_assert_part(run->out, "made plain in ./data: 1\n");
    unit_assert_part(run->out, "Now remove RELAY_SECRET");
}

static void a_bad_or_missing_secret_changes_nothing(void **state)
{
    struct run *run = *state;

    rotate(run, NULL, "no secret\n");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "32 bytes in base64");
    rotate(run, NULL, NULL);
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "no secret was entered");
    assert_key(run, "");
    rotate(run, NULL, SECRET "\n");
    rotate(run, "RELAY_SECRET=" OTHER, SECRET "\n");
    assert_int_equal(run->status, 0); /* it is sealed so already */
    rotate(run, NULL, OTHER "\n");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "RELAY_SECRET is not set");
    assert_key(run, "sealed:v1:630dcd29:");
}

static void a_folder_in_use_is_not_sealed_anew(void **state)
{
    struct run *run = *state;
    char *data = mem_strdup(unit_path(run->folder, "data"));
    struct err err;
    int fd;

    assert_int_equal(in_use_try(data, IN_USE_SHARED, &fd, &err), IN_USE_TAKEN);
    rotate(run, NULL, SECRET "\n");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "stop it first");
    assert_key(run, "");
    filelock_release(fd);
    mem_free(data);
}

/* ---- the terminal ------------------------------------------------------- */

static void a_secret_that_is_typed_is_not_echoed(void **state)
{
    struct run *run = *state;
    struct typing typing;
    char *echo;
    pid_t child;

    typing_init(&typing);
    child = typing_start(&typing, run, "secret rotate");
    typing_expect(&typing, "New secret (not shown; empty for none): ");
    typing_type(&typing, SECRET "\n");
    assert_int_equal(run_wait(child), 0);
    echo = typing_echo(&typing);
    assert_null(strstr(echo, "AAEC"));
    mem_free(echo);
    assert_true(typing_is_shown(&typing));
    assert_key(run, "sealed:v1:630dcd29:");
    typing_done(&typing);
}

static const struct {
    const char *word;
    int status;
    const char *id; /* of the key afterwards */
} confirmations[] = {
    { "yes\n", 1, "sealed:v1:630dcd29:" },
    { "\n", 1, "sealed:v1:630dcd29:" },
    { "plain\n", 0, "" },
};

static void no_secret_is_confirmed_by_who_types(void **state)
{
    struct run *run = *state;

    rotate(run, NULL, SECRET "\n");
    run->env[0] = "RELAY_SECRET=" SECRET;
    for (size_t i = 0; i < COUNT_OF(confirmations); i++) {
        struct typing typing;
        pid_t child;

        typing_init(&typing);
        child = typing_start(&typing, run, "secret rotate");
        typing_expect(&typing, "New secret");
        typing_type(&typing, "\n");
        typing_expect(&typing, "Type \"plain\" to go on: ");
        typing_type(&typing, confirmations[i].word);
        assert_int_equal(run_wait(child), confirmations[i].status);
        assert_key(run, confirmations[i].id);
        typing_done(&typing);
    }
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, open_run, run_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_new_secret_is_32_fresh_bytes),
        RUN(a_bad_secret_is_no_obstacle_to_a_new_one),
        RUN(what_is_no_command_is_refused),
        RUN(everything_is_sealed_anew),
        RUN(a_bad_or_missing_secret_changes_nothing),
        RUN(a_folder_in_use_is_not_sealed_anew),
        RUN(a_secret_that_is_typed_is_not_echoed),
        RUN(no_secret_is_confirmed_by_who_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
