// SPDX-License-Identifier: MIT
/* Rounds. */
#include "base/round.h"

#include <assert.h>
#include <pthread.h>

#include "base/mem.h"

struct stop {
    struct round *round;
    void *what;
};

/* Held by the asker, by each stop that is to come, and by the word on its way to the
   asker. */
struct round {
    pthread_mutex_t mutex; /* of all that changes, but `told` */
    struct round_options options;
    size_t left;
    size_t holders;
    bool wanted; /* the asker is there, and so is its loop */
    bool told;   /* asker's thread */
    struct stop stops[];
};

/* With the lock, which is given back. */
static void let_go(struct round *round)
{
    bool last = --round->holders == 0;

    pthread_mutex_unlock(&round->mutex);
    if (!last)
        return;
    if (round->options.drop)
        round->options.drop(round->options.state);
    (void)pthread_mutex_destroy(&round->mutex);
    mem_free(round);
}

static void tell(void *arg)
{
    struct round *round = arg;
    bool wanted;

    pthread_mutex_lock(&round->mutex);
    wanted = round->wanted;
    round->told = true;
    let_go(round);
    /* The asker, on this thread, has not let go. */
    if (wanted)
        round->options.wake(round->options.arg);
}

static void visit(void *arg)
{
    struct stop *stop = arg;
    struct round *round = stop->round;

    pthread_mutex_lock(&round->mutex);
    if (round->wanted)
        round->options.visit(round->options.state, stop->what);
    round->left--;
    if (round->left == 0 && round->wanted) {
        round->holders++;
        loop_post(round->options.loop, tell, round);
    }
    let_go(round);
}

struct round *round_start(const struct round_options *options)
{
    size_t count = options->count;
    struct round *round =
        mem_zalloc(sizeof(*round) + count * sizeof(round->stops[0]));

    (void)pthread_mutex_init(&round->mutex, NULL);
    round->options = *options;
    round->left = count;
    round->wanted = true;
    round->holders = 1 + count + (count == 0);
    if (count == 0)
        loop_post(options->loop, tell, round);
    for (size_t i = 0; i < count; i++) {
        round->stops[i] = (struct stop){ round, options->places[i].what };
        loop_post(options->places[i].loop, visit, &round->stops[i]);
    }
    round->options.places = NULL;
    return round;
}

void round_free(struct round *round)
{
    if (!round)
        return;
    pthread_mutex_lock(&round->mutex);
    round->wanted = false;
    let_go(round);
}

bool round_is_done(const struct round *round)
{
    return round->told;
}

void *round_state(const struct round *round)
{
    assert(round_is_done(round));
    return round->options.state;
}
