// SPDX-License-Identifier: MIT
/* The table of directives, and reading them from headers or JSON.  Pure. */
#include "sim/directives.h"

#include <assert.h>
#include <stddef.h>

#define PREFIX STR("x-sim-")
#define SECONDS_MAX 3600000u
#define BYTES_MAX (1ull << 40)
#define COUNT_MAX 1000000000u

enum kind { NUMBER, WORD, TEXT, FIELDS };

struct directive {
    const char *name;
    enum kind kind;
    size_t offset;
    uint64_t max;      /* NUMBER */
    uint64_t fallback; /* NUMBER */
    const char *words; /* WORD: the first counts 1 */
};

#define AT(member) offsetof(struct directives, member)
#define NEVER DIRECTIVES_NONE

static const struct directive table[] = {
    { "events", NUMBER, AT(events), COUNT_MAX, 5, NULL },
    { "event-size", NUMBER, AT(event_size), 16u << 20, 0, NULL },
    { "stamp", NUMBER, AT(stamp), 1, 0, NULL },
    { "gap-ms", NUMBER, AT(gap_ms), SECONDS_MAX, 0, NULL },
    { "burst", NUMBER, AT(burst), COUNT_MAX, 1, NULL },
    { "endless", NUMBER, AT(endless), 1, 0, NULL },
    { "piece", NUMBER, AT(piece), BYTES_MAX, 0, NULL },
    { "input-tokens", NUMBER, AT(input_tokens), COUNT_MAX, NEVER, NULL },
    { "output-tokens", NUMBER, AT(output_tokens), COUNT_MAX, NEVER, NULL },
    { "cache-read-tokens", NUMBER, AT(cache_read_tokens), COUNT_MAX, NEVER,
      NULL },
    { "cache-write-tokens", NUMBER, AT(cache_write_tokens), COUNT_MAX, NEVER,
      NULL },
    { "cache-write-1h-tokens", NUMBER, AT(cache_write_1h_tokens), COUNT_MAX, 0,
      NULL },
    { "web-searches", NUMBER, AT(web_searches), COUNT_MAX, 0, NULL },
    { "status", NUMBER, AT(status), 999, 0, NULL },
    { "first-byte-ms", NUMBER, AT(first_byte_ms), SECONDS_MAX, 0, NULL },
    { "delay-ms", NUMBER, AT(first_byte_ms), SECONDS_MAX, 0, NULL },
    { "after-head-ms", NUMBER, AT(after_head_ms), SECONDS_MAX, 0, NULL },
    { "error-at", NUMBER, AT(error_at), COUNT_MAX, NEVER, NULL },
    { "cut-after", NUMBER, AT(cut_after), COUNT_MAX, NEVER, NULL },
    { "reset-after", NUMBER, AT(reset_after), COUNT_MAX, NEVER, NULL },
    { "stall-at", NUMBER, AT(stall_at), BYTES_MAX, NEVER, NULL },
    { "cut-at", NUMBER, AT(cut_at), BYTES_MAX, NEVER, NULL },
    { "reset-at", NUMBER, AT(reset_at), BYTES_MAX, NEVER, NULL },
    { "garbage-at", NUMBER, AT(garbage_at), BYTES_MAX, NEVER, NULL },
    { "cut-chunk", NUMBER, AT(cut_chunk), 1, 0, NULL },
    { "garbage-head", NUMBER, AT(garbage_head), 1, 0, NULL },
    { "echo", NUMBER, AT(echo), 1, 0, NULL },
    { "encoding", WORD, AT(encoding), 0, 0, "gzip|br|zstd|deflate" },
    { "framing", WORD, AT(framing), 0, 0, "chunked|length|close" },
    { "before-head", WORD, AT(before_head), 0, 0, "cut|reset|stall" },
    { "close", WORD, AT(close), 0, 0, "1|silent" },
    { "tool", TEXT, AT(tool), 0, 0, NULL },
    { "body", TEXT, AT(body), 0, 0, NULL },
    { "name", TEXT, AT(name), 0, 0, NULL },
    { "reply-header", FIELDS, AT(fields), 0, 0, NULL },
};

static void *member_of(struct directives *directives,
                       const struct directive *row)
{
    return (char *)directives + row->offset;
}

void directives_init(struct directives *directives)
{
    *directives = (struct directives){ 0 };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        if (table[i].kind == NUMBER)
            *(uint64_t *)member_of(directives, &table[i]) = table[i].fallback;
    }
}

static bool set_word(uint64_t *member, const char *words, struct str value)
{
    struct str rest = str_of(words);
    struct str word;

    for (uint64_t i = 1; str_next(&rest, '|', &word); i++) {
        if (str_eq(word, value)) {
            *member = i;
            return true;
        }
    }
    return false;
}

static bool add_field(struct directives *directives, struct str line)
{
    size_t colon = str_index(line, ':');
    struct header *field = &directives->fields[directives->fields_count];

    if (colon == line.len || directives->fields_count == DIRECTIVES_FIELDS_MAX)
        return false;
    field->name = str_sub(line, 0, colon);
    field->value = str_trim(str_from(line, colon + 1));
    directives->fields_count++;
    return headers_is_token(field->name);
}

