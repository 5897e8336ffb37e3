// SPDX-License-Identifier: MIT
/* Commands inside texts. */
#include "base/shell.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

static void assert_made(struct buf *out, const char *want)
{
    unit_assert_str(buf_str(out), want);
    buf_done(out);
}

static const struct {
    const char *word;
    const char *want;
} words[] = {
    { "build/claude-relay", "build/claude-relay" },
    { "/opt/relay-1.0/bin/claude-relay", "/opt/relay-1.0/bin/claude-relay" },
    { "C:x@y+z,1", "C:x@y+z,1" },
    { "", "''" },
    { "/srv/my data", "'/srv/my data'" },
    { "~/data", "'~/data'" },
    { "a=b", "'a=b'" },
    { "$HOME", "'$HOME'" },
    { "it's", "'it'\\''s'" },
    { "'", "''\\'''" },
    { "a\nb", "'a\nb'" },
    { "x `y`", "'x '\"$(printf '\\140')\"'y'\"$(printf '\\140')\"''" },
    { "\xe6\x95\xb0\xe6\x8d\xae", "'\xe6\x95\xb0\xe6\x8d\xae'" },
};

static void words_are_quoted_when_a_shell_would_change_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct buf out;

        buf_init(&out, 200);
        shell_add_quoted(&out, str_of(words[i].word));
        assert_made(&out, words[i].want);
    }
}

static void a_name_that_looks_like_an_option_is_marked(void **state)
{
    char word[SHELL_WORD_MAX];
    char name[5000];

    (void)state;
    shell_name(STR("a-b"), word);
    assert_string_equal(word, "a-b");
    shell_name(STR("-x"), word);
    assert_string_equal(word, "-- -x");
    shell_name(STR("-x y"), word);
    assert_string_equal(word, "-- '-x y'");
    memset(name, '-', sizeof(name));
    shell_name((struct str){ name, sizeof(name) }, word);
    assert_int_equal(strlen(word), sizeof(word) - 1);
}

static void a_word_that_is_too_long_is_cut(void **state)
{
    char word[SHELL_WORD_MAX];
    char path[5000];

    (void)state;
    shell_quote(STR("/my data"), word);
    assert_string_equal(word, "'/my data'");
    memset(path, '\'', sizeof(path));
    shell_quote((struct str){ path, sizeof(path) }, word);
    assert_int_equal(strlen(word), sizeof(word) - 1);
}

/* The shell itself is asked. */
static void a_shell_reads_the_word_that_was_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        char got[100] = "";
        struct buf command;
        FILE *shell;

        buf_init(&command, 300);
        buf_add(&command, STR("printf %s "));
        shell_add_quoted(&command, str_of(words[i].word));
        buf_add(&command, (struct str){ "", 1 });
        /* lint: this test is about what a shell makes of a word */
        shell = popen(buf_str(&command).at, "r");
        assert_non_null(shell);
        assert_int_equal(fread(got, 1, sizeof(got) - 1, shell),
                         strlen(words[i].word));
        assert_int_equal(pclose(shell), 0);
        assert_string_equal(got, words[i].word);
        buf_done(&command);
    }
}

static const struct {
    const char *text;
    const char *want;
} texts[] = {
    { "", "" },
    { "nothing to run", "nothing to run" },
    { "run `claude-relay login max`", "run `D=x build/cr login max`" },
    { "`claude-relay account list` or `claude-relay`",
      "`D=x build/cr account list` or `D=x build/cr`" },
    { "claude-relay: the program", "claude-relay: the program" },
    { "`claude-relays are many`", "`claude-relays are many`" },
    { "`claude-relay", "`claude-relay" },
    { "``claude-relay a``", "``D=x build/cr a``" },
    { "`", "`" },
};

static void commands_begin_as_the_program_was_called(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct buf out;

        buf_init(&out, 200);
        shell_add_text(&out, str_of(texts[i].text), STR("D=x build/cr"));
        assert_made(&out, texts[i].want);
    }
}

static void assert_filled(const char *start, const char *want)
{
    struct buf out;

    buf_init(&out, 200);
    shell_set_start(str_of(start));
    shell_fill(&out, STR("run `claude-relay check`"));
    shell_set_start(STR_EMPTY);
    assert_made(&out, want);
}

static void the_start_is_set_once_for_all(void **state)
{
    char long_path[SHELL_START_MAX + 1];

    (void)state;
    unit_assert_str(shell_start(), "claude-relay");
    shell_set_start(STR("cd /srv && build/cr"));
    unit_assert_str(shell_start(), "cd /srv && build/cr");
    shell_set_start(STR_EMPTY);
    memset(long_path, 'a', SHELL_START_MAX);
    long_path[SHELL_START_MAX] = '\0';
    assert_filled("", "run `claude-relay check`");
    assert_filled("cd /srv && build/cr", "run `cd /srv && build/cr check`");
    assert_filled("/\xe6\x95\xb0/cr", "run `/\xe6\x95\xb0/cr check`");
    assert_filled("/\xe6\x95/cr", "run `claude-relay check`");
    assert_filled(long_path, "run `claude-relay check`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_quoted_when_a_shell_would_change_them),
        cmocka_unit_test(a_name_that_looks_like_an_option_is_marked),
        cmocka_unit_test(a_word_that_is_too_long_is_cut),
        cmocka_unit_test(a_shell_reads_the_word_that_was_meant),
        cmocka_unit_test(commands_begin_as_the_program_was_called),
        cmocka_unit_test(the_start_is_set_once_for_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
