// SPDX-License-Identifier: MIT
/* Models, batches and files, in Anthropic's shapes. */
#include "objects.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define ANSWER_MAX (1024u * 1024)
#define KEEP_MAX (8u * 1024 * 1024)
#define WHEN "2026-08-01T00:00:00Z"

static const char *const models[] = { "claude-opus-4-5", "claude-sonnet-4-5",
                                      "claude-haiku-4-5" };

/* Segment `index` of the path, counted from 0: /v1/files/ID is v1, files, ID. */
static struct str segment(const struct reply *reply, size_t index)
{
    struct str rest = str_from(reply->req->path, 1);
    struct str part = STR_EMPTY;

    for (size_t i = 0; i <= index; i++) {
        if (!str_next(&rest, '/', &part))
            return STR_EMPTY;
    }
    return part;
}

static void not_found(struct reply *reply)
{
    reply_error(reply, 404, "not_found_error", "not found");
}

/* ---- models ------------------------------------------------------------- */

static struct str model_json(struct reply *reply, struct str id)
{
    return arena_printf(reply->req->arena,
                        "{\"type\":\"model\",\"id\":\"" STR_FMT
                        "\",\"display_name\":\"" STR_FMT
                        "\",\"created_at\":\"" WHEN "\"}",
                        STR_ARG(id), STR_ARG(id));
}

void objects_models_list(struct reply *reply)
{
    struct buf out;

    buf_init(&out, ANSWER_MAX);
    buf_add(&out, STR("{\"data\":["));
    for (size_t i = 0; i < COUNT_OF(models); i++) {
        if (i > 0)
            buf_add(&out, STR(","));
        buf_add(&out, model_json(reply, str_of(models[i])));
    }
    buf_printf(&out, "],\"has_more\":false,\"first_id\":\"%s\","
                     "\"last_id\":\"%s\"}",
               models[0], models[COUNT_OF(models) - 1]);
    reply_json(reply, 200, buf_str(&out));
    buf_done(&out);
}

void objects_model_get(struct reply *reply)
{
    struct str id = segment(reply, 2);

    for (size_t i = 0; i < COUNT_OF(models); i++) {
        if (str_eq(str_of(models[i]), id)) {
            reply_json(reply, 200, model_json(reply, id));
            return;
        }
    }
    not_found(reply);
}

/* ---- objects in general ------------------------------------------------- */

static struct sim_object *find(struct sim_object *objects, size_t count,
                               struct str id)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(str_of(objects[i].id), id))
            return &objects[i];
    }
    return NULL;
}

/* The oldest goes when there are too many. */
static struct sim_object *add(struct sim *sim, struct sim_object *objects,
                              size_t *count, const char *prefix)
{
    struct sim_object *object;

    if (*count == SIM_OBJECTS_MAX) {
        mem_free(objects[0].content);
        memmove(objects, objects + 1,
                (SIM_OBJECTS_MAX - 1) * sizeof(*objects));
        --*count;
    }
    object = &objects[(*count)++];
    *object = (struct sim_object){ 0 };
    (void)snprintf(object->id, sizeof(object->id), "%s_sim_%llu", prefix,
                   (unsigned long long)++sim->next_id);
    return object;
}

static void remove_object(struct sim_object *objects, size_t *count,
                          struct sim_object *object)
{
    mem_free(object->content);
    --*count;
    memmove(object, object + 1,
            (size_t)(objects + *count - object) * sizeof(*object));
}

typedef struct str (*json_fn)(struct reply *reply,
                              const struct sim_object *object);

static void list(struct reply *reply, const struct sim_object *objects,
                 size_t count, json_fn json)
{
    struct buf out;

    buf_init(&out, ANSWER_MAX);
    buf_add(&out, STR("{\"data\":["));
    for (size_t i = count; i > 0; i--) {
        if (i < count)
            buf_add(&out, STR(","));
        buf_add(&out, json(reply, &objects[i - 1]));
    }
    buf_add(&out, STR("],\"has_more\":false,\"first_id\":null,"
                      "\"last_id\":null}"));
    reply_json(reply, 200, buf_str(&out));
    buf_done(&out);
}

static void deleted(struct reply *reply, const char *type, struct str id)
{
    reply_json(reply, 200,
               arena_printf(reply->req->arena,
                            "{\"id\":\"" STR_FMT "\",\"type\":\"%s\"}",
                            STR_ARG(id), type));
}

/* ---- batches ------------------------------------------------------------ */

static struct str batch_json(struct reply *reply,
                             const struct sim_object *batch)
{
    return arena_printf(
        reply->req->arena,
        "{\"id\":\"%s\",\"type\":\"message_batch\",\"processing_status\":\"%s\","
        "\"request_counts\":{\"processing\":1,\"succeeded\":0,\"errored\":0,"
        "\"canceled\":0,\"expired\":0},\"created_at\":\"" WHEN "\","
        "\"expires_at\":\"2026-08-02T00:00:00Z\",\"ended_at\":null,"
        "\"cancel_initiated_at\":null,\"archived_at\":null,"
        "\"results_url\":\"%s/v1/messages/batches/%s/results\"}",
        batch->id, batch->canceled ? "canceling" : "in_progress",
        reply->sim->url, batch->id);
}

