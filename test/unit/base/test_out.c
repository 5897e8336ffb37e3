// SPDX-License-Identifier: MIT
/* Writing that never waits for long. */
#include "base/out.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "unit.h"

#define LONG_MS 60000
#define MUCH (1024u * 1024)

struct ends {
    int reads;
    int writes;
};

static struct ends open_pipe(void)
{
    int fds[2];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    return (struct ends){ fds[0], fds[1] };
}

static struct ends open_sockets(void)
{
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds),
                     0);
    return (struct ends){ fds[0], fds[1] };
}

static void close_ends(struct ends ends)
{
    (void)close(ends.reads);
    (void)close(ends.writes);
}

static void expect_full(struct ends ends)
{
    char *much = mem_zalloc(MUCH);
    int flags = fcntl(ends.writes, F_GETFL);

    assert_false(out_within(ends.writes, (struct str){ much, MUCH }, 1));
    assert_false(out_within(ends.writes, STR("more"), 30));
    /* Whoever else has it may rely on it. */
    assert_int_equal(fcntl(ends.writes, F_GETFL), flags);
    close_ends(ends);
    mem_free(much);
}

static void what_nobody_reads_is_given_up(void **state)
{
    (void)state;
    expect_full(open_pipe());
    expect_full(open_sockets());
}

static void what_is_read_is_written_whole(void **state)
{
    char read_back[10] = "";
    struct ends ends = open_pipe();

    (void)state;
    assert_true(out_within(ends.writes, STR("a line\n"), LONG_MS));
    assert_int_equal(read(ends.reads, read_back, sizeof(read_back)), 7);
    assert_string_equal(read_back, "a line\n");
    close_ends(ends);
}

static void a_file_takes_everything(void **state)
{
    char *folder = unit_folder_new();
    char *much = mem_zalloc(MUCH);
    int fd =
        open(unit_path(folder, "out"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    (void)state;
    assert_int_equal(out_kind_of(fd), OUT_FILE);
    assert_true(out_within(fd, (struct str){ much, MUCH }, LONG_MS));
    assert_int_equal(lseek(fd, 0, SEEK_CUR), MUCH);
    (void)close(fd);
    mem_free(much);
    unit_folder_free(folder);
}

/* Its reader has gone: there is nothing to wait for. */
static void what_cannot_be_written_is_not_waited_for(void **state)
{
    struct ends ends = open_sockets();
    uint64_t began_ms = clock_steady_ms();

    (void)state;
    (void)close(ends.reads);
    assert_false(out_within(ends.writes, STR("a line\n"), LONG_MS));
    assert_true(clock_steady_ms() - began_ms < LONG_MS);
    (void)close(ends.writes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_reads_is_given_up),
        cmocka_unit_test(what_is_read_is_written_whole),
        cmocka_unit_test(a_file_takes_everything),
        cmocka_unit_test(what_cannot_be_written_is_not_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
