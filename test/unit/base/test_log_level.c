// SPDX-License-Identifier: MIT
/* The level of the log changes while it is written, and lines keep their order. */
#include "base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log_out.h"
#include "base/mem.h"
#include "unit.h"

static void levels_have_words(void **state)
{
    static const char *const others[] = { "", "INFO", "inf", "infos", "off" };
    enum log_level level;

    (void)state;
    for (unsigned i = 0; i < LOG_LEVELS; i++) {
        const char *word = log_level_word((enum log_level)i);

        assert_true(log_level_of(str_of(word), &level));
        assert_int_equal(level, i);
    }
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_false(log_level_of(str_of(others[i]), &level));
}

/* What the log says of a change. */
static char *said(enum log_level from, enum log_level to)
{
    struct unit_capture capture = unit_capture_begin(2);

    log_setup(from, LOG_TEXT);
    assert_int_equal(log_change_level(to), from);
    assert_int_equal(log_level_now(), to);
    return unit_capture_end(&capture);
}

static void every_change_is_said_and_nothing_else(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LOG_LEVELS * LOG_LEVELS; i++) {
        enum log_level from = i / LOG_LEVELS;
        enum log_level to = i % LOG_LEVELS;
        char *text = said(from, to);
        char want[100];

        (void)snprintf(want, sizeof(want),
                       " info  the log's level was changed now=%s was=%s\n",
                       log_level_word(to), log_level_word(from));
        if (from == to)
            assert_string_equal(text, "");
        else
            unit_assert_part(text, want);
        mem_free(text);
    }
    log_setup(LOG_INFO, LOG_TEXT);
}

/* A document that names a member twice is none. */
static void a_line_in_json_names_nothing_twice(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    struct json_doc *doc;
    struct str value;
    struct err err;
    char *text;

    (void)state;
    log_setup(LOG_WARN, LOG_JSON);
    (void)log_change_level(LOG_DEBUG);
    log_setup(LOG_INFO, LOG_TEXT);
    text = unit_capture_end(&capture);
    doc = json_doc_parse(str_of(text), &err);
    assert_non_null(doc);
    assert_true(json_doc_get_str(doc, "level", &value));
    unit_assert_str(value, "info");
    assert_true(json_doc_get_str(doc, "now", &value));
    unit_assert_str(value, "debug");
    json_doc_free(doc);
    mem_free(text);
}

/* ---- of all threads ------------------------------------------------------- */

struct writer {
    pthread_t thread;
    pthread_barrier_t *step;
};

static void *write_before_and_after(void *arg)
{
    struct writer *writer = arg;

    log_hold(true);
    log_line(LOG_DEBUG, "too early");
    (void)pthread_barrier_wait(writer->step);
    (void)pthread_barrier_wait(writer->step);
    log_line(LOG_DEBUG, "in time");
    log_hold(false);
    return NULL;
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;

    for (text = strstr(text, part); text; text = strstr(text + 1, part))
        found++;
    return found;
}

#define WRITERS 4

static void a_change_is_that_of_all_threads(void **state)
{
    struct writer writers[WRITERS];
    struct unit_capture capture = unit_capture_begin(2);
    pthread_barrier_t step;
    char *text;

    (void)state;
    log_setup(LOG_INFO, LOG_TEXT);
    (void)pthread_barrier_init(&step, NULL, WRITERS + 1);
    for (size_t i = 0; i < WRITERS; i++) {
        writers[i].step = &step;
        assert_int_equal(pthread_create(&writers[i].thread, NULL,
                                        write_before_and_after, &writers[i]),
                         0);
    }
    (void)pthread_barrier_wait(&step);
    (void)log_change_level(LOG_DEBUG);
    (void)pthread_barrier_wait(&step);
    for (size_t i = 0; i < WRITERS; i++)
        (void)pthread_join(writers[i].thread, NULL);
    (void)pthread_barrier_destroy(&step);
    text = unit_capture_end(&capture);
    assert_int_equal(count(text, "too early"), 0);
    assert_int_equal(count(text, "in time"), WRITERS);
    mem_free(text);
    log_setup(LOG_INFO, LOG_TEXT);
}

/* ---- in order -------------------------------------------------------------- */

#define LINES 3000

/* Of all levels and lengths, some of which wait and some do not. */
static void write_line(unsigned number)
{
    static char filler[6000];
    size_t len = (size_t)random() % 40;

    memset(filler, 'x', sizeof(filler));
    if (random() % 50 == 0)
        len = (size_t)random() % sizeof(filler);
    LOG_EVENT((enum log_level)(random() % LOG_LEVELS), "line",
              LOG_NUM("n", number),
              LOG_STR("x", ((struct str){ filler, len })));
    if (random() % 100 == 0)
        log_flush();
}

/* The number behind each " n=" is the one before it and one more. */
static void check_order(const char *text, unsigned lines)
{
    unsigned number = 0;

    for (text = strstr(text, " n="); text; text = strstr(text, " n=")) {
        text += 3;
        if ((unsigned)strtoul(text, NULL, 10) != number++)
            fail_msg("not %u: %.20s", number - 1, text);
    }
    assert_int_equal(number, lines);
}

static void lines_of_a_thread_stay_in_order_in_a_file(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    char *text;

    (void)state;
    log_setup(LOG_DEBUG, LOG_TEXT);
    log_hold(true);
    for (unsigned i = 0; i < LINES; i++)
        write_line(i);
    log_hold(false);
    text = unit_capture_end(&capture);
    check_order(text, LINES);
    mem_free(text);
    log_setup(LOG_INFO, LOG_TEXT);
}

/* The reader takes a piece now and then. */
static void lines_of_a_thread_stay_in_order_in_a_pipe(void **state)
{
    static char text[4u * 1024 * 1024];
    size_t len = 0;
    int saved = dup(2);
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    (void)dup2(ends[1], 2);
    log_setup(LOG_DEBUG, LOG_TEXT);
    log_hold(true);
    for (unsigned i = 0; i < LINES; i++) {
        write_line(i);
        /* As much as may wait is never reached: none is lost. */
        if (i % 200 == 0 || log_out_is_stuck()) {
            ssize_t got = read(ends[0], text + len, 20000);

            len += got > 0 ? (size_t)got : 0;
        }
    }
    log_hold(false);
    for (ssize_t got = 1; got > 0 || log_out_is_stuck();) {
        log_flush();
        got = read(ends[0], text + len, sizeof(text) - 1 - len);
        len += got > 0 ? (size_t)got : 0;
    }
    (void)dup2(saved, 2);
    log_setup(LOG_INFO, LOG_TEXT);
    text[len] = '\0';
    check_order(text, LINES);
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)close(saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_have_words),
        cmocka_unit_test(every_change_is_said_and_nothing_else),
        cmocka_unit_test(a_line_in_json_names_nothing_twice),
        cmocka_unit_test(a_change_is_that_of_all_threads),
        cmocka_unit_test(lines_of_a_thread_stay_in_order_in_a_file),
        cmocka_unit_test(lines_of_a_thread_stay_in_order_in_a_pipe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
