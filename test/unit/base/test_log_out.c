// SPDX-License-Identifier: MIT
/* Standard error whose reader does not read. */
#include "base/log_out.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "unit.h"

#define LINE_LEN 100
/* More than waits, and more than any of them holds by itself. */
#define LINES_MANY 20000
#define READ_MAX (LINES_MANY * (LINE_LEN + 2) + 1000)

/* Standard error, and its other end. */
struct outlet {
    int saved;
    int reader;
    char *text;
    size_t len;
};

static void say_lost(uint64_t lost, struct buf *line)
{
    buf_printf(line, "LOST %llu\n", (unsigned long long)lost);
}

static void open_pipe(int ends[2])
{
    assert_int_equal(pipe(ends), 0);
}

static void open_socket(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
}

static void open_terminal(int ends[2])
{
    struct termios raw;

    assert_int_equal(openpty(&ends[0], &ends[1], NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(ends[1], &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(ends[1], TCSANOW, &raw), 0);
}

static void (*const openers[])(int ends[2]) = { open_pipe, open_socket,
                                                open_terminal };

static void outlet_open(struct outlet *outlet, void (*opener)(int ends[2]))
{
    int ends[2];

    opener(ends);
    *outlet = (struct outlet){ .saved = dup(2),
                               .reader = ends[0],
                               .text = mem_zalloc(READ_MAX) };
    assert_int_equal(dup2(ends[1], 2), 2);
    (void)close(ends[1]);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    log_out_setup(say_lost);
}

static void read_some(struct outlet *outlet)
{
    ssize_t got;

    do {
        got = read(outlet->reader, outlet->text + outlet->len,
                   READ_MAX - 1 - outlet->len);
        outlet->len += got > 0 ? (size_t)got : 0;
    } while (got > 0);
}

static void read_all(struct outlet *outlet)
{
    do {
        read_some(outlet);
        log_out_push();
    } while (log_out_is_stuck());
    read_some(outlet);
}

static void outlet_close(struct outlet *outlet)
{
    (void)dup2(outlet->saved, 2);
    (void)close(outlet->saved);
    (void)close(outlet->reader);
    log_out_setup(NULL);
    mem_free(outlet->text);
}

static void write_lines(unsigned from, unsigned to)
{
    char line[LINE_LEN + 2];

    for (unsigned i = from; i < to; i++) {
        (void)snprintf(line, sizeof(line), "%0*u\n", LINE_LEN, i);
        log_out_write(str_of(line));
    }
}

/* The numbers stand in order; `LOST n` stands for n of them.  The next one. */
static unsigned check_lines(struct str text, unsigned *losses)
{
    struct str line;
    unsigned next = 0;

    *losses = 0;
    while (str_next(&text, '\n', &line)) {
        if (str_starts(line, STR("LOST "))) {
            next += (unsigned)strtoul(line.at + 5, NULL, 10);
            ++*losses;
        } else if (line.len > 0) {
            assert_int_equal(line.len, LINE_LEN);
            assert_int_equal(strtoul(line.at, NULL, 10), next);
            next++;
        }
    }
    return next;
}

/* That it comes back from writing is the claim. */
static void a_reader_that_does_not_read_stops_nobody(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(openers); i++) {
        struct outlet outlet;
        unsigned losses;
        uint64_t lost = log_out_lost();

        outlet_open(&outlet, openers[i]);
        write_lines(0, LINES_MANY);
        assert_true(log_out_is_stuck());
        assert_in_range(log_out_lost() - lost, 1, LINES_MANY - 1);
        read_all(&outlet);
        write_lines(LINES_MANY, LINES_MANY + 5);
        read_all(&outlet);
        assert_int_equal(check_lines(str_of(outlet.text), &losses),
                         LINES_MANY + 5);
        assert_int_equal(losses, 1);
        outlet_close(&outlet);
    }
}

static void what_fits_is_not_lost(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(openers); i++) {
        struct outlet outlet;
        unsigned losses;

        outlet_open(&outlet, openers[i]);
        write_lines(0, 1500);
        read_all(&outlet);
        assert_int_equal(check_lines(str_of(outlet.text), &losses), 1500);
        assert_int_equal(losses, 0);
        outlet_close(&outlet);
    }
}

/* A shell that shares the terminal would find it non-blocking. */
static void the_flags_of_standard_error_stay(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(openers); i++) {
        struct outlet outlet;
        int flags;

        outlet_open(&outlet, openers[i]);
        flags = fcntl(2, F_GETFL);
        write_lines(0, 3000);
        assert_int_equal(fcntl(2, F_GETFL), flags);
        assert_false(flags & O_NONBLOCK);
        read_all(&outlet);
        outlet_close(&outlet);
    }
}

static void nor_does_the_end_wait_for_ever(void **state)
{
    struct outlet outlet;
    uint64_t began_ms = clock_steady_ms();

    (void)state;
    outlet_open(&outlet, open_pipe);
    write_lines(0, 3000);
    log_out_finish(50);
    assert_true(log_out_is_stuck());
    assert_true(clock_steady_ms() - began_ms >= 50);
    read_all(&outlet);
    log_out_finish(1u << 30);
    assert_false(log_out_is_stuck());
    outlet_close(&outlet);
}

static void a_reader_that_is_gone_costs_nothing(void **state)
{
    struct outlet outlet;

    (void)state;
    outlet_open(&outlet, open_pipe);
    write_lines(0, 3000);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)close(outlet.reader);
    outlet.reader = -1;
    log_out_push();
    assert_false(log_out_is_stuck());
    write_lines(0, 10);
    assert_false(log_out_is_stuck());
    outlet_close(&outlet);
}

static void a_crash_writes_what_waits_first(void **state)
{
    struct outlet outlet;

    (void)state;
    outlet_open(&outlet, open_pipe);
    write_lines(0, 1100);
    assert_true(log_out_is_stuck());
    read_some(&outlet);
    log_out_at_crash(STR("the last\n"));
    read_some(&outlet);
    assert_true(str_contains(str_of(outlet.text), STR("1099\nthe last\n")));
    log_out_push();
    outlet_close(&outlet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_that_does_not_read_stops_nobody),
        cmocka_unit_test(what_fits_is_not_lost),
        cmocka_unit_test(the_flags_of_standard_error_stay),
        cmocka_unit_test(nor_does_the_end_wait_for_ever),
        cmocka_unit_test(a_reader_that_is_gone_costs_nothing),
        cmocka_unit_test(a_crash_writes_what_waits_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
