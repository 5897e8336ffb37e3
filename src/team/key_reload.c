// SPDX-License-Identifier: MIT
/* What differs is found first, for rows of one statement cannot ask for others. */
#include "team/key_reload.h"

#include "base/mem.h"
#include "team/counters.h"
#include "team/key_rows.h"
#include "team/use_store.h"

struct ids {
    uint64_t *at;
    size_t count;
    size_t cap;
};

/* Both the rows and the keyring come by rising id. */
struct finding {
    struct keyring *ring;
    struct key *key; /* the next one of the keyring; a reference, or NULL */
    struct key_group *group;
    struct ids changed; /* to be read */
    struct ids gone;
};

static void add(struct ids *ids, uint64_t id)
{
    if (ids->count == ids->cap) {
        ids->cap = ids->cap ? 2 * ids->cap : 64;
        ids->at = mem_realloc(ids->at, ids->cap * sizeof(uint64_t));
    }
    ids->at[ids->count++] = id;
}

static void finding_done(struct finding *finding)
{
    key_unref(finding->key);
    key_group_unref(finding->group);
    mem_free(finding->changed.at);
    mem_free(finding->gone.at);
}

/* ---- groups -------------------------------------------------------------- */

static void next_group(struct finding *finding)
{
    struct key_group *was = finding->group;

    finding->group = keyring_after_group(finding->ring, was ? was->id : 0);
    key_group_unref(was);
}

/* Those in the keyring before this id have no row. */
static void pass_groups(struct finding *finding, uint64_t id)
{
    for (; finding->group && finding->group->id < id; next_group(finding))
        add(&finding->gone, finding->group->id);
}

static bool compare_group(void *arg, const struct sql_row *row)
{
    struct finding *finding = arg;
    uint64_t id = (uint64_t)sql_row_number(row, 0);
    bool known;

    pass_groups(finding, id);
    known = finding->group && finding->group->id == id;
    if (!known ||
        finding->group->changed_ms != (uint64_t)sql_row_number(row, 1))
        add(&finding->changed, id);
    if (known)
        next_group(finding);
    return true;
}

static bool find_groups(struct finding *finding, struct sql *sql,
                        struct err *err)
{
    const struct sql_ask ask = {
        "SELECT id, changed_ms FROM key_group ORDER BY id", SQL_NO_VALUES,
        compare_group, finding
    };

    next_group(finding);
    if (!sql_query(sql, &ask, err))
        return false;
    pass_groups(finding, UINT64_MAX);
    return true;
}

struct reading {
    struct key_reload *reload;
    struct counters *counters; /* a reference */
    struct key_use *use;       /* borrowed, or NULL */
    struct key_text texts[KEY_TEXTS_MAX];
    size_t text_count;
};

static bool take_group(void *arg, const struct sql_row *row)
{
    const struct reading *reading = arg;

    key_rows_show_group(reading->reload->into, row, reading->counters);
    return true;
}

/* Of what is new to this process; what others counted for it is in the database. */
static bool new_counters(struct reading *reading, struct sql *sql,
                         int64_t subject, struct err *err)
{
    reading->counters = counters_new(reading->reload->into->unsaved, subject);
    return use_store_load_into(sql, reading->counters, err);
}

static bool read_group(struct key_reload *reload, struct sql *sql, uint64_t id,
                       struct err *err)
{
    struct reading reading = { .reload = reload };
    struct group_cell *cell = keyring_group_cell(reload->into->ring, id);
    struct key_group *shown = cell ? group_cell_get(cell) : NULL;
    const struct sql_value value = sql_number((int64_t)id);
    const struct sql_ask ask = { KEY_ROWS_GROUP " WHERE id = $1", &value, 1,
                                 take_group, &reading };
    bool ok = true;

    if (shown)
        reading.counters = counters_ref(shown->counters);
    else
        ok = new_counters(&reading, sql, SUBJECT_OF_GROUP(id), err);
    ok = ok && sql_query(sql, &ask, err);
    reload->groups += ok;
    counters_unref(reading.counters);
    key_group_unref(shown);
    group_cell_unref(cell);
    return ok;
}

/* ---- keys ---------------------------------------------------------------- */

static void next_key(struct finding *finding)
{
    struct key *was = finding->key;

    finding->key = keyring_after(finding->ring, was ? was->id : 0);
    key_unref(was);
}

static void pass_keys(struct finding *finding, uint64_t id)
{
    for (; finding->key && finding->key->id < id; next_key(finding))
        add(&finding->gone, finding->key->id);
}

