// SPDX-License-Identifier: MIT
/* Sessions stay where they were served, for an hour. */
#include "account/bindings.h"

#include "base/macros.h"
#include "unit.h"

#define NOW_MS 1795900000000u

static void a_session_is_bound_for_an_hour(void **state)
{
    struct bindings *bindings = bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);
    uint64_t one = bindings_account(STR("one"));
    uint64_t two = bindings_account(STR("two"));

    (void)state;
    assert_int_equal(bindings_find(bindings, 7, NOW_MS), 0);
    bindings_put(bindings, 7, one, NOW_MS);
    assert_int_equal(bindings_find(bindings, 7, NOW_MS), one);
    assert_int_equal(bindings_find(bindings, 8, NOW_MS), 0);
    assert_int_equal(bindings_find(bindings, 7,
                                   NOW_MS + BINDINGS_SESSION_MS - 1),
                     one);
    assert_int_equal(bindings_find(bindings, 7, NOW_MS + BINDINGS_SESSION_MS),
                     0);
    /* Renewed, and moved. */
    bindings_put(bindings, 7, one, NOW_MS + 1000);
    assert_int_equal(bindings_find(bindings, 7, NOW_MS + BINDINGS_SESSION_MS),
                     one);
    bindings_put(bindings, 7, two, NOW_MS + 2000);
    assert_int_equal(bindings_find(bindings, 7, NOW_MS + 2000), two);
    bindings_free(bindings);
    bindings_free(NULL);
}

/* What was chosen before a session moved does not take it back. */
static void whoever_was_chosen_later_moves_it(void **state)
{
    static const struct {
        uint64_t bound; /* now */
        uint64_t was;
        uint64_t account;
        uint64_t want;
    } cases[] = {
        { 0, 0, 1, 1 }, { 0, 2, 1, 1 }, { 1, 1, 1, 1 }, { 1, 1, 2, 2 },
        { 2, 1, 1, 2 }, { 2, 0, 1, 2 }, { 2, 1, 2, 2 }, { 2, 1, 3, 2 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bindings *bindings =
            bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);

        if (cases[i].bound)
            bindings_put(bindings, 7, cases[i].bound, NOW_MS);
        bindings_renew(bindings, 7, cases[i].was, cases[i].account,
                       NOW_MS + 1000);
        assert_int_equal(bindings_find(bindings, 7, NOW_MS + 1000),
                         cases[i].want);
        /* Once it is over, nothing was moved. */
        bindings_renew(bindings, 7, 8, 9, NOW_MS + 2 * BINDINGS_SESSION_MS);
        assert_int_equal(bindings_find(bindings, 7,
                                       NOW_MS + 2 * BINDINGS_SESSION_MS),
                         9);
        bindings_free(bindings);
    }
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed ^ *seed >> 29) | 1;
}

/* The newest are there, however many came before. */
static void they_are_bounded(void **state)
{
    struct bindings *bindings = bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);
    uint64_t seed = 20261129;
    uint64_t newest;
    size_t kept = 0;

    (void)state;
    for (size_t i = 0; i < 4 * BINDINGS_MAX; i++)
        bindings_put(bindings, next_random(&seed), 1, NOW_MS + i);
    newest = seed;
    for (size_t i = 0; i < 1000; i++)
        bindings_put(bindings, next_random(&seed), 2,
                     NOW_MS + 4 * BINDINGS_MAX);
    seed = newest;
    for (size_t i = 0; i < 1000; i++)
        kept += bindings_find(bindings, next_random(&seed),
                              NOW_MS + 4 * BINDINGS_MAX) == 2;
    assert_int_equal(kept, 1000);
    bindings_free(bindings);
}

static size_t take(struct bindings *bindings, struct bindings *after)
{
    struct bindings_part part;
    size_t count = 0;

    do {
        bindings_take(bindings, BINDINGS_TAKEN_MAX, &part);
        count += part.count;
        assert_true(part.count > 0 || !part.more);
        for (size_t i = 0; after && i < part.count; i++)
            bindings_restore(after, &part.at[i]);
    } while (part.more);
    return count;
}

