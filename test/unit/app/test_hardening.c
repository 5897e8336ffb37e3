// SPDX-License-Identifier: MIT
/* What others may see of this process.  In children: a test of its own would stay
   as it is then. */
#include "app/hardening.h"

#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static int in_child(int (*what)(void))
{
    pid_t child = fork();
    int status = 0;

    if (child == 0)
        _exit(what());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Most machines begin with none allowed, which would prove nothing. */
static bool allow_core_files(struct rlimit *limit)
{
    if (getrlimit(RLIMIT_CORE, limit) != 0)
        return false;
    if (limit->rlim_max == 0)
        limit->rlim_max = 1048576; /* only root may */
    limit->rlim_cur = limit->rlim_max;
    return setrlimit(RLIMIT_CORE, limit) == 0 || geteuid() != 0;
}

static int begin(void)
{
    struct rlimit before;
    struct rlimit after;

    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0 || !allow_core_files(&before) ||
        getrlimit(RLIMIT_CORE, &before) != 0)
        return 1;
    hardening_begin();
    if (getrlimit(RLIMIT_CORE, &after) != 0)
        return 1;
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 || after.rlim_cur != 0)
        return 2;
    return after.rlim_max == before.rlim_max ? 0 : 3;
}

static void it_cannot_be_dumped(void **state)
{
    (void)state;
    assert_int_equal(in_child(begin), 0);
}

static int begin_and_end(void)
{
    struct rlimit after;

    hardening_begin();
    hardening_end();
    if (getrlimit(RLIMIT_CORE, &after) != 0 || after.rlim_cur != after.rlim_max)
        return 1;
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1 ? 0 : 2;
}

static void it_can_be_again_if_that_is_wanted(void **state)
{
    (void)state;
    assert_int_equal(in_child(begin_and_end), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_cannot_be_dumped),
        cmocka_unit_test(it_can_be_again_if_that_is_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
