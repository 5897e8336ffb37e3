// SPDX-License-Identifier: MIT
/* What is charged, and booked much later. */
#include "relay/unbooked.h"

static bool may_spend(const struct limits *limits, const char *kind,
                      const char *name, struct err *err)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (limit_kinds[i].unit == LIMIT_IN_MICROUSD && limits->at[i] == 0)
            return err_set(err, ERR_BUDGET,
                           "the %s %s may not spend anything (limit %s is 0), "
                           "and a batch costs something",
                           kind, name, limit_kinds[i].name);
    }
    return true;
}

bool unbooked_may_batch(const struct key *key, struct err *err)
{
    struct key_group *group;
    bool may;

    if (key->strict)
        return err_set(err, ERR_FORBIDDEN,
                       "the key %s reserves the most that a request may cost "
                       "(reserve: strict), and what a batch costs is told too "
                       "late for that: send its requests one by one",
                       key->name);
    if (!may_spend(&key->limits, "key", key->name, err))
        return false;
    group = key_group_of(key);
    may = !group || may_spend(&group->limits, "group", group->name, err);
    key_group_unref(group);
    return may;
}
