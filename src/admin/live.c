// SPDX-License-Identifier: MIT
/* What happens, told to all who listen. */
#include "admin/live.h"

#include "admin/live_text.h"
#include "admin/live_today.h"
#include "base/clock.h"
#include "base/mem.h"

#define RUNNING_SHOWN 100
#define ENDED_SHOWN 50
/* Told anew although nothing changed: so many looks later; accounts and attention are
   looked at as often as each says. */
#define FIGURES_EVERY 10
#define ACCOUNTS_EVERY 2
#define ATTENTION_EVERY 2
#define ATTENTION_SELDOM 10
#define ATTENTION_MANY 500 /* keys */
#define COMMENT_EVERY 30

enum state { IDLE, LOOKING, RESTING, STOPPED };

struct live {
    struct live_options options;
    enum state state;
    struct live_desk **desks;
    size_t desk_count;
    atomic_size_t listeners;
    struct loop_timer *timer;
    struct round *round;
    struct live_today *today;
    struct pulse pulse;
    uint64_t looks; /* since it was IDLE */
    bool was_running;
    /* As they were told last: documents. */
    struct buf figures; /* without its time */
    struct buf accounts;
    struct buf attention;
    /* Since the last look. */
    struct buf ended;
    size_t ended_count;
    uint64_t missed;
};

/* ---- what is written ----------------------------------------------------- */

static void add_event(struct buf *out, const char *name, struct str document)
{
    live_text_begin(out, name);
    buf_add(out, document);
    live_text_end(out);
}

/* What is kept becomes `now`; did it change? */
static bool renew(struct buf *kept, struct buf *now)
{
    bool same = str_eq(buf_str(kept), buf_str(now));

    buf_clear(kept);
    buf_add(kept, buf_str(now));
    buf_done(now);
    return !same;
}

static size_t ask(const struct admin_facts *facts, size_t (*what)(void *arg))
{
    return facts && what ? what(facts->arg) : 0;
}

static struct live_figures figures_of(struct live *live)
{
    const struct live_options *options = &live->options;
    const struct admin_facts *facts = options->facts;
    struct live_figures figures = { .at_ms = clock_wall_ms() };

    figures.uptime_s = (clock_steady_ms() - facts->started_ms) / 1000;
    figures.in_flight = ask(facts, facts->in_flight);
    figures.keys = options->ring ? keyring_count(options->ring) : 0;
    figures.sessions = sessions_count(options->sessions, sessions_now());
    pulse_look(&live->pulse, figures.at_ms, &figures.pulse);
    figures.today_known = live_today_sums(live->today, figures.today);
    return figures;
}

/* Is there anything new, beside the time? */
static bool figures_changed(struct live *live, struct live_figures figures)
{
    struct buf now;

    figures.at_ms = 0;
    figures.uptime_s = 0;
    buf_init(&now, LIVE_EVENT_MAX);
    live_text_figures(&now, &figures);
    return renew(&live->figures, &now);
}

static bool accounts_changed(struct live *live)
{
    struct buf now;

    buf_init(&now, LIVE_EVENT_MAX);
    live_text_accounts(&now, live->options.accounts, clock_wall_ms());
    return renew(&live->accounts, &now);
}

static bool attention_changed(struct live *live)
{
    struct json_doc *doc;
    struct buf now;

    attention_look(live->options.attention);
    doc = attention_doc(live->options.attention);
    buf_init(&now, LIVE_EVENT_MAX);
    if (!json_doc_write(doc, false, &now)) {
        buf_done(&now);
        buf_add(&now, buf_str(&live->attention));
    }
    json_doc_free(doc);
    return renew(&live->attention, &now);
}

static bool is_turn(const struct live *live, uint64_t every)
{
    return live->looks % every == 0;
}

static uint64_t attention_every(const struct live *live)
{
    struct keyring *ring = live->options.ring;

    return ring && keyring_count(ring) > ATTENTION_MANY ? ATTENTION_SELDOM
                                                        : ATTENTION_EVERY;
}

