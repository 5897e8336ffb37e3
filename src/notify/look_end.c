// SPDX-License-Identifier: MIT
/* Why nothing is seen any more. */
#include "notify/look_end.h"

static enum event_end end_of_account(const struct account_list *list,
                                     const char *name)
{
    const struct account *account = account_list_find(list, str_of(name));

    if (!account)
        return EVENT_REMOVED;
    return account->disabled ? EVENT_SWITCHED_OFF : EVENT_MENDED;
}

static enum event_end end_of_accounts(const struct account_list *list,
                                      bool pool)
{
    enum event_end end = EVENT_REMOVED;

    for (size_t i = 0; i < list->count; i++) {
        if (pool && !list->at[i]->pooled)
            continue;
        if (!list->at[i]->disabled)
            return EVENT_MENDED;
        end = EVENT_SWITCHED_OFF;
    }
    return end;
}

static enum event_end end_of_key(struct keyring *ring, uint64_t id,
                                 uint64_t wall_ms)
{
    struct key *key = keyring_after(ring, id - 1);
    enum event_end end = EVENT_MENDED;

    if (!key || key->id != id || key->revoked_ms != KEY_NEVER)
        end = EVENT_REMOVED;
    else if (!key_is_on(key))
        end = EVENT_SWITCHED_OFF;
    else if (key_expiry(key) <= wall_ms)
        end = EVENT_EXPIRED;
    if (key)
        key_unref(key);
    return end;
}

static enum event_end end_of_group(struct keyring *ring, uint64_t id)
{
    struct key_group *group = keyring_after_group(ring, id - 1);
    bool there = group && group->id == id;

    if (group)
        key_group_unref(group);
    return there ? EVENT_MENDED : EVENT_REMOVED;
}

enum event_end look_end(const struct event *event,
                        const struct account_list *list, struct keyring *ring,
                        uint64_t wall_ms)
{
    switch (event->about) {
    case EVENT_ABOUT_ACCOUNT:
        return end_of_account(list, event->subject);
    case EVENT_ABOUT_ACCOUNTS:
        return end_of_accounts(list, event->subject[0] == 'p');
    case EVENT_ABOUT_KEY:
        return end_of_key(ring, event->number, wall_ms);
    case EVENT_ABOUT_GROUP:
        return end_of_group(ring, event->number);
    case EVENT_ABOUT_RELAY:
        break;
    }
    return EVENT_MENDED;
}
