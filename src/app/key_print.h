// SPDX-License-Identifier: MIT
/* What commands print of keys and groups, from the documents of the management API. */
#pragma once

#include "base/json.h"
#include "base/str.h"

/* The document as it came. */
void key_print_json(const struct json_doc *doc);

/* A new key: its text, this once, and how to use it at this base URL. */
void key_print_new(const struct json_doc *doc, struct str base_url);

/* One line of a list of keys; of groups. */
void key_print_line(const struct json_doc *doc);
void key_print_group_line(const struct json_doc *doc);

/* All of one: a member a line. */
void key_print_all(const struct json_doc *doc);
