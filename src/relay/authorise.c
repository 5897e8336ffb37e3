// SPDX-License-Identifier: MIT
/* A live token for a relayed request. */
#include "relay/authorise.h"

#include "account/vitals.h"
#include "base/clock.h"

#define YOUNG_MS 60000
/* As long as anybody listens for a token. */
#define LATE_MS (10u * 60 * 1000)

bool authorise_refreshes(const struct relayed *r)
{
    return r->attempt.account && r->attempt.account->grant[0];
}

bool authorise_is_young(const struct relayed *r)
{
    uint64_t renewed_ms =
        r->attempt.account ? r->attempt.account->renewed_ms : 0;

    return renewed_ms > 0 && clock_steady_ms() - renewed_ms < YOUNG_MS;
}

bool authorise_is_due(const struct relayed *r)
{
    return r->attempt.account &&
           account_needs_refresh(r->attempt.account, clock_wall_ms());
}

static struct keeper_wait *ask(struct relayed *r, enum keeper_op op,
                               void (*wake)(void *arg))
{
    return keeper_ask(r->relay->options.keeper, r->relay->options.loop,
                      &(struct keeper_question){
                          .op = op,
                          .name = str_of(r->attempt.account->name),
                          .stale = r->attempt.account->token },
                      wake, r);
}

void authorise_ask(struct relayed *r, void (*wake)(void *arg))
{
    r->attempt.began_ns = clock_steady_ns();
    keeper_wait_free(r->wait);
    r->wait = ask(r, KEEPER_REFRESH, wake);
}

void authorise_is_late(const struct relayed *r)
{
    const struct account *account = r->attempt.account;
    uint64_t now_ms = clock_wall_ms();

    if (account->vitals)
        vitals_note_token(account->vitals, now_ms + LATE_MS,
                          STR("its token has expired, and the next one is "
                              "long in coming"),
                          now_ms);
}

static bool swap_account(struct relayed *r, struct err *err)
{
    struct account *account = accounts_get(r->relay->options.accounts,
                                           str_of(r->attempt.account->name));

    if (!account)
        return err_set(err, ERR_NO_ACCOUNT,
                       "account \"%s\" was removed meanwhile",
                       r->attempt.account->name);
    account_unref(r->attempt.account);
    r->attempt.account = account;
    return account_is_usable(account, clock_wall_ms(), err);
}

enum authorise_state authorise_take(struct relayed *r, struct err *err)
{
    if (!keeper_wait_is_done(r->wait))
        return AUTHORISE_WAITING;
    if (!keeper_wait_error(r->wait))
        return swap_account(r, err) ? AUTHORISE_READY : AUTHORISE_REFUSED;
    *err = *keeper_wait_error(r->wait);
    return AUTHORISE_REFUSED;
}

/* Refused twice, the second time with the newest token; or once, with a body that
   cannot be sent again: then the next request finds a better token. */
void authorise_learn(struct relayed *r, const struct lesson *lesson)
{
    bool again = lesson->kind == LESSON_TOKEN;

    if (!authorise_refreshes(r) || (!again && lesson->kind != LESSON_LOGIN))
        return;
    keeper_wait_free(r->wait);
    r->wait = ask(r, again ? KEEPER_REFRESH : KEEPER_REFUSED, NULL);
    keeper_wait_free(r->wait);
    r->wait = NULL;
}
