// SPDX-License-Identifier: MIT
/* Between the key of a request and the ration of its limits. */
#include "relay/admit.h"

#include <assert.h>

#include "base/clock.h"
#include "relay/unbooked.h"
#include "relay/unpriced.h"
#include "team/keys.h"
#include "usage/named_models.h"
#include "usage/scan.h"

/* ---- rules -------------------------------------------------------------- */

static bool has_model_rules(const struct relayed *r)
{
    const struct key *key = r->caller.key;

    return key && r->endpoint->model != ENDPOINT_MODEL_NONE &&
           (key->models || key->deny_models);
}

static bool refuse_unseen(const struct relayed *r, const char *why,
                          struct err *err)
{
    return err_set(err, ERR_FORBIDDEN,
                   "the relay key \"%s\" is for certain models only, and %s",
                   r->caller.key->name, why);
}

/* Does anybody see which models it is for? */
static bool may_be_unseen(const struct relayed *r, struct err *err)
{
    if (!has_model_rules(r) || r->req->length == 0)
        return true;
    if (r->endpoint->model == ENDPOINT_MODEL_EACH)
        return refuse_unseen(r,
                             "the relay does not look at those of each "
                             "request in a batch: send them one by one",
                             err);
    if (r->packed)
        return refuse_unseen(r,
                             "the relay does not look into a body that is "
                             "compressed: send it without content-encoding",
                             err);
    return !relayed_is_streamed(r) ||
           refuse_unseen(r,
                         "the relay does not look at all of a body that is "
                         "passed on as it comes (docs/api.md): send less, "
                         "or all of it at once",
                         err);
}

static bool creates_batch(const struct relayed *r)
{
    return r->endpoint->model == ENDPOINT_MODEL_EACH;
}

static bool may_batch(const struct relayed *r, struct err *err)
{
    return !creates_batch(r) || unbooked_may_batch(r->caller.key, err);
}

bool admit_may_call(const struct relayed *r, struct err *err)
{
    return !r->caller.key ||
           (key_allows_call(r->caller.key, r->endpoint->call, err) &&
            may_batch(r, err) && may_be_unseen(r, err));
}

static struct str model_of(const struct relayed *r)
{
    return r->facts && r->facts->model_is == SCAN_TOLD ? str_of(r->facts->model)
                                                       : STR_EMPTY;
}

/* What need not name a model, and does not.  An object in which nobody found its way
   may name one all the same. */
static bool names_none(const struct relayed *r)
{
    return r->endpoint->model == ENDPOINT_MODEL_PERHAPS &&
           (r->facts ? r->facts->model_is == SCAN_ABSENT
                     : !scan_begins_any_object(r->body));
}

struct naming {
    const struct relayed *r;
    struct err *err;
};

/* One that its body names below its top. */
static bool may_name(void *arg, struct str model)
{
    const struct naming *naming = arg;

    if (model.len == 0)
        return refuse_unseen(naming->r,
                             "its body names one below its top that is no "
                             "plain text: send it without escapes",
                             naming->err);
    return key_allows_model(naming->r->caller.key, model, naming->err) ||
           err_wrap(naming->err, "a model that the body names below its top");
}

/* By all models that its body names where they may serve it, once that was looked at,
   or is streamed. */
static bool may_ask(const struct relayed *r, struct err *err)
{
    struct naming naming = { r, err };

    if (!may_be_unseen(r, err))
        return false;
    if (!has_model_rules(r))
        return true;
    if (r->facts && !named_models_may(r->body, may_name, &naming))
        return false;
    if (names_none(r))
        return true;
    if (r->facts && r->facts->model_again)
        return refuse_unseen(r, "the body names its model twice", err);
    return key_allows_model(r->caller.key, model_of(r), err);
}

/* ---- limits ------------------------------------------------------------- */

static struct ration_owner owner_from(const struct key *key,
                                      const struct key_group *group,
                                      uint64_t at_ms)
{
    struct ration_owner owner = {
        .key = key->name,
        .of = { { key->counters, &key->limits, key->zone, key->changed_ms } },
        .strict = key->strict,
        .queue_wait_ms = key->queue_wait_ms,
        .ends_ms = key_next_end(key, at_ms),
    };

    if (!group)
        return owner;
    owner.group = group->name;
    owner.of[ADMISSION_GROUP].counters = group->counters;
    owner.of[ADMISSION_GROUP].limits = &group->limits;
    owner.of[ADMISSION_GROUP].zone = group->zone;
    owner.of[ADMISSION_GROUP].changed_ms = group->changed_ms;
    return owner;
}

static struct ration_owner owner_of(const struct relayed *r)
{
    return owner_from(r->caller.key, r->group, r->caller.at_ms);
}

static bool has_room(const struct key *key, struct counters_now now,
                     struct err *err)
{
    struct key_group *group = key_group_of(key);
    struct ration_owner owner = owner_from(key, group, now.wall_ms);
    bool has = ration_has_room(&owner, now, err);

    key_group_unref(group);
    return has;
}

bool admit_would(const struct key *key, struct str model,
                 struct counters_now now, struct err *err)
{
    return key_is_usable(key, now.wall_ms, err) &&
           key_allows_call(key, KEY_MESSAGES, err) &&
           (model.len == 0 || key_allows_model(key, model, err)) &&
           has_room(key, now, err);
}

