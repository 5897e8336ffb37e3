// SPDX-License-Identifier: MIT
/* Loading: texts first, for rows of one statement cannot ask for others; then groups
   and keys, then what was counted. */
#include "team/key_load.h"

#include <stdlib.h>

#include "base/mem.h"
#include "team/counters.h"
#include "team/key_rows.h"
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

/* ---- texts --------------------------------------------------------------- */

static bool take_text(void *arg, const struct sql_row *row)
{
    struct loading *loading = arg;

    if (loading->text_count == loading->text_cap) {
        loading->text_cap = loading->text_cap ? 2 * loading->text_cap : 256;
        loading->texts =
            mem_realloc(loading->texts,
                        loading->text_cap * sizeof(struct text_row));
    }
    loading->texts[loading->text_count++] =
        (struct text_row){ .key_id = (uint64_t)sql_row_number(row, 0),
                           .text = key_rows_text(row) };
    return true;
}

static int by_key_and_age(const void *left, const void *right)
{
    const struct text_row *a = left;
    const struct text_row *b = right;

    if (a->key_id != b->key_id)
        return a->key_id < b->key_id ? -1 : 1;
    return key_rows_newer(&a->text, &b->text);
}

static bool load_texts(struct loading *loading, struct sql *sql,
                       struct err *err)
{
    const struct sql_ask ask = { KEY_ROWS_TEXT, SQL_NO_VALUES, take_text,
                                 loading };

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
    const struct loading *loading = arg;
    struct counters *counters =
        counters_new(loading->into->unsaved,
                     SUBJECT_OF_GROUP((uint64_t)sql_row_number(row, 0)));

    key_rows_show_group(loading->into, row, counters);
    counters_unref(counters);
    return true;
}

static bool take_key(void *arg, const struct sql_row *row)
{
    struct loading *loading = arg;
    uint64_t id = (uint64_t)sql_row_number(row, 0);
    struct key_text texts[KEY_TEXTS_MAX];
    struct key_rows_with with = {
        .counters = counters_new(loading->into->unsaved, SUBJECT_OF_KEY(id)),
        .texts = texts,
    };

    with.text_count = texts_of(loading, id, texts);
    key_rows_show_key(loading->into, row, &with);
    counters_unref(with.counters);
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
    const struct sql_ask groups = { KEY_ROWS_GROUP " ORDER BY id",
                                    SQL_NO_VALUES, take_group, loading };
    const struct sql_ask keys = { KEY_ROWS_KEY " ORDER BY id", SQL_NO_VALUES,
                                  take_key, loading };

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
