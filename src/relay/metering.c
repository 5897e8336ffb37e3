// SPDX-License-Identifier: MIT
/* Which answers are metered. */
#include "relay/metering.h"

#include "base/clock.h"
#include "base/mem.h"
#include "usage/unpack.h"

struct metering {
    struct meter meter;
    struct unpack *unpack; /* NULL: it comes plain */
    uint64_t bytes;        /* unpacked */
};

/* False if it is in a coding that nobody here knows. */
static bool find_coding(const struct headers *headers, struct unpack **unpack)
{
    const struct str *coding = headers_get(headers, STR("content-encoding"));

    *unpack = NULL;
    if (!coding || coding->len == 0 || str_ieq(*coding, STR("identity")))
        return true;
    *unpack = unpack_new(*coding);
    return *unpack;
}

/* False if no kind of meter reads that. */
static bool find_kind(const struct headers *headers, enum meter_kind *kind)
{
    const struct str *value = headers_get(headers, STR("content-type"));
    struct str type = value ? *value : STR_EMPTY;

    type = str_trim(str_sub(type, 0, str_index(type, ';')));
    *kind = str_ieq(type, STR("text/event-stream")) ? METER_STREAM : METER_JSON;
    return *kind == METER_STREAM || str_ieq(type, STR("application/json"));
}

struct meter *metering_start(const struct endpoint *endpoint,
                             const struct parser_head *head)
{
    enum meter_kind kind;
    struct unpack *unpack;
    struct metering *metering;

    if (!endpoint->metered || head->status != 200 ||
        !find_kind(&head->headers, &kind) ||
        !find_coding(&head->headers, &unpack))
        return NULL;
    metering = MEM_NEW(struct metering);
    metering->unpack = unpack;
    meter_init(&metering->meter, kind);
    metering->meter.usage.began_ms = clock_wall_ms();
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

/* What is damaged is not read on: what was told before it stands, and of what comes
   nothing but its size is known. */
void metering_feed(struct meter *meter, struct str bytes)
{
    struct metering *metering = metering_of(meter);

    if (!metering->unpack)
        take_plain(meter, bytes);
    else if (!unpack_feed(metering->unpack, bytes, take_plain, meter))
        metering->bytes += bytes.len;
}

uint64_t metering_bytes(struct meter *meter)
{
    return meter ? metering_of(meter)->bytes : 0;
}

void metering_free(struct meter *meter)
{
    if (!meter)
        return;
    meter_done(meter);
    unpack_free(metering_of(meter)->unpack);
    mem_free(metering_of(meter));
}

#define ROW(name, count, rare)                                                 \
    {                                                                          \
        { name, sizeof(name) - 1 }, count, rare                                \
    }

/* `rare`: told by most answers, and then mostly none. */
static const struct {
    struct str name;
    enum meter_count count;
    bool rare;
} rows[] = {
    ROW("input_tokens", METER_INPUT, false),
    ROW("output_tokens", METER_OUTPUT, false),
    ROW("cache_write_tokens", METER_CACHE_WRITE, false),
    ROW("cache_write_5m_tokens", METER_CACHE_WRITE_5M, true),
    ROW("cache_write_1h_tokens", METER_CACHE_WRITE_1H, true),
    ROW("cache_read_tokens", METER_CACHE_READ, false),
    ROW("web_search_requests", METER_WEB_SEARCH, true),
};

size_t metering_fields(const struct meter *meter,
                       struct log_field fields[METERING_FIELDS_MAX])
{
    size_t count = 0;
    size_t before;

    if (!meter)
        return 0;
    if (meter->usage.model[0])
        fields[count++] = LOG_STR("model", str_of(meter->usage.model));
    before = count;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t number = meter->usage.counts[rows[i].count];

        if (rows[i].rare ? number > 0 : meter->usage.known[rows[i].count])
            fields[count++] =
                (struct log_field){ .name = rows[i].name, .number = number };
    }
    if (count > before)
        fields[count++] =
            LOG_STR("partial", meter->usage.final ? STR("no") : STR("yes"));
    return count;
}
