// SPDX-License-Identifier: MIT
/* A few members out of a JSON text that passes by in pieces, cut anywhere: no copy
   of the text, no allocation, no recursion, any nesting.  Pure.

   What is looked for is a tree of members; everything beside it is stepped over,
   with as few checks as members_visit() makes: the two must agree on what is an
   object and what is its top level.  A fault in the text ends the looking, what was
   found before it stays found.

       ROOT -{-> FIRST -"-> IN_NAME -"-> COLON -:-> VALUE
                             ^ "                     | (an object of the tree:
                             |                       |  its FIRST)
                            NAME                     v
                             ^ ,                    TEXT, SCALAR, NESTED, STRING
                             |                       |
                             '---- BEHIND_VALUE <----'
                                        | } of the root
                                        v
                                       END          any -> REST: behind a fault */
#pragma once

#include <stddef.h>

#include "base/str.h"
#include "usage/nesting.h"

/* Longer texts, and names, are nobody's; so are those with escapes of NUL or of
   other than ASCII characters. */
#define SIFT_TEXT_MAX 128
/* Objects of the tree within each other, the root included. */
#define SIFT_DEPTH_MAX 4

enum sift_kind {
    SIFT_OBJECT,
    SIFT_NUMBER,
    SIFT_TEXT,
    SIFT_ANY, /* found when its value begins, which is not looked at further */
};

/* One member of the tree.  A value of another kind, null too, is none; so is a
   number that is no plain count up to 2^63. */
struct sift_node {
    struct str name;
    enum sift_kind kind;
    unsigned id;                    /* the user's */
    const struct sift_node *inside; /* of an object */
    size_t inside_count;
};

/* A value, when it is complete; an object when its closing bracket comes, behind
   what was found in it.  One that comes twice is found twice. */
struct sift_found {
    unsigned id;
    uint64_t number;
    bool null;       /* of ANY: it begins as null does */
    struct str text; /* unescaped, never empty; lives for the call */
};

typedef void (*sift_fn)(void *arg, const struct sift_found *found);

enum sift_state {
    SIFT_AT_ROOT,
    SIFT_AT_FIRST, /* member of an object */
    SIFT_AT_NAME,
    SIFT_IN_NAME,
    SIFT_AT_COLON,
    SIFT_AT_VALUE,
    SIFT_BEHIND_VALUE,
    SIFT_IN_TEXT,
    SIFT_IN_SCALAR,
    SIFT_IN_NESTED,
    SIFT_IN_STRING, /* one that is stepped over */
    SIFT_AT_END,    /* behind the object */
    SIFT_IN_REST,
};

struct sift {
    const struct sift_node *root;
    sift_fn found;
    void *arg;
    const struct sift_node *path[SIFT_DEPTH_MAX]; /* objects we are in */
    const struct sift_node *member; /* whose value comes; NULL: nobody's */
    size_t depth;
    struct nesting nesting; /* of what is stepped over */
    enum sift_state state;
    unsigned escape; /* how far we are in an escape; 0: not in one */
    unsigned code;   /* of \u, its digits so far */
    bool spoilt;     /* the text is nobody's */
    size_t len;
    char text[SIFT_TEXT_MAX];
};

/* `root` is an object and outlives the sift. */
void sift_init(struct sift *sift, const struct sift_node *root, sift_fn found,
               void *arg);
/* Begin another text. */
void sift_restart(struct sift *sift);
/* More of the text. */
void sift_feed(struct sift *sift, struct str bytes);
/* Was the text, so far, one object and nothing but space around it? */
bool sift_is_whole(const struct sift *sift);
/* Can it be none any more? */
bool sift_is_faulty(const struct sift *sift);
