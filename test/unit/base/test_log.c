// SPDX-License-Identifier: MIT
/* The log: its lines, read back from standard error. */
#include "base/log.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/shell.h"
#include "unit.h"

static void levels_below_the_chosen_one_are_silent(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    char *text;

    (void)state;
    log_setup(LOG_WARN, LOG_TEXT);
    log_line(LOG_ERROR, "one");
    log_line(LOG_WARN, "two");
    log_line(LOG_INFO, "three");
    log_line(LOG_DEBUG, "four");
    LOG_EVENT(LOG_INFO, "five", LOG_NUM("n", 1));
    text = unit_capture_end(&capture);
    unit_assert_part(text, "Z error one\n");
    unit_assert_part(text, "Z warn  two\n");
    assert_null(strstr(text, "three"));
    assert_null(strstr(text, "four"));
    assert_null(strstr(text, "five"));
    assert_true(log_enabled(LOG_ERROR));
    assert_false(log_enabled(LOG_INFO));
    mem_free(text);
}

static void fields_are_quoted_where_they_need_it(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    char *text;

    (void)state;
    log_setup(LOG_INFO, LOG_TEXT);
    LOG_EVENT(LOG_INFO, "request", LOG_STR("path", STR("/v1/messages?a=b")),
              LOG_STR("who", STR("a b\"c\nINJECTED")), LOG_NUM("status", 200),
              LOG_STR("empty", STR_EMPTY));
    text = unit_capture_end(&capture);
    unit_assert_part(text,
                     " request path=/v1/messages?a=b "
                     "who=\"a b\\\"c\\nINJECTED\" status=200 empty=\"\"\n");
    mem_free(text);
}

static void commands_begin_as_the_program_was_called(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    char *text;

    (void)state;
    log_setup(LOG_INFO, LOG_TEXT);
    shell_set_start(STR("build/cr"));
    log_line(LOG_INFO, "run `claude-relay check`");
    LOG_EVENT(LOG_INFO, "request", LOG_STR("path", STR("/`claude-relay a`")),
              LOG_TEXT("error", STR("run `claude-relay check`")));
    shell_set_start(STR_EMPTY);
    text = unit_capture_end(&capture);
    unit_assert_part(text, "info  run `build/cr check`\n");
    unit_assert_part(text, "path=\"/`claude-relay a`\" "
                           "error=\"run `build/cr check`\"\n");
    mem_free(text);
}

static void json_lines_are_json(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    struct json_doc *doc;
    struct str value;
    uint64_t number;
    struct err err;
    char *text;

    (void)state;
    log_setup(LOG_INFO, LOG_JSON);
    LOG_EVENT(LOG_WARN, "odd \"event\"", LOG_STR("bytes", STR("\xff\x01\x7f")),
              LOG_NUM("n", UINT32_MAX));
    text = unit_capture_end(&capture);
    doc = json_doc_parse(str_of(text), &err);
    assert_non_null(doc);
    assert_true(json_doc_get_str(doc, "level", &value));
    unit_assert_str(value, "warn");
    assert_true(json_doc_get_str(doc, "event", &value));
    unit_assert_str(value, "odd \"event\"");
    assert_true(json_doc_get_str(doc, "bytes", &value));
    unit_assert_str(value, "\xef\xbf\xbd\x01\x7f");
    assert_true(json_doc_get_u64(doc, "n", &number) && number == UINT32_MAX);
    json_doc_free(doc);
    mem_free(text);
}

/* As an object in JSON, as a quoted text in text; what is not seen is escaped once. */
static void a_field_of_json_is_what_it_says(void **state)
{
    static const char *const wants[] = {
        [LOG_TEXT] = " was=\"{\\\"a\\\":\\\"\\\\u202e\\\"}\" n=1\n",
        [LOG_JSON] = ",\"was\":{\"a\":\"\\u202e\"},\"n\":1}\n",
    };

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(wants); i++) {
        struct unit_capture capture = unit_capture_begin(2);
        char *text;

        log_setup(LOG_INFO, (enum log_format)i);
        LOG_EVENT(LOG_INFO, "x",
                  LOG_JSON_TEXT("was", STR("{\"a\":\"\xe2\x80\xae\"}")),
                  LOG_NUM("n", 1));
        text = unit_capture_end(&capture);
        unit_assert_part(text, wants[i]);
        mem_free(text);
    }
}

static void huge_values_are_cut(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    static char big[100000];
    char *text;

    (void)state;
    memset(big, '\x01', sizeof(big));
    log_setup(LOG_INFO, LOG_JSON);
    for (int json = 0; json < 2; json++) {
        log_setup(LOG_INFO, json ? LOG_JSON : LOG_TEXT);
        LOG_EVENT(LOG_INFO, "big",
                  LOG_STR("value", ((struct str){ big, sizeof(big) })));
    }
    text = unit_capture_end(&capture);
    assert_true(strlen(text) < 10000);
    mem_free(text);
}

