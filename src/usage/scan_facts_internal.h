// SPDX-License-Identifier: MIT
/* What scan_facts.c (where it stands), scan_tools.c and scan_doubt.c share.  Not for
   other folders. */
#pragma once

#include "usage/scan_facts.h"

/* What is found beside enum scan_item. */
enum item {
    ITEM_MODEL = SCAN_ITEMS,
    ITEM_STREAM,
    ITEM_MAX_TOKENS,
    ITEM_TOOL, /* the array begins, or one of its objects ends */
    ITEM_TOOL_TYPE,
    ITEM_TOOL_USES,
    ITEM_SERVER, /* likewise */
    ITEM_CACHE,
    ITEM_TTL,
    ITEM_TYPE,
    ITEM_USER,
    ITEM_FILE,
    ITEM_PLAIN, /* costs nothing beyond its bytes, and max_tokens */
    ITEM_TIER,
    ITEM_SPEED,
    ITEM_GEO,
    ITEM_CONTEXT,
    ITEM_CONTEXT_OTHER,
    ITEM_EDIT, /* as ITEM_TOOL */
    ITEM_EDIT_TYPE,
    ITEM_OTHER,
};

/* ---- doubts (scan_doubt.c) ---------------------------------------------- */

/* The first one counts. */
void scan_doubt_note(struct scan_facts *facts, enum scan_doubt what,
                     struct str name);
/* The value of a member begins of which only one may be there; `seen` is its count. */
void scan_doubt_see(struct scan_facts *facts, unsigned char *seen,
                    struct str name);
/* What matters only where the most that it may cost has to be proven. */
void scan_doubt_take(struct scan_facts *facts, const struct sift_found *found);

/* ---- tools (scan_tools.c) ----------------------------------------------- */

void scan_tools_take(struct scan_facts *facts, const struct sift_found *found);
void scan_tools_take_type(struct scan_facts *facts,
                          const struct sift_found *found);
void scan_tools_take_uses(struct scan_facts *facts,
                          const struct sift_found *found);
void scan_tools_take_server(struct scan_facts *facts,
                            const struct sift_found *found);
