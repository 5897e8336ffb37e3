// SPDX-License-Identifier: MIT
/* Notices of a running relay. */
#include "notify/notifier.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "notify/look.h"
#include "notify/look_end.h"
#include "notify/watch.h"

#define EVERY_MS 1000
/* Of keys and groups: so many at once, and the next ones soon after. */
#define KEYS_AT_ONCE 256
#define KEYS_AGAIN_MS 100
#define NODE_MAX 65

struct notifier {
    struct notifier_options options;
    struct loop_timer *timer;
    struct look_keys keys;
    bool among_keys;       /* a look at them has begun */
    uint64_t looked_ms;    /* steady: when the last look at all else was */
    pthread_mutex_t mutex; /* of what follows, which others look at */
    const struct notify_target
        *target; /* a reference; NULL: nothing is told, and
                                           there is none of these: */
    struct post_way *way;
    struct sender *sender;
    struct watch *watch;
};

/* ---- telling ------------------------------------------------------------- */

/* Visible ASCII: it goes into what others read. */
static void find_node(char out[NODE_MAX])
{
    if (gethostname(out, NODE_MAX - 1) != 0)
        out[0] = '\0';
    out[NODE_MAX - 1] = '\0';
    for (char *c = out; *c; c++) {
        if (*c <= ' ' || *c > '~')
            *c = '?';
    }
}

void notifier_write(const struct notify_target *target,
                    const struct event *event, enum event_end end,
                    struct buf *fields, struct buf *body)
{
    char node[NODE_MAX];
    const struct format_notice notice = {
        .event = event,
        .end = end,
        .moment = { .at_ms = clock_wall_ms(), .node = node },
    };

    find_node(node);
    format_write(target->format, &target->to, &notice, fields, body);
}

static void tell(void *arg, const struct event *event, enum event_end end)
{
    struct notifier *notifier = arg;
    struct buf fields;
    struct buf body;
    char id[EVENT_ID_MAX];

    event_id(event, id);
    log_line(LOG_INFO, "notice %s: %s %s", id, event_rows[event->kind].name,
             end == EVENT_HOLDS ? "has begun" : "is over");
    buf_init(&fields, FORMAT_FIELDS_MAX);
    buf_init(&body, FORMAT_BODY_MAX);
    notifier_write(notifier->target, event, end, &fields, &body);
    sender_add(notifier->sender,
               &(struct sender_notice){ .id = id,
                                        .rank = event_rows[event->kind].rank,
                                        .fields = buf_str(&fields),
                                        .body = buf_str(&body) });
    buf_done(&body);
    buf_done(&fields);
}

static enum event_end end_of(void *arg, const struct event *event)
{
    struct notifier *notifier = arg;
    struct account_list *list = accounts_list(notifier->options.accounts);
    enum event_end end =
        look_end(event, list, notifier->options.ring, clock_wall_ms());

    account_list_unref(list);
    return end;
}

/* ---- looking ------------------------------------------------------------- */

static void see(void *arg, const struct event *event)
{
    struct notifier *notifier = arg;

    watch_see(notifier->watch, event, clock_wall_ms());
}

static void look_at_accounts(struct notifier *notifier, const struct look *look)
{
    struct account_list *list = accounts_list(notifier->options.accounts);

    watch_begin(notifier->watch, EVENT_OF_ACCOUNTS);
    look_accounts(look, list);
    watch_end(notifier->watch, EVENT_OF_ACCOUNTS, look->now.wall_ms);
    account_list_unref(list);
}

static void look_at_bookings(struct notifier *notifier, const struct look *look)
{
    struct ledger_state state;

    if (!notifier->options.ledger)
        return;
    ledger_state(notifier->options.ledger, &state);
    watch_begin(notifier->watch, EVENT_OF_BOOKINGS);
    look_bookings(look, &state);
    watch_end(notifier->watch, EVENT_OF_BOOKINGS, look->now.wall_ms);
}

static void look_at_keys(struct notifier *notifier, const struct look *look)
{
    if (!notifier->among_keys)
        watch_begin(notifier->watch, EVENT_OF_KEYS);
    notifier->among_keys =
        !look_keys(look, &notifier->keys, notifier->options.ring, KEYS_AT_ONCE);
    if (!notifier->among_keys)
        watch_end(notifier->watch, EVENT_OF_KEYS, look->now.wall_ms);
}

static void look_around(struct notifier *notifier)
{
    const struct look look = { .see = see,
                               .arg = notifier,
                               .now = { clock_steady_ms(), clock_wall_ms() } };

    pthread_mutex_lock(&notifier->mutex);
    if (look.now.steady_ms - notifier->looked_ms >=
        notifier->options.every_ms) {
        notifier->looked_ms = look.now.steady_ms;
        look_at_accounts(notifier, &look);
        look_at_bookings(notifier, &look);
    }
    look_at_keys(notifier, &look);
    pthread_mutex_unlock(&notifier->mutex);
}

/* ---- where they go ------------------------------------------------------- */

static void stop(struct notifier *notifier)
{
    sender_free(notifier->sender);
    post_way_free(notifier->way);
    watch_free(notifier->watch);
    notify_target_unref(notifier->target);
    notifier->among_keys = false;
    notifier->sender = NULL;
    notifier->way = NULL;
    notifier->watch = NULL;
    notifier->target = NULL;
}