/* The dearest price there is in the table proves nothing of another model. */
static void doubt_model(struct relayed *r)
{
    if (r->facts && r->caller.key->strict &&
        !prices_find(r->prices, model_of(r), r->req->arrived_ms))
        scan_facts_doubt_model(r->facts);
}

static void make_ration(struct relayed *r)
{
    struct keys *keys = r->relay->options.keys;

    doubt_model(r);
    r->group = key_group_of(r->caller.key);
    r->ration = ration_new(
        &(struct ration_options){ .loop = r->relay->options.loop,
                                  .prices = r->prices,
                                  .came_ms = r->req->arrived_ms,
                                  .all = keys ? keys_all(keys) : NULL,
                                  .owner = owner_of(r),
                                  .facts = r->facts,
                                  .body_bytes = r->body.len,
                                  .packed = r->packed,
                                  .counted = !r->endpoint->is_free,
                                  .costs = r->endpoint->metered,
                                  .costs_later = creates_batch(r) });
}

static bool may_name_proxy(const struct relayed *r, struct err *err)
{
    return !r->proxy || caller_may(&r->caller, RIGHT_PROXY, err);
}

static bool may_use_account(const struct relayed *r, struct err *err)
{
    return !r->caller.key || !r->attempt.account ||
           key_allows_account(r->caller.key, str_of(r->attempt.account->name),
                              r->attempt.account, err);
}

/* The caller as it is now: what was allowed when it came may have been taken back. */
static bool renew(struct relayed *r, struct err *err)
{
    return caller_renew(&r->caller, err) && admit_may_call(r, err) &&
           may_name_proxy(r, err) && may_ask(r, err) && may_use_account(r, err);
}

/* The ration borrows from the key that it was admitted with: that one is kept. */
bool admit_may_send(struct relayed *r, struct err *err)
{
    struct caller admitted = r->caller;
    bool may;

    if (caller_is_current(&r->caller))
        return true;
    if (admitted.key)
        (void)key_ref(admitted.key);
    may = renew(r, err);
    caller_done(&r->caller);
    r->caller = admitted;
    return may;
}

/* For the first time.  Its body may have been long in coming. */
static bool begin(struct relayed *r, struct err *err)
{
    if (caller_is_current(&r->caller) ? !may_ask(r, err) : !renew(r, err))
        return false;
    if (r->caller.key)
        make_ration(r);
    return true;
}

/* Again.  The ration borrows from the key even if that is of no use any more. */
static bool go_on(struct relayed *r, struct err *err)
{
    bool may = renew(r, err);
    struct key_group *was = r->group;
    struct ration_owner owner;

    r->group = key_group_of(r->caller.key);
    doubt_model(r);
    owner = owner_of(r);
    ration_renew(r->ration, &owner);
    key_group_unref(was);
    return may;
}

bool admit_may_cost(struct relayed *r, struct err *err)
{
    const struct account *account = r->attempt.account;
    struct str model = model_of(r);
    struct str theirs =
        account && r->ration ? gateway_model(account, model) : STR_EMPTY;

    return !r->ration || model.len == 0 ||
           ration_goes_as(r->ration, theirs.len > 0 ? theirs : model,
                          account && gateway_is_elsewhere(account)) ||
           err_set(err, ERR_BUDGET,
                   "the key %s reserves the most that a request may cost "
                   "(reserve: strict), and its limits have no room for that "
                   "where the model is \"" STR_FMT "\", which may cost more",
                   r->caller.key->name, STR_ARG(theirs));
}

static enum admit_answer refused(struct relayed *r)
{
    enum limit limit;
    bool of_group;

    if (ration_refused_by(r->ration, &limit, &of_group))
        tally_share_refuse(&r->relay->share, limit, of_group);
    if (!ration_has_price(r->ration))
        unpriced_note(r->relay->options.unpriced, model_of(r), false);
    return ADMIT_REFUSED;
}

enum admit_answer admit_ask(struct relayed *r, void (*wake)(void *arg),
                            struct err *err)
{
    bool may = r->ration ? go_on(r, err) : begin(r, err);

    if (may && !r->caller.key)
        return ADMIT_GIVEN;
    while (may) {
        switch (ration_ask(r->ration, wake, r, err)) {
        case RATION_GIVEN:
            return ADMIT_GIVEN;
        case RATION_WAITING:
            return ADMIT_WAITING;
        case RATION_OUTDATED:
            may = go_on(r, err);
            break;
        case RATION_REFUSED:
            return refused(r);
        }
    }
    return ADMIT_REFUSED;
}

bool admit_again(struct relayed *r)
{
    return !r->ration || ration_again(r->ration);
}

void admit_settle(struct relayed *r)
{
    if (!r->ration)
        return;
    ration_settle(r->ration, &(struct ration_end){
                                 .sent = r->attempt.sent,
                                 .owed = r->attempt.owed,
                                 .lost = r->attempt.lost,
                                 .complete = r->end == RECORD_COMPLETE,
                                 .usage = r->meter ? &r->meter->usage : NULL,
                                 .answer_bytes = metering_bytes(r->meter) });
    assert(!ration_is_held(r->ration));
    ration_free(r->ration);
    r->ration = NULL;
}

void admit_done(struct relayed *r)
{
    assert(!r->ration);
    key_group_unref(r->group);
    r->group = NULL;
}
