// SPDX-License-Identifier: MIT
/* New tokens for one account: asking for them, and judging the answer. */
#include "account/refresh_internal.h"
#include "account/refresh_rules.h"
#include "base/clock.h"
#include "base/log.h"

#define BODY_MAX 16384

static struct flow_next judge(struct flow *flow);

struct flow_next refresh_ask(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);
    const struct keeper_options *options = refresh_options(r);
    struct str token = STR_EMPTY;
    struct buf body;

    if (!refresh_may_go_on(r))
        return refresh_give_up(r);
    (void)json_doc_get_str(r->doc, "refresh_token", &token);
    buf_init_secret(&body, BODY_MAX);
    oauth_refresh_body(&r->kept->keeper->client, token, &body);
    fetch_free(r->fetch);
    r->fetch =
        keeper_fetch(r->kept->keeper,
                     proxy_choose(options->proxy, NULL, r->account->proxy),
                     buf_str(&body), refresh_wake, r);
    buf_done(&body);
    return flow_sleep_then(judge);
}

/* What a failed save left behind is kept where the new members do not replace
   it.  Takes over `patch`. */
static void change_patch(struct refresh *r, struct json_doc *patch)
{
    if (r->patch) {
        json_doc_merge(r->patch, patch);
        json_doc_free(patch);
    } else {
        r->patch = patch;
    }
    r->version++;
}

/* The mark that survives a restart; it holds for this grant only. */
static struct flow_next mark(struct refresh *r)
{
    r->failed = true;
    change_patch(r, json_doc_new_object());
    json_doc_set_str(r->patch, "login_required", str_of(r->account->grant));
    log_line(LOG_ERROR, "account %s: %s", r->kept->name, r->err.text);
    return flow_go(refresh_save);
}

static struct flow_next postpone(struct refresh *r, uint64_t retry_after_ms)
{
    struct kept_account *kept = r->kept;
    uint64_t wait_ms =
        refresh_rules_backoff_ms(++kept->failures, retry_after_ms);

    kept->not_before_ms = clock_steady_ms() + wait_ms;
    log_line(LOG_WARN,
             "account %s: the token could not be refreshed, next try in "
             "%llu s: %s",
             kept->name, (unsigned long long)(wait_ms + 999) / 1000,
             r->err.text);
    return refresh_give_up(r);
}

static struct flow_next judge_answer(struct refresh *r)
{
    struct oauth_answer answer =
        oauth_judge(fetch_status(r->fetch), fetch_headers(r->fetch),
                    fetch_body(r->fetch), clock_wall_ms());

    if (answer.verdict == OAUTH_GRANTED) {
        change_patch(r, answer.patch);
        json_doc_set(r->patch, "login_required", json_doc_new_null());
        r->kept->fresh_until_ms = clock_wall_ms() + answer.lifetime_ms / 2;
        return flow_go(refresh_save);
    }
    err_set(&r->err, answer.err.code,
            "the token of account \"%s\" could not be refreshed: %s%s",
            r->kept->name, answer.err.text,
            answer.verdict == OAUTH_REFUSED
                ? "; sign in again with `claude-relay login NAME` or POST "
                  "/oauth/auth-url"
                : "");
    if (answer.verdict == OAUTH_REFUSED)
        return mark(r);
    return postpone(r, answer.retry_after_ms);
}

static struct flow_next judge(struct flow *flow)
{
    struct refresh *r = refresh_of(flow);

    if (fetch_state(r->fetch) == FETCH_BUSY)
        return flow_sleep_then(judge);
    if (r->adopting)
        return flow_go(refresh_save);
    if (fetch_state(r->fetch) == FETCH_ANSWERED)
        return judge_answer(r);
    r->err = *fetch_error(r->fetch);
    err_wrap(&r->err, "refreshing the token of account \"%s\"", r->kept->name);
    return postpone(r, 0);
}
