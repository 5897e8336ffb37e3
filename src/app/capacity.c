// SPDX-License-Identifier: MIT
/* Open files and places. */
#include "app/capacity.h"

#include <unistd.h>

/* What the program has open by itself: for each worker, and for the rest. */
#define OWN_OF_WORKER 10
#define OWN 24
/* For token calls, saves, looking names up. */
#define KEPT_MIN 16
#define KEPT_MAX 64
/* Of those who wait until it is known who they are. */
#define APPLYING_MAX 256
#define CONNECTIONS_MIN 8
#define FD_MAX (1 << 30)

size_t capacity_workers(const struct config *config)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    if (config->workers > 0)
        return config->workers;
    return cpus > 0 ? (size_t)cpus : 1;
}

static uint64_t own(const struct config *config)
{
    return OWN + OWN_OF_WORKER * capacity_workers(config);
}

uint64_t capacity_need(const struct config *config)
{
    return config->max_connections * 2 + own(config) + KEPT_MAX + APPLYING_MAX;
}

/* A share of what there is. */
static uint64_t kept(const struct config *config, uint64_t files)
{
    uint64_t share = (files - own(config)) / 4;

    if (share < KEPT_MIN)
        return KEPT_MIN;
    return share < KEPT_MAX ? share : KEPT_MAX;
}

/* What nobody needs; a few of those that are kept, if there is nothing else. */
static uint64_t applying(const struct config *config, uint64_t files,
                         uint64_t max)
{
    uint64_t back = kept(config, files);
    uint64_t spare = files - own(config) - back - 2 * max;

    return back / 4 + (spare < APPLYING_MAX ? spare : APPLYING_MAX);
}

static bool check(const struct config *config, uint64_t files, struct err *err)
{
    uint64_t least = own(config) + KEPT_MIN + 2 * CONNECTIONS_MIN;

    return files >= least ||
           err_set(err, ERR_CONFIG,
                   "the system allows %llu open files, and %zu workers need at "
                   "least %llu: raise the limit (ulimit -n, LimitNOFILE=) or "
                   "lower WORKERS",
                   (unsigned long long)files, capacity_workers(config),
                   (unsigned long long)least);
}

bool capacity_of(const struct config *config, uint64_t files,
                 struct capacity *capacity, struct err *err)
{
    uint64_t back;
    uint64_t max;

    if (!check(config, files, err))
        return false;
    back = kept(config, files);
    max = (files - own(config) - back) / 2;
    if (max > config->max_connections)
        max = config->max_connections;
    capacity->seats =
        (struct seats_limits){ .max = max,
                               .kept = seats_kept(max),
                               .turned_away_max = back / 4,
                               .applying_max = applying(config, files, max) };
    capacity->fd_max = files < FD_MAX ? (int)(files - back / 2) : 0;
    return true;
}
