// SPDX-License-Identifier: MIT
/* What commands print of keys and groups, from the documents of the management API. */
#pragma once

#include "base/json.h"
#include "base/str.h"
#include "base/zones.h"
#include "team/limits.h"

/* A new text of a key, this once, how to use it at this base URL, and how long former
   ones live on. */
void key_print_new(const struct json_doc *doc, struct str base_url);

/* ---- for those who print more of it -------------------------------------- */

/* Append "cr_abcd...wxyz": how the key, or a former text of it, is recognised. */
void key_print_add_masked(struct buf *out, const struct json_doc *doc);
/* That of the key or group which the document describes; UTC if it names none, or one
   that this machine lacks.  NULL is fine, and UTC. */
const struct zone *key_print_zone(struct zones *zones,
                                  const struct json_doc *doc);
/* Append "2026-11-29 11:20 (Asia/Shanghai)" for what RFC 3339 says. */
void key_print_add_time(struct buf *out, struct str time,
                        const struct zone *zone);
/* A number of a document, in the limit's own unit; 0 if it is none. */
uint64_t key_print_amount(const struct json_doc *doc, const char *member,
                          enum limit limit);
