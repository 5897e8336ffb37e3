// SPDX-License-Identifier: MIT
/* How events are told. */
#include <stdio.h>

#include "base/shell.h"
#include "base/text.h"
#include "notify/event.h"
#include "team/limits.h"

#define PPM_OF_PERCENT 10000

/* ---- parts --------------------------------------------------------------- */

static void add_until(const struct event *event, const char *words,
                      struct buf *out)
{
    char time[TEXT_TIME_MAX];

    if (event->until_ms == 0)
        return;
    text_format_time(event->until_ms, time);
    buf_printf(out, "; %s %s", words, time);
}

static void add_why(const struct event *event, struct buf *out)
{
    if (event->why[0])
        buf_printf(out, ": %s", event->why);
}

/* Rounded down: what is not used up is not called so. */
static long long percent_of(const struct event *event)
{
    return (long long)(event->used_ppm / PPM_OF_PERCENT);
}

static const char *owner_of(const struct event *event)
{
    return event->about == EVENT_ABOUT_GROUP ? "Group" : "Key";
}

static enum limit limit_of(const struct event *event)
{
    enum limit limit = LIMIT_COST_TOTAL;

    (void)limit_find(str_of(event->part), &limit);
    return limit;
}

static const char *which_accounts(const struct event *event)
{
    return event->subject[0] == 'p' ? "No account of the pool" : "No account";
}

/* ---- begun --------------------------------------------------------------- */

static void say_window(const struct event *event, struct buf *out)
{
    if (event->kind == EVENT_WINDOW_EXHAUSTED)
        buf_printf(out, "Account \"%s\" has used up its window %s",
                   event->subject, event->part);
    else
        buf_printf(out, "Account \"%s\" has used %lld %% of its window %s",
                   event->subject, percent_of(event), event->part);
    add_until(event, "it begins anew at", out);
}

void event_say_forecast(const struct event *event, struct buf *out)
{
    char time[TEXT_TIME_MAX];

    text_format_time(event->runs_out_ms, time);
    buf_printf(out,
               "The window %s of account \"%s\" will be used up at about %s if "
               "it goes on like this (%lld %% now)",
               event->part, event->subject, time, percent_of(event));
    add_until(event, "it begins anew at", out);
}

static void say_budget(const struct event *event, struct buf *out)
{
    enum limit limit = limit_of(event);
    char used[LIMIT_TEXT_MAX];
    char at[LIMIT_TEXT_MAX];

    limit_format(limit, event->used, used);
    limit_format(limit, event->limit, at);
    buf_printf(out, "%s \"%s\" has used %s of %s %s (%s, %lld %%)",
               owner_of(event), event->subject, used, at,
               limit_kinds[limit].words, event->part, percent_of(event));
    if (event->kind == EVENT_BUDGET_100)
        buf_printf(out, ": requests are refused");
    add_until(event, "something is free again at", out);
}

static void say_begun(const struct event *event, struct buf *out)
{
    switch (event->kind) {
    case EVENT_LOGIN_REQUIRED:
        buf_printf(out, "Account \"%s\" %s", event->subject,
                   event->has_key ? "needs another API key"
                                  : "has to sign in again");
        add_why(event, out);
        break;
    case EVENT_BLOCKED:
        buf_printf(out, "The provider refuses account \"%s\"", event->subject);
        add_why(event, out);
        break;
    case EVENT_UNUSABLE:
        buf_printf(out, "Account \"%s\" cannot serve", event->subject);
        add_why(event, out);
        break;
    case EVENT_WINDOW_80:
    case EVENT_WINDOW_EXHAUSTED:
        say_window(event, out);
        break;
    case EVENT_ACCOUNTS_PAUSED:
        buf_printf(out, "%s can serve: requests are refused",
                   which_accounts(event));
        add_until(event, "the first one is back at", out);
        break;
    case EVENT_BUDGET_80:
    case EVENT_BUDGET_100:
        say_budget(event, out);
        break;
    case EVENT_TOKEN_UNSAVED:
        buf_printf(out,
                   "The new tokens of account \"%s\" are in use but cannot be "
                   "saved",
                   event->subject);
        add_why(event, out);
        break;
    case EVENT_BOOKINGS_UNSAVED:
        buf_printf(out, "%llu bookings wait to be saved, and cannot be",
                   (unsigned long long)event->used);
        add_why(event, out);
        break;
    case EVENT_TEST:
        buf_printf(out, "This is a test: notices arrive");
        break;
    case EVENT_KINDS:
        break;
    }
}

/* ---- over ---------------------------------------------------------------- */

/* As a member, and what became of an account, key or group. */
static const struct {
    const char *name;
    const char *words;
} ends[EVENT_ENDS] = {
    [EVENT_MENDED] = { "mended", "" },
    [EVENT_SWITCHED_OFF] = { "switched_off", "was switched off" },
    [EVENT_EXPIRED] = { "expired", "has expired" },
    [EVENT_REMOVED] = { "removed", "was removed" },
};

