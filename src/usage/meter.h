// SPDX-License-Identifier: MIT
/* The usage that an answer tells of itself, read from a copy of its body while it
   passes.  Takes any bytes, cut anywhere; keeps no copy of them, needs less than a
   kilobyte until it tells of iterations, never fails.  Pure.

   A stream is read event by event, and only events that may hold usage are looked
   into: message_start and message_delta, and those without a name; and
   content_block_start, if somebody wants to know of files.  Counts of a
   message_delta are totals: each replaces the one before, where it is told.

   An answer may have taken several calls of models, its iterations: compaction, the
   advisor, another model after a refusal, each with counts of its own and perhaps a
   model.  The counts on top sum up those of the answer itself and no others, so
   what is billed is all iterations, and what the top tells beyond the answer's own
   (https://platform.claude.com/docs/en/build-with-claude/compaction). */
#pragma once

#include "usage/sift.h"

enum meter_kind {
    METER_JSON,   /* one object */
    METER_STREAM, /* text/event-stream */
};

/* Nobody uses more of anything in one answer. */
#define METER_COUNT_MAX ((uint64_t)1 << 40)

enum meter_count {
    METER_INPUT, /* tokens, as the rest but the last; cached ones not counted */
    METER_OUTPUT,
    METER_CACHE_WRITE, /* all of them, for 5 m and for 1 h */
    METER_CACHE_WRITE_5M,
    METER_CACHE_WRITE_1H,
    METER_CACHE_READ,
    METER_WEB_SEARCH, /* requests */
    METER_COUNTS,
};

/* Names of fields and events that matter are shorter. */
#define METER_WORD_MAX 24

/* Borders of prompts that are told apart. */
#define METER_BORDERS_MAX 4

/* Models that iterations name, the answer's own included, and those of them whose
   prompts were longer than a border; what further ones used is summed up as that of
   METER_MODEL_ODD. */
#define METER_PARTS_MAX 6
/* Stands for one that nobody can read (it is too long, or odd), and for a key or token
   that was sent as one: no model is called so. */
#define METER_MODEL_ODD "?"

/* Prompts of more tokens than one of these have prices of their own. */
struct meter_borders {
    size_t count;
    uint64_t at[METER_BORDERS_MAX]; /* ascending */
};

/* What iterations of one model used whose prompts lie between the same borders. */
struct meter_part {
    char model[SIFT_TEXT_MAX + 1]; /* empty: the answer's */
    uint64_t counts[METER_COUNTS];
    uint64_t prompt; /* tokens of the longest one */
};

/* All iterations. */
struct meter_parts {
    size_t count;
    struct meter_part at[METER_PARTS_MAX];
    uint64_t
        top[METER_COUNTS]; /* the counts that the usage tells beside them */
    uint64_t
        covered[METER_COUNTS]; /* of them, what the counts on top take in */
    struct meter_part reading; /* the one that is being read */
    bool apart;                /* the counts on top do not take it in */
};

/* What is known by now. */
struct meter_usage {
    /* By whichever model, once a usage is complete; meaningful if known. */
    uint64_t counts[METER_COUNTS];
    bool known[METER_COUNTS];
    bool final; /* what may be the last word was said: a message_delta's usage,
                      or that of an object */
    unsigned told; /* grows when a message_start, a message_delta's usage or an
                      object's usage is complete */
    bool stopped;  /* message_stop came */
    bool failed;   /* an error event came */
    bool odd;      /* a count was told that is none */
    bool last_output; /* the output that is told is more than a message_start's,
                         which is only a beginning */
    bool whole; /* the end of the message came, with its last word and no error
                      before it: nothing more will be told */
    bool awaits_count; /* its value has begun, and may turn out to be none */
    uint64_t came_ms;  /* wall clock, of the request: whose prices hold */
    char model[SIFT_TEXT_MAX + 1];        /* empty if not known */
    char service_tier[SIFT_TEXT_MAX + 1]; /* likewise */
    char speed[METER_WORD_MAX];           /* likewise, cut off behind that */
    char geo[METER_WORD_MAX];             /* likewise: inference_geo */
    const struct meter_borders *borders;  /* NULL: none; borrowed */
    struct meter_parts *parts;            /* NULL: no iterations are told */
};

enum meter_line {
    METER_AT_FIELD, /* in its name, `word` */
    METER_IN_EVENT, /* in the name of the event, `word` */
    METER_IN_DATA,  /* being looked into */
    METER_IN_REST,  /* of no interest */
};

struct meter {
    enum meter_kind kind;
    /* the stream's present line and event: */
    enum meter_line line;
    bool after_cr; /* a line ended with CR: LF belongs to it */
    bool skipped;  /* the event holds no usage, nor files */
    bool is_block; /* it may hold files, and no usage */
    bool begun; /* what a BOM may begin has begun: the first line has ended, or
                      the object is there */
    size_t len; /* of `word`; of an object's BOM */
    char word[METER_WORD_MAX];
    struct sift sift;
    struct meter_usage usage;
    /* Or NULL: the answer names a file that running code has made.  The text lives for
       the call. */
    void (*file)(void *arg, struct str id);
    void *file_arg;
};

/* Must not be moved afterwards. */
void meter_init(struct meter *meter, enum meter_kind kind);
/* Frees what is known of iterations. */
void meter_done(struct meter *meter);
/* The next bytes of the body, without framing and content coding. */
void meter_feed(struct meter *meter, struct str bytes);

/* Was all of it told that a message uses, its input and its output?  What is not said
   is not 0.  Of one that is whole, nothing is missing then. */
bool meter_is_counted(const struct meter_usage *told);
/* That, and it is whole. */
bool meter_tells_all(const struct meter_usage *told);

/* Tokens written to caches: the sum of the two lifetimes, or what is told of all, if
   that is more. */
uint64_t meter_cache_writes(const uint64_t counts[METER_COUNTS]);

/* Tokens that a call read: new ones, and those written to caches or read from them. */
uint64_t meter_prompt(const uint64_t counts[METER_COUNTS]);

/* What the counts on top tell beyond what iterations account for: all of it if there
   are none. */
void meter_rest(const struct meter_usage *told, uint64_t rest[METER_COUNTS]);

/* Input tokens as Anthropic's rate limits count them: those read from a cache are
   not. */
uint64_t meter_rated_input(const struct meter_usage *told);
