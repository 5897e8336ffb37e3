// SPDX-License-Identifier: MIT
/* Which row of a table a method and a path belong to.  Pure.

   A pattern is a path of segments.  One that begins with ':' takes any one segment
   that is not empty (what follows the ':' names it, for readers and documents); a
   last "*" takes the rest of the path, which is not empty either.  Everything else
   is compared byte for byte: "/a/" is not "/a".  The first row that fits is taken, so
   narrower patterns stand above wider ones. */
#pragma once

#include "base/arena.h"
#include "base/macros.h"
#include "base/str.h"

struct router_row {
    struct str method; /* GET, POST, ... */
    struct str pattern;
};

#define ROUTER_ROW(method, pattern)                                            \
    {                                                                          \
        { method, sizeof(method) - 1 },                                        \
        {                                                                      \
            pattern, sizeof(pattern) - 1                                       \
        }                                                                      \
    }

/* The rows are members of the elements of any table. */
struct router {
    const struct router_row *rows; /* of the first element */
    size_t size;                   /* of an element in bytes */
    size_t count;
    bool head; /* rows of GET take HEAD, too */
};

#define ROUTER_OVER(table, member)                                             \
    {                                                                          \
        .rows = &(table)[0].member, .size = sizeof((table)[0]),                \
        .count = COUNT_OF(table)                                               \
    }

enum router_verdict {
    ROUTER_UNKNOWN,      /* no row has such a path */
    ROUTER_WRONG_METHOD, /* `allow` names the methods that the path has */
    ROUTER_FOUND,
};

#define ROUTER_TAKEN_MAX 4
#define ROUTER_ALLOW_MAX 64

struct router_match {
    size_t row; /* its index */
    /* What the ':' segments took, in order, and then the "*": as it was sent,
       borrowed from the path, until router_decode(). */
    struct str at[ROUTER_TAKEN_MAX];
    size_t count;
    /* "GET, POST", in the order of the rows; HEAD stands beside GET if it is one. */
    char allow[ROUTER_ALLOW_MAX];
};

enum router_verdict router_find(const struct router *router, struct str method,
                                struct str path, struct router_match *match);

/* Percent-decode what was taken ('+' is a plus), into the arena.  False if an escape
   is malformed or stands for a NUL. */
bool router_decode(struct arena *arena, struct router_match *match) MUST_CHECK;
