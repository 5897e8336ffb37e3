// SPDX-License-Identifier: MIT
/* When a token is refreshed, and what is done under the lock. */
#include "account/refresh_rules.h"

#include "base/reason.h"

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MAX_MS (5u * 60 * 1000)
#define SAVE_AGAIN_FIRST_MS 500
#define SAVE_AGAIN_MAX_MS 30000

bool refresh_rules_is_due(const struct account *account, uint64_t jitter_ms,
                          uint64_t fresh_until_ms, uint64_t now_wall_ms)
{
    struct err err;

    return account->can_refresh && !account->unsaved[0] &&
           account_is_usable(account, now_wall_ms, &err) &&
           now_wall_ms >= fresh_until_ms &&
           account->expires_at_ms <= now_wall_ms + REFRESH_AHEAD_MS + jitter_ms;
}

static bool is_same(const struct account *account, const struct secret *stale)
{
    return stale && account->token &&
           secret_eq(secret_reveal(account->token), secret_reveal(stale));
}

enum refresh_choice refresh_rules_decide(const struct account *account,
                                         const struct secret *stale,
                                         bool by_hand, uint64_t now_wall_ms,
                                         struct err *err)
{
    bool usable = account_is_usable(account, now_wall_ms, err);
    char again[ACCOUNT_AGAIN_MAX];

    if (usable && account->expires_at_ms > now_wall_ms &&
        !is_same(account, stale))
        return REFRESH_USE;
    if (!usable && !(by_hand && account->login_required))
        return REFRESH_REFUSE;
    if (account->can_refresh)
        return REFRESH_ASK;
    if (account->grant[0])
        REASON_SET(err, ACCOUNT_NOT_REFRESHABLE, account->name,
                   account_again(account->kind, account->name, true, again));
    else
        REASON_SET(err, ACCOUNT_HAS_KEY, account->name);
    return REFRESH_REFUSE;
}

static uint64_t doubled(uint64_t first_ms, unsigned failures, uint64_t max_ms)
{
    uint64_t wait_ms = first_ms;

    for (unsigned i = 1; i < failures && wait_ms < max_ms; i++)
        wait_ms *= 2;
    return wait_ms < max_ms ? wait_ms : max_ms;
}

uint64_t refresh_rules_backoff_ms(unsigned failures, uint64_t retry_after_ms)
{
    uint64_t wait_ms = doubled(BACKOFF_FIRST_MS, failures, BACKOFF_MAX_MS);

    return wait_ms > retry_after_ms ? wait_ms : retry_after_ms;
}

uint64_t refresh_rules_save_again_ms(unsigned failures)
{
    return doubled(SAVE_AGAIN_FIRST_MS, failures, SAVE_AGAIN_MAX_MS);
}
