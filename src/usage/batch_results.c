// SPDX-License-Identifier: MIT
/* The results of a batch, line by line. */
#include "usage/batch_results.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "usage/meter_internal.h"

static void note_text(struct batch_results *results,
                      const struct sift_found *found)
{
    struct batch_result *line = &results->line;
    struct str text = found->begins ? STR_EMPTY : found->text;

    if (found->id == ITEM_CUSTOM_ID)
        text_copy(line->custom_id, sizeof(line->custom_id), text);
    if (found->id == ITEM_MESSAGE_ID)
        text_copy(line->message_id, sizeof(line->message_id), text);
    if (found->id == ITEM_RESULT_TYPE)
        results->succeeded = str_eq(text, STR("succeeded"));
}

static void note(void *arg, const struct sift_found *found)
{
    struct batch_results *results = arg;

    note_text(results, found);
    meter_note(&results->line.usage, found);
}

static void begin_line(struct batch_results *results)
{
    mem_free(results->line.usage.parts);
    results->line =
        (struct batch_result){ .usage = { .borders = results->borders,
                                          .came_ms = results->came_ms } };
    results->succeeded = false;
    results->begun = false;
    sift_restart(&results->sift);
}

static void tell(struct batch_results *results)
{
    struct batch_result *line = &results->line;

    text_copy(line->usage.service_tier, sizeof(line->usage.service_tier),
              STR("batch"));
    results->found(results->arg, line);
}

/* It is booked once: as what it used, or not at all. */
static bool is_counted(const struct meter_usage *usage)
{
    return usage->final && !usage->odd && meter_is_counted(usage);
}

/* Errors, and what was cancelled or expired, cost nothing.  A line that is cut off will
   come again. */
static void end_line(struct batch_results *results)
{
    struct batch_result *line = &results->line;
    bool whole = sift_is_whole(&results->sift);

    meter_note_end(&line->usage);
    if (whole && results->succeeded && line->custom_id[0] &&
        is_counted(&line->usage))
        tell(results);
    else if (results->begun && (!whole || results->succeeded))
        results->odd++;
    begin_line(results);
}

void batch_results_init(struct batch_results *results, batch_results_fn found,
                        void *arg)
{
    *results = (struct batch_results){ .found = found, .arg = arg };
    sift_init(&results->sift, &meter_result_line, note, results);
    sift_announce(&results->sift);
}

void batch_results_price(struct batch_results *results,
                         const struct meter_borders *borders, uint64_t came_ms)
{
    results->borders = borders;
    results->came_ms = came_ms;
    begin_line(results);
}

void batch_results_done(struct batch_results *results)
{
    mem_free(results->line.usage.parts);
}

void batch_results_feed(struct batch_results *results, struct str bytes)
{
    while (bytes.len > 0) {
        size_t lf = str_index(bytes, '\n');
        struct str part = str_sub(bytes, 0, lf);

        results->begun |= str_trim(part).len > 0;
        sift_feed(&results->sift, part);
        if (lf < bytes.len)
            end_line(results);
        bytes = str_from(bytes, lf + 1);
    }
}

void batch_results_end(struct batch_results *results)
{
    end_line(results);
}

void batch_results_id(struct str place, struct str batch, const char *custom_id,
                      uint8_t id[BATCH_RESULT_ID_LEN])
{
    unsigned char hash[HASH_SHA256_LEN];
    struct buf text;

    buf_init(&text, place.len + batch.len + SIFT_TEXT_MAX + 3);
    if (place.len > 0)
        buf_printf(&text, STR_FMT "\n", STR_ARG(place));
    buf_printf(&text, STR_FMT "\n%s", STR_ARG(batch), custom_id);
    hash_sha256(buf_str(&text), hash);
    memcpy(id, hash, BATCH_RESULT_ID_LEN);
    buf_done(&text);
}
