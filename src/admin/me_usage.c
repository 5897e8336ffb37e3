// SPDX-License-Identifier: MIT
/* The questions of usage_routes.c, of one key. */
#include "admin/me_usage.h"

#include <stdio.h>

#include "admin/me.h"
#include "admin/me_turns.h"
#include "admin/usage_ask.h"
#include "admin/usage_query.h"
#include "admin/usage_routes.h"
#include "admin/usage_text.h"
#include "base/reason.h"
#include "crypto/seal.h"

#define RETRY_MS 1000
#define PART_FULL (24u * 1024)
#define CURSOR_TEXT_MAX (2 * ASK_CURSOR_MAX + SEAL_OVERHEAD)

struct own {
    struct usage_asking asking; /* for usage_ask.h, which knows this alone */
    struct admin *admin;        /* where it has a place; or NULL */
    uint64_t key_id;
    struct me_ticket *ticket; /* until it is the question's; or NULL */
    struct loop_timer *patience;
    uint64_t late_ms;
    struct flow_next (*ask)(struct admin_request *x); /* when it is its turn */
    struct loop_timer *read; /* by when it is; NULL: nothing was sent so far */
    uint64_t until_ms;
};

static struct own *own_of(const struct admin_request *x)
{
    return x->state;
}

static void drop(void *state)
{
    struct own *own = state;

    usage_asking_drop(&own->asking);
    me_ticket_end(own->ticket);
    own->ticket = NULL;
    loop_timer_free(own->patience);
    own->patience = NULL;
    loop_timer_free(own->read);
    own->read = NULL;
    if (own->admin)
        me_places_give_back(&own->admin->holders, own->key_id);
    own->admin = NULL;
}

/* ---- who asks ------------------------------------------------------------ */

/* What was found is kept until it is read: that does not last. */
static bool is_read_too_slowly(struct admin_request *x)
{
    struct own *own = own_of(x);
    /* As timers count: one that fires is not too early. */
    uint64_t now_ms = loop_now_ms(x->admin->options.loop);

    if (!own->read) {
        own->until_ms = now_ms + x->admin->holder_ms;
        own->read = loop_timer_new(x->admin->options.loop, admin_wake, x);
        loop_timer_set(own->read, x->admin->holder_ms);
    }
    return now_ms >= own->until_ms &&
           !err_set(&x->err, ERR_SLOW_REQUEST,
                    "it did not read what it asked for in time: ask for fewer "
                    "rows at once (limit)");
}

static struct flow_next refuse_busy(struct admin_request *x)
{
    (void)REASON_SET(&x->err, ME_BUSY);
    (void)err_retry_after(&x->err, RETRY_MS);
    return admin_refuse(x);
}

/* A turn until it is found (admin/usage_ask.h), and a place until it is sent: whoever
   waits for a turn needs none. */
static struct flow_next enter(struct admin_request *x)
{
    struct own *own = own_of(x);

    if (!me_places_take(&x->admin->holders, own->key_id))
        return refuse_busy(x);
    own->admin = x->admin;
    own->asking.ask->turn = own->ticket;
    own->ticket = NULL;
    x->is_over = is_read_too_slowly;
    return own->ask(x);
}

static struct flow_next await_turn(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct own *own = own_of(x);
    bool is_late = loop_now_ms(x->admin->options.loop) >= own->late_ms;

    switch (me_ticket_look(own->ticket, is_late)) {
    case ME_TURN_HAS:
        return enter(x);
    case ME_TURN_WAITS:
        return flow_sleep_then(await_turn);
    case ME_TURN_NONE:
    case ME_TURN_REFUSED:
        break;
    }
    return refuse_busy(x);
}

static struct flow_next get_in_line(
    struct admin_request *x, struct flow_next (*ask)(struct admin_request *x))
{
    const struct admin_options *options = &x->admin->options;
    struct own *own = own_of(x);

    own->ask = ask;
    if (!options->turns)
        return enter(x);
    own->ticket =
        me_turns_ask(options->turns, own->key_id, options->loop, admin_wake, x);
    own->late_ms = loop_now_ms(options->loop) + x->admin->turn_wait_ms;
    own->patience = loop_timer_new(options->loop, admin_wake, x);
    loop_timer_set(own->patience, x->admin->turn_wait_ms);
    return flow_go(await_turn);
}

/* The question of whoever holds a key; NULL and x->err. */
static struct usage_ask *begin(struct admin_request *x)
{
    struct key *key = me_find_key(x);
    struct usage_ask *ask;

    if (!key)
        return NULL;
    own_of(x)->key_id = key->id;
    key_unref(key);
    if (!admin_check_query(x->row->endpoint, x->req->query, &x->err))
        return NULL;
    ask = usage_asking_new(x);
    if (ask)
        ask->params.own_cursor = true;
    return ask;
}

static void force(const struct admin_request *x, struct ask_filter *filter)
{
    filter->key_id = own_of(x)->key_id;
    filter->of_holder = true;
}

/* ---- usage --------------------------------------------------------------- */

static bool is_own_by(enum ask_by by, struct err *err)
{
    return by == ASK_BY_DAY || by == ASK_BY_HOUR || by == ASK_BY_MODEL ||
           REASON_SET(err, ME_BY_UNKNOWN);
}

/* Without a word by day. */
static bool take_sums(struct usage_ask *ask, struct err *err)
{
    struct str query = ask->params.query;
    bool fine;

    ask->params.query =
        arena_printf(ask->arena, STR_FMT "&by=day", STR_ARG(query));
    fine = usage_params_sums(&ask->params, &ask->sums, err) &&
           is_own_by(ask->sums.by, err);
    ask->params.query = query;
    return fine;
}

