// SPDX-License-Identifier: MIT
/* Message batches.  The newest are kept, each with its own arena. */
#include "sim/batches.h"

#include "base/clock.h"
#include "base/list.h"
#include "base/mem.h"
#include "sim/batch.h"
#include "sim/visit.h"

#define BATCHES_MAX 100
#define ITEMS_MAX 100000
#define NOT_FOUND "Batch not found."

struct batches {
    struct list list; /* oldest first */
    size_t count;
};

struct batches *batches_new(void)
{
    struct batches *batches = MEM_NEW(struct batches);

    list_init(&batches->list);
    return batches;
}

static struct batch *batch_at(struct list *node)
{
    return LIST_ITEM(node, struct batch, link);
}

static void remove_batch(struct batches *batches, struct batch *batch)
{
    list_remove(&batch->link);
    arena_free(batch->arena);
    mem_free(batch);
    batches->count--;
}

void batches_free(struct batches *batches)
{
    if (!batches)
        return;
    while (!list_is_empty(&batches->list))
        remove_batch(batches, batch_at(batches->list.next));
    mem_free(batches);
}

/* The batch of the path, or NULL and a 404. */
static struct batch *find(struct visit *visit)
{
    struct list *head = &visit->sim->batches->list;

    for (struct list *node = head->next; node != head; node = node->next) {
        if (str_eq(visit->param, str_of(batch_at(node)->id)))
            return batch_at(node);
    }
    reply_fault(visit, 404, NOT_FOUND);
    return NULL;
}

/* ---- creating ----------------------------------------------------------- */

static bool read_item(struct batch *batch, const struct json_doc *request)
{
    struct batch_item *item = &batch->items[batch->count];
    const struct json_doc *params = json_doc_get(request, "params");

    if (!params || !json_doc_get_str(request, "custom_id", &item->custom_id) ||
        !json_doc_get_str(params, "model", &item->model))
        return false;
    item->custom_id = arena_str(batch->arena, item->custom_id);
    item->fails = str_starts(item->custom_id, STR("error"));
    item->usage = (struct usage){ .input = 10, .output = 1, .batch = true };
    (void)json_doc_get_u64(params, "max_tokens", &item->usage.output);
    item->model = arena_str(batch->arena, item->model);
    batch->count++;
    return true;
}

static bool read_items(struct batch *batch, const struct json_doc *doc)
{
    const struct json_doc *requests = json_doc_get(doc, "requests");
    size_t count = requests ? json_doc_count(requests) : 0;

    if (count == 0 || count > ITEMS_MAX)
        return false;
    batch->items = arena_alloc(batch->arena, count * sizeof(*batch->items));
    for (size_t i = 0; i < count; i++) {
        if (!read_item(batch, json_doc_at(requests, i)))
            return false;
    }
    return true;
}

static struct batch *add_batch(struct visit *visit)
{
    struct batches *batches = visit->sim->batches;
    struct batch *batch = MEM_NEW(struct batch);

    if (batches->count == BATCHES_MAX)
        remove_batch(batches, batch_at(batches->list.next));
    batch->arena = arena_new();
    batch->created_ms = clock_wall_ms();
    sim_make_id(visit->sim, "msgbatch_sim_", batch->id);
    list_push(&batches->list, &batch->link);
    batches->count++;
    return batch;
}

void batches_create(struct visit *visit)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(visit_body(visit), &err);
    struct batch *batch;

    if (!doc) {
        reply_fault(visit, 400, "The request body is not valid JSON");
        return;
    }
    batch = add_batch(visit);
    if (read_items(batch, doc)) {
        batch_write(visit, batch, reply_json(visit));
    } else {
        remove_batch(visit->sim->batches, batch);
        reply_fault(visit, 400, "requests: each needs custom_id and params");
    }
    json_doc_free(doc);
}

/* ---- asking ------------------------------------------------------------- */

static void end_batch(struct batch *batch)
{
    if (batch->state == BATCH_ENDED)
        return;
    batch->state = BATCH_ENDED;
    batch->ended_ms = clock_wall_ms();
}

void batches_get(struct visit *visit)
{
    struct batch *batch = find(visit);

    if (!batch)
        return;
    end_batch(batch);
    batch_write(visit, batch, reply_json(visit));
}

void batches_cancel(struct visit *visit)
{
    struct batch *batch = find(visit);

    if (!batch)
        return;
    if (batch->state == BATCH_IN_PROGRESS) {
        batch->state = BATCH_CANCELING;
        batch->canceled = true;
        batch->canceled_ms = clock_wall_ms();
    }
    batch_write(visit, batch, reply_json(visit));
}

void batches_delete(struct visit *visit)
{
    struct batch *batch = find(visit);

    if (!batch)
        return;
    buf_printf(reply_json(visit),
               "{\"id\":\"%s\",\"type\":\"message_batch_deleted\"}", batch->id);
    remove_batch(visit->sim->batches, batch);
}

void batches_list(struct visit *visit)
{
    struct list *head = &visit->sim->batches->list;
    struct buf *out = reply_json(visit);
    bool some = !list_is_empty(head);

    buf_add(out, STR("{\"data\":["));
    for (struct list *node = head->prev; node != head; node = node->prev) {
        if (node != head->prev)
            buf_add(out, STR(","));
        batch_write(visit, batch_at(node), out);
    }
    buf_add(out, STR("],\"has_more\":false"));
    if (some)
        buf_printf(out, ",\"first_id\":\"%s\",\"last_id\":\"%s\"}",
                   batch_at(head->prev)->id, batch_at(head->next)->id);
    else
        buf_add(out, STR(",\"first_id\":null,\"last_id\":null}"));
}

/* ---- results ------------------------------------------------------------ */

void batches_results(struct visit *visit)
{
    struct batch *batch = find(visit);
    struct buf *out;

    if (!batch)
        return;
    end_batch(batch);
    out = reply_open(visit, 200, STR("application/x-jsonl"));
    for (size_t i = 0; i < batch->count; i++)
        batch_write_result(batch, &batch->items[i], out);
}

void batches_bill(struct visit *visit)
{
    struct list *head = &visit->sim->batches->list;
    struct buf *out = reply_json(visit);

    buf_add(out, STR("{\"batches\":["));
    for (struct list *node = head->next; node != head; node = node->next) {
        buf_add(out, node != head->next ? STR(",") : STR_EMPTY);
        batch_write_bill(batch_at(node), out);
    }
    buf_add(out, STR("]}"));
}
