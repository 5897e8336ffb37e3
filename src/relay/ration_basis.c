// SPDX-License-Identifier: MIT
/* Which estimate is taken, and what that means later. */
#include "relay/ration_basis.h"

static enum ration_basis strict_basis(enum ration_history history,
                                      enum ration_bound bound)
{
    static const enum ration_basis by_history[] = {
        [RATION_HISTORY_NONE] = RATION_STRICT_WORST,
        [RATION_HISTORY_ALL] = RATION_STRICT_ALL,
        [RATION_HISTORY_OWN] = RATION_STRICT_OWN,
    };

    return bound == RATION_BOUND_PROVEN ? by_history[history]
                                        : RATION_STRICT_UNBOUNDED;
}

enum ration_basis ration_basis(bool strict, enum ration_history history,
                               enum ration_bound bound)
{
    static const enum ration_basis by_bound[] = {
        [RATION_BOUND_NONE] = RATION_UNBOUNDED,
        [RATION_BOUND_USUAL] = RATION_USUAL,
        [RATION_BOUND_PROVEN] = RATION_WORST,
    };

    if (strict)
        return strict_basis(history, bound);
    switch (history) {
    case RATION_HISTORY_OWN:
        return RATION_OWN;
    case RATION_HISTORY_ALL:
        return RATION_ALL;
    case RATION_HISTORY_NONE:
        break;
    }
    return by_bound[bound];
}

const struct ration_basis_row ration_basis_rows[] = {
    [RATION_FREE] = { false, false, false, false, RATION_CUT_BYTES },
    [RATION_UNBOUNDED] = { false, false, false, false, RATION_CUT_BYTES },
    [RATION_USUAL] = { false, false, false, true, RATION_CUT_BYTES },
    [RATION_WORST] = { false, true, false, false, RATION_CUT_BYTES },
    [RATION_ALL] = { true, true, true, false, RATION_CUT_LIKE },
    [RATION_OWN] = { true, true, true, false, RATION_CUT_LIKE },
    [RATION_STRICT_UNBOUNDED] = { false, false, false, false,
                                  RATION_CUT_RESERVED },
    [RATION_STRICT_WORST] = { false, true, false, false, RATION_CUT_RESERVED },
    [RATION_STRICT_ALL] = { true, true, false, false, RATION_CUT_RESERVED },
    [RATION_STRICT_OWN] = { true, true, false, false, RATION_CUT_RESERVED },
};
