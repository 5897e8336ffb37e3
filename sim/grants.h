// SPDX-License-Identifier: MIT
/* What the sim knows about tokens: nothing, until it spent one or was told.  And
   how its token endpoint behaves. */
#pragma once

#include "base/str.h"

enum grant_state { GRANT_OK, GRANT_EXPIRED, GRANT_REVOKED, GRANT_SPENT };

struct grants {
    uint64_t expires_in;
    uint64_t delay_ms;
    bool omit_refresh_token;
    bool hold;               /* token calls get no answer for now */
    char code_challenge[64]; /* empty: not checked */
    struct grant_table *table;
};

void grants_init(struct grants *grants);
void grants_done(struct grants *grants);

/* Unknown tokens are GRANT_OK.  Beyond 100,000 the table forgets everything. */
enum grant_state grants_state(const struct grants *grants, struct str token);
void grants_set(struct grants *grants, struct str token,
                enum grant_state state);

/* False if there is no such state. */
bool grants_state_named(struct str name, enum grant_state *state);