static void begin(struct notifier *notifier, const struct notify_target *target)
{
    const struct notifier_options *options = &notifier->options;

    notifier->target = target;
    notifier->looked_ms = 0;
    notifier->watch =
        watch_new(NOTIFIER_EVENTS_MAX, &(struct watch_calls){ tell, end_of },
                  notifier);
    notifier->way = post_way_new(
        &(struct post_way_options){ .loop = options->loop,
                                    .config = options->config,
                                    .target = target,
                                    .tls = options->tls,
                                    .proxy = options->proxy,
                                    .outgoing = options->outgoing });
    notifier->sender =
        sender_new(&(struct sender_options){ .loop = options->loop,
                                             .format = target->format,
                                             .way = notifier->way });
}

/* Somebody else is told all that holds now, as after a start. */
static void follow_target(struct notifier *notifier)
{
    const struct notify_target *target =
        notify_board_take(notifier->options.board);

    if (target == notifier->target) {
        notify_target_unref(target);
        return;
    }
    pthread_mutex_lock(&notifier->mutex);
    stop(notifier);
    if (target)
        begin(notifier, target);
    pthread_mutex_unlock(&notifier->mutex);
}

static void tick(void *arg)
{
    struct notifier *notifier = arg;
    uint64_t every_ms = notifier->options.every_ms;

    follow_target(notifier);
    if (notifier->target)
        look_around(notifier);
    loop_timer_set(notifier->timer,
                   notifier->among_keys && every_ms > KEYS_AGAIN_MS
                       ? KEYS_AGAIN_MS
                       : every_ms);
}

/* ---- what others see ----------------------------------------------------- */

static void add_told(void *arg, const struct event *event)
{
    struct json_doc *list = arg;
    struct json_doc *doc = json_doc_new_object();
    struct buf text;
    char time[TEXT_TIME_MAX];
    char id[EVENT_ID_MAX];

    event_id(event, id);
    json_doc_set_str(doc, "event", str_of(event_rows[event->kind].name));
    json_doc_set_str(doc, "id", str_of(id));
    text_format_time(event->since_ms, time);
    json_doc_set_str(doc, "since", str_of(time));
    buf_init(&text, EVENT_TEXT_MAX);
    event_say(event, EVENT_HOLDS, &text);
    json_doc_set_str(doc, "message", buf_str(&text));
    buf_done(&text);
    event_set_facts(doc, event, true);
    json_doc_add(list, doc);
}

static struct json_doc *last_doc(const struct sender_state *state)
{
    struct json_doc *doc;
    char time[TEXT_TIME_MAX];

    if (state->at_ms == 0)
        return json_doc_new_null();
    doc = json_doc_new_object();
    text_format_time(state->at_ms, time);
    json_doc_set_str(doc, "at", str_of(time));
    json_doc_set_bool(doc, "delivered", state->taken);
    if (state->status > 0)
        json_doc_set_u64(doc, "status", state->status);
    else
        json_doc_set(doc, "status", json_doc_new_null());
    json_doc_set(doc, "error",
                 state->taken ? json_doc_new_null()
                              : json_doc_new_str(str_of(state->error)));
    return doc;
}

bool notifier_trouble(struct notifier *notifier, char out[NOTIFIER_TROUBLE_MAX])
{
    struct sender_state state = { .at_ms = 0 };

    if (!notifier)
        return false;
    pthread_mutex_lock(&notifier->mutex);
    if (notifier->sender)
        sender_state(notifier->sender, &state);
    pthread_mutex_unlock(&notifier->mutex);
    if (state.at_ms == 0 || state.taken)
        return false;
    (void)snprintf(out, NOTIFIER_TROUBLE_MAX, "%s", state.error);
    return true;
}

struct json_doc *notifier_doc(struct notifier *notifier)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *telling = json_doc_new_array();
    struct sender_state state = { .at_ms = 0 };
    uint64_t left_out = 0;

    if (notifier) {
        pthread_mutex_lock(&notifier->mutex);
        if (notifier->target) {
            sender_state(notifier->sender, &state);
            watch_each(notifier->watch, add_told, telling);
            left_out = watch_left_out(notifier->watch);
        }
        pthread_mutex_unlock(&notifier->mutex);
    }
    json_doc_set(doc, "telling", telling);
    json_doc_set_u64(doc, "waiting", state.waiting);
    json_doc_set_u64(doc, "sent", state.sent);
    json_doc_set_u64(doc, "given_up", state.given_up);
    json_doc_set_u64(doc, "dropped", state.dropped);
    json_doc_set_u64(doc, "left_out", left_out);
    json_doc_set(doc, "last", last_doc(&state));
    return doc;
}

/* ---- beginning and end --------------------------------------------------- */

struct notifier *notifier_new(const struct notifier_options *options)
{
    struct notifier *notifier = MEM_NEW(struct notifier);

    notifier->options = *options;
    if (notifier->options.every_ms == 0)
        notifier->options.every_ms = EVERY_MS;
    (void)pthread_mutex_init(&notifier->mutex, NULL);
    notifier->timer = loop_timer_new(options->loop, tick, notifier);
    loop_timer_set(notifier->timer, notifier->options.every_ms);
    return notifier;
}

void notifier_free(struct notifier *notifier)
{
    if (!notifier)
        return;
    loop_timer_free(notifier->timer);
    stop(notifier);
    (void)pthread_mutex_destroy(&notifier->mutex);
    mem_free(notifier);
}
