// SPDX-License-Identifier: MIT
/* An answer in JSON. */
#include "bench/message.h"

#include "bench/delta.h"

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
    size_t front = form_begins(plan->forms.front, body);
    size_t len = plan->deltas * plan->delta_bytes;

    return front > 0 && text_is_right(str_sub(body, front, len), plan) &&
           form_fits(plan->forms.back, str_from(body, front + len));
}
