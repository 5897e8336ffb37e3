// SPDX-License-Identifier: MIT
/* A command at a terminal. */
#include "typing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"

#define ECHO_SIZE 1000

void typing_init(struct typing *typing)
{
    typing->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(typing->master >= 0);
    assert_int_equal(grantpt(typing->master), 0);
    assert_int_equal(unlockpt(typing->master), 0);
    assert_int_equal(ptsname_r(typing->master, typing->name,
                               sizeof(typing->name)),
                     0);
    typing->slave = open(typing->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(typing->slave >= 0);
    assert_int_equal(pipe(typing->err), 0);
}

void typing_done(struct typing *typing)
{
    (void)close(typing->slave);
    (void)close(typing->master);
    (void)close(typing->err[0]);
    (void)close(typing->err[1]);
}

pid_t typing_start(const struct typing *typing, const struct run *run,
                   const char *line)
{
    pid_t child = fork();
    int null;

    assert_true(child >= 0);
    if (child > 0)
        return child;
    null = open("/dev/null", O_WRONLY);
    if (setsid() < 0 || null < 0 || close(STDIN_FILENO) != 0 ||
        open(typing->name, O_RDWR) != STDIN_FILENO ||
        dup2(null, STDOUT_FILENO) < 0 ||
        dup2(typing->err[1], STDERR_FILENO) < 0)
        _exit(97);
    run_as_child(run, line);
    _exit(96);
}

void typing_expect(struct typing *typing, const char *part)
{
    char text[ECHO_SIZE] = "";
    size_t len = 0;

    while (!strstr(text, part)) {
        ssize_t got = read(typing->err[0], text + len, sizeof(text) - 1 - len);

        assert_true(got > 0);
        len += (size_t)got;
    }
}

void typing_type(struct typing *typing, const char *text)
{
    size_t len = strlen(text);

    assert_int_equal(write(typing->master, text, len), len);
}

char *typing_echo(struct typing *typing)
{
    char *text = mem_zalloc(ECHO_SIZE);

    assert_int_equal(fcntl(typing->master, F_SETFL, O_NONBLOCK), 0);
    (void)!read(typing->master, text, ECHO_SIZE - 1);
    return text;
}

bool typing_is_shown(const struct typing *typing)
{
    struct termios now;

    assert_int_equal(tcgetattr(typing->slave, &now), 0);
    return (now.c_lflag & ECHO) != 0;
}
