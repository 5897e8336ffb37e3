// SPDX-License-Identifier: MIT
/* Going that way. */
#include "app/approach_run.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

#include "app/running.h"
#include "base/clock.h"
#include "store/embedded.h"
#include "store/in_use.h"

#define PAUSE_MS 50
/* A relay that is just being started is no news. */
#define SAY_MS 500

struct going {
    struct approach_run *run;
    struct approach approach;
    bool said;
    struct err *err;
};

static const char *folder_of(const struct going *going)
{
    return going->run->config->data_dir.at;
}

/* ---- the steps ----------------------------------------------------------- */

static enum approach_event ask(struct going *going)
{
    if (going->run->ask(going->run->arg, going->err))
        return APPROACH_ANSWERED;
    return going->err->code == ERR_NOT_FOUND ? APPROACH_NOBODY
                                             : APPROACH_FAILED;
}

/* Nothing is made in a folder before it is known whose it is. */
static enum approach_event take(struct going *going)
{
    static const enum approach_event events[] = {
        [IN_USE_TAKEN] = APPROACH_TOOK,
        [IN_USE_BY_RELAY] = APPROACH_BY_RELAY,
        [IN_USE_BY_COMMAND] = APPROACH_BY_COMMAND,
        [IN_USE_FAILED] = APPROACH_FAILED,
    };

    if (!embedded_check_folder(folder_of(going), going->err))
        return APPROACH_FAILED;
    return events[in_use_try(folder_of(going), IN_USE_ALONE,
                             &going->run->in_use, going->err)];
}

static void say(struct going *going)
{
    bool relay = going->approach.holder == APPROACH_BY_RELAY;

    if (going->said || clock_steady_ms() - going->approach.since_ms < SAY_MS)
        return;
    going->said = true;
    (void)fprintf(stderr, "claude-relay: waiting for %s %s%s, %u s at most\n",
                  relay ? "the control socket of the relay that runs on"
                        : "another command that works on",
                  folder_of(going), relay ? ", or starts or ends there" : "",
                  (unsigned)(approach_patience_ms(&going->approach) / 1000));
}

static enum approach_event pause_a_moment(struct going *going)
{
    struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };

    say(going);
    (void)nanosleep(&pause, NULL);
    return APPROACH_LATER;
}

/* ---- refusing ------------------------------------------------------------ */

static void say_which(const struct going *going, char out[32])
{
    struct json_doc *running = running_find(going->run->config);
    uint64_t pid = 0;

    out[0] = '\0';
    if (json_doc_get_u64(running, "pid", &pid))
        (void)snprintf(out, 32, " (pid %llu)", (unsigned long long)pid);
    json_doc_free(running);
}

static void refuse(struct going *going)
{
    unsigned seconds =
        (unsigned)(approach_patience_ms(&going->approach) / 1000);
    char which[32];

    /* It could not be asked, or not be locked: err says so. */
    if (going->err->code != ERR_BUSY)
        return;
    if (going->approach.holder == APPROACH_BY_COMMAND) {
        err_set(going->err, ERR_BUSY,
                "another command has worked on %.200s itself for %u s, and "
                "nothing was done: try again when it has ended",
                folder_of(going), seconds);
        return;
    }
    say_which(going, which);
    err_set(going->err, ERR_BUSY,
            "a relay runs on %.200s%s, or is starting or ending there, and "
            "has had no control socket for %u s; nothing was done, for it "
            "would not have learned of it: see its log, which says why there "
            "is none, and try again, or stop the relay first",
            folder_of(going), which, seconds);
}

/* ---- all of it ----------------------------------------------------------- */

static enum approach_event step(struct going *going)
{
    switch (going->approach.state) {
    case APPROACH_ASKING:
        return ask(going);
    case APPROACH_TAKING:
        return take(going);
    case APPROACH_WAITING:
        return pause_a_moment(going);
    case APPROACH_RELAY:
    case APPROACH_ALONE:
    case APPROACH_REFUSED:
        break;
    }
    return APPROACH_FAILED;
}

static bool is_there(const struct approach *approach)
{
    return approach->state == APPROACH_RELAY ||
           approach->state == APPROACH_ALONE ||
           approach->state == APPROACH_REFUSED;
}

enum approach_state approach_run(struct approach_run *run, struct err *err)
{
    struct going going = { .run = run, .err = err };
    bool possible;

    run->in_use = -1;
    approach_begin(&going.approach);
    while (!is_there(&going.approach)) {
        possible =
            approach_next(&going.approach, step(&going), clock_steady_ms());
        assert(possible);
    }
    if (going.approach.state == APPROACH_REFUSED)
        refuse(&going);
    return going.approach.state;
}