static struct sim_object *batch_of(struct reply *reply)
{
    return find(reply->sim->batches, reply->sim->batch_count,
                segment(reply, 3));
}

void objects_batch_create(struct reply *reply)
{
    struct sim *sim = reply->sim;
    struct sim_object *batch =
        add(sim, sim->batches, &sim->batch_count, "msgbatch");

    batch->size = request_body(reply->req).len;
    reply_json(reply, 200, batch_json(reply, batch));
}

void objects_batch_list(struct reply *reply)
{
    list(reply, reply->sim->batches, reply->sim->batch_count, batch_json);
}

void objects_batch_get(struct reply *reply)
{
    struct sim_object *batch = batch_of(reply);

    if (batch)
        reply_json(reply, 200, batch_json(reply, batch));
    else
        not_found(reply);
}

void objects_batch_cancel(struct reply *reply)
{
    struct sim_object *batch = batch_of(reply);

    if (batch)
        batch->canceled = true;
    objects_batch_get(reply);
}

void objects_batch_results(struct reply *reply)
{
    if (!batch_of(reply)) {
        not_found(reply);
        return;
    }
    reply_json(reply, 200,
               STR("{\"custom_id\":\"a\",\"result\":{\"type\":\"canceled\"}}\n"));
}

void objects_batch_delete(struct reply *reply)
{
    struct sim_object *batch = batch_of(reply);

    if (!batch) {
        not_found(reply);
        return;
    }
    remove_object(reply->sim->batches, &reply->sim->batch_count, batch);
    deleted(reply, "message_batch_deleted", segment(reply, 3));
}

/* ---- files -------------------------------------------------------------- */

static struct str file_json(struct reply *reply, const struct sim_object *file)
{
    return arena_printf(reply->req->arena,
                        "{\"id\":\"%s\",\"type\":\"file\",\"filename\":\"%s\","
                        "\"mime_type\":\"application/octet-stream\","
                        "\"size_bytes\":%llu,\"created_at\":\"" WHEN "\","
                        "\"downloadable\":true}",
                        file->id, file->filename,
                        (unsigned long long)file->size);
}

static struct sim_object *file_of(struct reply *reply)
{
    return find(reply->sim->files, reply->sim->file_count, segment(reply, 2));
}

/* The text between `open` and `close`; empty if it is not there. */
static struct str between(struct str s, struct str open, struct str close)
{
    const char *start = memmem(s.at, s.len, open.at, open.len);
    const char *end;

    if (!start)
        return STR_EMPTY;
    start += open.len;
    end = memmem(start, (size_t)(s.at + s.len - start), close.at, close.len);
    return end ? (struct str){ start, (size_t)(end - start) } : STR_EMPTY;
}

/* The first part of a multipart body (RFC 7578) that has a file name. */
static struct str find_part(struct reply *reply, struct str body)
{
    const struct str *type =
        headers_get(&reply->req->headers, STR("content-type"));
    size_t at = str_index(body, '\n');
    struct str mark = arena_printf(reply->req->arena, "\r\n" STR_FMT,
                                   STR_ARG(str_sub(body, 0, at ? at - 1 : 0)));
    const char *named =
        body.len ? memmem(body.at, body.len, "filename=", 9) : NULL;

    if (!type || !str_istarts(*type, STR("multipart/")) || !named)
        return STR_EMPTY;
    return between(str_from(body, (size_t)(named - body.at)),
                   STR("\r\n\r\n"), mark);
}

void objects_file_create(struct reply *reply)
{
    struct sim *sim = reply->sim;
    struct str body = request_body(reply->req);
    struct str name = between(str_sub(body, 0, 4096), STR("filename=\""),
                              STR("\""));
    struct str part = find_part(reply, body);
    struct sim_object *file = add(sim, sim->files, &sim->file_count, "file");

    (void)snprintf(file->filename, sizeof(file->filename), STR_FMT,
                   STR_ARG(str_sub(name, 0, 100)));
    file->size = part.len;
    if (part.len <= KEEP_MAX)
        file->content = mem_strndup(part.at, part.len);
    reply_json(reply, 200, file_json(reply, file));
}

void objects_file_list(struct reply *reply)
{
    list(reply, reply->sim->files, reply->sim->file_count, file_json);
}

void objects_file_get(struct reply *reply)
{
    struct sim_object *file = file_of(reply);

    if (file)
        reply_json(reply, 200, file_json(reply, file));
    else
        not_found(reply);
}

void objects_file_content(struct reply *reply)
{
    struct sim_object *file = file_of(reply);

    if (!file || !file->content) {
        not_found(reply);
        return;
    }
    reply->status = 200;
    reply->content_type = STR("application/octet-stream");
    reply->body =
        arena_str(reply->req->arena,
                  (struct str){ file->content, (size_t)file->size });
    reply_start(reply);
}

void objects_file_delete(struct reply *reply)
{
    struct sim_object *file = file_of(reply);

    if (!file) {
        not_found(reply);
        return;
    }
    remove_object(reply->sim->files, &reply->sim->file_count, file);
    deleted(reply, "file_deleted", segment(reply, 2));
}
