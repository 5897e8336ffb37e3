// SPDX-License-Identifier: MIT
/* The table of account kinds. */
#include "account/kinds.h"

const struct account_kind *const account_kinds[] = {
    &account_kind_oauth,
    &account_kind_apikey,
    NULL,
};
