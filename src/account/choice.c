// SPDX-License-Identifier: MIT
/* Rows are crossed out, one reason after the other, until one is left. */
#include "account/choice.h"

#include <math.h>

#include "base/macros.h"

/* A fifth. */
#define LITTLE_PPM 200000

/* ---- crossing out -------------------------------------------------------- */

static enum choice_why look(const struct choice_row *row)
{
    if (!row->allowed)
        return CHOICE_NOT_ALLOWED;
    if (row->foreign)
        return CHOICE_NOT_OWNER;
    if (row->no_model)
        return CHOICE_NO_MODEL;
    if (row->tried)
        return CHOICE_TRIED;
    if (row->health.state > HEALTH_PAUSED && !row->health.soft)
        return CHOICE_STOPPED;
    if (row->health.state == HEALTH_PAUSED && !row->health.soft)
        return CHOICE_PAUSED;
    return row->full ? CHOICE_FULL : CHOICE_FINE;
}

struct choosing {
    const struct choice_ask *ask;
    enum choice_why *whys;
};

typedef bool row_is_fn(const struct choice_ask *ask, size_t row);

static bool has(const struct choosing *c, row_is_fn *is)
{
    for (size_t i = 0; i < c->ask->count; i++) {
        if (c->whys[i] == CHOICE_FINE && is(c->ask, i))
            return true;
    }
    return false;
}

/* If there is such a row, no other one stays. */
static void prefer(const struct choosing *c, row_is_fn *is, enum choice_why why)
{
    if (!has(c, is))
        return;
    for (size_t i = 0; i < c->ask->count; i++) {
        if (c->whys[i] == CHOICE_FINE && !is(c->ask, i))
            c->whys[i] = why;
    }
}

static bool is_ready(const struct choice_ask *ask, size_t row)
{
    return ask->rows[row].health.state == HEALTH_READY;
}

static bool is_bound(const struct choice_ask *ask, size_t row)
{
    return row == ask->bound;
}

static bool has_weight(const struct choice_ask *ask, size_t row)
{
    return ask->rows[row].weight > 0;
}

static void keep_highest(const struct choosing *c)
{
    int64_t highest = INT64_MIN;

    for (size_t i = 0; i < c->ask->count; i++) {
        if (c->whys[i] == CHOICE_FINE && c->ask->rows[i].priority > highest)
            highest = c->ask->rows[i].priority;
    }
    for (size_t i = 0; i < c->ask->count; i++) {
        if (c->whys[i] == CHOICE_FINE && c->ask->rows[i].priority < highest)
            c->whys[i] = CHOICE_PRIORITY;
    }
}

/* ---- one of several ------------------------------------------------------ */

/* Evenly spread (the end of splitmix64). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* FNV-1a. */
static uint64_t hash_of(struct str name)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 0x100000001b3u;
    return hash;
}

/* The highest of -w / ln(u), u being evenly spread over (0, 1): each row wins by its
   share of all weights. */
static double score_of(uint64_t hash, double weight)
{
    double u = ((double)(hash >> 11) + 0.5) / 9007199254740992.0;

    return -weight / log(u);
}

/* Relays agree on a session's account without knowing what remains, as long as it is not
   little. */
static double chance_of(const struct choice_row *row)
{
    double chance = ((double)row->spare_ppm + 1) / LITTLE_PPM;

    return chance < 1 ? chance : 1;
}

static double weight_of(const struct choice_ask *ask, size_t row)
{
    const struct choice_row *at = &ask->rows[row];
    double weight = at->weight > 0 ? (double)at->weight : 1;

    return weight * (ask->session ? chance_of(at) : (double)at->spare_ppm + 1);
}

static bool is_better(const struct choice_ask *ask, size_t row, size_t best)
{
    uint64_t seed = ask->session ? ask->session : ask->random;
    const struct choice_row *at = &ask->rows[row];
    const struct choice_row *other = &ask->rows[best];

    if (at->health.state != other->health.state)
        return at->health.state < other->health.state;
    if (at->health.state == HEALTH_PAUSED &&
        at->health.until_ms != other->health.until_ms)
        return at->health.until_ms < other->health.until_ms;
    return score_of(mix(seed ^ hash_of(at->name)), weight_of(ask, row)) >
           score_of(mix(seed ^ hash_of(other->name)), weight_of(ask, best));
}

static size_t find_best(const struct choosing *c)
{
    size_t best = CHOICE_NONE;

    for (size_t i = 0; i < c->ask->count; i++) {
        if (c->whys[i] == CHOICE_FINE &&
            (best == CHOICE_NONE || is_better(c->ask, i, best)))
            best = i;
    }
    for (size_t i = 0; i < c->ask->count; i++) {
        if (c->whys[i] == CHOICE_FINE && i != best)
            c->whys[i] = CHOICE_OTHER;
    }
    return best;
}

size_t choice_of(const struct choice_ask *ask, enum choice_why *whys)
{
    const struct choosing c = { ask, whys };

    for (size_t i = 0; i < ask->count; i++)
        whys[i] = look(&ask->rows[i]);
    prefer(&c, is_ready, CHOICE_LATER);
    if (ask->bound != CHOICE_NONE)
        prefer(&c, is_bound, CHOICE_NOT_BOUND);
    keep_highest(&c);
    prefer(&c, has_weight, CHOICE_OTHER);
    return find_best(&c);
}

const char *choice_why_word(enum choice_why why)
{
    static const char *const words[CHOICE_WHYS] = {
        [CHOICE_FINE] = "chosen",         [CHOICE_NOT_ALLOWED] = "not_allowed",
        [CHOICE_NOT_OWNER] = "not_owner", [CHOICE_TRIED] = "tried",
        [CHOICE_STOPPED] = "stopped",     [CHOICE_PAUSED] = "paused",
        [CHOICE_FULL] = "full",           [CHOICE_NO_MODEL] = "no_model",
        [CHOICE_LATER] = "later",         [CHOICE_NOT_BOUND] = "not_bound",
        [CHOICE_PRIORITY] = "priority",   [CHOICE_OTHER] = "other",
    };

    return words[why];
}
