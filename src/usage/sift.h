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
                                       END          any -> REST: behind a fault

   An array of the tree goes the same way, without names: FIRST -> VALUE.  Inside what
   is stepped over, members that are watched are found, too:

       NESTED -name-> (WORD) -> BEHIND_WORD -:-> WORD_VALUE -"-> WORD -> NESTED */
#pragma once

#include <stddef.h>

#include "base/str.h"
#include "usage/nesting.h"

/* Longer texts, and names, are nobody's; so are those with a NUL, escaped or not,
   and those with escapes of other than ASCII characters. */
#define SIFT_TEXT_MAX 128
/* So much at least is told of the end of a long text of kind SIFT_TAIL. */
#define SIFT_TAIL_MIN 96
/* Objects and arrays of the tree within each other, the root included. */
#define SIFT_DEPTH_MAX 7
/* The longest name that can be watched. */
#define SIFT_WATCHED_MAX 13

enum sift_kind {
    SIFT_OBJECT,
    SIFT_ARRAY, /* of objects, each found when it ends; other elements are none */
    SIFT_NUMBER,
    SIFT_TEXT,
    SIFT_TAIL, /* a text of any length, of which the end matters */
    SIFT_ANY,  /* found when its value begins, which is not looked at further */
};

/* One member of the tree.  A value of another kind, null too, is none; so is a
   number that is no count below 2^63, however that is written.  One without a name, of kind SIFT_ANY,
   stands for all other members of its object: it is found when a name of theirs was
   read, with that as its text (empty if nobody can read it, see SIFT_TEXT_MAX), and,
   unless the name is watched, once more when the value begins. */
struct sift_node {
    struct str name;
    enum sift_kind kind;
    unsigned id;                    /* the user's */
    const struct sift_node *inside; /* of an object, or of those in an array */
    size_t inside_count;
};

/* A value, when it is complete; an object when its closing bracket comes, behind
   what was found in it.  One that comes twice is found twice. */
struct sift_found {
    unsigned id;
    uint64_t number;
    bool begins; /* only the first byte of the value was looked at: */
    char first;
    struct str text; /* unescaped, never empty, no NUL; lives for the call */
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
    SIFT_IN_WORD, /* inside of what is stepped over: a name that may be watched,
                       or the value of one */
    SIFT_BEHIND_WORD,
    SIFT_AT_WORD_VALUE,
    SIFT_AT_END, /* behind the object */
    SIFT_IN_REST,
};

struct sift {
    const struct sift_node *root;
    sift_fn found;
    void *arg;
    const struct sift_node *watched;
    size_t watched_count;
    uint32_t watched_lens; /* a bit for each length of their names */
    bool announces;
    bool is_array[SIFT_DEPTH_MAX]; /* those of the path that are arrays now */
    const struct sift_node *path[SIFT_DEPTH_MAX]; /* what we are in */
    const struct sift_node *member; /* whose value comes; NULL: nobody's */
    size_t depth;
    struct nesting nesting; /* of what is stepped over */
    enum sift_state state;
    unsigned escape; /* how far we are in an escape; 0: not in one */
    unsigned code;   /* of \u, its digits so far */
    bool spoilt;     /* the text is nobody's */
    bool tail;       /* only its end matters */
    size_t len;
    char text[SIFT_TEXT_MAX];
};

/* `root` is an object and outlives the sift. */
void sift_init(struct sift *sift, const struct sift_node *root, sift_fn found,
               void *arg);
/* Look for members of these names (TEXT or ANY) at any depth, also inside of what is
   stepped over; those of the tree come first.  They outlive the sift. */
void sift_watch(struct sift *sift, const struct sift_node *nodes, size_t count);
/* From now on members of the tree are found as ANY first, whatever they are: what
   comes twice replaces what came before, even if it is none. */
void sift_announce(struct sift *sift);
/* Begin another text. */
void sift_restart(struct sift *sift);
/* More of the text. */
void sift_feed(struct sift *sift, struct str bytes);
/* Was the text, so far, one object and nothing but space around it? */
bool sift_is_whole(const struct sift *sift);
/* Can it be none any more? */
bool sift_is_faulty(const struct sift *sift);
