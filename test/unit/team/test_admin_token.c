// SPDX-License-Identifier: MIT
/* The admin token: where it comes from, and who carries it. */
#include "team/admin_token.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "fields.h"

#define TOKEN "CANARY-0123456789"

static const struct {
    const char *fields;
    bool in;
} cases[] = {
    { "", false },
    { "Authorization: Bearer " TOKEN "\n", true },
    { "authorization: bearer " TOKEN "\n", true },
    { "AUTHORIZATION: BEARER   " TOKEN "\n", true },
    { "Via: 1.1 x\nAuthorization: Bearer " TOKEN "\n", true },
    { "x-api-key: " TOKEN "\n", false },
    { "Authorization: Bearer x\n", false },
    { "Authorization: Bearer\n", false },
    { "Authorization: Bearer \n", false },
    { "Authorization: \n", false },
    { "Authorization: " TOKEN "\n", false },
    { "Authorization: Bearer" TOKEN "\n", false },
    { "Authorization: Basic " TOKEN "\n", false },
    { "Authorization: Bearer " TOKEN "0\n", false },
    { "Authorization: Bearer CANARY-012345678\n", false },
    { "Authorization: Bearer canary-0123456789\n", false },
    { "Authorization: Bearer x\nAuthorization: Bearer " TOKEN "\n", false },
};

static struct admin_token make(struct str given, const char *folder)
{
    struct admin_token admin;
    struct err err;

    if (!admin_token_init(&admin, given, folder, &err))
        fail_msg("%s", err.text);
    return admin;
}

static void the_token_is_found_as_bearer(void **state)
{
    struct admin_token admin = make(STR(TOKEN), "/nonexistent");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fields fields;

        if (admin_token_is(&admin,
                           admin_token_tried(
                               fields_read(&fields, cases[i].fields))) !=
            cases[i].in)
            fail_msg("%s", cases[i].fields);
    }
    admin_token_done(&admin);
}

/* ---- the token ---------------------------------------------------------- */

