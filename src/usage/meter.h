// SPDX-License-Identifier: MIT
/* The usage that an answer tells of itself, read from a copy of its body while it
   passes.  Takes any bytes, cut anywhere; keeps no copy of them, needs less than a
   kilobyte, never fails.  Pure.

   A stream is read event by event, and only events that may hold usage are looked
   into: message_start and message_delta, and those without a name.  Counts of a
   message_delta are totals: each replaces the one before, where it is told. */
#pragma once

#include "usage/sift.h"

enum meter_kind {
    METER_JSON,   /* one object */
    METER_STREAM, /* text/event-stream */
};

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

/* What is known by now. */
struct meter_usage {
    uint64_t counts[METER_COUNTS]; /* meaningful if known */
    bool known[METER_COUNTS];
    bool final; /* the last word was said: a message_delta's usage, or that of
                      an object.  Else what is known is partial. */
    unsigned told; /* grows when a message_start, a message_delta's usage or an
                      object's usage is complete */
    bool stopped;  /* message_stop came */
    bool failed;   /* an error event came */
    char model[SIFT_TEXT_MAX + 1];        /* empty if not known */
    char service_tier[SIFT_TEXT_MAX + 1]; /* likewise */
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
    bool skipped;  /* the event holds no usage */
    bool begun;    /* the first line, which a BOM may begin, has ended */
    size_t len;    /* of `word` */
    char word[METER_WORD_MAX];
    struct sift sift;
    struct meter_usage usage;
};

/* Must not be moved afterwards; needs no end. */
void meter_init(struct meter *meter, enum meter_kind kind);
/* The next bytes of the body, without framing and content coding. */
void meter_feed(struct meter *meter, struct str bytes);

/* Tokens written to caches: the sum of the two lifetimes, or what is told of all, if
   that is more. */
uint64_t meter_cache_writes(const struct meter_usage *told);

/* Input tokens as Anthropic's rate limits count them: those read from a cache are
   not. */
uint64_t meter_rated_input(const struct meter_usage *told);
