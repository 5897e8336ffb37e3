// SPDX-License-Identifier: MIT
/* What comes next: docs/decisions/0002, and a first 401. */
#include "relay/retry.h"

#include "base/macros.h"
#include "unit.h"

/* The stale connection, as it usually shows. */
#define STALE                                                                  \
    .reused = true, .sent = true, .replayable = true, .tries = 1,              \
    .since_sent_ms = 30
/* An answer to what can be sent again. */
#define ANSWER(number) .status = (number), .replayable = true, .tries = 1

/* It taught that another account may be asked, of three. */
#define OTHERS(asked) .elsewhere = true, .accounts = (asked), .accounts_max = 3

static const struct {
    const char *name;
    struct retry_facts facts;
    enum retry_verdict want;
} cases[] = {
    { "closed a round trip later", { STALE }, RETRY_AGAIN_FRESH },
    { "closed at once",
      { .reused = true, .sent = true, .replayable = true, .tries = 1 },
      RETRY_AGAIN_FRESH },
    { "closed while we were sending",
      { .reused = true, .replayable = true, .tries = 1 },
      RETRY_AGAIN_FRESH },
    { "closed while we were sending for long",
      { .reused = true,
        .replayable = true,
        .tries = 1,
        .since_sent_ms = UINT64_MAX },
      RETRY_AGAIN_FRESH },
    { "a fresh connection",
      { .sent = true, .replayable = true, .tries = 1 },
      RETRY_REFUSE },
    { "a fresh connection, not sent",
      { .replayable = true, .tries = 1 },
      RETRY_REFUSE },
    { "a streamed body",
      { .reused = true, .sent = true, .tries = 1 },
      RETRY_REFUSE },
    { "silently dead",
      { STALE, .timed_out = true, .unheard = true },
      RETRY_AGAIN_FRESH },
    { "silently dead for long",
      { .reused = true,
        .sent = true,
        .replayable = true,
        .tries = 1,
        .timed_out = true,
        .unheard = true,
        .since_sent_ms = 15000 },
      RETRY_AGAIN_FRESH },
    { "silently dead, but something arrived",
      { STALE, .timed_out = true },
      RETRY_REFUSE },
    { "a fresh one, silently dead",
      { .sent = true,
        .replayable = true,
        .tries = 1,
        .timed_out = true,
        .unheard = true },
      RETRY_REFUSE },
    { "a streamed body, not sent",
      { .reused = true, .tries = 1 },
      RETRY_REFUSE },

    { "fine", { ANSWER(200) }, RETRY_DELIVER },
    { "a token that is refused", { ANSWER(401), .token = true }, RETRY_RENEW },
    { "any other 401", { ANSWER(401) }, RETRY_DELIVER },
    { "a 401 to a streamed body",
      { .status = 401, .token = true, .tries = 1 },
      RETRY_DELIVER },
    { "a 401 after a stale connection",
      { .status = 401, .token = true, .replayable = true, .tries = 2 },
      RETRY_RENEW },
    { "a 403", { ANSWER(403) }, RETRY_DELIVER },
    { "too many", { ANSWER(429) }, RETRY_DELIVER },
    { "overloaded", { ANSWER(529) }, RETRY_DELIVER },
    { "overloaded, on a pooled connection",
      { STALE, .status = 529 },
      RETRY_DELIVER },

    { "too many, and there are others",
      { ANSWER(429), OTHERS(1) },
      RETRY_ELSEWHERE },
    { "too many, as often as may be",
      { ANSWER(429), OTHERS(3) },
      RETRY_DELIVER },
    { "too many, to a streamed body",
      { .status = 429, .tries = 1, OTHERS(1) },
      RETRY_DELIVER },
    { "overloaded, and there are others",
      { ANSWER(529), OTHERS(1) },
      RETRY_ELSEWHERE },
    { "a token that is refused, and there are others",
      { ANSWER(401), OTHERS(1), .token = true },
      RETRY_RENEW },
    { "a credential that is refused, and there are others",
      { ANSWER(401), OTHERS(1) },
      RETRY_ELSEWHERE },
    { "its proxy is dead, and there are others",
      { .replayable = true, .tries = 1, OTHERS(1) },
      RETRY_ELSEWHERE },
    { "stale, and there are others", { STALE, OTHERS(1) }, RETRY_AGAIN_FRESH },
    { "closed long after it was sent, unanswered",
      { .sent = true,
        .connected = true,
        .replayable = true,
        .tries = 1,
        .since_sent_ms = 5000,
        OTHERS(1) },
      RETRY_ELSEWHERE },
    { "the same, and it made something",
      { .sent = true,
        .connected = true,
        .replayable = true,
        .makes = true,
        .tries = 1,
        .since_sent_ms = 5000,
        OTHERS(1) },
      RETRY_REFUSE },
    { "it makes something, and did not leave completely",
      { .connected = true,
        .replayable = true,
        .makes = true,
        .tries = 1,
        OTHERS(1) },
      RETRY_ELSEWHERE },
    { "it makes something, and was refused",
      { ANSWER(429), .makes = true, OTHERS(1) },
      RETRY_ELSEWHERE },
    { "it makes something, and failed there",
      { ANSWER(500), .makes = true, OTHERS(1) },
      RETRY_DELIVER },
    { "it makes something, and an edge gave up waiting",
      { ANSWER(504), .makes = true, OTHERS(1) },
      RETRY_DELIVER },
    { "it makes something, and the provider is overloaded",
      { ANSWER(529), .makes = true, OTHERS(1) },
      RETRY_DELIVER },
    { "it makes nothing, and failed there",
      { ANSWER(500), OTHERS(1) },
      RETRY_ELSEWHERE },
    { "it makes something, and the connection was stale, perhaps",
      { STALE, .makes = true, OTHERS(1) },
      RETRY_REFUSE },
    { "it makes something, and nothing of it arrived",
      { STALE, .makes = true, .timed_out = true, .unheard = true, OTHERS(1) },
      RETRY_AGAIN_FRESH },
    { "cut within the head of its answer",
      { .sent = true,
        .connected = true,
        .answered = true,
        .replayable = true,
        .tries = 1,
        OTHERS(1) },
      RETRY_REFUSE },
    { "still being answered, for all we know",
      { .sent = true,
        .connected = true,
        .timed_out = true,
        .replayable = true,
        .tries = 1,
        OTHERS(1) },
      RETRY_REFUSE },
};

