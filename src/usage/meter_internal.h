// SPDX-License-Identifier: MIT
/* What meter.c (lines and members), meter_parts.c (iterations) and batch_results.c
   share.  Not for other folders. */
#pragma once

#include "usage/meter.h"

/* Ids of members: an enum meter_count, or one of these. */
enum item {
    ITEM_MODEL = METER_COUNTS,
    ITEM_TIER,
    ITEM_SPEED,
    ITEM_GEO,
    ITEM_EVENT_TYPE, /* what an event without a name is */
    ITEM_START,      /* the end of a message_start's message */
    ITEM_FINAL,      /* the end of a usage that is the last word */
    ITEM_CUSTOM_ID, /* those three of a batch's result; meter_note() passes them by */
    ITEM_RESULT_TYPE,
    ITEM_MESSAGE_ID,
    ITEM_FILE,
    ITEM_NONE,
    ITEM_PART, /* the array of iterations begins, or one of them ends */
    ITEM_PART_TYPE,
    ITEM_PART_MODEL,
    ITEM_PART_COUNT, /* and so on: one for each enum meter_count */
};

/* An id of either. */
static inline bool meter_is_count(unsigned id)
{
    return id < METER_COUNTS || id >= ITEM_PART_COUNT;
}

/* Root of what a batch's result is looked through for. */
extern const struct sift_node meter_result_line;
/* A sift_fn; `arg` is a struct meter_usage. */
void meter_note(void *arg, const struct sift_found *found);

/* Nothing comes any more of what holds them: what was awaited is odd. */
void meter_note_end(struct meter_usage *told);

/* A key that was sent as a model is kept nowhere. */
void meter_take_model(char to[SIFT_TEXT_MAX + 1], struct str model);
/* Of ITEM_PART and those behind it. */
void meter_parts_take(struct meter_usage *told, const struct sift_found *found);
/* A usage is complete: of each count, all that was used. */
void meter_parts_sum(struct meter_usage *told);
