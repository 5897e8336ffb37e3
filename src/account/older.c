// SPDX-License-Identifier: MIT
/* Which of two documents is the older one. */
#include "account/older.h"

#include <string.h>

#include "base/text.h"

/* Copies of one document, or one a copy of what the other was: the first grant there was
   stays in both for good. */
static bool share_history(const struct account *a, const struct account *b)
{
    struct str grant;
    char hash[ACCOUNT_GRANT_LEN + 1];

    for (size_t i = 0; i < json_doc_count(a->replaced); i++) {
        if (!json_doc_as_str(json_doc_at(a->replaced, i), &grant))
            continue;
        text_copy(hash, sizeof(hash), grant);
        if (account_has_replaced(b, hash))
            return true;
    }
    return false;
}

/* Of one parent: neither descends from the other. */
static bool are_siblings(const struct account *a, const struct account *b)
{
    struct str newest;
    struct str others;

    return json_doc_as_str(json_doc_at(a->replaced, 0), &newest) &&
           json_doc_as_str(json_doc_at(b->replaced, 0), &others) &&
           str_eq(newest, others);
}

static bool expires_earlier(const struct account *file,
                            const struct account *memory)
{
    return file->expires_at_ms < memory->expires_at_ms;
}

/* What nothing connects with what memory has. */
static bool is_worse(const struct account *file, const struct account *memory,
                     uint64_t now_wall_ms)
{
    return file->expires_at_ms <= now_wall_ms &&
           memory->expires_at_ms > now_wall_ms;
}

bool older_is(const struct account *file, const struct account *memory,
              uint64_t now_wall_ms)
{
    bool same = file->signed_in_ms == memory->signed_in_ms;

    if (strcmp(file->grant, memory->grant) == 0)
        return false;
    if (account_has_replaced(memory, file->grant))
        return true;
    if (account_has_replaced(file, memory->grant))
        return false;
    if (!(same && file->signed_in_ms > 0) && !share_history(file, memory))
        return is_worse(file, memory, now_wall_ms);
    if (same && are_siblings(file, memory))
        return false;
    return file->signed_in_ms <= memory->signed_in_ms &&
           expires_earlier(file, memory);
}
