// SPDX-License-Identifier: MIT
/* team/admission with team/estimate, as the relay uses them: clients that ask at once, for
   as long as they are admitted, on a budget.  Time goes in steps of a tenth of a
   second. */
#include <math.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/mem.h"
#include "desk.h"

#define CLIENTS_MAX 200
#define STEP_MS 100
#define MODEL STR("claude-sonnet-4-5")
#define PRICE_OUT 15 /* micro-dollars a token */
#define BYTES_A_TOKEN 120

struct burst {
    size_t clients;
    uint64_t budget;
    uint64_t cost_in;  /* the mean of its input, micro-dollars */
    double tokens_out; /* the median */
    double sigma;
    bool strict;
    size_t history; /* requests that came before */
};

struct client {
    struct admission admission;
    struct history history;
    uint64_t cost_in;
    uint64_t tokens_out;
    uint64_t tokens_so_far;
    bool begun; /* its input is known */
    bool over;
};

struct scene {
    const struct burst *burst;
    struct counter_desk desk;
    struct client clients[CLIENTS_MAX];
    unsigned seed;
    size_t admitted;
    size_t running;
};

static double normal(struct scene *scene)
{
    double a = ((double)rand_r(&scene->seed) + 1) / ((double)RAND_MAX + 2);
    double b = ((double)rand_r(&scene->seed) + 1) / ((double)RAND_MAX + 2);

    return sqrt(-2 * log(a)) * cos(6.283185307 * b);
}

static void draw(struct scene *scene, struct client *client)
{
    const struct burst *burst = scene->burst;
    double out = burst->tokens_out * exp(burst->sigma * normal(scene));

    memset(client, 0, sizeof(*client));
    client->tokens_out = out < 1 ? 1 : out > 32000 ? 32000 : (uint64_t)out;
    client->cost_in =
        burst->sigma > 0
            ? (uint64_t)((double)burst->cost_in *
                         (1 + 0.05 * fmin(3, fmax(-3, normal(scene)))))
            : burst->cost_in;
}

static uint64_t cost_of(const struct client *client)
{
    return client->cost_in + client->tokens_out * PRICE_OUT;
}

static struct estimate_truth truth_of(const struct client *client)
{
    return (struct estimate_truth){
        .body_bytes = 100000,
        .answer_bytes = client->tokens_out * BYTES_A_TOKEN,
        .tokens_in = 10,
        .tokens_out = client->tokens_out,
        .cost_in_microusd = client->cost_in,
        .cost_out_microusd = client->tokens_out * PRICE_OUT,
    };
}

static void learn(struct scene *scene, const struct client *client)
{
    struct estimate_truth truth = truth_of(client);

    counters_learn(scene->desk.key.counters, MODEL, &truth);
}

static void start(struct scene *scene, struct client *client)
{
    const struct estimate worst = { 102000, 32000,
                                    102000 * 15 / 4 + 32000 * PRICE_OUT,
                                    32000 * PRICE_OUT };
    struct admission_ask ask = counter_desk_ask(&scene->desk);
    struct estimate estimate = worst;

    draw(scene, client);
    if (!scene->burst->strict &&
        counters_history(scene->desk.key.counters, MODEL, &client->history))
        estimate = estimate_expect(&client->history,
                                   &(struct estimate_ask){ 100000, 0 }, &worst);
    ask.cost_microusd = estimate.cost_microusd;
    client->over = admission_reserve(&client->admission, &ask, scene->desk.now,
                                     &scene->desk.why) != ADMISSION_GRANTED;
    scene->admitted += !client->over;
    scene->running += !client->over;
}

/* message_start, and bytes that come. */
static void correct(struct scene *scene, struct client *client)
{
    uint64_t bytes = client->tokens_so_far * BYTES_A_TOKEN;
    uint64_t out = client->admission.cost_microusd;

    if (scene->burst->strict || client->history.requests == 0)
        return;
    if (!client->begun)
        out = (uint64_t)(client->history.of[HISTORY_OUT_COST].mean +
                         sqrt(client->history.of[HISTORY_OUT_COST].variance));
    else
        out -= client->cost_in;
    out = (uint64_t)fmax(
        (double)out,
        (double)(estimate_so_far(&client->history, bytes).cost_out_microusd +
                 estimate_mean_out(&client->history).cost_out_microusd));
    client->begun = true;
    admission_correct(&client->admission,
                      &(struct admission_hold){ .cost_microusd =
                                                    client->cost_in + out });
}

static void settle(struct scene *scene, struct client *client)
{
    admission_settle(&client->admission,
                     &(struct admission_truth){
                         .tokens_out = client->tokens_out,
                         .cost_microusd = cost_of(client),
                         .sent = true },
                     scene->desk.now);
    learn(scene, client);
    scene->running--;
}

