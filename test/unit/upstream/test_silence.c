// SPDX-License-Identifier: MIT
/* Whether a connection is dead. */
#include "upstream/silence.h"

#include "base/macros.h"
#include "unit.h"

#define IN_FLIGHT .outstanding = 400, .in_flight = 300

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
    { "it takes no more, and the next probe is due in 25 s",
      { .outstanding = 100000, .silent_ms = 24000, .repeat_ms = 25600 },
      SILENCE_GOES_ON },
    { "a probe was lost, or its answer",
      { .outstanding = 100000, .silent_ms = 70000, .probes = 2 },
      SILENCE_GOES_ON },
    { "no probe is answered any more",
      { .outstanding = 100000, .silent_ms = 16000, .probes = 3 },
      SILENCE_DEAD },
    { "three probes were lost just now",
      { .outstanding = 100000, .silent_ms = 1400, .probes = 3 },
      SILENCE_GOES_ON },
    { "a millisecond before the limit",
      { IN_FLIGHT, .silent_ms = SILENCE_LIMIT_MS - 1, .repeats = 6 },
      SILENCE_GOES_ON },
    { "at the limit",
      { IN_FLIGHT, .silent_ms = SILENCE_LIMIT_MS, .repeats = 6 },
      SILENCE_DEAD },
    { "long dead",
      { IN_FLIGHT, .silent_ms = 90000, .repeats = 9, .repeat_ms = 51200 },
      SILENCE_DEAD },
    { "sent just now, after a long pause",
      { IN_FLIGHT, .silent_ms = 90000, .repeat_ms = 200 },
      SILENCE_GOES_ON },
    { "it drops what it has no room for, and says so when it is repeated",
      { IN_FLIGHT, .silent_ms = 24000, .repeats = 9, .repeat_ms = 25600 },
      SILENCE_GOES_ON },
    { "and its answer is on the way",
      { IN_FLIGHT, .silent_ms = 120040, .repeats = 12, .repeat_ms = 120000 },
      SILENCE_GOES_ON },
};

static void only_silence_with_bytes_on_the_way_is_death(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (silence_judge(&cases[i].acks, SILENCE_LIMIT_MS) != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
}

static void it_looks_again_when_it_may_be_dead(void **state)
{
    struct stream_acks acks = { .outstanding = 1, .silent_ms = 40 };

    (void)state;
    assert_int_equal(silence_next_ms(&acks, 1000), 960);
    acks.silent_ms = 999;
    assert_int_equal(silence_next_ms(&acks, 1000), 1);
    acks.silent_ms = 1000;
    assert_in_range(silence_next_ms(&acks, 1000), 1, 1000);
    acks.silent_ms = 90000;
    assert_in_range(silence_next_ms(&acks, 1000), 1, 1000);
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
        cmocka_unit_test(it_looks_again_when_it_may_be_dead),
        cmocka_unit_test(what_arrived_is_what_is_not_outstanding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
