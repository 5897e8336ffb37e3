// SPDX-License-Identifier: MIT
/* Rows of keys and groups. */
#include "team/key_rows.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"

uint64_t key_rows_moment(const struct sql_row *row, size_t at)
{
    return sql_row_is_null(row, at) ? KEY_NEVER
                                    : (uint64_t)sql_row_number(row, at);
}

/* ---- texts --------------------------------------------------------------- */

struct key_text key_rows_text(const struct sql_row *row)
{
    struct str hash = sql_row_bytes(row, 1);
    struct key_text text = { .created_ms = (uint64_t)sql_row_number(row, 4),
                             .expires_ms = key_rows_moment(row, 5) };

    if (hash.len == HASH_SHA256_LEN)
        memcpy(text.hash, hash.at, hash.len);
    text_copy(text.prefix, sizeof(text.prefix), sql_row_text(row, 2));
    text_copy(text.last, sizeof(text.last), sql_row_text(row, 3));
    return text;
}

/* The newest has no end of its own; those before it do. */
int key_rows_newer(const struct key_text *a, const struct key_text *b)
{
    if (a->expires_ms != b->expires_ms)
        return a->expires_ms > b->expires_ms ? -1 : 1;
    return a->created_ms > b->created_ms ? -1 : 1;
}

/* ---- groups -------------------------------------------------------------- */

void key_rows_show_group(const struct key_load *into, const struct sql_row *row,
                         struct counters *counters)
{
    const struct key_group_row group = {
        .id = (uint64_t)sql_row_number(row, 0),
        .name = sql_row_text(row, 1),
        .created_ms = (uint64_t)sql_row_number(row, 2),
        .changed_ms = (uint64_t)sql_row_number(row, 3),
        .doc = sql_row_text(row, 4),
    };
    const struct key_parts parts = { .zones = into->zones,
                                     .zone = into->zone,
                                     .counters = counters };
    struct err err;
    struct key_group *made = key_group_build(&group, &parts, &err);

    if (!made) {
        log_line(LOG_ERROR,
                 "keys: the group \"" STR_FMT "\" cannot be used: %s; its "
                 "keys are refused until that is mended and the relay started "
                 "again, or the group is changed",
                 STR_ARG(group.name), err.text);
        made = key_group_build_closed(&group, &parts);
    }
    keyring_put_group(into->ring, made);
}

/* ---- keys ---------------------------------------------------------------- */

static struct key *make_key(const struct key_row *row,
                            const struct key_parts *parts)
{
    struct err err;
    struct key *key = key_build(row, parts, &err);

    if (key)
        return key;
    log_line(LOG_ERROR,
             "keys: the key \"" STR_FMT "\" cannot be used: %s; it is "
             "refused until that is mended and the relay started again, or the "
             "key is changed",
             STR_ARG(row->name), err.text);
    return key_build_disabled(row, parts);
}

static struct key_row row_of(const struct sql_row *row,
                             const struct key_rows_with *with)
{
    return (struct key_row){
        .id = (uint64_t)sql_row_number(row, 0),
        .name = sql_row_text(row, 1),
        .enabled = sql_row_number(row, 3) != 0,
        .created_ms = (uint64_t)sql_row_number(row, 4),
        .changed_ms = (uint64_t)sql_row_number(row, 5),
        .revoked_ms = key_rows_moment(row, 6),
        .doc = sql_row_text(row, 9),
        .texts = with->texts,
        .text_count = with->text_count,
    };
}

void key_rows_show_key(const struct key_load *into, const struct sql_row *row,
                       const struct key_rows_with *with)
{
    const struct key_row key = row_of(row, with);
    struct key_parts parts = {
        .zones = into->zones,
        .zone = into->zone,
        .counters = with->counters,
        .use = with->use ? key_use_ref(with->use)
                         : key_use_new((uint64_t)sql_row_number(row, 7),
                                       (uint64_t)sql_row_number(row, 8)),
        .group = sql_row_is_null(row, 2)
                     ? NULL
                     : keyring_group_cell(into->ring,
                                          (uint64_t)sql_row_number(row, 2)),
    };

    keyring_put(into->ring, make_key(&key, &parts));
    key_use_unref(parts.use);
    group_cell_unref(parts.group);
}
