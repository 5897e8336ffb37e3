// SPDX-License-Identifier: MIT
/* relay/ration_basis: which estimate is taken, in every case. */
#include "relay/ration_basis.h"

#include "base/macros.h"
#include "unit.h"

#define EXPECTED false
#define STRICT true
#define HISTORY(which) RATION_HISTORY_##which
#define BOUND(which) RATION_BOUND_##which

static const struct {
    bool strict;
    enum ration_history history;
    enum ration_bound bound;
    enum ration_basis want;
} cases[] = {
    { EXPECTED, HISTORY(NONE), BOUND(NONE), RATION_UNBOUNDED },
    { EXPECTED, HISTORY(NONE), BOUND(USUAL), RATION_USUAL },
    { EXPECTED, HISTORY(NONE), BOUND(PROVEN), RATION_WORST },
    { EXPECTED, HISTORY(ALL), BOUND(NONE), RATION_ALL },
    { EXPECTED, HISTORY(ALL), BOUND(USUAL), RATION_ALL },
    { EXPECTED, HISTORY(ALL), BOUND(PROVEN), RATION_ALL },
    { EXPECTED, HISTORY(OWN), BOUND(NONE), RATION_OWN },
    { EXPECTED, HISTORY(OWN), BOUND(USUAL), RATION_OWN },
    { EXPECTED, HISTORY(OWN), BOUND(PROVEN), RATION_OWN },
    { STRICT, HISTORY(NONE), BOUND(NONE), RATION_STRICT_UNBOUNDED },
    { STRICT, HISTORY(NONE), BOUND(USUAL), RATION_STRICT_UNBOUNDED },
    { STRICT, HISTORY(NONE), BOUND(PROVEN), RATION_STRICT_WORST },
    { STRICT, HISTORY(ALL), BOUND(NONE), RATION_STRICT_UNBOUNDED },
    { STRICT, HISTORY(ALL), BOUND(USUAL), RATION_STRICT_UNBOUNDED },
    { STRICT, HISTORY(ALL), BOUND(PROVEN), RATION_STRICT_ALL },
    { STRICT, HISTORY(OWN), BOUND(NONE), RATION_STRICT_UNBOUNDED },
    { STRICT, HISTORY(OWN), BOUND(USUAL), RATION_STRICT_UNBOUNDED },
    { STRICT, HISTORY(OWN), BOUND(PROVEN), RATION_STRICT_OWN },
};

static void every_case_has_its_basis(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum ration_basis basis =
            ration_basis(cases[i].strict, cases[i].history, cases[i].bound);

        if (basis != cases[i].want)
            fail_msg("case %zu: %d", i, (int)basis);
    }
}

static const struct {
    enum ration_basis basis;
    struct ration_basis_row want;
} uses[] = {
    { RATION_FREE, { false, false, false, false, RATION_CUT_BYTES } },
    { RATION_UNBOUNDED, { false, false, false, false, RATION_CUT_BYTES } },
    { RATION_USUAL, { false, false, false, true, RATION_CUT_BYTES } },
    { RATION_WORST, { false, true, false, false, RATION_CUT_BYTES } },
    { RATION_ALL, { true, true, true, false, RATION_CUT_LIKE } },
    { RATION_OWN, { true, true, true, false, RATION_CUT_LIKE } },
    { RATION_STRICT_UNBOUNDED,
      { false, false, false, false, RATION_CUT_RESERVED } },
    { RATION_STRICT_WORST, { false, true, false, false, RATION_CUT_RESERVED } },
    { RATION_STRICT_ALL, { true, true, false, false, RATION_CUT_RESERVED } },
    { RATION_STRICT_OWN, { true, true, false, false, RATION_CUT_RESERVED } },
};

static void the_basis_says_what_becomes_of_the_estimate(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(uses); i++) {
        const struct ration_basis_row *row = &ration_basis_rows[uses[i].basis];
        const struct ration_basis_row *want = &uses[i].want;

        if (row->has_like != want->has_like ||
            row->corrects != want->corrects ||
            row->corrects_tools != want->corrects_tools ||
            row->whole != want->whole || row->cut != want->cut)
            fail_msg("basis %d", (int)uses[i].basis);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_has_its_basis),
        cmocka_unit_test(the_basis_says_what_becomes_of_the_estimate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