static void say_none_left(const struct event *event, enum event_end end,
                          struct buf *out)
{
    bool pool = event->subject[0] == 'p';

    if (end == EVENT_SWITCHED_OFF)
        buf_printf(out, "Every account%s is switched off",
                   pool ? " of the pool" : "");
    else
        buf_printf(out, "There is no account%s any more",
                   pool ? " in the pool" : "");
    buf_printf(out, ": none can serve");
}

static const char *whose(const struct event *event)
{
    return event->about == EVENT_ABOUT_ACCOUNT ? "Account" : owner_of(event);
}

/* The trouble may last, but nobody looks any more. */
static void say_gone(const struct event *event, enum event_end end,
                     struct buf *out)
{
    if (event->about == EVENT_ABOUT_ACCOUNTS) {
        say_none_left(event, end, out);
        return;
    }
    buf_printf(out, "%s \"%s\" %s; no longer watched: %s", whose(event),
               event->subject, ends[end].words, event_rows[event->kind].title);
    if (event->part[0])
        buf_printf(out, " (%s)", event->part);
}

static void say_mended(const struct event *event, struct buf *out)
{
    const char *name = event->subject;

    switch (event->kind) {
    case EVENT_LOGIN_REQUIRED:
        buf_printf(out, "Account \"%s\" %s", name,
                   event->has_key ? "no longer needs another API key"
                                  : "no longer has to sign in");
        break;
    case EVENT_BLOCKED:
        buf_printf(out, "Account \"%s\" is no longer blocked", name);
        break;
    case EVENT_UNUSABLE:
        buf_printf(out, "Account \"%s\" can be used again", name);
        break;
    case EVENT_WINDOW_80:
    case EVENT_WINDOW_EXHAUSTED:
        buf_printf(out, "The window %s of account \"%s\" has room again",
                   event->part, name);
        break;
    case EVENT_ACCOUNTS_PAUSED:
        buf_printf(out, "%s can serve again",
                   name[0] == 'p' ? "An account of the pool" : "An account");
        break;
    case EVENT_BUDGET_80:
    case EVENT_BUDGET_100:
        buf_printf(out, "The budget %s of %s \"%s\" has room again",
                   event->part,
                   event->about == EVENT_ABOUT_GROUP ? "group" : "key", name);
        break;
    case EVENT_TOKEN_UNSAVED:
        buf_printf(out, "The new tokens of account \"%s\" are saved", name);
        break;
    case EVENT_BOOKINGS_UNSAVED:
        buf_printf(out, "Bookings are saved again");
        break;
    case EVENT_TEST:
    case EVENT_KINDS:
        break;
    }
}

void event_say(const struct event *event, enum event_end end, struct buf *out)
{
    if (end == EVENT_HOLDS)
        say_begun(event, out);
    else if (end == EVENT_MENDED)
        say_mended(event, out);
    else
        say_gone(event, end, out);
    (void)!buf_append(out, STR("."));
}

/* ---- what to do ---------------------------------------------------------- */

static void next_of_login(const struct event *event, struct buf *out)
{
    char name[SHELL_WORD_MAX];

    shell_name(str_of(event->subject), name);
    if (event->has_key)
        buf_printf(out,
                   "Run `claude-relay account set %s --api-key -`, and enter "
                   "another key.",
                   name);
    else
        buf_printf(out, "Run `claude-relay login %s`.", name);
}

static void next_of_budget(const struct event *event, struct buf *out)
{
    const char *group = event->about == EVENT_ABOUT_GROUP ? "group " : "";

    buf_printf(out,
               "To allow more, run `claude-relay key %sedit %llu --limit "
               "%s=...`.",
               group, (unsigned long long)event->number, event->part);
}

void event_say_next(const struct event *event, enum event_end end,
                    struct buf *out)
{
    char name[SHELL_WORD_MAX];

    shell_name(str_of(event->subject), name);
    if (end != EVENT_HOLDS)
        return;
    switch (event->kind) {
    case EVENT_LOGIN_REQUIRED:
        next_of_login(event, out);
        break;
    case EVENT_BLOCKED:
        buf_printf(out,
                   "Look after it at the provider, then run `claude-relay "
                   "account clear %s`.",
                   name);
        break;
    case EVENT_UNUSABLE:
    case EVENT_ACCOUNTS_PAUSED:
        buf_printf(out, "Run `claude-relay account list` to see why.");
        break;
    case EVENT_BUDGET_80:
    case EVENT_BUDGET_100:
        next_of_budget(event, out);
        break;
    case EVENT_TOKEN_UNSAVED:
    case EVENT_BOOKINGS_UNSAVED:
        buf_printf(out, "Look at the disk that the data folder is on, and do "
                        "not stop the relay before it is over.");
        break;
    case EVENT_WINDOW_80:
    case EVENT_WINDOW_EXHAUSTED:
    case EVENT_TEST:
    case EVENT_KINDS:
        break;
    }
}

