// SPDX-License-Identifier: MIT
/* What other models used, and how an answer was served, in a booking. */
#include "usage/booked_parts.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

/* ---- writing ------------------------------------------------------------- */

/* All of them are for 5 minutes that are not for an hour. */
static uint64_t count_of(const uint64_t counts[METER_COUNTS],
                         enum meter_count count)
{
    return count == METER_CACHE_WRITE_5M
               ? meter_cache_writes(counts) - counts[METER_CACHE_WRITE_1H]
               : counts[count];
}

static const struct {
    const char *name;
    enum meter_count count;
} counts[] = {
    { "input_tokens", METER_INPUT },
    { "output_tokens", METER_OUTPUT },
    { "cache_read_input_tokens", METER_CACHE_READ },
    { "cache_write_5m_tokens", METER_CACHE_WRITE_5M },
    { "cache_write_1h_tokens", METER_CACHE_WRITE_1H },
    { "web_search_requests", METER_WEB_SEARCH },
};

static bool is_own(const struct meter_usage *usage,
                   const struct meter_part *part)
{
    return !part->model[0] || strcmp(part->model, usage->model) == 0;
}

static void begin(struct buf *json)
{
    buf_add(json, json->len > 0 ? STR(",{") : STR("[{"));
}

static void add_part(struct buf *json, const struct meter_usage *usage,
                     const struct meter_part *part)
{
    begin(json);
    if (!is_own(usage, part)) {
        buf_add(json, STR("\"model\":\""));
        text_json_escape(json, str_of(part->model));
        buf_add(json, STR("\","));
    }
    (void)buf_printf(json, "\"prompt\":%" PRIu64, part->prompt);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        uint64_t number = count_of(part->counts, counts[i].count);

        if (number > 0)
            (void)buf_printf(json, ",\"%s\":%" PRIu64, counts[i].name, number);
    }
    buf_add(json, STR("}"));
}

/* The sums say as much. */
static bool is_one_call(const struct meter_usage *usage)
{
    const struct meter_parts *parts = usage->parts;

    return !parts || parts->count == 0 ||
           (parts->count == 1 && is_own(usage, &parts->at[0]) &&
            parts->at[0].prompt == meter_prompt(usage->counts));
}

static void add_parts(struct buf *json, const struct meter_usage *usage)
{
    for (size_t i = 0; i < usage->parts->count; i++)
        add_part(json, usage, &usage->parts->at[i]);
}

static void add_text(struct buf *json, const char *name, struct str text)
{
    (void)buf_printf(json, "\"%s\":\"", name);
    text_json_escape(json, text);
    buf_add(json, STR("\""));
}

static void add_served(struct buf *json, struct str speed, struct str geo)
{
    begin(json);
    if (speed.len > 0)
        add_text(json, "speed", speed);
    if (speed.len > 0 && geo.len > 0)
        buf_add(json, STR(","));
    if (geo.len > 0)
        add_text(json, "inference_geo", geo);
    buf_add(json, STR("}"));
}

/* What most answers say of it is no news. */
static struct str unusual(const char *value, const char *const usual[2])
{
    for (size_t i = 0; i < 2; i++) {
        if (strcmp(value, usual[i]) == 0)
            return STR_EMPTY;
    }
    return str_of(value);
}

void booked_parts_write(const struct meter_usage *usage, struct buf *json)
{
    static const char *const speeds[2] = { "standard", "standard" };
    static const char *const geos[2] = { "global", "not_available" };
    struct str speed = unusual(usage->speed, speeds);
    struct str geo = unusual(usage->geo, geos);

    if (!is_one_call(usage))
        add_parts(json, usage);
    if (speed.len > 0 || geo.len > 0)
        add_served(json, speed, geo);
    if (json->len > 0)
        buf_add(json, STR("]"));
}

/* ---- reading ------------------------------------------------------------- */

static void read_text(const struct json_doc *doc, const char *name, char *to,
                      size_t size)
{
    struct str text;

    if (json_doc_get_str(doc, name, &text))
        text_copy(to, size, text);
}

static void read_part(const struct json_doc *doc, struct meter_part *part)
{
    read_text(doc, "model", part->model, sizeof(part->model));
    (void)json_doc_get_u64(doc, "prompt", &part->prompt);
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        (void)json_doc_get_u64(doc, counts[i].name,
                               &part->counts[counts[i].count]);
}

static bool is_served(const struct json_doc *doc)
{
    return json_doc_get(doc, "speed") || json_doc_get(doc, "inference_geo");
}

/* All parts are in the sums, whatever was on top. */
static void cover(struct meter_parts *parts, const struct meter_part *part)
{
    for (size_t i = 0; i < METER_COUNTS; i++) {
        uint64_t number = i == METER_CACHE_WRITE
                              ? meter_cache_writes(part->counts)
                              : part->counts[i];
        uint64_t room = UINT64_MAX - parts->covered[i];

        parts->covered[i] += number < room ? number : room;
    }
}

static bool take(struct meter_usage *usage, const struct json_doc *doc)
{
    struct meter_parts *parts = usage->parts;

    if (!json_doc_is_object(doc))
        return false;
    if (is_served(doc)) {
        read_text(doc, "speed", usage->speed, sizeof(usage->speed));
        read_text(doc, "inference_geo", usage->geo, sizeof(usage->geo));
        return true;
    }
    if (parts->count == METER_PARTS_MAX)
        return false;
    read_part(doc, &parts->at[parts->count]);
    cover(parts, &parts->at[parts->count++]);
    return true;
}

static bool take_all(struct meter_usage *usage, const struct json_doc *doc)
{
    bool fine = json_doc_is_array(doc);

    for (size_t i = 0; fine && i < json_doc_count(doc); i++)
        fine = take(usage, json_doc_at(doc, i));
    return fine;
}

bool booked_parts_read(struct str json, struct meter_usage *usage)
{
    struct meter_usage read = *usage;
    struct err ignored;
    struct json_doc *doc = json_doc_parse(json, &ignored);
    bool fine;

    read.parts = MEM_NEW(struct meter_parts);
    memcpy(read.parts->top, usage->counts, sizeof(usage->counts));
    fine = doc && take_all(&read, doc);
    json_doc_free(doc);
    if (!fine || read.parts->count == 0)
        booked_parts_done(&read);
    if (fine)
        *usage = read;
    return fine;
}

void booked_parts_done(struct meter_usage *usage)
{
    mem_free(usage->parts);
    usage->parts = NULL;
}
