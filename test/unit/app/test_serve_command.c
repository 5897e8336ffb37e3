// SPDX-License-Identifier: MIT
/* `serve`: its flags, its start and its end. */
#include "app/serve_command.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

static int open_run(void **state)
{
    struct run *run;

    (void)run_open(state);
    run = *state;
    run->env[0] = "CLAUDE_API_URL=http://127.0.0.1:1";
    run->env[1] = "WORKERS=2";
    return 0;
}

static const struct {
    const char *line;
    int status;
    const char *err;
} refusals[] = {
    { "--port", 2, "\"--port\"" },
    { "--port=", 2, "\"--port=...\"" },
    { "--port x", 2, "--port must be 0 to 65535, not \"x\"" },
    { "--port 65536", 2, "\"65536\"" },
    { "--port -1", 2, "\"-1\"" },
    { "--portx 1", 2, "\"--portx\"" },
    { "serve --host", 2, "\"--host\"" },
    { "serve --host example.com", 2, "--host must be" },
    { "serve --host [127.0.0.1]", 2, "--host must be" },
    { "serve --data-dir", 2, "\"--data-dir\"" },
    { "serve --port 0 --verbose", 2, "\"--verbose\"" },
    { "serve --port 0 --data-dir no/such", 1, "cannot start: DATA_DIR" },
};

static void bad_flags_are_named(void **state)
{
    struct run *run = *state;

    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        run_command(run, refusals[i].line);
        if (run->status != refusals[i].status)
            fail_msg("\"%s\" gave %d: %s", refusals[i].line, run->status,
                     run->err);
        unit_assert_part(run->err, refusals[i].err);
    }
}

/* Whoever mends the one finds the other at once, too. */
static void bad_flags_are_told_with_bad_variables(void **state)
{
    static const struct {
        const char *line;
        const char *err;
    } rows[] = {
        { "--port x", "--port must be 0 to 65535, not \"x\"" },
        { "serve --host example.com", "--host must be" },
        { "serve --verbose", "\"--verbose\"" },
    };
    struct run *run = *state;

    run->env[1] = "WORKERS=-1";
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        run_command(run, rows[i].line);
        assert_int_equal(run->status, 1);
        unit_assert_part(run->err, "WORKERS");
        unit_assert_part(run->err, rows[i].err);
    }
    run_command(run, "serve --port 0");
    assert_int_equal(run->status, 1);
    assert_null(strstr(run->err, "usage:"));
    run_command(run, "--port x --host example.com");
    unit_assert_part(run->err, "--port must be");
    unit_assert_part(run->err, "--host must be");
}

/* Reads until the service says that it listens. */
static void read_banner(int fd, char *text, size_t size)
{
    size_t len = 0;

    memset(text, 0, size);
    while (!strstr(text, "Next: ")) {
        ssize_t got = read(fd, text + len, size - 1 - len);

        assert_true(got > 0);
        len += (size_t)got;
    }
}

/* How it ended: 128 and the signal if that ended it, as shells count. */
static void assert_serves_until(struct run *run, const char *line, int number,
                                int ended)
{
    char text[4000];
    int out[2];
    pid_t child;

    assert_int_equal(pipe(out), 0);
    child = fork();
    if (child == 0) {
        (void)dup2(out[1], STDOUT_FILENO);
        run_as_child(run, line);
    }
    (void)close(out[1]);
    read_banner(out[0], text, sizeof(text));
    unit_assert_part(text, "listening on http://127.0.0.1:");
    assert_null(strstr(text, "127.0.0.1:0"));
    assert_null(strstr(text, "127.0.0.1:3000"));
    unit_assert_part(text, "account add main --api-key -");
    assert_int_equal(kill(child, number), 0);
    assert_int_equal(run_wait(child), ended);
    (void)close(out[0]);
    assert_int_equal(access(unit_path(run->folder, "there"), F_OK), 0);
}

static void it_serves_until_it_is_told_to_end(void **state)
{
    const char *line = "--port 0 --host 127.0.0.1 --data-dir=there";

    assert_serves_until(*state, line, SIGTERM, 0);
    assert_serves_until(*state, line, SIGINT, 128 + SIGINT);
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, open_run, run_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(bad_flags_are_named),
        RUN(bad_flags_are_told_with_bad_variables),
        RUN(it_serves_until_it_is_told_to_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
