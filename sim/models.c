// SPDX-License-Identifier: MIT
/* The models that the sim claims to have, newest first. */
#include "sim/models.h"

#include "sim/visit.h"

#define LIMIT_DEFAULT 20
#define LIMIT_MAX 1000

static const struct model {
    const char *id;
    const char *name;
    const char *created_at;
} models[] = {
    { "claude-sonnet-5", "Claude Sonnet 5", "2026-06-18T00:00:00Z" },
    { "claude-opus-5", "Claude Opus 5", "2026-05-20T00:00:00Z" },
    { "claude-opus-4-8", "Claude Opus 4.8", "2026-03-10T00:00:00Z" },
    { "claude-sonnet-4-6", "Claude Sonnet 4.6", "2026-02-17T00:00:00Z" },
    { "claude-opus-4-5-20251101", "Claude Opus 4.5", "2025-11-24T00:00:00Z" },
    { "claude-haiku-4-5-20251001", "Claude Haiku 4.5", "2025-10-15T00:00:00Z" },
    { "claude-sonnet-4-5-20250929", "Claude Sonnet 4.5",
      "2025-09-29T00:00:00Z" },
    { "claude-3-5-haiku-20241022", "Claude Haiku 3.5", "2024-10-22T00:00:00Z" },
};

static size_t find(struct str id)
{
    for (size_t i = 0; i < COUNT_OF(models); i++) {
        if (str_eq(str_of(models[i].id), id))
            return i;
    }
    return COUNT_OF(models);
}

static void write_model(const struct model *model, struct buf *out)
{
    buf_printf(out,
               "{\"type\":\"model\",\"id\":\"%s\",\"display_name\":\"%s\","
               "\"created_at\":\"%s\"}",
               model->id, model->name, model->created_at);
}

struct page {
    size_t from;
    size_t to;
    bool more;
};

/* `after_id` counts forward from that model, `before_id` backward. */
static struct page choose_page(const struct visit *visit)
{
    size_t after = find(visit_query(visit, STR("after_id")));
    size_t before = find(visit_query(visit, STR("before_id")));
    uint64_t limit = LIMIT_DEFAULT;
    struct page page = { .from = 0, .to = COUNT_OF(models) };

    (void)str_to_u64(visit_query(visit, STR("limit")), LIMIT_MAX, &limit);
    if (before < COUNT_OF(models)) {
        page.to = before;
        page.from = before > limit ? before - (size_t)limit : 0;
        page.more = page.from > 0;
        return page;
    }
    if (after < COUNT_OF(models))
        page.from = after + 1;
    if (page.to - page.from > limit)
        page.to = page.from + (size_t)limit;
    page.more = page.to < COUNT_OF(models);
    return page;
}

static void write_ends(struct page page, struct buf *out)
{
    buf_printf(out, "],\"has_more\":%s", page.more ? "true" : "false");
    if (page.to > page.from)
        buf_printf(out, ",\"first_id\":\"%s\",\"last_id\":\"%s\"}",
                   models[page.from].id, models[page.to - 1].id);
    else
        buf_add(out, STR(",\"first_id\":null,\"last_id\":null}"));
}

void models_list(struct visit *visit)
{
    struct buf *out = reply_json(visit);
    struct page page = choose_page(visit);

    buf_add(out, STR("{\"data\":["));
    for (size_t i = page.from; i < page.to; i++) {
        if (i > page.from)
            buf_add(out, STR(","));
        write_model(&models[i], out);
    }
    write_ends(page, out);
}

void models_get(struct visit *visit)
{
    size_t at = find(visit->param);
    struct str text;

    if (at < COUNT_OF(models)) {
        write_model(&models[at], reply_json(visit));
        return;
    }
    text = arena_printf(visit->req->arena, "model: " STR_FMT,
                        STR_ARG(visit->param));
    reply_fault(visit, 404, text.at);
}
