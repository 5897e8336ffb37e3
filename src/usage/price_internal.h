// SPDX-License-Identifier: MIT
/* A table of prices, as price_read.c makes it and price.c looks it up; and the sums of
   price_cost.c and price_worst.c.  Not for other folders. */
#pragma once

#include <stdatomic.h>

#include "base/json.h"
#include "usage/price.h"

struct prices {
    atomic_size_t refs;
    struct json_doc *docs[2]; /* texts of the rows are borrowed from them */
    char version[PRICES_VERSION_MAX];
    struct meter_borders borders;
    struct price dearest; /* in each class, of long prompts too */
    struct price_factors (*factors)[PRICE_CONDITIONS]; /* of each row */
    size_t own_count; /* rows in front of those of the program */
    size_t count;
    struct price rows[];
};

/* ---- exact sums --------------------------------------------------------- */

/* Of 10^-30 dollars: rates are 10^-18, and four factors in thousandths. */
__extension__ typedef unsigned __int128 price_sum;
#define PRICE_THOUSAND 1000u
#define PRICE_FACTOR_ONE ((uint64_t)PRICE_THOUSAND * 1000 * 1000 * 1000)
#define PRICE_MICROUSD ((price_sum)PRICE_FACTOR_ONE * PRICE_FACTOR_ONE)
#define PRICE_SUM_MAX (~(price_sum)0)

static inline price_sum price_plus(price_sum a, price_sum b)
{
    return a > PRICE_SUM_MAX - b ? PRICE_SUM_MAX : a + b;
}

static inline price_sum price_times(price_sum a, uint64_t b)
{
    return b > 0 && a > PRICE_SUM_MAX / b ? PRICE_SUM_MAX : a * b;
}

/* Half up; what does not fit is the greatest there is. */
static inline uint64_t price_round(price_sum sum)
{
    price_sum whole =
        sum / PRICE_MICROUSD + (sum % PRICE_MICROUSD >= PRICE_MICROUSD / 2);

    return sum == PRICE_SUM_MAX || whole > UINT64_MAX ? UINT64_MAX
                                                      : (uint64_t)whole;
}

/* `factor` is PRICE_FACTOR_ONE for the plain price. */
static inline price_sum price_of_tokens(const struct price *price,
                                        enum price_class class, uint64_t tokens,
                                        uint64_t factor)
{
    return price_times(price_times(price->rates[class], tokens), factor);
}
