// SPDX-License-Identifier: MIT
/* team/admission: random sequences of reserving, correcting, settling and giving back, on
   two keys of a group.  No limit is ever overshot, and nothing is left. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "desk.h"

#define STEPS 6000
#define HELD_MAX 24

/* Two keys of one group, and a steady clock that both move.  The wall clock moves for
   one thread alone: of two that look at it one is late, and sees what is held in the
   next window beside what was used in the last. */
struct pair {
    struct counter_desk desks[2];
    unsigned wall_speed;
    _Atomic uint64_t ms;
    _Atomic bool over;
};

struct player {
    struct pair *pair;
    struct counter_desk *desk;
    unsigned seed;
    struct admission held[HELD_MAX];
    size_t count;
    uint64_t admitted;
};

static void check_limits(struct player *player, struct side *side)
{
    struct counters_view view = counter_desk_view(player->desk, side);

    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const struct limit_view *at = &view.at[i];

        if (at->limit != LIMIT_NONE && at->used + at->reserved > at->limit)
            player->pair->over = true;
    }
}

static uint64_t below(struct player *player, uint64_t value)
{
    return value == 0 ? 0 : (uint64_t)rand_r(&player->seed) % value;
}

/* Corrections and truths are no more than what was held: so nothing may ever be
   overshot. */
static void step(struct player *player)
{
    size_t at = player->count > 0 ? below(player, player->count) : 0;
    struct admission *some = &player->held[at];
    struct counters_now *now = &player->desk->now;
    struct admission_truth truth;
    uint64_t passed_ms = below(player, 50);

    now->steady_ms =
        STEADY + atomic_fetch_add(&player->pair->ms, passed_ms) + passed_ms;
    now->wall_ms =
        MONDAY + 20 * HOUR_MS + player->pair->ms * player->pair->wall_speed;
    if (player->count < HELD_MAX && rand_r(&player->seed) % 2) {
        if (counter_desk_reserve(player->desk, &player->held[player->count]) ==
            ADMISSION_GRANTED) {
            player->count++;
            player->admitted++;
        }
    } else if (player->count > 0 && rand_r(&player->seed) % 3 == 0) {
        admission_correct(some, &(struct admission_hold){
                                    below(player, some->tokens_in + 1),
                                    below(player, some->tokens_out + 1),
                                    below(player, some->cost_microusd + 1),
                                    some->whole });
    } else if (player->count > 0) {
        truth = (struct admission_truth){
            .tokens_in = below(player, some->tokens_in + 1),
            .tokens_out = below(player, some->tokens_out + 1),
            .cost_microusd = below(player, some->cost_microusd + 1),
            .sent = rand_r(&player->seed) % 4 > 0
        };
        admission_settle(some, &truth, *now);
        *some = player->held[--player->count];
    }
    check_limits(player, &player->desk->key);
    check_limits(player, &player->desk->group);
}

static void *play(void *arg)
{
    struct player *player = arg;

    for (size_t i = 0; i < STEPS; i++)
        step(player);
    while (player->count > 0)
        counter_desk_cancel(player->desk, &player->held[--player->count]);
    return NULL;
}

static void set_random_limits(struct limits *limits, unsigned *seed)
{
    static const uint64_t scale[LIMIT_COUNT] = {
        40, 3000, 300, 400, 20, 8000000, 9000000, 9000000, 9000000, 90000000
    };

    limits_init(limits);
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (rand_r(seed) % 3 > 0)
            limits->at[i] = scale[i] / 2 + (uint64_t)rand_r(seed) % scale[i];
    }
}

static void open_pair(struct pair *pair, struct player players[2],
                      unsigned *seed)
{
    for (unsigned i = 0; i < 2; i++) {
        counter_desk_open(&pair->desks[i], i == 0);
        set_random_limits(&pair->desks[i].key.limits, seed);
        players[i].pair = pair;
        players[i].desk = &pair->desks[i];
        players[i].seed = *seed + i;
    }
    set_random_limits(&pair->desks[0].group.limits, seed);
    pair->desks[1].group = pair->desks[0].group;
    (void)counters_ref(pair->desks[1].group.counters);
}

static void close_pair(struct pair *pair, const struct player players[2])
{
    assert_false(pair->over);
    assert_true(players[0].admitted + players[1].admitted > 0);
    for (size_t i = 0; i < 2; i++) {
        counter_desk_expect_free(&pair->desks[i]);
        counter_desk_close(&pair->desks[i]);
    }
}

static void two_threads_overshoot_nothing_and_leave_nothing(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= 20; round++) {
        struct pair pair = { .ms = 0 };
        struct player players[2] = { 0 };
        unsigned seed = round * 7919;
        pthread_t other;

        open_pair(&pair, players, &seed);
        assert_int_equal(pthread_create(&other, NULL, play, &players[1]), 0);
        (void)play(&players[0]);
        assert_int_equal(pthread_join(other, NULL), 0);
        close_pair(&pair, players);
    }
}

static void nothing_is_overshot_while_windows_pass(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= 20; round++) {
        struct pair pair = { .wall_speed = 2000 };
        struct player players[2] = { 0 };
        unsigned seed = round * 104729;

        open_pair(&pair, players, &seed);
        for (size_t i = 0; i < STEPS; i++)
            step(&players[i % 2]);
        for (size_t i = 0; i < 2; i++) {
            while (players[i].count > 0)
                counter_desk_cancel(players[i].desk,
                                    &players[i].held[--players[i].count]);
        }
        close_pair(&pair, players);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_threads_overshoot_nothing_and_leave_nothing),
        cmocka_unit_test(nothing_is_overshot_while_windows_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
