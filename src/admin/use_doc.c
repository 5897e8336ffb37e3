// SPDX-License-Identifier: MIT
/* What is used of limits. */
#include "admin/use_doc.h"

#include "base/text.h"

static struct json_doc *limit_doc(enum limit limit,
                                  const struct limit_view *view)
{
    struct json_doc *doc = json_doc_new_object();
    char opens[TEXT_TIME_MAX];

    limit_set(doc, "limit", limit, view->limit);
    limit_set(doc, "used", limit, view->used);
    limit_set(doc, "reserved", limit, view->reserved);
    text_format_time(view->opens_ms, opens);
    json_doc_set(doc, "resets_at",
                 view->opens_ms ? json_doc_new_str(str_of(opens))
                                : json_doc_new_null());
    return doc;
}

static void look(const struct use_doc_of *of, struct counters_view *view)
{
    counters_view(of->counters, of->limits, of->zone, of->now, view);
}

static struct json_doc *limits_doc_of(const struct limits *limits,
                                      const struct counters_view *view)
{
    struct json_doc *doc = json_doc_new_object();

    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (limits->at[i] != LIMIT_NONE)
            json_doc_set(doc, limit_kinds[i].name,
                         limit_doc((enum limit)i, &view->at[i]));
    }
    return doc;
}

static struct json_doc *sums_doc(const struct use *use)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_u64(doc, "requests", use->requests);
    json_doc_set_u64(doc, "input_tokens", use->tokens_in);
    json_doc_set_u64(doc, "output_tokens", use->tokens_out);
    limit_set(doc, "cost", LIMIT_COST_TOTAL, use->cost_microusd);
    return doc;
}

struct json_doc *use_doc_limits(const struct use_doc_of *of)
{
    struct counters_view view;

    look(of, &view);
    return limits_doc_of(of->limits, &view);
}

struct json_doc *use_doc_total(const struct use_doc_of *of)
{
    struct counters_view view;

    look(of, &view);
    return sums_doc(&view.total);
}

void use_doc_set(struct json_doc *doc, const struct use_doc_of *of)
{
    struct counters_view view;

    look(of, &view);
    json_doc_set(doc, "used", limits_doc_of(of->limits, &view));
    json_doc_set(doc, "total", sums_doc(&view.total));
    json_doc_set(doc, "today", sums_doc(&view.today));
    json_doc_set(doc, "last_30d", sums_doc(&view.last_30d));
}

/* ---- tables -------------------------------------------------------------- */

#define LIMIT_MEMBERS(type)                                                    \
    { "limit", type, ADMIN_REQUIRED, "what is allowed", NULL },                \
        { "used", type, ADMIN_REQUIRED, "what is used of it", NULL },          \
        { "reserved", type, ADMIN_REQUIRED,                                    \
          "what requests under way may come to", NULL },                       \
        { "resets_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,             \
          "end of the calendar window, or when something of what is used "     \
          "leaves a rolling one; null: never, or nothing is used. RFC 3339",   \
          NULL },                                                              \
        ADMIN_END

static const struct admin_member counted[] = { LIMIT_MEMBERS(ADMIN_NUMBER) };
static const struct admin_member priced[] = { LIMIT_MEMBERS(ADMIN_DOLLARS) };

#define EACH_LIMIT(COUNTED, PRICED)                                            \
    COUNTED("rpm", "requests a minute"),                                       \
        COUNTED("tpm_in", "input tokens a minute, cache reads excluded"),      \
        COUNTED("tpm_out", "output tokens a minute"),                          \
        COUNTED("rpd", "requests a day"),                                      \
        COUNTED("concurrency", "requests at once"),                            \
        PRICED("cost_5h", "US dollars in 5 hours, rolling"),                   \
        PRICED("cost_day", "US dollars a day"),                                \
        PRICED("cost_week", "US dollars a week, from Monday"),                 \
        PRICED("cost_month", "US dollars a month"),                            \
        PRICED("cost_total", "US dollars in all")

#define USED_COUNTED(name, text)                                               \
    {                                                                          \
        name, ADMIN_OBJECT, 0, text, counted                                   \
    }
#define USED_PRICED(name, text)                                                \
    {                                                                          \
        name, ADMIN_OBJECT, 0, text, priced                                    \
    }
#define SET_COUNTED(name, text)                                                \
    {                                                                          \
        name, ADMIN_ANY, ADMIN_OR_NULL, text, NULL                             \
    }
#define SET_PRICED(name, text)                                                 \
    {                                                                          \
        name, ADMIN_MONEY, ADMIN_OR_NULL, text, NULL                           \
    }
#define SHOWN_COUNTED(name, text)                                              \
    {                                                                          \
        name, ADMIN_NUMBER, 0, text, NULL                                      \
    }
#define SHOWN_PRICED(name, text)                                               \
    {                                                                          \
        name, ADMIN_DOLLARS, 0, text, NULL                                     \
    }

const struct admin_member use_doc_limits_members[] = {
    EACH_LIMIT(USED_COUNTED, USED_PRICED),
    ADMIN_END,
};
const struct admin_member use_doc_set_members[] = {
    EACH_LIMIT(SET_COUNTED, SET_PRICED),
    ADMIN_END,
};
const struct admin_member use_doc_shown_members[] = {
    EACH_LIMIT(SHOWN_COUNTED, SHOWN_PRICED),
    ADMIN_END,
};
const struct admin_member use_doc_total_members[] = {
    { "requests", ADMIN_NUMBER, ADMIN_REQUIRED, "requests that were sent",
      NULL },
    { "input_tokens", ADMIN_NUMBER, ADMIN_REQUIRED, "cache reads excluded",
      NULL },
    { "output_tokens", ADMIN_NUMBER, ADMIN_REQUIRED, "of all answers", NULL },
    { "cost", ADMIN_DOLLARS, ADMIN_REQUIRED,
      "in US dollars, as limits count it: what has no known price counts at "
      "the highest that there is, and usage has what was booked",
      NULL },
    ADMIN_END,
};