static bool compare_key(void *arg, const struct sql_row *row)
{
    struct finding *finding = arg;
    uint64_t id = (uint64_t)sql_row_number(row, 0);
    bool known;

    pass_keys(finding, id);
    known = finding->key && finding->key->id == id;
    if (!known || finding->key->changed_ms != (uint64_t)sql_row_number(row, 1))
        add(&finding->changed, id);
    if (known) {
        key_use_learn(finding->key->use, (uint64_t)sql_row_number(row, 2),
                      (uint64_t)sql_row_number(row, 3));
        next_key(finding);
    }
    return true;
}

static bool find_keys(struct finding *finding, struct sql *sql, struct err *err)
{
    const struct sql_ask ask = {
        "SELECT id, changed_ms, first_used_ms, last_used_ms FROM key"
        " ORDER BY id",
        SQL_NO_VALUES, compare_key, finding
    };

    next_key(finding);
    if (!sql_query(sql, &ask, err))
        return false;
    pass_keys(finding, UINT64_MAX);
    return true;
}

/* Newest first. */
static bool take_text(void *arg, const struct sql_row *row)
{
    struct reading *reading = arg;
    struct key_text text = key_rows_text(row);
    size_t at = reading->text_count;

    if (at == KEY_TEXTS_MAX)
        return false;
    for (; at > 0 && key_rows_newer(&text, &reading->texts[at - 1]) < 0; at--)
        reading->texts[at] = reading->texts[at - 1];
    reading->texts[at] = text;
    reading->text_count++;
    return true;
}

static bool take_key(void *arg, const struct sql_row *row)
{
    const struct reading *reading = arg;

    key_rows_show_key(reading->reload->into, row,
                      &(struct key_rows_with){ .counters = reading->counters,
                                               .use = reading->use,
                                               .texts = reading->texts,
                                               .text_count =
                                                   reading->text_count });
    return true;
}

static bool read_rows(struct reading *reading, struct sql *sql, uint64_t id,
                      struct err *err)
{
    const struct sql_value value = sql_number((int64_t)id);
    const struct sql_ask texts = { KEY_ROWS_TEXT " WHERE key_id = $1", &value,
                                   1, take_text, reading };
    const struct sql_ask keys = { KEY_ROWS_KEY " WHERE id = $1", &value, 1,
                                  take_key, reading };

    return sql_query(sql, &texts, err) && sql_query(sql, &keys, err);
}

static bool read_key(struct key_reload *reload, struct sql *sql, uint64_t id,
                     struct err *err)
{
    struct reading reading = { .reload = reload };
    struct key *next = keyring_after(reload->into->ring, id - 1);
    const struct key *shown = next && next->id == id ? next : NULL;
    bool ok = true;

    if (shown) {
        reading.counters = counters_ref(shown->counters);
        reading.use = shown->use;
    } else {
        ok = new_counters(&reading, sql, SUBJECT_OF_KEY(id), err);
    }
    ok = ok && read_rows(&reading, sql, id, err);
    reload->keys += ok;
    counters_unref(reading.counters);
    key_unref(next);
    return ok;
}

/* ---- both ---------------------------------------------------------------- */

static bool read_all(struct key_reload *reload, struct sql *sql,
                     const struct ids *ids,
                     bool (*read)(struct key_reload *reload, struct sql *sql,
                                  uint64_t id, struct err *err),
                     struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < ids->count && ok; i++)
        ok = read(reload, sql, ids->at[i], err);
    return ok;
}

static void remove_all(struct key_reload *reload, const struct ids *ids,
                       void (*remove)(struct keyring *ring, uint64_t id))
{
    for (size_t i = 0; i < ids->count; i++)
        remove(reload->into->ring, ids->at[i]);
    reload->removed += ids->count;
}

/* Groups come before the keys that may be in them, and go after those that were.
   Keys that are gone go first: another may have the name of one by now. */
bool key_reload(struct sql *sql, struct key_reload *reload, struct err *err)
{
    struct finding finding = { .ring = reload->into->ring };
    struct finding keys = { .ring = reload->into->ring };
    bool ok = find_groups(&finding, sql, err) && find_keys(&keys, sql, err);

    if (ok) {
        remove_all(reload, &keys.gone, keyring_remove);
        ok = read_all(reload, sql, &finding.changed, read_group, err) &&
             read_all(reload, sql, &keys.changed, read_key, err);
    }
    if (ok)
        remove_all(reload, &finding.gone, keyring_remove_group);
    finding_done(&finding);
    finding_done(&keys);
    return ok;
}
