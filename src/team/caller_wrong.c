// SPDX-License-Identifier: MIT
/* Callers whose credential is of no use. */
#include "team/caller_wrong.h"

#include <stdio.h>

#include "base/clock.h"
#include "team/key_text.h"
#include "team/presented.h"

/* "cr_AbCd...wXyZ" */
#define HINT_MAX 24

/* The first that has the form of a key, as lists show keys: whoever has lost track of
   one finds it by that.  Other texts may be anybody's secret. */
static struct str hint_of(const struct caller *caller, char out[HINT_MAX])
{
    struct str text;
    size_t at = 0;

    out[0] = '\0';
    for (int i = 0; i < PRESENTED_MAX; i++) {
        if (!presented_next(&caller->req->headers, &at, &text))
            break;
        if (!key_text_is_valid(text))
            continue;
        (void)snprintf(out, HINT_MAX, STR_FMT "..." STR_FMT,
                       STR_ARG(str_sub(text, 0, KEY_PREFIX_LEN)),
                       STR_ARG(str_from(text, text.len - KEY_LAST_LEN)));
        break;
    }
    return str_of(out);
}

void caller_wrong_keys(struct caller *caller, unsigned count)
{
    struct failures *failures = caller->sources->failures;
    struct failure what = { .what = "a wrong relay key" };
    char hint[HINT_MAX];
    struct addr addr;

    if (!failures)
        return;
    what.hint = hint_of(caller, hint);
    caller_address(caller, &addr);
    caller->wait_ms = (uint32_t)failures_add(failures, &addr, &what, count,
                                             clock_steady_ms());
}

void caller_wrong_say(const struct caller *caller, const char *what)
{
    struct failures *failures = caller->sources->failures;
    const struct failure said = { .what = what,
                                  .key =
                                      caller->key ? caller->key->name : NULL };
    struct addr addr;

    if (!failures)
        return;
    caller_address(caller, &addr);
    failures_say(failures, &addr, &said, clock_steady_ms());
}