static void they_outlive_a_restart(void **state)
{
    struct bindings *before = bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);
    struct bindings *after = bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);

    (void)state;
    for (uint64_t session = 1; session < 1000; session++)
        bindings_put(before, session, session % 3 + 1, NOW_MS + session);
    assert_int_equal(take(before, after), 999);
    for (uint64_t session = 1; session < 1000; session++)
        assert_int_equal(bindings_find(after, session,
                                       NOW_MS + BINDINGS_SESSION_MS + 500),
                         session > 500 ? session % 3 + 1 : 0);
    /* What was served meanwhile is newer than what is read. */
    bindings_restore(after, &(struct binding){ .session = 999,
                                               .account = 9,
                                               .until_ms = NOW_MS + 2 });
    assert_int_equal(bindings_find(after, 999, NOW_MS), 1);
    bindings_free(before);
    bindings_free(after);
}

/* Most requests change nothing that has to be kept. */
static void only_what_is_new_is_taken(void **state)
{
    struct bindings *bindings = bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);

    (void)state;
    bindings_put(bindings, 7, 1, NOW_MS);
    assert_int_equal(take(bindings, NULL), 1);
    for (uint64_t i = 0; i < 600; i++)
        bindings_put(bindings, 7, 1, NOW_MS + i * 1000);
    assert_int_equal(take(bindings, NULL), 0);
    bindings_put(bindings, 7, 1, NOW_MS + 601 * 1000);
    assert_int_equal(take(bindings, NULL), 1);
    bindings_put(bindings, 7, 2, NOW_MS + 602 * 1000);
    assert_int_equal(take(bindings, NULL), 1);
    bindings_free(bindings);
}

#define MANY 20000u

/* However many change at once: in parts, each once. */
static void all_are_taken(void **state)
{
    struct bindings *before = bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);
    struct bindings *after = bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);

    (void)state;
    for (uint64_t session = 1; session <= MANY; session++)
        bindings_put(before, session, 1, NOW_MS);
    assert_int_equal(take(before, after), MANY);
    assert_int_equal(take(before, after), 0);
    for (uint64_t session = 1; session <= MANY; session++)
        assert_int_equal(bindings_find(after, session, NOW_MS), 1);
    bindings_free(before);
    bindings_free(after);
}

static void put_again(struct bindings *bindings, uint64_t last, unsigned round)
{
    for (uint64_t session = 1; session <= last; session++)
        bindings_put(bindings, session, round, NOW_MS);
}

/* A part begins where the one before had to end: what changes all the time keeps
   nobody else waiting. */
static void none_waits_for_ever(void **state)
{
    struct bindings *bindings = bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);
    struct bindings_part part;
    bool taken = false;

    (void)state;
    bindings_put(bindings, 9999, 1, NOW_MS);
    for (unsigned round = 1; round <= 3; round++) {
        put_again(bindings, 2 * BINDINGS_TAKEN_MAX, round);
        bindings_take(bindings, BINDINGS_TAKEN_MAX, &part);
        for (size_t i = 0; i < part.count; i++)
            taken |= part.at[i].session == 9999;
    }
    assert_true(taken);
    bindings_free(bindings);
}

static void what_is_put_back_is_taken_again(void **state)
{
    struct bindings *bindings = bindings_new(BINDINGS_SESSION_MS, BINDINGS_MAX);
    struct bindings_part part;

    (void)state;
    bindings_put(bindings, 7, 1, NOW_MS);
    bindings_put(bindings, 8, 1, NOW_MS);
    bindings_take(bindings, BINDINGS_TAKEN_MAX, &part);
    assert_int_equal(part.count, 2);
    bindings_put(bindings, 7, 2, NOW_MS);
    bindings_put_back(bindings, &part);
    assert_int_equal(take(bindings, NULL), 2);
    bindings_free(bindings);
}

/* ---- what is saved ---------------------------------------------------------- */

#define FEW 64u
#define SESSIONS 500u