/* ---- telling ------------------------------------------------------------- */

struct telling {
    struct live_desk *desk;
    struct live_frame *all;
    struct live_frame *change; /* or NULL */
};

static void tell_desk(void *arg)
{
    struct telling *telling = arg;

    live_desk_tell(telling->desk, telling->all, telling->change);
    live_frame_unref(telling->all);
    live_frame_unref(telling->change);
    mem_free(telling);
}

static void tell(struct live *live, struct buf *all, struct buf *change)
{
    struct live_frame *whole = live_frame_new(buf_str(all));
    struct live_frame *part =
        change->len > 0 ? live_frame_new(buf_str(change)) : NULL;

    for (size_t i = 0; i < live->desk_count; i++) {
        struct live_desk *desk = live->desks[i];
        struct telling *telling;

        if (live_desk_count(desk) == 0)
            continue;
        telling = MEM_NEW(struct telling);
        telling->desk = desk;
        telling->all = live_frame_ref(whole);
        telling->change = part ? live_frame_ref(part) : NULL;
        loop_post(desk->loop, tell_desk, telling);
    }
    live_frame_unref(whole);
    live_frame_unref(part);
}

static void write_figures(struct live *live, struct buf *all,
                          struct buf *change)
{
    struct live_figures figures = figures_of(live);
    struct buf text;

    buf_init(&text, LIVE_EVENT_MAX);
    live_text_figures(&text, &figures);
    add_event(all, "figures", buf_str(&text));
    if (figures_changed(live, figures) || is_turn(live, FIGURES_EVERY))
        add_event(change, "figures", buf_str(&text));
    buf_done(&text);
}

/* As long as nothing runs there is nothing new. */
static void write_running(struct live *live, const struct running_list *list,
                          struct buf *all, struct buf *change)
{
    struct buf text;

    buf_init(&text, LIVE_EVENT_MAX);
    live_text_running(&text, list);
    add_event(all, "running", buf_str(&text));
    if (list->all > 0 || live->was_running)
        add_event(change, "running", buf_str(&text));
    live->was_running = list->all > 0;
    buf_done(&text);
}

static void write_ended(struct live *live, struct buf *change)
{
    if (live->ended_count == 0)
        return;
    live_text_begin(change, "ended");
    buf_add(change, STR("{\"requests\":["));
    buf_add(change, buf_str(&live->ended));
    buf_printf(change, "],\"missed\":%llu}", (unsigned long long)live->missed);
    live_text_end(change);
    buf_clear(&live->ended);
    live->ended_count = 0;
    live->missed = 0;
}

static void write_rest(struct live *live, struct buf *all, struct buf *change)
{
    if (is_turn(live, ACCOUNTS_EVERY) && accounts_changed(live))
        add_event(change, "accounts", buf_str(&live->accounts));
    add_event(all, "accounts", buf_str(&live->accounts));
    if (is_turn(live, attention_every(live)) && attention_changed(live))
        add_event(change, "attention", buf_str(&live->attention));
    add_event(all, "attention", buf_str(&live->attention));
    if (is_turn(live, COMMENT_EVERY))
        buf_add(change, STR(": listening\n\n"));
}

static void tell_all(struct live *live, const struct running_list *list)
{
    struct buf all;
    struct buf change;

    buf_init(&all, 5 * LIVE_EVENT_MAX);
    buf_init(&change, 5 * LIVE_EVENT_MAX);
    buf_add(&all, STR("retry: 2000\n\n"));
    write_figures(live, &all, &change);
    write_running(live, list, &all, &change);
    write_ended(live, &change);
    write_rest(live, &all, &change);
    tell(live, &all, &change);
    buf_done(&change);
    buf_done(&all);
}

/* ---- looking ------------------------------------------------------------- */

static bool anybody(const struct live *live)
{
    return atomic_load(&live->listeners) > 0;
}

