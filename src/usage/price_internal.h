// SPDX-License-Identifier: MIT
/* A table of prices, as price_read.c makes it and price.c looks it up. */
#pragma once

#include "base/json.h"
#include "usage/price.h"

struct prices {
    struct json_doc *doc; /* the rows' patterns are borrowed from it */
    struct price dearest; /* in each class */
    size_t count;
    struct price rows[];
};
