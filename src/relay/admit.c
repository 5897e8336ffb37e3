// SPDX-License-Identifier: MIT
/* Between the key of a request and the ration of its limits. */
#include "relay/admit.h"

#include <assert.h>

#include "team/keys.h"

/* ---- rules -------------------------------------------------------------- */

/* That path, or something below it. */
static bool is_below(struct str path, struct str root)
{
    return str_starts(path, root) &&
           (path.len == root.len || path.at[root.len] == '/');
}

enum key_call admit_call_of(struct str path)
{
    static const struct {
        struct str root;
        enum key_call call;
    } roots[] = {
        { { "/v1/messages/batches", 20 }, KEY_BATCHES },
        { { "/v1/messages/count_tokens", 25 }, KEY_MESSAGES },
        { { "/v1/models", 10 }, KEY_MESSAGES },
        { { "/v1/files", 9 }, KEY_FILES },
    };

    for (size_t i = 0; i < COUNT_OF(roots); i++) {
        if (is_below(path, roots[i].root))
            return roots[i].call;
    }
    return str_eq(path, STR("/v1/messages")) ||
                   str_eq(path, STR("/v1/complete"))
               ? KEY_MESSAGES
               : KEY_OTHER;
}

bool admit_may_call(struct relayed *r)
{
    return !r->caller.key ||
           key_allows_call(r->caller.key, admit_call_of(r->path), &r->err);
}

static struct str model_of(const struct relayed *r)
{
    return r->facts && r->facts->model_is == SCAN_TOLD ? str_of(r->facts->model)
                                                       : STR_EMPTY;
}

/* What is below /v1/messages is for a model; of the rest only what says so. */
static bool names_model(const struct relayed *r)
{
    return model_of(r).len > 0 ||
           (str_eq(r->req->method, STR("POST")) &&
            (str_eq(r->path, STR("/v1/messages")) ||
             str_eq(r->path, STR("/v1/complete")) ||
             str_eq(r->path, STR("/v1/messages/count_tokens")) ||
             str_eq(r->path, STR("/v1/messages/batches"))));
}

bool admit_may_ask(struct relayed *r)
{
    return !r->caller.key || !names_model(r) ||
           key_allows_model(r->caller.key, model_of(r), &r->err);
}

/* ---- limits ------------------------------------------------------------- */

static struct ration_owner owner_of(const struct relayed *r)
{
    const struct key *key = r->caller.key;
    struct ration_owner owner = {
        .key = key->name,
        .of = { { key->counters, &key->limits, key->zone } },
        .strict = key->strict,
        .queue_wait_ms = key->queue_wait_ms,
    };

    if (!r->group)
        return owner;
    owner.group = r->group->name;
    owner.of[ADMISSION_GROUP].counters = r->group->counters;
    owner.of[ADMISSION_GROUP].limits = &r->group->limits;
    owner.of[ADMISSION_GROUP].zone = r->group->zone;
    return owner;
}

static bool counts_tokens(const struct relayed *r)
{
    return str_eq(r->path, STR("/v1/messages/count_tokens"));
}

static void make_ration(struct relayed *r)
{
    struct keys *keys = r->relay->options.keys;

    r->group = key_group_of(r->caller.key);
    r->ration = ration_new(
        &(struct ration_options){ .loop = r->relay->options.loop,
                                  .prices = r->relay->prices,
                                  .all = keys ? keys_all(keys) : NULL,
                                  .owner = owner_of(r),
                                  .facts = r->facts,
                                  .body_bytes = r->body.len,
                                  .counted = !counts_tokens(r),
                                  .costs = r->endpoint->metered });
}

enum ration_answer admit_ask(struct relayed *r, void (*wake)(void *arg))
{
    if (!r->caller.key)
        return RATION_GIVEN;
    if (!r->ration)
        make_ration(r);
    return ration_ask(r->ration, wake, r, &r->err);
}

void admit_note_sent(struct relayed *r)
{
    r->sent = r->sent || (r->call && call_facts(r->call).sent);
}

void admit_settle(struct relayed *r)
{
    if (!r->ration)
        return;
    admit_note_sent(r);
    ration_settle(r->ration,
                  &(struct ration_end){
                      .sent = r->sent,
                      .complete = r->outcome == COMPLETE,
                      .status = r->outcome == REFUSED ? 0 : r->status,
                      .usage = r->meter ? &r->meter->usage : NULL,
                      .answer_bytes = r->bytes_out });
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