static void be_idle(struct live *live)
{
    live->state = IDLE;
    live->looks = 0;
    live->was_running = false;
    buf_done(&live->figures);
    buf_done(&live->accounts);
    buf_done(&live->attention);
    buf_done(&live->ended);
    live->ended_count = 0;
    live->missed = 0;
}

static void looked(void *arg)
{
    struct live *live = arg;

    tell_all(live, running_list(live->round));
    round_free(live->round);
    live->round = NULL;
    live->looks++;
    live->state = RESTING;
    loop_timer_set(live->timer, live->options.every_ms);
}

static void look(void *arg)
{
    struct live *live = arg;

    if (!anybody(live)) {
        be_idle(live);
        return;
    }
    live->state = LOOKING;
    live_today_ask(live->today);
    live->round = running_ask(live->options.running, RUNNING_SHOWN,
                              live->options.loop, looked, live);
}

static void came(void *arg)
{
    struct live *live = arg;

    switch (live->state) {
    case IDLE:
    case RESTING:
        loop_timer_set(live->timer, 0);
        break;
    case LOOKING:
    case STOPPED:
        break;
    }
}

void live_came(struct live *live)
{
    loop_post(live->options.loop, came, live);
}

bool live_may_come(struct live *live)
{
    if (atomic_fetch_add(&live->listeners, 1) < LIVE_LISTENERS_MAX)
        return true;
    live_went(live);
    return false;
}

void live_went(struct live *live)
{
    atomic_fetch_sub(&live->listeners, 1);
}

/* ---- what is booked ------------------------------------------------------ */

static void note_ended(struct live *live, const struct booking *booking)
{
    if (live->ended_count == ENDED_SHOWN ||
        live->ended.len > LIVE_EVENT_MAX / 2) {
        live->missed++;
        return;
    }
    buf_add(&live->ended, live->ended_count++ > 0 ? STR(",") : STR_EMPTY);
    live_text_booking(&live->ended, booking);
}

static void booked(void *arg, const struct booking *const *at, size_t count)
{
    struct live *live = arg;
    uint64_t now_ms = clock_wall_ms();
    bool told = live->state == LOOKING || live->state == RESTING;

    for (size_t i = 0; i < count; i++) {
        pulse_add(&live->pulse, at[i], now_ms);
        if (told)
            note_ended(live, at[i]);
    }
}

/* ---- beginning and end --------------------------------------------------- */

struct live *live_new(const struct live_options *options)
{
    struct live *live = MEM_NEW(struct live);

    live->options = *options;
    if (live->options.every_ms == 0)
        live->options.every_ms = LIVE_EVERY_MS;
    live->timer = loop_timer_new(options->loop, look, live);
    live->today =
        live_today_new(options->records, options->loop, options->zone);
    buf_init(&live->figures, LIVE_EVENT_MAX);
    buf_init(&live->accounts, LIVE_EVENT_MAX);
    buf_init(&live->attention, LIVE_EVENT_MAX);
    buf_init(&live->ended, LIVE_EVENT_MAX);
    if (options->ledger)
        ledger_listen(options->ledger, booked, live);
    return live;
}

void live_stop(struct live *live)
{
    if (!live || live->state == STOPPED)
        return;
    be_idle(live);
    live->state = STOPPED;
    if (live->options.ledger)
        ledger_listen(live->options.ledger, NULL, NULL);
    round_free(live->round);
    live_today_free(live->today);
    loop_timer_free(live->timer);
}

void live_free(struct live *live)
{
    if (!live)
        return;
    for (size_t i = 0; i < live->desk_count; i++)
        mem_free(live->desks[i]);
    mem_free(live->desks);
    mem_free(live);
}

struct live_desk *live_join(struct live *live, struct loop *loop)
{
    struct live_desk *desk = MEM_NEW(struct live_desk);
    size_t size = (live->desk_count + 1) * sizeof(struct live_desk *);

    live_desk_init(desk, loop);
    live->desks = mem_realloc(live->desks, size);
    live->desks[live->desk_count++] = desk;
    return desk;
}
