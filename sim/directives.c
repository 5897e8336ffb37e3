// SPDX-License-Identifier: MIT
/* What a request wants from the simulation.  To add a directive: a member and a
   row. */
#include "directives.h"

#include <string.h>

#define NUMBER(text, member)                                                   \
    { text, offsetof(struct directives, member), true }
#define TEXT(text, member)                                                     \
    { text, offsetof(struct directives, member), false }

static const struct row {
    const char *name;
    size_t offset;
    bool number;
} rows[] = {
    NUMBER("events", events),
    NUMBER("gap-ms", gap_ms),
    NUMBER("event-size", event_size),
    NUMBER("burst", burst),
    NUMBER("endless", endless),
    NUMBER("stamp", stamp),
    NUMBER("status", status),
    NUMBER("first-byte-ms", first_byte_ms),
    NUMBER("after-head-ms", after_head_ms),
    NUMBER("stall-at", stall_at),
    NUMBER("cut-at", cut_at),
    NUMBER("reset-at", reset_at),
    NUMBER("garbage-at", garbage_at),
    NUMBER("cut-chunk", cut_chunk),
    NUMBER("garbage-head", garbage_head),
    NUMBER("close", close),
    NUMBER("echo", echo),
    TEXT("tool", tool),
    TEXT("encoding", encoding),
    TEXT("framing", framing),
    TEXT("body", body),
    TEXT("before-head", before_head),
    TEXT("name", name),
};

void directives_init(struct directives *d)
{
    *d = (struct directives){ .events = 5,
                              .event_size = 12,
                              .burst = 1,
                              .stall_at = DIRECTIVES_NONE,
                              .cut_at = DIRECTIVES_NONE,
                              .reset_at = DIRECTIVES_NONE,
                              .garbage_at = DIRECTIVES_NONE,
                              .tool = STR_EMPTY,
                              .encoding = STR_EMPTY,
                              .framing = STR_EMPTY,
                              .body = STR_EMPTY,
                              .before_head = STR_EMPTY,
                              .name = STR_EMPTY };
}

static bool add_field(struct directives *d, struct str value)
{
    if (d->field_count == DIRECTIVES_FIELDS_MAX)
        return false;
    d->fields[d->field_count++] = value;
    return true;
}

static bool set_row(struct directives *d, const struct row *row,
                    struct str value)
{
    char *member = (char *)d + row->offset;
    uint64_t number;

    if (!row->number) {
        memcpy(member, &value, sizeof(value));
        return true;
    }
    if (!str_to_u64(value, UINT64_MAX, &number))
        return false;
    memcpy(member, &number, sizeof(number));
    return true;
}

bool directives_set(struct directives *d, struct str name, struct str value)
{
    if (str_ieq(name, STR("reply-header")))
        return add_field(d, value);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (str_ieq(name, str_of(rows[i].name)))
            return set_row(d, &rows[i], value);
    }
    return false;
}

void directives_from_headers(struct directives *d,
                             const struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *field = &headers->at[i];

        if (str_istarts(field->name, STR("x-sim-")))
            (void)directives_set(d, str_from(field->name, 6), field->value);
    }
}

static void set_from_json(struct directives *d, struct str name,
                          const struct json_doc *value)
{
    struct str text;

    for (size_t i = 0; i < json_doc_count(value); i++)
        set_from_json(d, name, json_doc_at(value, i));
    if (json_doc_as_str(value, &text))
        (void)directives_set(d, name, text);
}

void directives_from_json(struct directives *d, const struct json_doc *doc)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        set_from_json(d, str_of(rows[i].name),
                      json_doc_get(doc, rows[i].name));
    set_from_json(d, STR("reply-header"), json_doc_get(doc, "reply-header"));
}
