// SPDX-License-Identifier: MIT
/* What a row of a table, or its defaults, may say (price_members.c), and what that comes
   to (price_row.c), for price_read.c.  Not for other folders. */
#pragma once

#include "base/json.h"
#include "usage/price.h"

#define PRICE_MILLION 1000000u

/* All that price_members_read() looks at. */
#define PRICE_MEMBERS_KNOWN                                                    \
    "input output cache_write_5m cache_write_1h cache_read web_search "        \
    "context_max output_max service_tier speed inference_geo long_context"

enum price_member {
    PRICE_MEMBER_INPUT,
    PRICE_MEMBER_OUTPUT,
    PRICE_MEMBER_CACHE_WRITE_5M,
    PRICE_MEMBER_CACHE_WRITE_1H,
    PRICE_MEMBER_CACHE_READ,
    PRICE_MEMBER_WEB_SEARCH,
    PRICE_MEMBER_CONTEXT_MAX,
    PRICE_MEMBER_OUTPUT_MAX,
    PRICE_MEMBERS,
};

/* Texts are borrowed from the document. */
struct price_values {
    uint64_t at[PRICE_MEMBERS]; /* counts, and factors in millionths */
    uint64_t long_above;        /* UINT64_MAX: none is long */
    uint64_t long_input;        /* thousandths */
    uint64_t long_output;
    struct price_factors factors[PRICE_CONDITIONS];
};

/* `where` names the object in texts. */
struct price_reading {
    const struct json_doc *object;
    const char *where;
    struct err *err;
};

/* What every table begins with. */
extern const struct price_values price_values_usual;

/* What is not there leaves the value as it is. */
bool price_members_read(struct price_reading *reading,
                        struct price_values *values) MUST_CHECK;
/* Does it have only those, whose names stand in `known` with a space between them?  If
   not, err names the first that it has. */
bool price_members_check(const struct price_reading *reading,
                         const char *known) MUST_CHECK;

/* All but its table and its factors.  `values` are the defaults, and then the row's. */
bool price_row_read(struct price_reading *reading, struct price_values *values,
                    struct price *price) MUST_CHECK;