static void held_lines_leave_together_and_in_order(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    char *text;

    (void)state;
    log_setup(LOG_INFO, LOG_TEXT);
    log_hold(true);
    for (int i = 0; i < 100; i++)
        log_line(LOG_INFO, "line %03d of many that wait", i);
    log_line(LOG_WARN, "a warning does not wait");
    text = unit_capture_end(&capture);
    unit_assert_part(text, "line 000 of many that wait\n");
    unit_assert_part(text, "line 098 of many that wait\n");
    assert_true(strstr(text, "line 099") < strstr(text, "a warning"));
    mem_free(text);
    capture = unit_capture_begin(2);
    log_line(LOG_INFO, "later");
    text = unit_capture_end(&capture);
    assert_null(strstr(text, "later"));
    mem_free(text);
    capture = unit_capture_begin(2);
    log_hold(false);
    log_line(LOG_INFO, "at once");
    text = unit_capture_end(&capture);
    unit_assert_part(text, "later\n");
    unit_assert_part(text, "at once\n");
    mem_free(text);
}

/* A pipe in packet mode tells what was written together. */
static void a_pipe_gets_no_more_than_it_keeps_together(void **state)
{
    int ends[2];
    int saved = dup(2);
    size_t writes = 0;
    static char packet[64 * 1024];

    (void)state;
    assert_int_equal(pipe2(ends, O_DIRECT | O_NONBLOCK), 0);
    (void)dup2(ends[1], 2);
    log_setup(LOG_INFO, LOG_TEXT);
    log_hold(true);
    for (int i = 0; i < 200; i++)
        log_line(LOG_INFO, "line %03d of many that wait", i);
    log_hold(false);
    (void)dup2(saved, 2);
    for (ssize_t got; (got = read(ends[0], packet, sizeof(packet))) > 0;) {
        assert_true(got <= PIPE_BUF && packet[got - 1] == '\n');
        writes++;
    }
    assert_true(writes > 1 && writes < 10);
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)close(saved);
}

static void *wait_with_a_line(void *arg)
{
    pthread_barrier_t *ready = arg;

    log_hold(true);
    log_line(LOG_INFO, "another's last one");
    (void)pthread_barrier_wait(ready);
    (void)pause();
    return NULL;
}

/* Never returns. */
static void end_with_lines_waiting(int fd, int number)
{
    pthread_barrier_t ready;
    pthread_t other;

    (void)dup2(fd, 2);
    (void)signal(number, SIG_DFL); /* a shell's background job ignores some */
    log_setup(LOG_INFO, LOG_TEXT);
    log_flush_at_end();
    (void)pthread_barrier_init(&ready, NULL, 2);
    (void)pthread_create(&other, NULL, wait_with_a_line, &ready);
    log_hold(true);
    log_line(LOG_INFO, "the last one");
    (void)pthread_barrier_wait(&ready);
    (void)kill(getpid(), number);
    (void)pause();
    abort();
}

static void expect_last_lines(int number)
{
    char text[400] = "";
    size_t len = 0;
    int ends[2];
    int status;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0)
        end_with_lines_waiting(ends[1], number);
    (void)close(ends[1]);
    for (ssize_t got = 1; got > 0; len += (size_t)got)
        got = read(ends[0], text + len, sizeof(text) - 1 - len);
    unit_assert_part(text, " the last one\n");
    unit_assert_part(text, "another's last one\n");
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), number);
    (void)close(ends[0]);
}

static void what_ends_the_process_writes_what_waits(void **state)
{
    static const int numbers[] = { SIGABRT, SIGHUP,    SIGQUIT,
                                   SIGTRAP, SIGVTALRM, SIGPROF,
                                   SIGIO,   SIGPWR,    SIGSTKFLT };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        expect_last_lines(numbers[i]);
}

#define THREADS 4
#define LINES 200

static void *write_lines(void *arg)
{
    (void)arg;
    for (int i = 0; i < LINES; i++)
        log_line(LOG_INFO, "a line that stays whole whoever writes beside it");
    return NULL;
}

static void threads_do_not_mix_their_lines(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    pthread_t threads[THREADS];
    struct str rest;
    struct str line;
    size_t count = 0;
    char *text;

    (void)state;
    log_setup(LOG_INFO, LOG_TEXT);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, NULL),
                         0);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    text = unit_capture_end(&capture);
    rest = str_of(text);
    while (str_next(&rest, '\n', &line)) {
        assert_int_equal(line.len,
                         strlen("2026-08-01T12:00:00.000Z info  a line "
                                "that stays whole whoever writes "
                                "beside it"));
        count++;
    }
    assert_int_equal(count, THREADS * LINES);
    mem_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_below_the_chosen_one_are_silent),
        cmocka_unit_test(fields_are_quoted_where_they_need_it),
        cmocka_unit_test(commands_begin_as_the_program_was_called),
        cmocka_unit_test(json_lines_are_json),
        cmocka_unit_test(a_field_of_json_is_what_it_says),
        cmocka_unit_test(huge_values_are_cut),
        cmocka_unit_test(held_lines_leave_together_and_in_order),
        cmocka_unit_test(a_pipe_gets_no_more_than_it_keeps_together),
        cmocka_unit_test(what_ends_the_process_writes_what_waits),
        cmocka_unit_test(threads_do_not_mix_their_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
