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
    uint64_t bytes; /* unpacked */
};

static void leave_unread(struct metering *metering, const char *name,
                         struct str value, const char *known)
{
    metering->arena = arena_new();
    metering->unread = arena_printf(
        metering->arena, "its %s " STR_FMT " is not %s", name,
        STR_ARG(value.len > 0 ? str_sub(value, 0, 80) : STR("(none)")), known);
}

static void find_coding(struct metering *metering,
                        const struct headers *headers, struct unpack_room *room)
{
    const struct str *coding = headers_get(headers, STR("content-encoding"));

    if (!coding || coding->len == 0 || str_ieq(*coding, STR("identity")))
        return;
    metering->unpack = unpack_new(*coding, room);
    if (!metering->unpack)
        leave_unread(metering, "content-encoding", *coding,
                     "one of gzip, deflate, br and zstd");
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

    if (metering && metering->unpack)
        why = unpack_why(metering->unpack);
    if (why)
        return str_of(why);
    return metering && metering->arena ? metering->unread : STR_EMPTY;
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
