// SPDX-License-Identifier: MIT
/* Asking on the terminal, or reading standard input. */
#include "app/terminal.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

/* Lines from a pipe: nobody types. */
static void feed(const char *text, size_t len)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, len), len);
    (void)close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    (void)close(ends[0]);
    clearerr(stdin);
}

static void assert_line(bool hidden, const char *want)
{
    char line[TERMINAL_LINE_MAX];
    struct str text;

    assert_true(terminal_ask("prompt", hidden, line, &text));
    unit_assert_str(text, want);
}

static void lines_come_one_at_a_time_and_trimmed(void **state)
{
    struct unit_capture err;
    char line[TERMINAL_LINE_MAX];
    struct str text;
    char *said;

    (void)state;
    feed("  one \t\r\n\ntwo\n three", 20);
    assert_false(terminal_is_there());
    err = unit_capture_begin(STDERR_FILENO);
    assert_line(true, "one");
    assert_line(false, "");
    assert_line(true, "two");
    assert_line(false, "three");
    assert_false(terminal_ask("prompt", false, line, &text));
    said = unit_capture_end(&err);
    assert_string_equal(said, "");
    mem_free(said);
}

static void a_document_moves_no_cursor(void **state)
{
    struct json_doc *doc = json_doc_new_object();
    struct unit_capture out;
    char *said;

    (void)state;
    json_doc_set_str(doc, "a", STR("x\x01\xc2\x9b\xe2\x80\xae\xc3\xa9 \"q\""));
    out = unit_capture_begin(STDOUT_FILENO);
    terminal_print(doc);
    (void)fflush(stdout);
    said = unit_capture_end(&out);
    assert_string_equal(said, "{\n  \"a\": \"x\\u0001\\u009b\\u202e\xc3\xa9 "
                              "\\\"q\\\"\"\n}\n");
    mem_free(said);
    json_doc_free(doc);
}

/* /dev/full has no room for it. */
static void what_could_not_be_written_is_an_error(void **state)
{
    int saved = dup(STDOUT_FILENO);
    struct unit_capture err;
    int status;
    char *said;

    (void)state;
    assert_int_equal(terminal_finish(0), 0);
    assert_int_equal(terminal_finish(2), 2);
    assert_non_null(freopen("/dev/full", "w", stdout));
    err = unit_capture_begin(STDERR_FILENO);
    (void)printf("a key\n");
    status = terminal_finish(0);
    said = unit_capture_end(&err);
    clearerr(stdout);
    assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
    (void)close(saved);
    assert_int_equal(status, 1);
    unit_assert_part(said, "standard output: No space left");
    mem_free(said);
}

/* Another program may read on. */
static void nothing_behind_the_line_is_read(void **state)
{
    char rest[10] = "";

    (void)state;
    feed("one\ntwo", 7);
    assert_line(true, "one");
    assert_int_equal(read(STDIN_FILENO, rest, sizeof(rest) - 1), 3);
    assert_string_equal(rest, "two");
}

/* With a terminal: test_account_commands.c and test_secret_commands.c. */
/* As it came, for programs. */
static void a_document_is_printed_with_its_members_in_order(void **state)
{
    char shown[64];
    struct err err;
    struct json_doc *doc = json_doc_parse(STR("{\"b\":1,\"a\":[]}"), &err);
    FILE *out = tmpfile();
    int saved = dup(STDOUT_FILENO);
    size_t len;

    (void)state;
    (void)fflush(stdout);
    assert_true(dup2(fileno(out), STDOUT_FILENO) == STDOUT_FILENO);
    terminal_print(doc);
    (void)fflush(stdout);
    assert_true(dup2(saved, STDOUT_FILENO) == STDOUT_FILENO);
    (void)close(saved);
    rewind(out);
    len = fread(shown, 1, sizeof(shown), out);
    unit_assert_str((struct str){ shown, len },
                    "{\n  \"b\": 1,\n  \"a\": []\n}\n");
    (void)fclose(out);
    json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_moves_no_cursor),
        cmocka_unit_test(lines_come_one_at_a_time_and_trimmed),
        cmocka_unit_test(what_could_not_be_written_is_an_error),
        cmocka_unit_test(nothing_behind_the_line_is_read),
        cmocka_unit_test(a_document_is_printed_with_its_members_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