static void each_case_has_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (retry_decide(&cases[i].facts) != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
}

static bool is_repeated(const struct retry_facts *facts)
{
    return retry_decide(facts) == RETRY_AGAIN_FRESH;
}

static void a_second_is_the_limit(void **state)
{
    struct retry_facts facts = { STALE };

    (void)state;
    facts.since_sent_ms = 1000;
    assert_true(is_repeated(&facts));
    facts.since_sent_ms = 1001;
    assert_false(is_repeated(&facts));
    facts.since_sent_ms = UINT64_MAX;
    assert_false(is_repeated(&facts));
}

/* Whatever the settings say. */
static void an_overload_asks_one_more_at_the_most(void **state)
{
    (void)state;
    assert_int_equal(retry_accounts_max(3, false), 3);
    assert_int_equal(retry_accounts_max(3, true), 2);
    assert_int_equal(retry_accounts_max(2, true), 2);
    assert_int_equal(retry_accounts_max(1, true), 1);
}

static void it_happens_once(void **state)
{
    struct retry_facts facts = { STALE };

    (void)state;
    facts.tries = 2;
    assert_false(is_repeated(&facts));
    facts.sent = false;
    assert_false(is_repeated(&facts));
}

static void giving_up_is_no_close(void **state)
{
    struct retry_facts facts = { STALE, .timed_out = true };

    (void)state;
    assert_false(is_repeated(&facts));
    facts.sent = false;
    assert_false(is_repeated(&facts));
}