static bool set_value(struct directives *directives,
                      const struct directive *row, struct str value)
{
    void *member = member_of(directives, row);

    switch (row->kind) {
    case NUMBER:
        return str_to_u64(value, row->max, member);
    case WORD:
        return set_word(member, row->words, value);
    case TEXT:
        *(struct str *)member = value;
        return true;
    case FIELDS:
        return add_field(directives, value);
    }
    return false;
}

static bool set(struct directives *directives, const struct directive *row,
                struct str value, struct err *err)
{
    directives->given |= 1ull << (row - table);
    if (set_value(directives, row, value))
        return true;
    return err_set(err, ERR_BAD_REQUEST, "x-sim-%s cannot be \"" STR_FMT "\"",
                   row->name, STR_ARG(str_sub(value, 0, 80)));
}

static const struct directive *find(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        if (str_ieq(str_of(table[i].name), name))
            return &table[i];
    }
    return NULL;
}

bool directives_from_headers(struct directives *directives,
                             const struct headers *headers, struct err *err)
{
    directives_init(directives);
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *header = &headers->at[i];
        const struct directive *row;

        if (!str_istarts(header->name, PREFIX))
            continue;
        row = find(str_from(header->name, PREFIX.len));
        if (!row)
            return err_set(err, ERR_BAD_REQUEST,
                           "there is no directive " STR_FMT,
                           STR_ARG(str_sub(header->name, 0, 80)));
        if (!set(directives, row, header->value, err))
            return false;
    }
    return true;
}

/* ---- JSON --------------------------------------------------------------- */

/* A string, a number or a truth value as text. */
static bool as_text(struct arena *arena, const struct json_doc *object,
                    const char *name, struct str *text)
{
    uint64_t number;
    bool truth;

    if (json_doc_get_str(object, name, text)) {
        *text = arena_str(arena, *text);
        return true;
    }
    if (json_doc_get_bool(object, name, &truth))
        number = truth ? 1 : 0;
    else if (!json_doc_get_u64(object, name, &number))
        return false;
    *text = arena_printf(arena, "%llu", (unsigned long long)number);
    return true;
}

static bool set_list(struct directives *directives, struct arena *arena,
                     const struct directive *row, const struct json_doc *list,
                     struct err *err)
{
    struct str value;

    for (size_t i = 0; i < json_doc_count(list); i++) {
        if (!json_doc_as_str(json_doc_at(list, i), &value))
            return err_set(err, ERR_BAD_REQUEST,
                           "%s holds something else "
                           "than strings",
                           row->name);
        if (!set(directives, row, arena_str(arena, value), err))
            return false;
    }
    return true;
}

static bool take_member(struct directives *directives, struct arena *arena,
                        const struct directive *row, struct json_doc *object,
                        struct err *err)
{
    struct json_doc *value = json_doc_get(object, row->name);
    struct str text;

    if (!value)
        return true;
    if (json_doc_is_array(value) && row->kind == FIELDS) {
        if (!set_list(directives, arena, row, value, err))
            return false;
    } else if (!as_text(arena, object, row->name, &text)) {
        return err_set(err, ERR_BAD_REQUEST, "%s has a value of another kind",
                       row->name);
    } else if (!set(directives, row, text, err)) {
        return false;
    }
    json_doc_remove(object, row->name);
    return true;
}

bool directives_from_json(struct directives *directives, struct arena *arena,
                          struct json_doc *object, struct err *err)
{
    struct buf rest;
    bool known;

    directives_init(directives);
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        if (!take_member(directives, arena, &table[i], object, err))
            return false;
    }
    buf_init(&rest, 1u << 20);
    known = json_doc_write(object, false, &rest) &&
            str_eq(str_trim(buf_str(&rest)), STR("{}"));
    if (!known)
        err_set(err, ERR_BAD_REQUEST, "there are no such directives: " STR_FMT,
                STR_ARG(str_sub(buf_str(&rest), 0, 200)));
    buf_done(&rest);
    return known;
}

/* ---- putting one over the other ----------------------------------------- */

static void copy_fields(struct directives *to, struct arena *arena,
                        const struct directives *from)
{
    to->fields_count = from->fields_count;
    for (size_t i = 0; i < from->fields_count; i++) {
        to->fields[i].name = arena_str(arena, from->fields[i].name);
        to->fields[i].value = arena_str(arena, from->fields[i].value);
    }
}

static void copy_member(struct directives *to, struct arena *arena,
                        const struct directives *from,
                        const struct directive *row)
{
    void *member = member_of(to, row);
    const void *source = (const char *)from + row->offset;

    switch (row->kind) {
    case NUMBER:
    case WORD:
        *(uint64_t *)member = *(const uint64_t *)source;
        break;
    case TEXT:
        *(struct str *)member = arena_str(arena, *(const struct str *)source);
        break;
    case FIELDS:
        copy_fields(to, arena, from);
        break;
    }
}

void directives_overlay(struct directives *directives, struct arena *arena,
                        const struct directives *over)
{
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        if (over->given & (1ull << i))
            copy_member(directives, arena, over, &table[i]);
    }
    directives->given |= over->given;
}

bool directives_given(const struct directives *directives, const char *name)
{
    const struct directive *row = find(str_of(name));

    assert(row);
    return (directives->given & (1ull << (row - table))) != 0;
}
