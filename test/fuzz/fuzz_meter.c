// SPDX-License-Identifier: MIT
/* The usage reader: bytes of an answer, as an event stream, as an object and as results
   of a batch, cut into pieces.  What must hold: what it tells does not depend on the cuts; of an
   object that a JSON library reads it tells the same as that library. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/mem.h"
#include "pieces.h"
#include "usage/batch_results.h"
#include "usage/meter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_meter.c:%d: does not hold: %s\n", line, claim);
    abort();
}

/* Each piece in a block of exactly its size, so that a step too far is seen. */
static void feed_all(struct meter *meter, enum meter_kind kind,
                     struct pieces pieces)
{
    struct str piece;
    char *mem;

    meter_init(meter, kind);
    while (pieces_next(&pieces, &piece)) {
        mem = mem_alloc(piece.len);
        memcpy(mem, piece.at, piece.len);
        meter_feed(meter, (struct str){ mem, piece.len });
        mem_free(mem);
    }
}

static void check_same_parts(const struct meter_usage *a,
                             const struct meter_usage *b)
{
    MUST(!a->parts == !b->parts);
    MUST(!a->parts || a->parts->count == b->parts->count);
    for (size_t i = 0; a->parts && i < a->parts->count; i++) {
        const struct meter_part *part = &a->parts->at[i];

        MUST(strcmp(part->model, b->parts->at[i].model) == 0);
        MUST(memcmp(part->counts, b->parts->at[i].counts,
                    sizeof(part->counts)) == 0);
    }
    for (size_t i = 0; a->parts && i < METER_COUNTS; i++)
        MUST(a->parts->top[i] == b->parts->top[i]);
}

static void check_same(const struct meter_usage *a, const struct meter_usage *b)
{
    for (size_t i = 0; i < METER_COUNTS; i++) {
        MUST(a->known[i] == b->known[i]);
        MUST(a->counts[i] == b->counts[i]);
        MUST(a->known[i] || a->counts[i] == 0 || a->parts);
    }
    MUST(a->final == b->final);
    MUST(a->told == b->told);
    MUST(a->stopped == b->stopped);
    MUST(a->failed == b->failed);
    MUST(strcmp(a->model, b->model) == 0);
    MUST(strcmp(a->service_tier, b->service_tier) == 0);
    check_same_parts(a, b);
}

/* ---- the library's view ------------------------------------------------- */

static const struct {
    enum meter_count count;
    const char *object; /* inside usage; or NULL */
    const char *member;
} rows[] = {
    { METER_INPUT, NULL, "input_tokens" },
    { METER_OUTPUT, NULL, "output_tokens" },
    { METER_CACHE_WRITE, NULL, "cache_creation_input_tokens" },
    { METER_CACHE_READ, NULL, "cache_read_input_tokens" },
    { METER_CACHE_WRITE_5M, "cache_creation", "ephemeral_5m_input_tokens" },
    { METER_CACHE_WRITE_1H, "cache_creation", "ephemeral_1h_input_tokens" },
    { METER_WEB_SEARCH, "server_tool_use", "web_search_requests" },
};

/* 7, 7.0 and 7e0 are one number; what is more than anybody uses is none. */
static bool get_count(const struct json_doc *object, const char *member,
                      uint64_t *value)
{
    double number;

    *value = 0;
    if (!json_doc_as_number(json_doc_get(object, member), &number) ||
        number < 0 || number > (double)METER_COUNT_MAX ||
        number != floor(number))
        return false;
    *value = (uint64_t)number;
    return true;
}

/* A library may take -0 for a count; the meter does not. */
static void check_counts(const struct meter_usage *told,
                         const struct json_doc *usage)
{
    const uint64_t *tops = told->parts ? told->parts->top : told->counts;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct json_doc *object =
            rows[i].object ? json_doc_get(usage, rows[i].object) : usage;
        uint64_t value = 0;
        bool known = get_count(object, rows[i].member, &value);

        MUST(known || !told->known[rows[i].count]);
        MUST(tops[rows[i].count] == value);
        MUST(told->counts[rows[i].count] >= value || !told->final);
    }
}

/* Long texts, and those with escapes of other than ASCII, are not told. */
static void check_text(const char *told, const struct json_doc *object,
                       const char *member)
{
    struct str text;

    if (told[0] && strcmp(told, METER_MODEL_ODD) != 0)
        MUST(json_doc_get_str(object, member, &text) &&
             str_eq(text, str_of(told)));
}

static void check_against_library(const struct meter_usage *told,
                                  struct str text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(text, &err);
    const struct json_doc *usage = json_doc_get(doc, "usage");

    /* It overlooks a NUL behind a number; the meter takes that for a flaw. */
    if (json_doc_is_object(doc) && !memchr(text.at, 0, text.len)) {
        check_counts(told, usage);
        check_text(told->model, doc, "model");
        check_text(told->service_tier, usage, "service_tier");
        MUST(told->final == json_doc_is_object(usage));
    }
    json_doc_free(doc);
}

/* ---- results of a batch ------------------------------------------------- */

/* All that was found, added up. */
struct found {
    uint64_t count;
    uint64_t sum;
    uint64_t odd;
};

static void note_result(void *arg, const struct batch_result *result)
{
    struct found *found = arg;

    MUST(result->custom_id[0] != '\0');
    MUST(result->usage.final);
    MUST(strcmp(result->usage.service_tier, "batch") == 0);
    found->count++;
    for (size_t i = 0; i < METER_COUNTS; i++)
        found->sum = found->sum * 31 + result->usage.counts[i];
    for (const char *c = result->custom_id; *c; c++)
        found->sum = found->sum * 31 + (unsigned char)*c;
}

static struct found find_results(struct pieces pieces)
{
    struct found found = { .count = 0 };
    struct batch_results results;
    struct str piece;
    char *mem;

    batch_results_init(&results, note_result, &found);
    while (pieces_next(&pieces, &piece)) {
        mem = mem_alloc(piece.len);
        memcpy(mem, piece.at, piece.len);
        batch_results_feed(&results, (struct str){ mem, piece.len });
        mem_free(mem);
    }
    batch_results_end(&results);
    found.odd = results.odd;
    batch_results_done(&results);
    return found;
}

static void check_results(struct pieces cut)
{
    struct pieces joined = cut;
    struct found whole;
    struct found pieced;

    pieces_join(&joined);
    whole = find_results(joined);
    pieced = find_results(cut);
    MUST(whole.count == pieced.count);
    MUST(whole.sum == pieced.sum);
    MUST(whole.odd == pieced.odd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum meter_kind kinds[] = { METER_JSON, METER_STREAM };
    struct pieces cut;

    pieces_init(&cut, data, size);
    check_results(cut);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct pieces joined = cut;
        struct meter whole;
        struct meter pieced;

        pieces_join(&joined);
        feed_all(&whole, kinds[i], joined);
        feed_all(&pieced, kinds[i], cut);
        check_same(&whole.usage, &pieced.usage);
        if (kinds[i] == METER_JSON)
            check_against_library(&whole.usage, cut.left);
        meter_done(&whole);
        meter_done(&pieced);
    }
    return 0;
}
