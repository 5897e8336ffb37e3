// SPDX-License-Identifier: MIT
/* The signals that end a process in order. */
#include "app/stop_signals.h"

#include <signal.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

static const struct {
    int number;
    const char *name;
} known[] = {
    { SIGTERM, "SIGTERM" },
    { SIGINT, "SIGINT" },
    { SIGHUP, "SIGHUP" },
    { SIGQUIT, "SIGQUIT" },
};

struct stop_signal {
    struct stop_signals *all;
    int number;
    struct loop_signal *signal;
};

struct stop_signals {
    void (*caught)(void *arg, int number);
    void *arg;
    struct stop_signal at[COUNT_OF(known)];
};

static void caught(void *arg)
{
    struct stop_signal *one = arg;

    one->all->caught(one->all->arg, one->number);
}

static bool is_ignored(int number)
{
    struct sigaction now;

    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

struct stop_signals *stop_signals_new(struct loop *loop,
                                      void (*fn)(void *arg, int number),
                                      void *arg)
{
    struct stop_signals *signals = MEM_NEW(struct stop_signals);

    signals->caught = fn;
    signals->arg = arg;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        struct stop_signal *one = &signals->at[i];

        one->all = signals;
        one->number = known[i].number;
        if (one->number != SIGHUP || !is_ignored(SIGHUP))
            one->signal = loop_signal_new(loop, one->number, caught, one);
    }
    return signals;
}

void stop_signals_free(struct stop_signals *signals)
{
    if (!signals)
        return;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        loop_signal_free(signals->at[i].signal);
    mem_free(signals);
}

const char *stop_signals_name(int number)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (known[i].number == number)
            return known[i].name;
    }
    return "a signal";
}

void stop_signals_die(int number)
{
    sigset_t set;

    log_finish();
    (void)signal(number, SIG_DFL);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, number);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    (void)raise(number);
    _Exit(128 + number);
}
