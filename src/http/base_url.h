// SPDX-License-Identifier: MIT
/* What clients have as a base URL: with /api, with /v1, with slashes at its end, although
   they add /v1/... themselves.  Pure. */
#pragma once

#include "base/str.h"

/* "//x" is "/x". */
struct str base_url_single_slash(struct str path);

/* Drop the first segment if it is `segment` ("/api"), and slashes that are too many behind
   it; false, and nothing is done, otherwise. */
bool base_url_drop(struct str *path, struct str segment);

/* The path without /api and without a doubled /v1: under any base URL the same. */
struct str base_url_rest(struct str path);
