// SPDX-License-Identifier: MIT
/* What needs somebody. */
#include "notify/attention.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "notify/look.h"

/* ---- what there is ------------------------------------------------------- */

enum severity { SEVERITY_WARN, SEVERITY_BAD };
static const char *const severities[] = {
    [SEVERITY_WARN] = "warn", [SEVERITY_BAD] = "bad"
};

/* Of events, by kind; NULL: that is none. */
static const struct {
    const char *what;
    enum severity severity;
} rows[EVENT_KINDS] = {
    [EVENT_LOGIN_REQUIRED] = { "sign_in_again", SEVERITY_BAD },
    [EVENT_BLOCKED] = { "account_blocked", SEVERITY_BAD },
    [EVENT_UNUSABLE] = { "account_unusable", SEVERITY_BAD },
    [EVENT_WINDOW_EXHAUSTED] = { "window_used_up", SEVERITY_WARN },
    [EVENT_ACCOUNTS_PAUSED] = { "accounts_paused", SEVERITY_BAD },
    [EVENT_BUDGET_80] = { "budget_nearly", SEVERITY_WARN },
    [EVENT_BUDGET_100] = { "budget_spent", SEVERITY_WARN },
    [EVENT_TOKEN_UNSAVED] = { "token_unsaved", SEVERITY_BAD },
    [EVENT_BOOKINGS_UNSAVED] = { "store_failing", SEVERITY_BAD },
};

struct item {
    const char *what;
    enum severity severity;
    uint64_t since_ms;
    char id[EVENT_ID_MAX]; /* the same as long as it lasts */
    bool is_event;         /* else `event.why` is all there is to say */
    struct event event;
};

/* When something was seen first. */
struct memory {
    char id[EVENT_ID_MAX];
    uint64_t since_ms;
    bool seen; /* by the present look */
};

struct attention {
    struct attention_options options;
    uint64_t now_ms;
    struct item items[ATTENTION_MAX];
    size_t count;
    size_t more; /* there was no room for */
    struct memory memories[ATTENTION_MAX];
    size_t memory_count;
};

/* ---- since when ---------------------------------------------------------- */

static struct memory *find_memory(struct attention *attention, const char *id)
{
    for (size_t i = 0; i < attention->memory_count; i++) {
        if (strcmp(attention->memories[i].id, id) == 0)
            return &attention->memories[i];
    }
    return NULL;
}

/* What the look before did not see has been forgotten: there is room. */
static uint64_t remember(struct attention *attention, const char *id)
{
    struct memory *memory = find_memory(attention, id);

    if (!memory && attention->memory_count == ATTENTION_MAX)
        return attention->now_ms;
    if (!memory) {
        memory = &attention->memories[attention->memory_count++];
        *memory = (struct memory){ .since_ms = attention->now_ms };
        text_copy(memory->id, sizeof(memory->id), str_of(id));
    }
    memory->seen = true;
    return memory->since_ms;
}

static void forget_the_rest(struct attention *attention)
{
    size_t kept = 0;

    for (size_t i = 0; i < attention->memory_count; i++) {
        if (attention->memories[i].seen)
            attention->memories[kept++] = attention->memories[i];
    }
    attention->memory_count = kept;
    for (size_t i = 0; i < kept; i++)
        attention->memories[i].seen = false;
}

/* ---- looking ------------------------------------------------------------- */

/* NULL: there are too many. */
static struct item *add(struct attention *attention, const char *what,
                        enum severity severity)
{
    struct item *item = &attention->items[attention->count];

    if (attention->count == ATTENTION_MAX) {
        attention->more++;
        return NULL;
    }
    attention->count++;
    *item = (struct item){ .what = what, .severity = severity };
    return item;
}

static void date(struct attention *attention, struct item *item)
{
    uint64_t seen_ms = remember(attention, item->id);

    item->since_ms = item->event.since_ms > 0 ? item->event.since_ms : seen_ms;
}

static void add_event(struct attention *attention, enum event_kind kind,
                      const struct event *event)
{
    struct item *item = add(attention, rows[kind].what, rows[kind].severity);

    if (!item)
        return;
    item->is_event = true;
    item->event = *event;
    item->event.kind = kind;
    event_id(&item->event, item->id);
    date(attention, item);
}

/* It is not used up so far, but will be before it begins anew. */
static void add_forecast(struct attention *attention, const struct event *event)
{
    struct item *item = add(attention, "window_runs_out", SEVERITY_WARN);

    if (!item)
        return;
    item->is_event = true;
    item->event = *event;
    event_id(&item->event, item->id);
    date(attention, item);
}

static void see(void *arg, const struct event *event)
{
    struct attention *attention = arg;
    enum event_kind kind = event->kind;

    if (event_rows[kind].begins_ppm > 0)
        kind = event_degree(event, EVENT_KINDS);
    if (kind != EVENT_KINDS && rows[kind].what)
        add_event(attention, kind, event);
    else if (event->runs_out_ms > 0)
        add_forecast(attention, event);
}

/* What is said in a sentence, and nothing else. */
static void complain(struct attention *attention, const char *what,
                     enum severity severity, const char *text)
{
    struct item *item = text[0] ? add(attention, what, severity) : NULL;

