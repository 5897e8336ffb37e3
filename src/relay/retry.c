// SPDX-License-Identifier: MIT
/* What comes next when an outgoing call was answered, or failed. */
#include "relay/retry.h"

/* An idle close crosses our request within a round trip; far ones take 300 ms. */
#define IDLE_CLOSE_MS 1000

static bool wants_better_token(const struct retry_facts *facts)
{
    return facts->token && facts->replayable;
}

static bool is_stale(const struct retry_facts *facts)
{
    if (!facts->reused || !facts->replayable || facts->answered ||
        facts->tries > 1)
        return false;
    if (facts->timed_out)
        return facts->unheard;
    if (facts->makes && facts->sent)
        return false;
    return !facts->sent || facts->since_sent_ms <= IDLE_CLOSE_MS;
}

/* It broke off within an answer, or is still being answered for all we know, or it made
   something: so may one have that failed at the upstream. */
static bool is_under_way(const struct retry_facts *facts)
{
    if (facts->makes && facts->status >= 500)
        return true;
    return facts->status == 0 &&
           (facts->answered || (facts->sent && !facts->unheard &&
                                (facts->timed_out || facts->makes)));
}

static bool may_go_elsewhere(const struct retry_facts *facts)
{
    return facts->elsewhere && facts->replayable &&
           facts->accounts < facts->accounts_max && !is_under_way(facts);
}

enum retry_verdict retry_decide(const struct retry_facts *facts)
{
    if (wants_better_token(facts))
        return RETRY_RENEW;
    if (facts->status == 0 && is_stale(facts))
        return RETRY_AGAIN_FRESH;
    if (may_go_elsewhere(facts))
        return RETRY_ELSEWHERE;
    return facts->status > 0 ? RETRY_DELIVER : RETRY_REFUSE;
}

static enum record_result failure_of(const struct retry_facts *facts)
{
    if (!facts->connected)
        return RECORD_UNREACHABLE;
    return facts->timed_out && !facts->unheard ? RECORD_TIMED_OUT : RECORD_LOST;
}

enum record_result retry_result(const struct retry_facts *facts)
{
    switch (retry_decide(facts)) {
    case RETRY_DELIVER:
        return RECORD_DELIVERED;
    case RETRY_AGAIN_FRESH:
        return RECORD_STALE;
    case RETRY_RENEW:
        return RECORD_TOKEN_REFUSED;
    case RETRY_ELSEWHERE:
        if (facts->status > 0)
            return RECORD_PASSED_OVER;
        break;
    case RETRY_REFUSE:
        break;
    }
    return failure_of(facts);
}
