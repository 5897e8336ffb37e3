// SPDX-License-Identifier: MIT
/* An answer in JSON. */
#include "bench/message.h"

#include <string.h>

#include "bench/delta.h"

/* What stands behind `name`, up to `end`; empty if it is not there. */
static struct str find(struct str body, struct str name, char end)
{
    const char *at = memmem(body.at, body.len, name.at, name.len);
    struct str rest;

    if (!at)
        return STR_EMPTY;
    rest = str_from(body, (size_t)(at - body.at) + name.len);
    return str_sub(rest, 0, str_index(rest, end));
}

static bool text_is_right(struct str text, const struct events_plan *plan)
{
    if (text.len != plan->deltas * plan->delta_bytes)
        return false;
    for (uint64_t i = 0; i < plan->deltas; i++) {
        if (!delta_is_right(str_sub(text, i * plan->delta_bytes,
                                    plan->delta_bytes),
                            i + 1))
            return false;
    }
    return true;
}

bool message_complete(struct str body, const struct events_plan *plan)
{
    return events_counted(body, plan->input_tokens) &&
           text_is_right(find(body, STR("\"text\":\""), '"'), plan);
}
