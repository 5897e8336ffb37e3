// SPDX-License-Identifier: MIT
/* Which answers are metered. */
#include "relay/metering.h"

#include "base/arena.h"
#include "base/mem.h"

struct metering {
    struct meter meter;
    struct unpack *unpack; /* NULL: it comes plain, or is not read */
    struct arena *arena;   /* of `unread`; NULL: it is read */
    struct str unread;
    const char *lacks; /* what is missing at the end; NULL: nothing */
    uint64_t bytes;    /* unpacked */
};

static void leave_unread(struct metering *metering, const char *name,
                         struct str value, const char *known)
{
    metering->arena = arena_new();
    metering->unread = arena_printf(
        metering->arena, "its %s " STR_FMT " is not %s", name,
        STR_ARG(value.len > 0 ? str_sub(value, 0, 80) : STR("(none)")), known);
}

void metering_codings(const struct headers *headers, struct buf *list)
{
    for (size_t i = 0; i < headers->count; i++) {
        struct str rest = headers->at[i].value;
        struct str item;

        if (!str_ieq(headers->at[i].name, STR("content-encoding")))
            continue;
        while (headers_list_next(&rest, &item)) {
            if (str_ieq(item, STR("identity")))
                continue;
            buf_add(list, list->len > 0 ? STR(", ") : STR_EMPTY);
            buf_add(list, item);
        }
    }
}

struct unpack *metering_unpack(const struct headers *headers,
                               struct unpack_room *room, bool *unknown)
{
    struct unpack *unpack = NULL;
    struct buf codings;

    buf_init(&codings, METERING_CODINGS_MAX);
    metering_codings(headers, &codings);
    if (codings.len > 0)
        unpack = unpack_new(buf_str(&codings), room);
    *unknown = codings.len > 0 && !unpack;
    buf_done(&codings);
    return unpack;
}

static void find_coding(struct metering *metering,
                        const struct headers *headers, struct unpack_room *room)
{
    struct buf codings;

    buf_init(&codings, METERING_CODINGS_MAX);
    metering_codings(headers, &codings);
    if (codings.len > 0)
        metering->unpack = unpack_new(buf_str(&codings), room);
    if (codings.len > 0 && !metering->unpack)
        leave_unread(metering, "content-encoding", buf_str(&codings),
                     "one of gzip, deflate, br and zstd");
    buf_done(&codings);
}

static enum meter_kind find_kind(struct metering *metering,
                                 const struct headers *headers)
{
    const struct str *value = headers_get(headers, STR("content-type"));
    struct str type = value ? *value : STR_EMPTY;

    type = str_trim(str_sub(type, 0, str_index(type, ';')));
    if (str_ieq(type, STR("text/event-stream")))
        return METER_STREAM;
    if (!str_ieq(type, STR("application/json")))
        leave_unread(metering, "content-type", type,
                     "application/json or text/event-stream");
    return METER_JSON;
}

struct meter *metering_start(const struct endpoint *endpoint,
                             const struct parser_head *head,
                             struct unpack_room *room)
{
    struct metering *metering;

    if (!endpoint->metered || head->status != 200)
        return NULL;
    metering = MEM_NEW(struct metering);
    meter_init(&metering->meter, find_kind(metering, &head->headers));
    if (!metering->arena)
        find_coding(metering, &head->headers, room);
    return &metering->meter;
}

static struct metering *metering_of(struct meter *meter)
{
    return CONTAINER_OF(meter, struct metering, meter);
}

static void take_plain(void *arg, struct str bytes)
{
    metering_of(arg)->bytes += bytes.len;
    meter_feed(arg, bytes);
}

/* What is given up is not read on: what was told before it stands, and of what comes
   nothing but its size is known. */
void metering_feed(struct meter *meter, struct str bytes)
{
    struct metering *metering = metering_of(meter);

    if (!metering->unpack && !metering->arena)
        take_plain(meter, bytes);
    else if (!metering->unpack ||
             !unpack_feed(metering->unpack, bytes, take_plain, meter))
        metering->bytes += bytes.len;
}

uint64_t metering_bytes(struct meter *meter)
{
    return meter ? metering_of(meter)->bytes : 0;
}

struct str metering_unread(struct meter *meter)
{
    struct metering *metering = meter ? metering_of(meter) : NULL;
    const char *why = NULL;

    if (metering && meter_tells_all(&meter->usage))
        return STR_EMPTY;
    if (metering && metering->unpack)
        why = unpack_why(metering->unpack);
    if (why)
        return str_of(why);
    if (metering && metering->arena)
        return metering->unread;
    return str_of(metering ? metering->lacks : NULL);
}

static const char *missing_count(const struct meter_usage *usage)
{
    if (!usage->known[METER_INPUT] && !usage->last_output)
        return "it does not tell what was used";
    return usage->last_output ? "its usage has no input_tokens"
                              : "its usage has no final output_tokens";
}

/* The relay has looked at all of it. */
static const char *lack_of(const struct meter *meter)
{
    bool is_stream = meter->kind == METER_STREAM;

    if (is_stream && !meter->usage.stopped)
        return "its stream ends without a message_stop";
    if (!is_stream && !sift_is_whole(&meter->sift))
        return "it is not one JSON object";
    return missing_count(&meter->usage);
}

void metering_end(struct meter *meter, bool complete)
{
    struct metering *metering = meter ? metering_of(meter) : NULL;

    if (!meter || meter_tells_all(&meter->usage))
        return;
    if (metering->unpack && complete)
        unpack_end(metering->unpack);
    if (meter->usage.odd)
        metering->lacks = "one of its counts is no number of tokens";
    else if ((complete || meter->usage.whole) && !meter->usage.failed)
        metering->lacks = lack_of(meter);
}

void metering_free(struct meter *meter)
{
    if (!meter)
        return;
    meter_done(meter);
    unpack_free(metering_of(meter)->unpack);
    arena_free(metering_of(meter)->arena);
    mem_free(metering_of(meter));
}
