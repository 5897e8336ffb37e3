// SPDX-License-Identifier: MIT
/* The anthropic-beta field. */
#include "relay/beta.h"

#define NAME STR("anthropic-beta")

size_t beta_last(const struct headers *headers)
{
    for (size_t i = headers->count; i > 0; i--) {
        if (str_ieq(headers->at[i - 1].name, NAME))
            return i - 1;
    }
    return headers->count;
}

static bool holds(struct str list, struct str flag)
{
    struct str item;

    while (headers_list_next(&list, &item)) {
        if (str_eq(item, flag))
            return true;
    }
    return false;
}

/* In any of the client's fields of that name? */
static bool client_has(const struct headers *headers, struct str flag)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (str_ieq(headers->at[i].name, NAME) &&
            holds(headers->at[i].value, flag))
            return true;
    }
    return false;
}

static void add_flag(const struct headers *headers, struct str flag,
                     struct buf *flags)
{
    if (client_has(headers, flag) || holds(buf_str(flags), flag))
        return;
    if (flags->len > 0)
        buf_add(flags, STR(","));
    buf_add(flags, flag);
}

void beta_missing(const struct headers *headers, struct str own,
                  struct str added, struct buf *flags)
{
    struct str flag;

    if (own.len > 0)
        add_flag(headers, own, flags);
    while (headers_list_next(&added, &flag))
        add_flag(headers, flag, flags);
}
