// SPDX-License-Identifier: MIT
/* Lists of keys and of groups, as tables with a head.  Columns are as wide as the first
   part of the list needs. */
#pragma once

#include "base/json.h"
#include "base/zones.h"

#define KEY_TABLE_COLUMNS_MAX 8

struct key_column;

struct key_table {
    const struct key_column *columns;
    size_t column_count;
    struct zones *zones;                  /* those that rows name */
    size_t widths[KEY_TABLE_COLUMNS_MAX]; /* in characters; 0: not begun */
};

/* key_table_done() must follow. */
void key_table_begin_keys(struct key_table *table);
void key_table_begin_groups(struct key_table *table);
/* Print a part of the list: documents of the management API. */
void key_table_print(struct key_table *table, const struct json_doc *list);
void key_table_done(struct key_table *table);
