// SPDX-License-Identifier: MIT
/* Loading: texts first, for rows of one statement cannot ask for others; then groups
   and keys, then what was counted. */
#include "team/key_load.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "team/counters.h"
#include "team/key_build.h"
#include "team/use_store.h"

struct text_row {
    uint64_t key_id;
    struct key_text text;
};

struct loading {
    const struct key_load *into;
    struct text_row *texts; /* by key, each newest first */
    size_t text_count;
    size_t text_cap;
    size_t text_at;
    size_t key_count;
};

static uint64_t moment(const struct sql_row *row, size_t at)
{
    return sql_row_is_null(row, at) ? KEY_NEVER
                                    : (uint64_t)sql_row_number(row, at);
}

/* ---- texts --------------------------------------------------------------- */

static bool take_text(void *arg, const struct sql_row *row)
{
    struct loading *loading = arg;
    struct str hash = sql_row_bytes(row, 1);
    struct text_row *text;

    if (loading->text_count == loading->text_cap) {
        loading->text_cap = loading->text_cap ? 2 * loading->text_cap : 256;
        loading->texts =
            mem_realloc(loading->texts, loading->text_cap * sizeof(*text));
    }
    text = &loading->texts[loading->text_count++];
    *text = (struct text_row){
        .key_id = (uint64_t)sql_row_number(row, 0),
        .text = { .created_ms = (uint64_t)sql_row_number(row, 4),
                  .expires_ms = moment(row, 5) },
    };
    if (hash.len == HASH_SHA256_LEN)
        memcpy(text->text.hash, hash.at, hash.len);
    text_copy(text->text.prefix, sizeof(text->text.prefix),
              sql_row_text(row, 2));
    text_copy(text->text.last, sizeof(text->text.last), sql_row_text(row, 3));
    return true;
}

/* The newest has no end of its own; those before it do. */
static int by_key_and_age(const void *left, const void *right)
{
    const struct text_row *a = left;
    const struct text_row *b = right;

    if (a->key_id != b->key_id)
        return a->key_id < b->key_id ? -1 : 1;
    if (a->text.expires_ms != b->text.expires_ms)
        return a->text.expires_ms > b->text.expires_ms ? -1 : 1;
    return a->text.created_ms > b->text.created_ms ? -1 : 1;
}

static bool load_texts(struct loading *loading, struct sql *sql,
                       struct err *err)
{
    const struct sql_ask ask = { "SELECT key_id, hash, prefix, last4,"
                                 " created_ms, expires_ms FROM key_secret",
                                 SQL_NO_VALUES, take_text, loading };

    if (!sql_query(sql, &ask, err))
        return false;
    if (loading->text_count > 0)
        qsort(loading->texts, loading->text_count, sizeof(loading->texts[0]),
              by_key_and_age);
    return true;
}

/* Keys come by rising id as well. */
static size_t texts_of(struct loading *loading, uint64_t key_id,
                       struct key_text out[KEY_TEXTS_MAX])
{
    size_t count = 0;

    for (; loading->text_at < loading->text_count; loading->text_at++) {
        const struct text_row *text = &loading->texts[loading->text_at];

        if (text->key_id > key_id)
            break;
        if (text->key_id == key_id && count < KEY_TEXTS_MAX)
            out[count++] = text->text;
    }
    return count;
}

/* ---- groups and keys ----------------------------------------------------- */

static bool take_group(void *arg, const struct sql_row *row)
{
    struct loading *loading = arg;
    const struct key_group_row group = {
        .id = (uint64_t)sql_row_number(row, 0),
        .name = sql_row_text(row, 1),
        .created_ms = (uint64_t)sql_row_number(row, 2),
        .changed_ms = (uint64_t)sql_row_number(row, 3),
        .doc = sql_row_text(row, 4),
    };
    struct key_parts parts = {
        .zones = loading->into->zones,
        .zone = loading->into->zone,
        .counters =
            counters_new(loading->into->unsaved, SUBJECT_OF_GROUP(group.id)),
    };
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
    keyring_put_group(loading->into->ring, made);
    counters_unref(parts.counters);
    return true;
}

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

static bool take_key(void *arg, const struct sql_row *row)
{
    struct loading *loading = arg;
    const struct key_load *into = loading->into;
    struct key_text texts[KEY_TEXTS_MAX];
    struct key_row key = {
        .id = (uint64_t)sql_row_number(row, 0),
        .name = sql_row_text(row, 1),
        .enabled = sql_row_number(row, 3) != 0,
        .created_ms = (uint64_t)sql_row_number(row, 4),
        .changed_ms = (uint64_t)sql_row_number(row, 5),
        .revoked_ms = moment(row, 6),
        .doc = sql_row_text(row, 9),
        .texts = texts,
    };
    struct key_parts parts = {
        .zones = into->zones,
        .zone = into->zone,
        .counters = counters_new(into->unsaved, SUBJECT_OF_KEY(key.id)),
        .use = key_use_new((uint64_t)sql_row_number(row, 7),
                           (uint64_t)sql_row_number(row, 8)),
        .group = sql_row_is_null(row, 2)
                     ? NULL
                     : keyring_group_cell(into->ring,
                                          (uint64_t)sql_row_number(row, 2)),
    };

    key.text_count = texts_of(loading, key.id, texts);
    keyring_put(into->ring, make_key(&key, &parts));
    counters_unref(parts.counters);
    key_use_unref(parts.use);
    group_cell_unref(parts.group);
    return true;
}

static bool take_count(void *arg, const struct sql_row *row)
{
    *(size_t *)arg = (size_t)sql_row_number(row, 0);
    return true;
}

static bool load_keys(struct loading *loading, struct sql *sql, struct err *err)
{
    const struct sql_ask count = { "SELECT COUNT(*) FROM key", SQL_NO_VALUES,
                                   take_count, &loading->key_count };
    const struct sql_ask groups = {
        "SELECT id, name, created_ms, changed_ms, doc FROM key_group"
        " ORDER BY id",
        SQL_NO_VALUES, take_group, loading
    };
    const struct sql_ask keys = {
        "SELECT id, name, group_id, enabled, created_ms, changed_ms,"
        " revoked_ms, first_used_ms, last_used_ms, doc FROM key ORDER BY id",
        SQL_NO_VALUES, take_key, loading
    };

    if (!sql_query(sql, &count, err))
        return false;
    keyring_reserve(loading->into->ring, loading->key_count);
    return sql_query(sql, &groups, err) && sql_query(sql, &keys, err);
}

bool key_load(struct sql *sql, const struct key_load *into, struct err *err)
{
    struct loading loading = { .into = into };
    bool fine = load_texts(&loading, sql, err) &&
                load_keys(&loading, sql, err) &&
                use_store_load(sql, into->ring, into->all, err);

    mem_free(loading.texts);
    return fine || err_wrap(err, "loading the relay keys");
}