/* A table of sessions; 0: it is not in there. */
struct saved {
    uint64_t account[SESSIONS + 1];
    size_t rows;
};

static void save(struct saved *saved, const struct bindings_part *part)
{
    for (size_t i = 0; i < part->count; i++) {
        if (part->at[i].kept != part->at[i].session)
            saved->account[part->at[i].kept] = 0;
    }
    for (size_t i = 0; i < part->count; i++)
        saved->account[part->at[i].session] = part->at[i].account;
    saved->account[0] = 0;
    saved->rows = 0;
    for (size_t i = 1; i <= SESSIONS; i++)
        saved->rows += saved->account[i] != 0;
}

static void assert_saved(struct bindings *bindings, const struct saved *saved,
                         uint64_t now_ms)
{
    for (uint64_t i = 1; i <= SESSIONS; i++)
        assert_true(bindings_find(bindings, i, now_ms) == saved->account[i]);
}

static void put_some(struct bindings *bindings, uint64_t *seed, uint64_t now_ms)
{
    for (size_t i = next_random(seed) % 50; i > 0; i--)
        bindings_put(bindings, next_random(seed) / 7 % SESSIONS + 1,
                     next_random(seed) / 7 % 3 + 1, now_ms);
}

/* Whatever is thrown out, forgotten, or not saved at once: there is never more than in
   memory, and in the end the same. */
static void what_is_saved_is_what_there_is(void **state)
{
    struct bindings *bindings = bindings_new(BINDINGS_SESSION_MS, FEW);
    struct saved saved = { .rows = 0 };
    struct bindings_part part;
    uint64_t seed = 20261129;
    uint64_t now_ms = NOW_MS;

    (void)state;
    for (size_t round = 0; round < 3000; round++) {
        now_ms += 1000;
        put_some(bindings, &seed, now_ms);
        if (next_random(&seed) / 7 % 10 == 0)
            bindings_forget(bindings, next_random(&seed) / 7 % 3 + 1);
        bindings_take(bindings, BINDINGS_TAKEN_MAX, &part);
        put_some(bindings, &seed, now_ms);
        if (next_random(&seed) / 7 % 3 == 0) {
            bindings_put_back(bindings, &part);
            continue;
        }
        save(&saved, &part);
        assert_true(saved.rows <= FEW);
        bindings_take(bindings, BINDINGS_TAKEN_MAX, &part);
        save(&saved, &part);
        assert_saved(bindings, &saved, now_ms);
    }
    assert_true(saved.rows > FEW / 2);
    bindings_free(bindings);
}

static void an_account_is_forgotten(void **state)
{
    struct bindings *bindings = bindings_new(BINDINGS_SESSION_MS, FEW);
    struct bindings_part part;

    (void)state;
    for (uint64_t session = 1; session <= 8; session++)
        bindings_put(bindings, session, session % 2 + 1, NOW_MS);
    assert_int_equal(take(bindings, NULL), 8);
    bindings_put(bindings, 9, 1, NOW_MS);
    bindings_forget(bindings, 1);
    for (uint64_t session = 1; session <= 9; session++)
        assert_int_equal(bindings_find(bindings, session, NOW_MS),
                         session % 2 == 1 && session < 9 ? 2 : 0);
    bindings_take(bindings, BINDINGS_TAKEN_MAX, &part);
    assert_int_equal(part.count, 4);
    for (size_t i = 0; i < part.count; i++)
        assert_true(part.at[i].session == 0 && part.at[i].kept != 0);
    bindings_free(bindings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_bound_for_an_hour),
        cmocka_unit_test(whoever_was_chosen_later_moves_it),
        cmocka_unit_test(they_are_bounded),
        cmocka_unit_test(they_outlive_a_restart),
        cmocka_unit_test(only_what_is_new_is_taken),
        cmocka_unit_test(all_are_taken),
        cmocka_unit_test(none_waits_for_ever),
        cmocka_unit_test(what_is_put_back_is_taken_again),
        cmocka_unit_test(what_is_saved_is_what_there_is),
        cmocka_unit_test(an_account_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
