// SPDX-License-Identifier: MIT
/* Endpoints that would ask a model: what the request says and what the directives
   say makes the plan of the answer. */
#include "sim/messages.h"

#include "base/clock.h"
#include "base/json.h"
#include "sim/scan.h"
#include "sim/visit.h"

struct wishes {
    bool is_object;
    bool stream;
    struct str model; /* as inside JSON quotes */
    struct str tools;
    struct str tool_choice;
};

static struct wishes read_wishes(struct str body)
{
    struct wishes wishes = { 0 };
    struct scan scan;
    struct str name;
    struct str value;

    wishes.is_object = scan_begin(&scan, body);
    while (wishes.is_object && scan_next(&scan, &name, &value)) {
        if (str_eq(name, STR("model")))
            (void)scan_string(value, &wishes.model);
        else if (str_eq(name, STR("stream")))
            wishes.stream = str_eq(value, STR("true"));
        else if (str_eq(name, STR("tools")))
            wishes.tools = value;
        else if (str_eq(name, STR("tool_choice")))
            wishes.tool_choice = value;
    }
    return wishes;
}

static uint64_t count_input(struct str body)
{
    return body.len / 4 + 1;
}

/* ---- tools -------------------------------------------------------------- */

/* A member of a small piece of JSON, copied; empty if it is absent. */
static struct str member_of(struct visit *visit, const struct json_doc *doc,
                            const char *member)
{
    struct str value;

    if (!doc || !json_doc_get_str(doc, member, &value))
        return STR_EMPTY;
    return arena_str(visit->req->arena, value);
}

static struct str first_tool(struct visit *visit, struct str tools)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(tools, &err);
    struct str name = STR_EMPTY;

    if (doc && json_doc_count(doc) > 0)
        name = member_of(visit, json_doc_at(doc, 0), "name");
    json_doc_free(doc);
    return name;
}

/* The tool to call: the directive's, or the one that the request insists on. */
static struct str choose_tool(struct visit *visit, const struct wishes *wishes)
{
    struct err err;
    struct json_doc *doc;
    struct str type;
    struct str name;

    if (visit->directives.tool.len > 0 || wishes->tool_choice.len == 0)
        return visit->directives.tool;
    doc = json_doc_parse(wishes->tool_choice, &err);
    type = member_of(visit, doc, "type");
    name = member_of(visit, doc, "name");
    json_doc_free(doc);
    if (str_eq(type, STR("tool")))
        return name;
    if (str_eq(type, STR("any")) && wishes->tools.len > 0)
        return first_tool(visit, wishes->tools);
    return STR_EMPTY;
}

/* ---- the plan ----------------------------------------------------------- */

static uint64_t or_else(uint64_t given, uint64_t otherwise)
{
    return given == DIRECTIVES_NONE ? otherwise : given;
}

static struct usage plan_usage(struct visit *visit, const struct sse *sse)
{
    const struct directives *directives = &visit->directives;
    uint64_t hour = directives->cache_write_1h_tokens;

    return (struct usage){
        .input =
            or_else(directives->input_tokens, count_input(visit_body(visit))),
        .output = or_else(directives->output_tokens, sse_count_tokens(sse)),
        .cache_read = or_else(directives->cache_read_tokens, 0),
        .cache_write = or_else(directives->cache_write_tokens, 0) + hour,
        .cache_write_1h = hour,
        .web_searches = directives->web_searches,
    };
}

static struct sse *make_answer(struct visit *visit, const struct wishes *wishes,
                               bool completion)
{
    const struct directives *directives = &visit->directives;
    struct arena *arena = visit->req->arena;
    struct sse *sse = arena_alloc(arena, sizeof(*sse));
    char id[SIM_ID_MAX];
    struct sse_plan plan = {
        .model = arena_str(arena, wishes->model),
        .events = directives->events,
        .size = directives->event_size,
        .error_at = directives->error_at,
        .endless = directives->endless && wishes->stream,
        .stamp = directives->stamp,
        .completion = completion,
    };

    sim_make_id(visit->sim, completion ? "compl_sim_" : "msg_sim_", id);
    plan.id = arena_str(arena, str_of(id));
    if (!completion)
        plan.tool = choose_tool(visit, wishes);
    sse_init(sse, arena, &plan);
    sse->plan.usage = plan_usage(visit, sse);
    return sse;
}

static void send_stream(struct visit *visit, struct sse *sse)
{
    (void)reply_open(visit, 200, STR("text/event-stream; charset=utf-8"));
    visit->reply.sse = sse;
}

static void send_json(struct visit *visit, struct sse *sse)
{
    struct buf *out = reply_json(visit);

    if (sse_write_json(sse, clock_steady_ns(), out))
        visit->reply.usage = sse->billed;
    else
        reply_fault(visit, 400,
                    "x-sim-events times x-sim-event-size is more "
                    "than a JSON answer may hold");
}

static void answer(struct visit *visit, bool completion)
{
    struct wishes wishes = read_wishes(visit_body(visit));
    struct bills_row *row = visit_row(visit);
    struct sse *sse;

    if (!wishes.is_object || wishes.model.len == 0) {
        reply_fault(visit, 400,
                    wishes.is_object ? "model: Field required"
                                     : "The request body is not valid JSON");
        return;
    }
    if (row)
        bills_set_text(row->model, sizeof(row->model), wishes.model);
    sse = make_answer(visit, &wishes, completion);
    if (wishes.stream)
        send_stream(visit, sse);
    else
        send_json(visit, sse);
}

void messages_create(struct visit *visit)
{
    answer(visit, false);
}

void messages_complete(struct visit *visit)
{
    answer(visit, true);
}

void messages_count(struct visit *visit)
{
    struct wishes wishes = read_wishes(visit_body(visit));
    struct bills_row *row = visit_row(visit);

    if (!wishes.is_object || wishes.model.len == 0) {
        reply_fault(visit, 400, "model: Field required");
        return;
    }
    if (row)
        bills_set_text(row->model, sizeof(row->model), wishes.model);
    buf_printf(reply_json(visit), "{\"input_tokens\":%llu}",
               (unsigned long long)or_else(visit->directives.input_tokens,
                                           count_input(visit_body(visit))));
}
