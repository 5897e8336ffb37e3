// SPDX-License-Identifier: MIT
/* How long a backup waits for whoever reads it. */
#include "admin/backup_routes.h"

#include "unit.h"

static const struct {
    const char *name;
    uint64_t elapsed_ms;
    uint64_t bytes;
    uint64_t wait_ms;
} waits[] = {
    { "the first part", 0, 32768, 120000 },
    { "fast ones may stand still all the same", 10000, 1000000000, 120000 },
    { "as fast as it has to be", 1000000, 16000000, 120000 },
    { "half as fast", 200000, 1600000, 20000 },
    { "a drip", 119000, 0, 1000 },
    { "a drip, for too long", 120000, 0, 0 },
    { "not fast enough for ever", 86400000, 1000000, 0 },
};

static void a_drip_does_not_last(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(waits); i++) {
        uint64_t wait_ms =
            backup_routes_wait_ms(waits[i].elapsed_ms, waits[i].bytes);

        if (wait_ms != waits[i].wait_ms)
            fail_msg("%s: %llu ms", waits[i].name, (unsigned long long)wait_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drip_does_not_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
