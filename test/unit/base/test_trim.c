// SPDX-License-Identifier: MIT
/* Memory that only the start of the program needed. */
#include "base/trim.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "unit.h"

static int written = 7; /* a page that was written stays */

static void everything_goes_on_working(void **state)
{
    char *heap = mem_alloc(100000);

    (void)state;
    memset(heap, 'x', 100000);
    written++;
    for (int i = 0; i < 3; i++) {
        trim_after_start();
        assert_int_equal(heap[99999], 'x');
        assert_int_equal(written, 8 + i);
        written++;
    }
    mem_free(heap);
}

/* The text comes back by faults that need no disk. */
static void text_is_given_back(void **state)
{
    struct rusage before;
    struct rusage after;

    (void)state;
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    trim_after_start();
    assert_int_equal(strtol("12", NULL, 10), 12);
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    assert_true(after.ru_minflt > before.ru_minflt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_goes_on_working),
        cmocka_unit_test(text_is_given_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
