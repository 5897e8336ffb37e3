// SPDX-License-Identifier: MIT
/* How an account's provider calls the models that clients ask for: an object in which the
   name of each is that by which clients know it.  "*" stands for all that the object
   does not name, on either side: {"*":"*"} are called what clients call them.  Immutable.
   Pure; any thread. */
#pragma once

#include "base/json.h"

#define MODEL_MAP_MAX 64
#define MODEL_MAP_NAME_MAX 127 /* what usage/scan_facts.h tells of one */

/* An object of at most so many members; each name and each value a text of 1 to
   MODEL_MAP_NAME_MAX printable characters that holds no key; "*" is a value of "*"
   alone.  The text of err says which of them is not, and nothing that may be a secret. */
bool model_map_check(const struct json_doc *map, struct err *err) MUST_CHECK;

/* What `model` is called there; empty if it is called that, or the map (NULL: there is
   none) does not have it.  As long as the map. */
struct str model_map_find(const struct json_doc *map, struct str model);

/* Is there such a model, by the name that clients know it by or by the one it has
   there? */
bool model_map_has(const struct json_doc *map, struct str model);

/* What any one of its models is called there; empty if there is none. */
struct str model_map_any(const struct json_doc *map);
