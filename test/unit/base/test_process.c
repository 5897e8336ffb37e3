// SPDX-License-Identifier: MIT
/* What the kernel tells of this process. */
#include "base/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "unit.h"

static void it_is_this_process(void **state)
{
    struct process_figures figures;
    struct rlimit files;

    (void)state;
    process_figures(&figures);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    assert_int_equal(figures.max_fds, files.rlim_cur);
    assert_true(figures.resident_bytes > 100000);
    assert_true(figures.virtual_bytes >= figures.resident_bytes);
    assert_true(figures.threads >= 1);
    assert_true(figures.cpu_us > 0);
}

static void each_open_file_is_counted(void **state)
{
    struct process_figures before;
    struct process_figures after;
    int one = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int far;

    (void)state;
    process_figures(&before);
    assert_true(before.open_fds >= 3);
    far = fcntl(one, F_DUPFD_CLOEXEC, 200);
    assert_true(far >= 200);
    process_figures(&after);
    assert_int_equal(after.open_fds, before.open_fds + 1);
    (void)close(far);
    (void)close(one);
    process_figures(&after);
    assert_int_equal(after.open_fds, before.open_fds - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_this_process),
        cmocka_unit_test(each_open_file_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
