// SPDX-License-Identifier: MIT
/* What needs somebody, over HTTP.  Of a running relay it is the main thread that looks and
   remembers (notify/attention.h); a command that works on the folder looks itself. */
#include "admin/attention_routes.h"

#include "admin/request.h"
#include "base/mem.h"
#include "base/round.h"
#include "notify/attention.h"

/* A round's, which may outlive the request. */
struct looking {
    struct json_doc *doc;
};

struct state {
    struct round *round;
};

static void drop(void *arg)
{
    struct state *state = arg;

    round_free(state->round);
}

static void look(void *arg, void *attention)
{
    struct looking *looking = arg;

    attention_look(attention);
    looking->doc = attention_doc(attention);
}

static void drop_looking(void *arg)
{
    struct looking *looking = arg;

    json_doc_free(looking->doc);
    mem_free(looking);
}

static struct flow_next answer(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct state *state = x->state;
    struct looking *looking;
    struct json_doc *doc;

    if (!round_is_done(state->round))
        return flow_sleep_then(answer);
    looking = round_state(state->round);
    doc = looking->doc;
    looking->doc = NULL;
    return admin_reply(x, doc);
}

static struct flow_next ask_main_thread(struct admin_request *x)
{
    const struct admin_options *options = &x->admin->options;
    const struct round_place place = { options->main_loop, options->attention };
    struct state *state = x->state;

    state->round =
        round_start(&(struct round_options){ .places = &place,
                                             .count = 1,
                                             .visit = look,
                                             .drop = drop_looking,
                                             .state = MEM_NEW(struct looking),
                                             .loop = options->loop,
                                             .wake = admin_wake,
                                             .arg = x });
    return flow_sleep_then(answer);
}

static struct flow_next look_here(struct admin_request *x)
{
    const struct admin_options *options = &x->admin->options;
    struct attention *attention = attention_new(&(struct attention_options){
        .accounts = options->accounts,
        .ring = options->keys ? keys_ring(options->keys) : NULL,
        .ledger = options->ledger,
        .store = options->store,
        .records = options->records,
        .prices = options->prices });
    struct json_doc *doc;

    attention_look(attention);
    doc = attention_doc(attention);
    attention_free(attention);
    return admin_reply(x, doc);
}

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    return x->admin->options.attention ? ask_main_thread(x) : look_here(x);
}

static const struct admin_member item_members[] = {
    { "what", ADMIN_TEXT, ADMIN_REQUIRED,
      "sign_in_again, token_unsaved, account_blocked, account_unusable, "
      "accounts_paused, store_failing, bookings_lost, data_folder, "
      "prices_unusable, window_used_up, window_runs_out, budget_spent, "
      "budget_nearly or notices_failing",
      NULL },
    { "severity", ADMIN_TEXT, ADMIN_REQUIRED,
      "bad: somebody has to do something; warn: it comes to that, or ends by "
      "itself",
      NULL },
    { "subject", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the name of the account, key or group; null: the relay", NULL },
    { "since", ADMIN_TEXT, ADMIN_REQUIRED, "since when (RFC 3339), or seen",
      NULL },
    { "until", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "when it ends by itself", NULL },
    { "message", ADMIN_TEXT, ADMIN_REQUIRED, "for people", NULL },
    { "details", ADMIN_OBJECT, ADMIN_REQUIRED,
      "for programs: about, window, used_ppm, why, next, ...", NULL },
    ADMIN_END,
};
static const struct admin_member one_item[] = {
    { .type = ADMIN_OBJECT, .text = "one", .members = item_members },
    ADMIN_END,
};
static const struct admin_member get_members[] = {
    { "items", ADMIN_LIST, ADMIN_REQUIRED,
      "the worst first, then the oldest; at most 200", one_item },
    { "more", ADMIN_NUMBER, ADMIN_REQUIRED, "how many there are beside those",
      NULL },
    ADMIN_END,
};
const struct admin_endpoint attention_routes_get = {
    .first = get,
    .state_size = sizeof(struct state),
    .drop = drop,
    .tag = "relay",
    .summary = "What needs somebody, now",
    .answer = get_members,
};