static void step(struct scene *scene)
{
    counter_desk_pass(&scene->desk, STEP_MS);
    for (size_t i = 0; i < scene->burst->clients; i++) {
        struct client *client = &scene->clients[i];

        if (client->over)
            continue;
        client->tokens_so_far += 6;
        if (client->tokens_so_far < client->tokens_out) {
            correct(scene, client);
            continue;
        }
        settle(scene, client);
        start(scene, client);
    }
}

/* How much of the budget was used, in per mille, when all were refused. */
static uint64_t play(const struct burst *burst, unsigned seed, size_t *admitted)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct client past;
    uint64_t used;

    scene->burst = burst;
    scene->seed = seed;
    counter_desk_open(&scene->desk, false);
    for (size_t i = 0; i < burst->history; i++) {
        draw(scene, &past);
        learn(scene, &past);
    }
    scene->desk.key.limits.at[LIMIT_COST_TOTAL] = burst->budget;
    for (size_t i = 0; i < burst->clients; i++)
        start(scene, &scene->clients[i]);
    *admitted = scene->admitted;
    while (scene->running > 0)
        step(scene);
    counter_desk_expect_free(&scene->desk);
    used = counter_desk_view(&scene->desk, &scene->desk.key)
               .at[LIMIT_COST_TOTAL]
               .used;
    counter_desk_close(&scene->desk);
    mem_free(scene);
    return used * 1000 / burst->budget;
}

/* Two fit into $0.45 at $0.20 each, of five. */
static void two_of_five_are_admitted(void **state)
{
    const struct burst burst = { .clients = 5,
                                 .budget = 450000,
                                 .cost_in = 185000,
                                 .tokens_out = 1000.5,
                                 .history = 3 };
    size_t admitted;

    (void)state;
    assert_int_equal(play(&burst, 1, &admitted), 888);
    assert_int_equal(admitted, 2);
}

/* The worst that can be is $0.86. */
static void without_history_only_what_the_worst_case_allows(void **state)
{
    struct burst burst = {
        .clients = 5, .budget = 450000, .cost_in = 185000, .tokens_out = 1000.5
    };
    size_t admitted;

    (void)state;
    (void)play(&burst, 1, &admitted);
    assert_int_equal(admitted, 0);
    burst.budget = 2000000;
    (void)play(&burst, 1, &admitted);
    assert_int_equal(admitted, 2);
}

static void what_is_alike_overshoots_by_less_than_five_percent(void **state)
{
    const struct burst burst = { .clients = 200,
                                 .budget = 10000000,
                                 .cost_in = 40000,
                                 .tokens_out = 400,
                                 .sigma = 0.1,
                                 .history = 50 };
    size_t admitted;

    (void)state;
    for (unsigned seed = 1; seed <= 20; seed++) {
        uint64_t used = play(&burst, seed, &admitted);

        assert_in_range(used, 900, 1049);
        assert_in_range(admitted, 180, 200);
    }
}

static void what_varies_stays_near_the_budget(void **state)
{
    const struct burst burst = { .clients = 64,
                                 .budget = 20000000,
                                 .cost_in = 40000,
                                 .tokens_out = 350,
                                 .sigma = 1.2,
                                 .history = 50 };
    uint64_t sum = 0;
    size_t admitted;

    (void)state;
    for (unsigned seed = 1; seed <= 20; seed++) {
        uint64_t used = play(&burst, seed, &admitted);

        assert_in_range(used, 800, 1149);
        sum += used;
    }
    assert_in_range(sum / 20, 900, 1049);
}

static void strict_never_overshoots_by_a_cent(void **state)
{
    const struct burst bursts[] = {
        { .clients = 200,
          .budget = 10000000,
          .cost_in = 100000,
          .tokens_out = 350,
          .sigma = 1.2,
          .strict = true,
          .history = 50 },
        { .clients = 200,
          .budget = 30000000,
          .cost_in = 40000,
          .tokens_out = 4000,
          .sigma = 2,
          .strict = true },
    };
    size_t admitted;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bursts); i++) {
        for (unsigned seed = 1; seed <= 10; seed++)
            assert_in_range(play(&bursts[i], seed, &admitted), 500, 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_of_five_are_admitted),
        cmocka_unit_test(without_history_only_what_the_worst_case_allows),
        cmocka_unit_test(what_is_alike_overshoots_by_less_than_five_percent),
        cmocka_unit_test(what_varies_stays_near_the_budget),
        cmocka_unit_test(strict_never_overshoots_by_a_cent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
