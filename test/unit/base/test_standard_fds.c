// SPDX-License-Identifier: MIT
/* Descriptors 0 to 2. */
#include "base/standard_fds.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static bool is_null(int fd)
{
    char path[64] = "";
    char name[] = "/proc/self/fd/0";

    name[strlen(name) - 1] = (char)('0' + fd);
    return readlink(name, path, sizeof(path) - 1) > 0 &&
           strcmp(path, "/dev/null") == 0;
}

/* In a child: which of the three are missing. */
static int run_without(unsigned missing)
{
    unsigned before = 0;

    for (int fd = 0; fd <= 2; fd++) {
        before |= is_null(fd) ? 1u << fd : 0;
        if (missing & (1u << fd))
            (void)close(fd);
    }
    standard_fds_open();
    for (int fd = 0; fd <= 2; fd++) {
        if (is_null(fd) != (((missing | before) >> fd & 1) == 1))
            return 1;
    }
    return 0;
}

static void those_that_are_missing_lead_nowhere(void **state)
{
    (void)state;
    for (unsigned missing = 0; missing < 8; missing++) {
        pid_t child = fork();
        int status;

        if (child == 0)
            _exit(run_without(missing));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_that_are_missing_lead_nowhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