/* Every combination there is: whatever came back, nothing is sent again, and
   nothing that may have been billed is. */
static void an_answered_request_is_never_repeated(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 1024; bits++) {
        struct retry_facts facts = {
            .reused = bits & 1,
            .sent = bits & 2,
            .answered = bits & 4,
            .replayable = bits & 8,
            .timed_out = bits & 16,
            .tries = 1 + !!(bits & 32),
            .since_sent_ms = bits & 64    ? 1001
                             : bits & 128 ? 999
                                          : 0,
        };
        struct retry_facts dead = facts;
        bool want = (bits & 1) && (bits & 8) && !(bits & (4 | 16 | 32)) &&
                    (!(bits & 2) || !(bits & 64));

        assert_int_equal(retry_decide(&facts),
                         want ? RETRY_AGAIN_FRESH : RETRY_REFUSE);
        dead.timed_out = dead.unheard = true;
        want = (bits & 1) && (bits & 8) && !(bits & (4 | 32));
        assert_int_equal(retry_decide(&dead),
                         want ? RETRY_AGAIN_FRESH : RETRY_REFUSE);
    }
}

/* Every combination there is: an answer is delivered, unless a better token may help. */
static void an_answer_is_the_clients(void **state)
{
    static const unsigned statuses[] = { 200, 400, 401, 403, 429, 500, 529 };

    (void)state;
    for (unsigned bits = 0; bits < 512; bits++) {
        struct retry_facts facts = {
            .token = bits & 1,
            .replayable = bits & 4,
            .tries = 1 + !!(bits & 8),
            .reused = bits & 16,
            .sent = bits & 32,
            .answered = bits & 64,
            .timed_out = bits & 128,
            .unheard = bits & 256,
        };
        bool may_renew = (bits & 1) && (bits & 4);

        for (size_t i = 0; i < COUNT_OF(statuses); i++) {
            facts.status = statuses[i];
            assert_int_equal(retry_decide(&facts),
                             may_renew ? RETRY_RENEW : RETRY_DELIVER);
        }
    }
}

/* What came of it, for the record. */
static const struct {
    const char *name;
    struct retry_facts facts;
    enum record_result want;
} results[] = {
    { "fine", { ANSWER(200) }, RECORD_DELIVERED },
    { "overloaded", { ANSWER(529) }, RECORD_DELIVERED },
    { "a token that is refused",
      { ANSWER(401), .token = true },
      RECORD_TOKEN_REFUSED },
    { "any other 401", { ANSWER(401) }, RECORD_DELIVERED },
    { "stale", { STALE, .connected = true }, RECORD_STALE },
    { "no connection", { .replayable = true, .tries = 1 }, RECORD_UNREACHABLE },
    { "no connection in time",
      { .replayable = true, .tries = 1, .timed_out = true },
      RECORD_UNREACHABLE },
    { "closed at work",
      { .connected = true, .sent = true, .tries = 1 },
      RECORD_LOST },
    { "half an answer",
      { .connected = true, .sent = true, .answered = true, .tries = 1 },
      RECORD_LOST },
    { "silently dead, nothing arrived",
      { .connected = true,
        .sent = true,
        .timed_out = true,
        .unheard = true,
        .tries = 1 },
      RECORD_LOST },
    { "no answer in time",
      { .connected = true, .sent = true, .timed_out = true, .tries = 1 },
      RECORD_TIMED_OUT },
};

static void what_came_of_it_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(results); i++) {
        if (retry_result(&results[i].facts) != results[i].want)
            fail_msg("%s", results[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_has_its_verdict),
        cmocka_unit_test(a_second_is_the_limit),
        cmocka_unit_test(an_overload_asks_one_more_at_the_most),
        cmocka_unit_test(it_happens_once),
        cmocka_unit_test(giving_up_is_no_close),
        cmocka_unit_test(an_answered_request_is_never_repeated),
        cmocka_unit_test(an_answer_is_the_clients),
        cmocka_unit_test(what_came_of_it_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
