// SPDX-License-Identifier: MIT
/* Whether a failed call is made again: docs/decisions/0002. */
#include "relay/retry.h"

#include "base/macros.h"
#include "unit.h"

/* The stale connection, as it usually shows. */
#define STALE                                                                  \
    .reused = true, .sent = true, .replayable = true, .attempts = 1,           \
    .since_sent_ms = 30

static const struct {
    const char *name;
    struct retry_facts facts;
    bool want;
} cases[] = {
    { "closed a round trip later", { STALE }, true },
    { "closed at once",
      { .reused = true, .sent = true, .replayable = true, .attempts = 1 },
      true },
    { "closed while we were sending",
      { .reused = true, .replayable = true, .attempts = 1 },
      true },
    { "closed while we were sending for long",
      { .reused = true,
        .replayable = true,
        .attempts = 1,
        .since_sent_ms = UINT64_MAX },
      true },
    { "a fresh connection",
      { .sent = true, .replayable = true, .attempts = 1 },
      false },
    { "a fresh connection, not sent",
      { .replayable = true, .attempts = 1 },
      false },
    { "a streamed body",
      { .reused = true, .sent = true, .attempts = 1 },
      false },
    { "silently dead", { STALE, .timed_out = true, .unheard = true }, true },
    { "silently dead for long",
      { .reused = true,
        .sent = true,
        .replayable = true,
        .attempts = 1,
        .timed_out = true,
        .unheard = true,
        .since_sent_ms = 15000 },
      true },
    { "silently dead, but something arrived",
      { STALE, .timed_out = true },
      false },
    { "a fresh one, silently dead",
      { .sent = true,
        .replayable = true,
        .attempts = 1,
        .timed_out = true,
        .unheard = true },
      false },
    { "a streamed body, not sent", { .reused = true, .attempts = 1 }, false },
};

static void only_a_stale_connection_is_retried(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (retry_on_fresh(&cases[i].facts) != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
}

static void a_second_is_the_limit(void **state)
{
    struct retry_facts facts = { STALE };

    (void)state;
    facts.since_sent_ms = 1000;
    assert_true(retry_on_fresh(&facts));
    facts.since_sent_ms = 1001;
    assert_false(retry_on_fresh(&facts));
    facts.since_sent_ms = UINT64_MAX;
    assert_false(retry_on_fresh(&facts));
}

static void it_happens_once(void **state)
{
    struct retry_facts facts = { STALE };

    (void)state;
    facts.attempts = 2;
    assert_false(retry_on_fresh(&facts));
    facts.sent = false;
    assert_false(retry_on_fresh(&facts));
}

static void giving_up_is_no_close(void **state)
{
    struct retry_facts facts = { STALE, .timed_out = true };

    (void)state;
    assert_false(retry_on_fresh(&facts));
    facts.sent = false;
    assert_false(retry_on_fresh(&facts));
}

/* Every combination there is: whatever came back, nothing is sent again, and
   nothing that may have been billed is. */
static void an_answered_request_is_never_repeated(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 256; bits++) {
        struct retry_facts facts = {
            .reused = bits & 1,
            .sent = bits & 2,
            .answered = bits & 4,
            .replayable = bits & 8,
            .timed_out = bits & 16,
            .attempts = 1 + !!(bits & 32),
            .since_sent_ms = bits & 64    ? 1001
                             : bits & 128 ? 999
                                          : 0,
        };
        struct retry_facts dead = facts;
        bool want = (bits & 1) && (bits & 8) && !(bits & (4 | 16 | 32)) &&
                    (!(bits & 2) || !(bits & 64));

        assert_int_equal(retry_on_fresh(&facts), want);
        dead.timed_out = dead.unheard = true;
        assert_int_equal(retry_on_fresh(&dead),
                         (bits & 1) && (bits & 8) && !(bits & (4 | 32)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_stale_connection_is_retried),
        cmocka_unit_test(a_second_is_the_limit),
        cmocka_unit_test(it_happens_once),
        cmocka_unit_test(giving_up_is_no_close),
        cmocka_unit_test(an_answered_request_is_never_repeated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