/* ---- as a document ------------------------------------------------------- */

static void set_time(struct json_doc *doc, const char *member, uint64_t ms)
{
    char time[TEXT_TIME_MAX];

    if (ms == 0)
        return;
    text_format_time(ms, time);
    json_doc_set_str(doc, member, str_of(time));
}

static void set_text(struct json_doc *doc, const char *member,
                     void (*say)(const struct event *event, enum event_end end,
                                 struct buf *out),
                     const struct event *event, enum event_end end)
{
    struct buf text;

    buf_init(&text, EVENT_TEXT_MAX);
    say(event, end, &text);
    if (text.len > 0)
        json_doc_set_str(doc, member, buf_str(&text));
    buf_done(&text);
}

static void set_about(struct json_doc *doc, const struct event *event)
{
    static const char *const members[] = {
        [EVENT_ABOUT_RELAY] = NULL,       [EVENT_ABOUT_ACCOUNT] = "account",
        [EVENT_ABOUT_ACCOUNTS] = "scope", [EVENT_ABOUT_KEY] = "key",
        [EVENT_ABOUT_GROUP] = "group",
    };
    const char *member = members[event->about];

    if (member)
        json_doc_set_str(doc, member, str_of(event->subject));
    if (event->number > 0)
        json_doc_set_u64(doc, "number", event->number);
}

static void set_use(struct json_doc *doc, const struct event *event)
{
    const struct event_row *row = &event_rows[event->kind];

    if (row->begins_ppm == 0)
        return;
    json_doc_set_str(doc,
                     row->source == EVENT_OF_KEYS ? "limit_name" : "window",
                     str_of(event->part));
    if (event->used_ppm >= 0)
        json_doc_set_u64(doc, "used_ppm", (uint64_t)event->used_ppm);
    if (row->source != EVENT_OF_KEYS)
        return;
    limit_set(doc, "used", limit_of(event), event->used);
    limit_set(doc, "limit", limit_of(event), event->limit);
}

static void set_details(struct json_doc *doc, const struct event *event)
{
    static const char *const abouts[] = {
        [EVENT_ABOUT_RELAY] = "relay",       [EVENT_ABOUT_ACCOUNT] = "account",
        [EVENT_ABOUT_ACCOUNTS] = "accounts", [EVENT_ABOUT_KEY] = "key",
        [EVENT_ABOUT_GROUP] = "group",
    };

    json_doc_set_str(doc, "about", str_of(abouts[event->about]));
    set_about(doc, event);
    if (event->about == EVENT_ABOUT_ACCOUNT)
        json_doc_set_str(doc, "kind",
                         event->has_key ? STR("api-key") : STR("oauth"));
    set_use(doc, event);
    if (event->kind == EVENT_BOOKINGS_UNSAVED)
        json_doc_set_u64(doc, "count", event->used);
    set_time(doc, "runs_out_at", event->runs_out_ms);
    set_text(doc, "next", event_say_next, event, EVENT_HOLDS);
}

void event_set_facts(struct json_doc *doc, const struct event *event,
                     bool whole)
{
    struct json_doc *details = json_doc_new_object();

    json_doc_set(doc, "subject",
                 event->subject[0] ? json_doc_new_str(str_of(event->subject))
                                   : json_doc_new_null());
    json_doc_set(doc, "until", json_doc_new_null());
    set_time(doc, "until", event->until_ms);
    if (whole)
        set_details(details, event);
    if (event->why[0])
        json_doc_set_str(details, "why", str_of(event->why));
    json_doc_set(doc, "details", details);
}

struct json_doc *event_doc(const struct event *event, enum event_end end,
                           const struct event_moment *moment)
{
    bool over = end != EVENT_HOLDS;
    struct json_doc *doc = json_doc_new_object();
    char id[EVENT_ID_MAX];

    event_id(event, id);
    json_doc_set_str(doc, "event", str_of(event_rows[event->kind].name));
    json_doc_set_str(doc, "id", str_of(id));
    json_doc_set_str(doc, "state", over ? STR("over") : STR("begun"));
    if (over)
        json_doc_set_str(doc, "reason", str_of(ends[end].name));
    set_about(doc, event);
    set_use(doc, event);
    set_time(doc, "since", event->since_ms);
    if (!over)
        set_time(doc, "until", event->until_ms);
    set_text(doc, "message", event_say, event, end);
    set_text(doc, "next", event_say_next, event, end);
    set_time(doc, "at", moment->at_ms);
    json_doc_set_str(doc, "node", str_of(moment->node));
    json_doc_set_str(doc, "version", STR(RELAY_VERSION));
    return doc;
}
