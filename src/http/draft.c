// SPDX-License-Identifier: MIT
/* A head while it is read. */
#include "http/draft.h"

#include <string.h>

#include "base/mem.h"

#define FIELDS_USUAL 32

static size_t draft_size(size_t room)
{
    return sizeof(struct draft) + room * sizeof(struct field);
}

struct draft *draft_new(void)
{
    struct draft *draft = mem_alloc(draft_size(FIELDS_USUAL));

    *draft = (struct draft){ .room = FIELDS_USUAL };
    buf_init_secret(&draft->earlier, HEADERS_BYTES_MAX);
    draft_begin_field(&draft, 0);
    return draft;
}

void draft_free(struct draft *draft)
{
    if (!draft)
        return;
    buf_done(&draft->earlier);
    mem_free(draft);
}

void draft_add(struct draft *draft, struct span *span, const char *at,
               size_t len)
{
    if (span->len == 0)
        span->at = (uint32_t)(draft->earlier.len + (size_t)(at - draft->bytes));
    span->len += (uint32_t)len;
}

void draft_begin_field(struct draft **draft, size_t index)
{
    if (index == (*draft)->room) {
        *draft = mem_realloc(*draft, draft_size(index * 2));
        (*draft)->room = index * 2;
    }
    (*draft)->count = index;
    (*draft)->fields[index] = (struct field){ 0 };
}

void draft_keep(struct draft *draft, struct str bytes)
{
    buf_add(&draft->earlier, bytes);
}

static struct str text_of(const struct span *span, struct str text)
{
    return str_sub(text, span->at, span->len);
}

static struct str keep_text(const struct draft *draft, struct arena *arena,
                            struct str last)
{
    struct str earlier = buf_str(&draft->earlier);
    char *text = arena_alloc(arena, earlier.len + last.len);

    memcpy(text, earlier.at, earlier.len);
    memcpy(text + earlier.len, last.at, last.len);
    return (struct str){ text, earlier.len + last.len };
}

void draft_finish(const struct draft *draft, struct arena *arena,
                  struct str last, struct parser_head *head)
{
    struct str text = keep_text(draft, arena, last);
    struct header *fields =
        arena_alloc(arena, sizeof(*fields) * (draft->count + 1));

    for (size_t i = 0; i < draft->count; i++) {
        fields[i].name = text_of(&draft->fields[i].name, text);
        fields[i].value = str_trim(text_of(&draft->fields[i].value, text));
    }
    head->method = text_of(&draft->method, text);
    head->target = text_of(&draft->target, text);
    head->reason = text_of(&draft->reason, text);
    head->headers = headers_of(fields, draft->count);
}
