// SPDX-License-Identifier: MIT
/* Who may use the management API, and where its token comes from. */
#include "team/admin_token.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "fields.h"

#define TOKEN "CANARY-0123456789"
#define LOCAL "Host: localhost:3000\n"
#define RIGHT "Authorization: Bearer " TOKEN "\n"

static const struct {
    bool loopback; /* ADMIN_LOOPBACK */
    const char *peer;
    const char *fields;
    const char *refused; /* part of the text; NULL: let through */
} cases[] = {
    /* this machine */
    { true, "127.0.0.1", LOCAL, NULL },
    { true, "::1", "Host: [::1]\n", NULL },
    { true, "127.0.0.1", "Host: evil.example\n", "Host" },
    { true, "127.0.0.1", LOCAL "X-Forwarded-For: 127.0.0.1\n", "forwarded" },
    { true, "127.0.0.1", LOCAL "Origin: https://evil.example\n", "origin" },
    { false, "127.0.0.1", LOCAL, "ADMIN_LOOPBACK is off" },
    { true, "10.0.0.1", LOCAL, "this machine" },
    { true, "10.0.0.1", LOCAL "x-api-key: " TOKEN "\n", "this machine" },
    /* the token, from anywhere */
    { true, "127.0.0.1", LOCAL RIGHT, NULL },
    { false, "127.0.0.1", LOCAL RIGHT, NULL },
    { true, "10.0.0.1", "Host: relay.example\n" RIGHT, NULL },
    { false, "10.0.0.1", "Host: relay.example\nVia: 1.1 x\n" RIGHT, NULL },
    { false, "10.0.0.1", "authorization: bearer " TOKEN "\n", NULL },
    { false, "10.0.0.1", "AUTHORIZATION: BEARER   " TOKEN "\n", NULL },
    /* who presents a token means it: a wrong one is refused here too */
    { true, "127.0.0.1", LOCAL "Authorization: Bearer x\n", "not the admin" },
    { true, "127.0.0.1", LOCAL "Authorization: Bearer\n", "not the admin" },
    { true, "127.0.0.1", LOCAL "Authorization: \n", "not the admin" },
    { true, "10.0.0.1", "Authorization: Bearer x\n", "not the admin" },
    { true, "10.0.0.1", "Authorization: Bearer \n", "not the admin" },
    { true, "10.0.0.1", "Authorization: " TOKEN "\n", "not the admin" },
    { true, "10.0.0.1", "Authorization: Bearer" TOKEN "\n", "not the admin" },
    { true, "10.0.0.1", "Authorization: Basic " TOKEN "\n", "not the admin" },
    { true, "10.0.0.1", "Authorization: Bearer " TOKEN "0\n", "not the admin" },
    { true, "10.0.0.1", "Authorization: Bearer CANARY-012345678\n",
      "not the admin" },
    { true, "10.0.0.1", "Authorization: Bearer canary-0123456789\n",
      "not the admin" },
};

static struct admin_token make(struct str given, const char *folder)
{
    struct admin_token admin = { .loopback = true };
    struct err err;

    if (!admin_token_init(&admin, given, folder, &err))
        fail_msg("%s", err.text);
    return admin;
}

static void the_token_or_this_machine_is_let_through(void **state)
{
    struct admin_token admin = make(STR(TOKEN), "/nonexistent");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fields fields;
        struct peer_process process = { .verdict = PEER_OURS };
        struct request req = { .process = &process };
        struct err err;
        bool let;

        admin.loopback = cases[i].loopback;
        req.headers = *fields_read(&fields, cases[i].fields);
        assert_true(addr_parse(cases[i].peer, 1, &req.peer, &err));
        let = admin_token_check(&admin, &req, &err);
        if (let != (cases[i].refused == NULL))
            fail_msg("case %zu: %s %s", i, cases[i].peer, cases[i].fields);
        if (let)
            continue;
        assert_int_equal(err_status(err.code), 401);
        unit_assert_part(err.text, cases[i].refused);
        unit_assert_part(err.text, "ADMIN_TOKEN");
        assert_null(strstr(err.text, "CANARY"));
    }
    admin_token_done(&admin);
}

/* Though addresses and fields are those of a local client. */
static void a_proxys_process_is_not_this_machine(void **state)
{
    struct peer_process process = { .verdict = PEER_OTHER_USER };
    struct request req = { .process = &process };
    struct admin_token admin = make(STR(TOKEN), "/nonexistent");
    struct fields fields;
    struct err err;

    (void)state;
    assert_true(addr_parse("127.0.0.1", 1, &req.peer, &err));
    req.headers = *fields_read(&fields, LOCAL);
    assert_false(admin_token_check(&admin, &req, &err));
    unit_assert_part(err.text, "another user is at the other end");
    req.headers = *fields_read(&fields, LOCAL RIGHT);
    assert_true(admin_token_check(&admin, &req, &err));
    admin_token_done(&admin);
}

/* ---- the token ---------------------------------------------------------- */

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
        struct admin_token admin = { .loopback = true };
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
    struct admin_token admin = { .loopback = true };
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
    struct peer_process process = { .verdict = PEER_OURS };
    struct request req = { .process = &process };
    struct admin_token admin;
    struct fields fields;
    struct err err;
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
    assert_true(addr_parse("127.0.0.1", 1, &req.peer, &err));
    req.headers = *fields_read(&fields, LOCAL);
    assert_true(admin_token_check(&admin, &req, &err));
    req.headers = *fields_read(&fields, LOCAL RIGHT);
    assert_false(admin_token_check(&admin, &req, &err));
    unit_assert_part(err.text, "memory only");
    admin_token_done(&admin);
    unit_folder_free(folder);
}

#define RACERS 8

/* In a process of its own: read the token and write it into the pipe. */
static void race(const char *folder, int start, int out)
{
    struct admin_token admin = { .loopback = true };
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
        cmocka_unit_test(the_token_or_this_machine_is_let_through),
        cmocka_unit_test(a_proxys_process_is_not_this_machine),
        cmocka_unit_test(a_missing_token_is_made_once),
        cmocka_unit_test(a_given_token_leaves_the_folder_alone),
        cmocka_unit_test(a_token_file_of_the_operator_is_read),
        cmocka_unit_test(a_file_that_others_can_read_is_closed),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
        cmocka_unit_test(one_that_cannot_be_stored_is_in_memory_only),
        cmocka_unit_test(racing_processes_agree_on_one_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
