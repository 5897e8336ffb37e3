// SPDX-License-Identifier: MIT
/* The load. */
#include "bench/load.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define MS_NS 1000000u
#define TURN_MS 10u /* of slow readers */
#define BATCH 512
#define BUFFER_SIZE 262144u
#define SPARE_FDS 16u

/* ---- phases ------------------------------------------------------------- */

static double cpu_seconds(void)
{
    struct rusage usage = { 0 };

    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void enter(struct load *load, enum load_phase phase, uint64_t last_ms,
                  uint64_t now_ns)
{
    static const char *const names[] = { "warm", "measure", "drain", "over" };

    load->phase = phase;
    load->phase_end_ns = now_ns + last_ms * MS_NS;
    (void)fprintf(stderr, "phase %s\n", names[phase]);
}

static void begin_measure(struct load *load, uint64_t now_ns)
{
    enter(load, LOAD_MEASURE, load->options->measure_ms, now_ns);
    load->clients.tally->running = true;
    load->clients.tally->start_ns = now_ns;
    load->open_at_start = load->clients.busy;
    load->cpu_share = cpu_seconds();
}

static void end_measure(struct load *load, uint64_t now_ns)
{
    struct tally *tally = load->clients.tally;

    tally->running = false;
    tally->end_ns = now_ns;
    load->open_at_end = load->clients.busy;
    load->cpu_share = (cpu_seconds() - load->cpu_share) /
                      ((double)(now_ns - tally->start_ns) / 1e9);
    enter(load, LOAD_DRAIN, load->options->drain_ms, now_ns);
}

static bool is_warm(const struct load *load, uint64_t now_ns)
{
    if (now_ns < load->phase_end_ns)
        return false;
    return !load->options->once ||
           (load->opening.done >= load->options->connections &&
            load->clients.waiting == 0) ||
           now_ns >= load->phase_end_ns + (uint64_t)LOAD_EXTRA_MS * MS_NS;
}

/* Requests that were due before the end of MEASURE and found no connection. */
static uint64_t overdue(const struct load *load)
{
    struct pace pace = load->requests;
    uint64_t count = 0;
    uint64_t due_ns;

    while (load->options->rate > 0 &&
           pace_take(&pace, load->clients.tally->end_ns, &due_ns))
        count++;
    return count;
}

static void give_up_on_the_rest(struct load *load, uint64_t now_ns)
{
    load->clients.tally->lost = load->clients.busy + overdue(load);
    enter(load, LOAD_OVER, 0, now_ns);
}

static void advance(struct load *load, uint64_t now_ns)
{
    uint64_t too_many = 1000 + 2 * load->options->connections;

    if (load->clients.tally->broken > too_many && load->phase < LOAD_DRAIN) {
        load->clients.tally->end_ns = now_ns;
        give_up_on_the_rest(load, now_ns);
    } else if (load->phase == LOAD_WARM && is_warm(load, now_ns)) {
        begin_measure(load, now_ns);
    } else if (load->phase == LOAD_MEASURE && now_ns >= load->phase_end_ns) {
        end_measure(load, now_ns);
    } else if (load->phase == LOAD_DRAIN &&
               (now_ns >= load->phase_end_ns ||
                load->clients.busy + overdue(load) == 0)) {
        give_up_on_the_rest(load, now_ns);
    }
}

/* ---- starting ----------------------------------------------------------- */

static void note_end(void *arg, struct client *client)
{
    struct load *load = arg;

    if (!load->options->once)
        load->idle[load->idle_count++] = client;
}

static void open_more(struct load *load, uint64_t now_ns)
{
    uint64_t due_ns;

    while (load->opening.done < load->options->connections &&
           pace_take(&load->opening, now_ns, &due_ns))
        load->idle[load->idle_count++] = &load->each[load->opening.done - 1];
}

/* Open loop: those that are due, as far as there are connections. */
static void start_due(struct load *load, uint64_t now_ns)
{
    uint64_t until_ns =
        load->phase == LOAD_DRAIN ? load->clients.tally->end_ns : now_ns;
    uint64_t due_ns;

    while (load->idle_count > 0 &&
           pace_take(&load->requests, until_ns, &due_ns))
        client_start(load->idle[--load->idle_count], due_ns);
}

/* Closed loop: all that may.  One that fails at once waits for the next round. */
static void start_idle(struct load *load)
{
    size_t count = load->idle_count;

    while (count > 0) {
        struct client *client = load->idle[--count];

        load->idle[count] = load->idle[--load->idle_count];
        client_start(client, clock_steady_ns());
    }
}

static void start(struct load *load, uint64_t now_ns)
{
    if (load->phase < LOAD_DRAIN)
        open_more(load, now_ns);
    if (load->options->rate > 0)
        start_due(load, now_ns);
    else if (load->phase < LOAD_DRAIN)
        start_idle(load);
}

static void turn_of_slow_readers(struct load *load, uint64_t now_ns)
{
    size_t bytes = (size_t)(load->options->read_rate * TURN_MS / 1000 + 1);

    if (load->options->read_rate == 0 || now_ns < load->next_turn_ns)
        return;
    load->next_turn_ns = now_ns + TURN_MS * MS_NS;
    for (size_t i = 0; i < load->options->connections; i++)
        client_allow(&load->each[i], bytes);
}

/* ---- the loop ----------------------------------------------------------- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_ns(const struct load *load, uint64_t now_ns)
{
    uint64_t next = earlier(load->phase_end_ns, now_ns + 100 * MS_NS);

    if (load->phase == LOAD_WARM && next < now_ns)
        next = now_ns + 10 * MS_NS; /* waiting for the last first byte */
    if (load->opening.done < load->options->connections)
        next = earlier(next, pace_next_ns(&load->opening));
    if (load->options->rate > 0 && load->idle_count > 0)
        next = earlier(next, pace_next_ns(&load->requests));
    if (load->options->read_rate > 0)
        next = earlier(next, load->next_turn_ns);
    /* Somebody may start at once who could not a moment ago. */
    if (load->options->rate == 0 && load->idle_count > 0 &&
        load->phase < LOAD_DRAIN)
        next = now_ns;
    return next;
}