static struct flow_next ask_usage(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct usage_ask *ask = begin(x);

    if (!ask || !take_sums(ask, &x->err))
        return admin_refuse(x);
    force(x, &ask->sums.filter);
    return get_in_line(x, usage_routes_begin_sums);
}

/* ---- requests ------------------------------------------------------------ */

/* What comes next is known by numbers that count those of all keys: sealed they tell
   nothing, and open for this key alone. */
static struct str label_of(const struct admin_request *x, char out[32])
{
    (void)snprintf(out, 32, "me %llu", (unsigned long long)own_of(x)->key_id);
    return str_of(out);
}

static void add_cursor(const struct admin_request *x, struct buf *out,
                       const struct ask_cursor *cursor)
{
    char clear[ASK_CURSOR_MAX];
    char label[32];

    ask_cursor_write(cursor, clear);
    buf_add(out, STR("\""));
    seal_close(x->admin->options.cursors, label_of(x, label), str_of(clear),
               out);
    buf_add(out, STR("\""));
}

static bool read_cursor(const struct admin_request *x, struct str sealed,
                        struct ask_cursor *cursor)
{
    const struct seal *seal = x->admin->options.cursors;
    struct buf clear;
    char label[32];
    struct err ignored;
    bool fine;

    buf_init_secret(&clear, CURSOR_TEXT_MAX);
    fine = sealed.len < CURSOR_TEXT_MAX &&
           seal_open(seal, label_of(x, label), sealed, &clear, &ignored) &&
           ask_cursor_read(buf_str(&clear), cursor);
    buf_done(&clear);
    return fine;
}

static bool take_cursor(struct admin_request *x, struct ask_requests *ask)
{
    struct str sealed;

    if (!admin_query(x, "cursor", &sealed))
        return true;
    ask->goes_on = read_cursor(x, sealed, &ask->after);
    return ask->goes_on || REASON_SET(&x->err, ME_CURSOR_UNKNOWN);
}

static void add_end(const struct admin_request *x, struct buf *out,
                    const struct ask_found *found)
{
    buf_add(out, STR("],\"next_cursor\":"));
    if (found->more && x->admin->options.cursors)
        add_cursor(x, out, &found->next);
    else
        buf_add(out, STR("null"));
    buf_add(out, STR("}"));
}

static enum admin_part write_requests(struct admin_request *x, struct buf *out)
{
    struct usage_asking *asking = &own_of(x)->asking;
    const struct ask_found *found = &asking->ask->found;

    if (!asking->begun)
        buf_add(out, STR("{\"requests\":["));
    asking->begun = true;
    while (asking->next < found->count && out->len < PART_FULL) {
        buf_add(out, asking->next ? STR(",") : STR_EMPTY);
        usage_text_own_booking(out, &found->rows[asking->next++]);
    }
    if (asking->next < found->count)
        return ADMIN_PART_MORE;
    add_end(x, out, found);
    return ADMIN_PART_LAST;
}

static struct flow_next answer_requests(struct flow *flow)
{
    static const struct admin_parts form = {
        { "application/json", sizeof("application/json") - 1 }, write_requests
    };
    struct admin_request *x = admin_request_of(flow);

    if (!records_job_is_done(own_of(x)->asking.job))
        return flow_sleep_then(answer_requests);
    return usage_asking_went_well(x) ? admin_reply_parts(x, &form)
                                     : admin_refuse(x);
}

static struct flow_next begin_requests(struct admin_request *x)
{
    usage_asking_start(x, usage_routes_run_requests);
    return flow_sleep_then(answer_requests);
}

static struct flow_next ask_requests(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct usage_ask *ask = begin(x);

    if (!ask || !usage_params_requests(&ask->params, &ask->requests, &x->err) ||
        !take_cursor(x, &ask->requests))
        return admin_refuse(x);
    force(x, &ask->requests.filter);
    return get_in_line(x, begin_requests);
}

/* ---- the endpoints ------------------------------------------------------- */

static const struct admin_member sums_query[] = {
    { "by", ADMIN_TEXT, 0, "day (without it), hour or model", NULL },
    USAGE_QUERY_SPAN,
    USAGE_QUERY_MODEL,
    ADMIN_END,
};
static const struct admin_member requests_query[] = {
    USAGE_QUERY_SPAN,
    USAGE_QUERY_MODEL,
    USAGE_QUERY_SESSION,
    USAGE_QUERY_STATUS,
    USAGE_QUERY_END,
    { "limit", ADMIN_NUMBER, 0, "how many at most, from 1 to 1000; or 50",
      NULL },
    USAGE_QUERY_CURSOR,
    ADMIN_END,
};
static const struct admin_member one_request[] = {
    { .type = ADMIN_OBJECT,
      .text = "one of its own",
      .members = usage_text_own_members },
    ADMIN_END,
};
static const struct admin_member requests_answer[] = {
    { "requests", ADMIN_LIST, ADMIN_REQUIRED, "the newest first", one_request },
    { "next_cursor", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of the next page, which may be empty; null: this was the last. It holds "
      "until the relay is started again",
      NULL },
    ADMIN_END,
};

#define OWN .tag = "keys", .state_size = sizeof(struct own), .drop = drop

const struct admin_endpoint me_usage_sums = {
    OWN,
    .first = ask_usage,
    .summary = "Of the key that asks: what was used, by day, hour or model",
    .query = sums_query,
    .answer = usage_text_sums_members,
};
const struct admin_endpoint me_usage_requests = {
    OWN,
    .first = ask_requests,
    .summary = "Of the key that asks: its last requests",
    .query = requests_query,
    .answer = requests_answer,
};