    if (!item)
        return;
    text_copy(item->event.why, sizeof(item->event.why), str_of(text));
    text_copy(item->id, sizeof(item->id), str_of(what));
    date(attention, item);
}

static void look_at_store(struct attention *attention)
{
    const struct attention_options *options = &attention->options;
    struct store_state state;
    char complaint[ACCOUNTS_COMPLAINT_MAX];

    if (accounts_complaint(options->accounts, complaint))
        complain(attention, "data_folder", SEVERITY_BAD, complaint);
    if (options->store) {
        store_state(options->store, &state);
        complain(attention, "data_folder", SEVERITY_BAD, state.problem);
    }
    if (options->records) {
        records_state(options->records, &state);
        complain(attention, "store_failing", SEVERITY_BAD, state.problem);
    }
}

static void look_at_rest(struct attention *attention)
{
    const struct attention_options *options = &attention->options;
    char prices[PRICE_COMPLAINT_MAX];
    char notices[NOTIFIER_TROUBLE_MAX];

    if (options->prices && price_board_complaint(options->prices, prices))
        complain(attention, "prices_unusable", SEVERITY_WARN, prices);
    if (notifier_trouble(options->notifier, notices))
        complain(attention, "notices_failing", SEVERITY_WARN, notices);
}

static void look_at_bookings(struct attention *attention,
                             const struct look *look)
{
    size_t before = attention->count;
    struct ledger_state state;

    if (!attention->options.ledger)
        return;
    ledger_state(attention->options.ledger, &state);
    look_bookings(look, &state);
    if (state.losing && attention->count > before)
        attention->items[before].what = "bookings_lost";
}

static void look_at_accounts(const struct attention *attention,
                             const struct look *look)
{
    struct account_list *list = accounts_list(attention->options.accounts);

    look_accounts(look, list);
    account_list_unref(list);
}

static int by_weight(const void *a, const void *b)
{
    const struct item *left = a;
    const struct item *right = b;

    if (left->severity != right->severity)
        return left->severity == SEVERITY_BAD ? -1 : 1;
    if (left->since_ms != right->since_ms)
        return left->since_ms < right->since_ms ? -1 : 1;
    return strcmp(left->id, right->id);
}

void attention_look(struct attention *attention)
{
    const struct look look = { .see = see,
                               .arg = attention,
                               .now = { clock_steady_ms(), clock_wall_ms() } };
    struct look_keys keys = { .groups = false };

    attention->now_ms = look.now.wall_ms;
    attention->count = 0;
    attention->more = 0;
    look_at_store(attention);
    look_at_bookings(attention, &look);
    look_at_accounts(attention, &look);
    look_at_rest(attention);
    if (attention->options.ring)
        (void)look_keys(&look, &keys, attention->options.ring, SIZE_MAX);
    forget_the_rest(attention);
    qsort(attention->items, attention->count, sizeof(attention->items[0]),
          by_weight);
}

/* ---- telling ------------------------------------------------------------- */

static void set_time(struct json_doc *doc, const char *member, uint64_t ms)
{
    char time[TEXT_TIME_MAX];

    if (ms == 0) {
        json_doc_set(doc, member, json_doc_new_null());
        return;
    }
    text_format_time(ms, time);
    json_doc_set_str(doc, member, str_of(time));
}

/* Of a complaint that is no sentence by itself. */
static const char *intro_of(const struct item *item)
{
    return strcmp(item->what, "notices_failing") == 0
               ? "the last notice did not arrive: "
               : "";
}

static void set_message(struct json_doc *doc, const struct item *item)
{
    struct buf text;

    buf_init(&text, EVENT_TEXT_MAX);
    if (item->is_event && item->event.runs_out_ms > 0 &&
        !rows[item->event.kind].what)
        event_say_forecast(&item->event, &text);
    else if (item->is_event)
        event_say(&item->event, EVENT_HOLDS, &text);
    else
        buf_printf(&text, "%s%s", intro_of(item), item->event.why);
    json_doc_set_str(doc, "message", buf_str(&text));
    buf_done(&text);
}

static struct json_doc *item_doc(const struct item *item)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "what", str_of(item->what));
    json_doc_set_str(doc, "severity", str_of(severities[item->severity]));
    set_time(doc, "since", item->since_ms);
    set_message(doc, item);
    event_set_facts(doc, &item->event, item->is_event);
    return doc;
}

struct json_doc *attention_doc(const struct attention *attention)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *list = json_doc_new_array();

    for (size_t i = 0; i < attention->count; i++)
        json_doc_add(list, item_doc(&attention->items[i]));
    json_doc_set(doc, "items", list);
    json_doc_set_u64(doc, "more", attention->more);
    return doc;
}

size_t attention_count(const struct attention *attention)
{
    return attention->count + attention->more;
}

/* ---- beginning and end --------------------------------------------------- */

struct attention *attention_new(const struct attention_options *options)
{
    struct attention *attention = MEM_NEW(struct attention);

    attention->options = *options;
    return attention;
}

void attention_free(struct attention *attention)
{
    mem_free(attention);
}
