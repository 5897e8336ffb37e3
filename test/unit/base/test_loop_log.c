// SPDX-License-Identifier: MIT
/* When a loop writes the lines of its thread's log.  The order is asserted, not the
   time. */
#include <sys/stat.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "unit.h"

#define LOOKS_MAX 1000

/* What looks at the log: how much was written when it first did. */
struct reader {
    struct loop *loop;
    struct loop_timer *timer;
    int file;
    off_t at_first;
    unsigned looks;
};

static void look(void *arg)
{
    struct reader *reader = arg;
    struct stat stat;

    assert_int_equal(fstat(reader->file, &stat), 0);
    if (reader->looks++ == 0)
        reader->at_first = stat.st_size;
    if (stat.st_size > 0 || reader->looks == LOOKS_MAX)
        loop_stop(reader->loop);
    else
        loop_timer_set(reader->timer, 5);
}

static void log_something(void *arg)
{
    (void)arg;
    log_line(LOG_INFO, "a line of this turn");
}

/* The first look is due before the line is. */
static void a_line_waits_a_moment_for_others(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    struct reader reader = { .loop = loop_new(), .file = capture.file };
    struct loop_timer *writer =
        loop_timer_new(reader.loop, log_something, NULL);
    char *text;

    (void)state;
    log_setup(LOG_INFO, LOG_TEXT);
    reader.timer = loop_timer_new(reader.loop, look, &reader);
    loop_timer_set(writer, 0);
    loop_timer_set(reader.timer, 1);
    loop_run(reader.loop);
    text = unit_capture_end(&capture);
    assert_int_equal(reader.at_first, 0);
    assert_true(reader.looks < LOOKS_MAX);
    unit_assert_part(text, "a line of this turn\n");
    mem_free(text);
    loop_timer_free(reader.timer);
    loop_timer_free(writer);
    loop_free(reader.loop);
}

static void log_and_stop(void *arg)
{
    log_something(NULL);
    loop_stop(arg);
}

static void none_waits_when_the_loop_has_ended(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    struct loop *loop = loop_new();
    struct loop_timer *writer = loop_timer_new(loop, log_and_stop, loop);
    char *text;

    (void)state;
    log_setup(LOG_INFO, LOG_TEXT);
    loop_timer_set(writer, 0);
    loop_run(loop);
    text = unit_capture_end(&capture);
    unit_assert_part(text, "a line of this turn\n");
    mem_free(text);
    loop_timer_free(writer);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_waits_a_moment_for_others),
        cmocka_unit_test(none_waits_when_the_loop_has_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
