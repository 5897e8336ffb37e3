// SPDX-License-Identifier: MIT
/* Whether a connection is dead. */
#include "upstream/silence.h"

#include "base/macros.h"
#include "unit.h"

static const struct {
    const char *name;
    struct stream_acks acks;
    enum silence want;
} cases[] = {
    { "it thinks", { .silent_ms = 600000 }, SILENCE_NONE },
    { "it thinks, and said so just now", { .silent_ms = 0 }, SILENCE_NONE },
    { "it takes no more, and says so",
      { .outstanding = 100000, .silent_ms = 40 },
      SILENCE_GOES_ON },
    { "a second before the limit",
      { .outstanding = 1, .silent_ms = SILENCE_LIMIT_MS - 1 },
      SILENCE_GOES_ON },
    { "at the limit",
      { .outstanding = 1, .silent_ms = SILENCE_LIMIT_MS },
      SILENCE_DEAD },
    { "long dead", { .outstanding = 400, .silent_ms = 90000 }, SILENCE_DEAD },
};

static void only_silence_with_bytes_on_the_way_is_death(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (silence_judge(&cases[i].acks, SILENCE_LIMIT_MS) != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
}

static void what_arrived_is_what_is_not_outstanding(void **state)
{
    struct stream_acks acks = { .outstanding = 100 };

    (void)state;
    assert_int_equal(silence_acknowledged(&acks, 0), 0);
    assert_int_equal(silence_acknowledged(&acks, 99), 0); /* older ones, too */
    assert_int_equal(silence_acknowledged(&acks, 100), 0);
    assert_int_equal(silence_acknowledged(&acks, 101), 1);
    acks.outstanding = 0;
    assert_int_equal(silence_acknowledged(&acks, 101), 101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_silence_with_bytes_on_the_way_is_death),
        cmocka_unit_test(what_arrived_is_what_is_not_outstanding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
