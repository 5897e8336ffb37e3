// SPDX-License-Identifier: MIT
/* A relay that ends, and the next one on its folder: it is the locks that count, and
   they exclude within one process, too. */
#include "app/ending.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/filelock.h"
#include "unit.h"

/* Far longer than anything here takes. */
#define LONG_MS 60000

/* What the log says last while somebody starts on that folder (each of its writes to a
   file begins in front). */
static char *log_of_start(const char *folder, uint64_t wait_ms)
{
    struct unit_capture capture;

    log_setup(LOG_INFO, LOG_TEXT);
    capture = unit_capture_begin(2);
    ending_wait(str_of(folder), wait_ms);
    log_flush();
    return unit_capture_end(&capture);
}

static void where_none_has_ended_nothing_is_made(void **state)
{
    char *folder = unit_folder_new();
    char *said = log_of_start(folder, LONG_MS);

    (void)state;
    assert_string_equal(said, "");
    assert_int_equal(unit_file_count(folder), 0);
    mem_free(said);
    said = log_of_start("/nonexistent/folder", LONG_MS);
    assert_string_equal(said, "");
    mem_free(said);
    unit_folder_free(folder);
}

static void one_that_has_ended_is_not_waited_for(void **state)
{
    char *folder = unit_folder_new();
    struct stat info;
    char *said;

    (void)state;
    filelock_release(ending_begin(str_of(folder)));
    assert_int_equal(stat(unit_path(folder, ENDING_FILE), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    said = log_of_start(folder, LONG_MS);
    assert_string_equal(said, "");
    mem_free(said);
    unit_folder_free(folder);
}

/* Several may end at a time. */
static void one_that_ends_is_waited_for_but_not_for_ever(void **state)
{
    char *folder = unit_folder_new();
    int held[] = { ending_begin(str_of(folder)), ending_begin(str_of(folder)) };
    char *said;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(held); i++) {
        assert_true(held[i] >= 0);
        said = log_of_start(folder, 30);
        unit_assert_part(said, "limits are counted from what is saved now");
        mem_free(said);
        filelock_release(held[i]);
    }
    unit_folder_free(folder);
}

struct start {
    const char *folder;
    atomic_bool ready;
    atomic_bool over;
};

static void *start(void *arg)
{
    struct start *start = arg;

    atomic_store(&start->ready, true);
    ending_wait(str_of(start->folder), LONG_MS);
    atomic_store(&start->over, true);
    return NULL;
}

static void the_next_one_goes_on_when_it_has_ended(void **state)
{
    char *folder = unit_folder_new();
    struct start it = { .folder = folder };
    int held = ending_begin(str_of(folder));
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, start, &it), 0);
    while (!atomic_load(&it.ready))
        (void)usleep(1000);
    (void)usleep(30000);
    assert_false(atomic_load(&it.over));
    filelock_release(held);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(atomic_load(&it.over));
    unit_folder_free(folder);
}

static void where_it_cannot_be_held_the_log_says_so(void **state)
{
    struct unit_capture capture = unit_capture_begin(2);
    char *said;

    (void)state;
    assert_int_equal(ending_begin(STR("/nonexistent/folder")), -1);
    log_flush();
    said = unit_capture_end(&capture);
    unit_assert_part(said, "/nonexistent/folder/.ending");
    mem_free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_none_has_ended_nothing_is_made),
        cmocka_unit_test(one_that_has_ended_is_not_waited_for),
        cmocka_unit_test(one_that_ends_is_waited_for_but_not_for_ever),
        cmocka_unit_test(the_next_one_goes_on_when_it_has_ended),
        cmocka_unit_test(where_it_cannot_be_held_the_log_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
