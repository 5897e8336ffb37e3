// SPDX-License-Identifier: MIT
/* Who works on a data folder: relays together, or one command. */
#include "store/in_use.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/filelock.h"
#include "unit.h"

static int folder_begin(void **state)
{
    log_setup(LOG_WARN, LOG_TEXT);
    *state = unit_folder_new();
    return 0;
}

static int folder_end(void **state)
{
    unit_folder_free(*state);
    return 0;
}

/* [who has it][who comes], and what is said. */
static void whoever_has_it_keeps_some_out(void **state)
{
    static const struct {
        const char *name;
        enum in_use_how first;
        enum in_use_how second;
        enum in_use want;
        const char *text;
    } cases[] = {
        { "two relays", IN_USE_SHARED, IN_USE_SHARED, IN_USE_TAKEN, "" },
        { "a command beside a relay", IN_USE_SHARED, IN_USE_ALONE,
          IN_USE_BY_RELAY, "a relay is running on" },
        { "a relay beside a command", IN_USE_ALONE, IN_USE_SHARED,
          IN_USE_BY_COMMAND, "another command works on" },
        { "two commands", IN_USE_ALONE, IN_USE_ALONE, IN_USE_BY_COMMAND,
          "another command works on" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err = { .text = "" };
        int first;
        int second;

        assert_int_equal(in_use_try(*state, cases[i].first, &first, &err),
                         IN_USE_TAKEN);
        if (in_use_try(*state, cases[i].second, &second, &err) != cases[i].want)
            fail_msg("%s", cases[i].name);
        unit_assert_part(err.text, cases[i].text);
        assert_int_equal(second >= 0, cases[i].want == IN_USE_TAKEN);
        assert_int_equal(in_use_look(*state), cases[i].first == IN_USE_ALONE
                                                  ? IN_USE_BY_COMMAND
                                                  : IN_USE_BY_RELAY);
        filelock_release(second);
        filelock_release(first);
        assert_int_equal(in_use_look(*state), IN_USE_TAKEN);
    }
}

static void a_look_makes_nothing(void **state)
{
    assert_int_equal(in_use_look(*state), IN_USE_TAKEN);
    assert_int_not_equal(access(unit_path(*state, IN_USE_FILE), F_OK), 0);
    assert_int_equal(in_use_look("/nonexistent"), IN_USE_TAKEN);
}

static void what_is_waited_for_is_said(void **state)
{
    struct unit_capture capture;
    struct err err;
    char *log;
    int held;

    assert_int_equal(in_use_try(*state, IN_USE_ALONE, &held, &err),
                     IN_USE_TAKEN);
    capture = unit_capture_begin(2);
    assert_int_equal(in_use_wait(*state, IN_USE_SHARED, 1200, &err), -1);
    log = unit_capture_end(&capture);
    unit_assert_part(log, "another command works on");
    unit_assert_part(log, "waiting for it");
    mem_free(log);
    assert_int_equal(err.code, ERR_BUSY);
    filelock_release(held);
    held = in_use_wait(*state, IN_USE_SHARED, 0, &err);
    assert_true(held >= 0);
    filelock_release(held);
}

/* The reason is another one than somebody at work. */
static void one_that_cannot_be_locked_is_not_waited_for(void **state)
{
    struct err err;
    char *deep;
    int fd;

    assert_int_equal(mkdir(unit_path(*state, IN_USE_FILE), 0700), 0);
    assert_int_equal(in_use_try(*state, IN_USE_ALONE, &fd, &err),
                     IN_USE_FAILED);
    assert_int_equal(fd, -1);
    unit_assert_part(err.text, "/.in-use: Is a directory");
    assert_int_equal(in_use_wait(*state, IN_USE_SHARED, 60000, &err), -1);
    deep = mem_zalloc(5000);
    memset(deep, '/', 4093);
    assert_int_equal(in_use_try(deep, IN_USE_ALONE, &fd, &err), IN_USE_FAILED);
    unit_assert_part(err.text, "the path of .in-use is too long");
    mem_free(deep);
}

static void a_lock_whose_file_is_gone_is_noticed(void **state)
{
    struct err err;
    int first;
    int second;

    assert_false(in_use_is_there(*state, -1));
    assert_int_equal(in_use_try(*state, IN_USE_SHARED, &first, &err),
                     IN_USE_TAKEN);
    assert_true(in_use_is_there(*state, first));
    assert_int_equal(unlink(unit_path(*state, IN_USE_FILE)), 0);
    assert_false(in_use_is_there(*state, first));
    assert_int_equal(in_use_try(*state, IN_USE_SHARED, &second, &err),
                     IN_USE_TAKEN);
    assert_false(in_use_is_there(*state, first));
    assert_true(in_use_is_there(*state, second));
    filelock_release(first);
    filelock_release(second);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whoever_has_it_keeps_some_out),
        TEST(a_look_makes_nothing),
        TEST(what_is_waited_for_is_said),
        TEST(one_that_cannot_be_locked_is_not_waited_for),
        TEST(a_lock_whose_file_is_gone_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
