// SPDX-License-Identifier: MIT
/* What the log says of a refresh. */
#include "account/refresh_log.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

static struct log_field account_of(const struct refresh *r)
{
    return LOG_STR("account", str_of(r->kept->name));
}

static struct log_field why_of(const struct refresh *r)
{
    static const char *const words[REFRESH_WHYS] = {
        [REFRESH_EXPIRES_SOON] = "expires_soon",
        [REFRESH_EXPIRED] = "expired",
        [REFRESH_REFUSED_401] = "refused_401",
        [REFRESH_BY_HAND] = "asked",
        [REFRESH_OLDER_FILE] = "older_file",
        [REFRESH_SIGNED_IN] = "signed_in",
        [REFRESH_LAST_LOOK] = "last_look",
    };

    return LOG_STR("why", str_of(words[r->why]));
}

static struct log_field ms_of(const struct refresh *r)
{
    return LOG_NUM("ms", clock_steady_ms() - r->began_ms);
}

void refresh_log_saved(const struct refresh *r)
{
    uint64_t until_ms = r->account->expires_at_ms;
    bool known = until_ms != ACCOUNT_NEVER_EXPIRES;
    char until[TEXT_TIME_MAX];
    struct log_field fields[4] = { account_of(r), why_of(r), ms_of(r) };

    text_format_time(until_ms, until);
    fields[3] = LOG_STR("valid_until", str_of(until));
    log_event(LOG_INFO, "new tokens saved", fields, known ? 4 : 3);
}

void refresh_log_postponed(const struct refresh *r, uint64_t wait_ms)
{
    LOG_EVENT(LOG_WARN, "the token could not be refreshed", account_of(r),
              why_of(r), ms_of(r),
              LOG_NUM("next_try_s", (wait_ms + 999) / 1000),
              LOG_TEXT("error", str_of(r->err.text)));
}

void refresh_log_refused(const struct refresh *r)
{
    LOG_EVENT(LOG_ERROR, "the token was refused for good", account_of(r),
              why_of(r), ms_of(r), LOG_TEXT("error", str_of(r->err.text)));
}

void refresh_log_state(const struct refresh *r)
{
    static const char *const words[REFRESH_STATES] = {
        [REFRESH_LOCKING] = "locking",     [REFRESH_PAUSING] = "pausing",
        [REFRESH_READING] = "reading",     [REFRESH_RESERVING] = "reserving",
        [REFRESH_ASKING] = "asking",       [REFRESH_SAVING] = "saving",
        [REFRESH_HELD] = "held_in_memory", [REFRESH_OVER] = "over",
    };

    LOG_EVENT(LOG_DEBUG, "refresh step", account_of(r), why_of(r), ms_of(r),
              LOG_STR("step", str_of(words[r->plan.state])));
}