static bool wait_and_step(struct load *load, struct err *err)
{
    struct epoll_event events[BATCH];
    uint64_t now_ns = clock_steady_ns();
    uint64_t next = next_ns(load, now_ns);
    uint64_t wait_ns = next > now_ns ? next - now_ns : 0;
    struct timespec wait = { .tv_sec = (time_t)(wait_ns / 1000000000u),
                             .tv_nsec = (long)(wait_ns % 1000000000u) };
    int count = epoll_pwait2(load->clients.epoll, events, BATCH, &wait, NULL);

    if (count < 0 && errno != EINTR)
        return err_errno(err, "wait for events");
    for (int i = 0; i < count; i++)
        client_step(events[i].data.ptr);
    return true;
}

static bool loop(struct load *load, struct err *err)
{
    uint64_t now_ns = clock_steady_ns();

    load->opening = (struct pace){ now_ns, load->options->open_rate, 0 };
    load->requests = (struct pace){ now_ns, load->options->rate, 0 };
    enter(load, LOAD_WARM, load->options->warm_ms, now_ns);
    while (load->phase != LOAD_OVER) {
        now_ns = clock_steady_ns();
        turn_of_slow_readers(load, now_ns);
        start(load, now_ns);
        if (!wait_and_step(load, err))
            return false;
        advance(load, clock_steady_ns());
    }
    return true;
}

/* ---- beginning and end -------------------------------------------------- */

static bool raise_limit(uint64_t connections, struct err *err)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return err_errno(err, "ask for the limit of open files");
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    return connections + SPARE_FDS <= limit.rlim_max ||
           err_set(
               err, ERR_CONFIG,
               "%llu connections need more open files than the limit of %llu",
               (unsigned long long)connections,
               (unsigned long long)limit.rlim_max);
}

static void make_clients(struct load *load)
{
    size_t count = load->options->connections;

    load->clients.buffer = mem_alloc(BUFFER_SIZE);
    load->clients.buffer_size = BUFFER_SIZE;
    load->clients.ended = note_end;
    load->clients.arg = load;
    load->each = mem_alloc(count * sizeof(*load->each));
    load->idle = mem_alloc(count * sizeof(*load->idle));
    for (size_t i = 0; i < count; i++)
        client_init(&load->each[i], &load->clients, i);
}

static void free_clients(struct load *load)
{
    for (size_t i = 0; i < load->options->connections; i++)
        client_done(&load->each[i]);
    mem_free(load->each);
    mem_free(load->idle);
    mem_free(load->clients.buffer);
    (void)close(load->clients.epoll);
}

bool load_run(struct load *load, const struct options *options,
              const struct target *target, struct tally *tally, struct err *err)
{
    bool ok;

    *load = (struct load){
        .options = options,
        .clients = { .options = options, .target = target, .tally = tally }
    };
    if (!raise_limit(options->connections, err))
        return false;
    load->clients.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (load->clients.epoll < 0)
        return err_errno(err, "make an epoll descriptor");
    make_clients(load);
    ok = loop(load, err);
    free_clients(load);
    return ok;
}