static void an_empty_one_is_no_try(void **state)
{
    static const struct {
        const char *fields;
        bool tried;
    } rows[] = {
        { "", false },
        { "Authorization: Bearer\n", false },
        { "Authorization: Bearer \n", false },
        { "Authorization: Basic eA==\n", false },
        { "x-api-key: x\n", false },
        { "Authorization: Bearer x\n", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fields fields;

        assert_int_equal(
            admin_token_tried(fields_read(&fields, rows[i].fields)).len > 0,
            rows[i].tried);
    }
}

static void a_missing_token_is_made_once(void **state)
{
    char *folder = unit_folder_new();
    struct admin_token one = make(STR_EMPTY, folder);
    struct admin_token two = make(STR_EMPTY, folder);
    struct stat info;
    char *text = unit_read(folder, "admin_token");

    (void)state;
    assert_int_equal(stat(unit_path(folder, "admin_token"), &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(unit_file_count(folder), 1);
    assert_int_equal(secret_reveal(one.token).len, 43);
    assert_true(str_eq(secret_reveal(one.token), secret_reveal(two.token)));
    assert_int_equal(strlen(text), 44);
    assert_true(str_starts(str_of(text), secret_reveal(one.token)));
    assert_string_equal(one.where, "DATA_DIR/admin_token");
    mem_free(text);
    admin_token_done(&one);
    admin_token_done(&two);
    unit_folder_free(folder);
}

static void a_given_token_leaves_the_folder_alone(void **state)
{
    char *folder = unit_folder_new();
    struct admin_token admin = make(STR(TOKEN), folder);

    (void)state;
    unit_assert_str(secret_reveal(admin.token), TOKEN);
    assert_int_equal(unit_file_count(folder), 0);
    admin_token_done(&admin);
    unit_folder_free(folder);
}

static const struct {
    const char *content;
    const char *token; /* NULL: refused */
} files[] = {
    { "0123456789abcdef", "0123456789abcdef" },
    { "0123456789abcdef\n", "0123456789abcdef" },
    { "  0123456789abcdef\t\nwhat it is for\n", "0123456789abcdef" },
    { "0123456789abcde", NULL },
    { "", NULL },
    { "\n0123456789abcdef\n", NULL },
};

static void a_token_file_of_the_operator_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char *folder = unit_folder_new();
        struct admin_token admin;
        struct err err;
        bool fine;

        unit_write(folder, "admin_token", files[i].content);
        fine = admin_token_init(&admin, STR_EMPTY, folder, &err);
        if (fine != (files[i].token != NULL))
            fail_msg("case %zu", i);
        if (fine)
            unit_assert_str(secret_reveal(admin.token), files[i].token);
        else
            unit_assert_part(err.text, "remove the file");
        admin_token_done(&admin);
        unit_folder_free(folder);
    }
}

static void whoever_looks_makes_nothing(void **state)
{
    char *folder = unit_folder_new();
    struct admin_token admin = { .token = NULL };

    (void)state;
    admin_token_look(&admin, STR_EMPTY, folder);
    unit_assert_str(admin_token_reveal(&admin), "");
    unit_assert_str(admin_token_reveal(NULL), "");
    assert_int_equal(unit_file_count(folder), 0);
    unit_write(folder, "admin_token", "0123456789abcdef\n");
    admin_token_look(&admin, STR_EMPTY, folder);
    unit_assert_str(admin_token_reveal(&admin), "0123456789abcdef");
    admin_token_done(&admin);
    admin_token_look(&admin, STR(TOKEN), folder);
    unit_assert_str(admin_token_reveal(&admin), TOKEN);
    admin_token_done(&admin);
    unit_folder_free(folder);
}

static void a_file_that_others_can_read_is_closed(void **state)
{
    char *folder = unit_folder_new();
    struct admin_token admin;
    struct stat info;

    (void)state;
    unit_write(folder, "admin_token", "0123456789abcdef");
    assert_int_equal(chmod(unit_path(folder, "admin_token"), 0644), 0);
    admin = make(STR_EMPTY, folder);
    assert_int_equal(stat(unit_path(folder, "admin_token"), &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    admin_token_done(&admin);
    unit_folder_free(folder);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    struct admin_token admin;
    struct err err;

    (void)state;
    assert_false(admin_token_init(&admin, STR_EMPTY, "/nonexistent/x", &err));
    unit_assert_part(err.text, "making the admin token");
    unit_assert_part(err.text, "/nonexistent/x");
}

/* As on a full disk. */
static void one_that_cannot_be_stored_is_in_memory_only(void **state)
{
    char *folder = unit_folder_new();
    struct unit_capture log = unit_capture_begin(2);
    struct admin_token admin;
    char *said;

    (void)state;
    assert_int_equal(symlink("/nonexistent/x",
                             unit_path(folder, "admin_token")),
                     0);
    admin = make(STR_EMPTY, folder);
    said = unit_capture_end(&log);
    unit_assert_part(said, "making the admin token");
    unit_assert_part(said, "on this machine only");
    mem_free(said);
    assert_int_equal(secret_reveal(admin.token).len, 43);
    unit_assert_part(admin.where, "memory only");
    admin_token_done(&admin);
    unit_folder_free(folder);
}

#define RACERS 8

/* In a process of its own: read the token and write it into the pipe. */
static void race(const char *folder, int start, int out)
{
    struct admin_token admin;
    struct err err;
    char go;

    if (read(start, &go, 1) != 0 ||
        !admin_token_init(&admin, STR_EMPTY, folder, &err) ||
        write(out, secret_reveal(admin.token).at, 43) != 43)
        _exit(1);
    _exit(0);
}

static void racing_processes_agree_on_one_token(void **state)
{
    char *folder = unit_folder_new();
    char tokens[RACERS][43];
    int start[2];
    int out[2];

    (void)state;
    assert_int_equal(pipe(start) | pipe(out), 0);
    for (size_t i = 0; i < RACERS; i++) {
        if (fork() == 0) {
            (void)close(start[1]);
            race(folder, start[0], out[1]);
        }
    }
    (void)close(start[1]); /* go */
    for (size_t i = 0; i < RACERS; i++) {
        int status;

        assert_true(wait(&status) > 0 && status == 0);
        assert_int_equal(read(out[0], tokens[i], 43), 43);
        assert_memory_equal(tokens[i], tokens[0], 43);
    }
    assert_int_equal(unit_file_count(folder), 1);
    (void)(close(start[0]) | close(out[0]) | close(out[1]));
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_token_is_found_as_bearer),
        cmocka_unit_test(an_empty_one_is_no_try),
        cmocka_unit_test(a_missing_token_is_made_once),
        cmocka_unit_test(a_given_token_leaves_the_folder_alone),
        cmocka_unit_test(a_token_file_of_the_operator_is_read),
        cmocka_unit_test(whoever_looks_makes_nothing),
        cmocka_unit_test(a_file_that_others_can_read_is_closed),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
        cmocka_unit_test(one_that_cannot_be_stored_is_in_memory_only),
        cmocka_unit_test(racing_processes_agree_on_one_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
