// SPDX-License-Identifier: MIT
/* A table in memory in front of three in the database. */
#include "usage/ledger_names.h"

#include <string.h>

#include "base/mem.h"
#include "crypto/random.h"

#define BUCKETS 4096
/* What tells one apart: a letter for its table, numbers, and texts with NULs between
   them, which they have none of. */
#define KEY_MAX (1 + 2 * 8 + 3 * (256 + 1))

struct entry {
    struct entry *next;  /* in its bucket */
    struct entry *older; /* fresh, too */
    uint64_t hash;
    int64_t id;
    size_t len;
    char key[];
};

struct ledger_names {
    size_t max;
    size_t count;
    int64_t removals; /* as the database counts them */
    uint64_t seed;    /* clients choose names of sessions */
    struct entry *fresh;
    struct entry *buckets[BUCKETS];
};

struct ledger_names *ledger_names_new(size_t max)
{
    struct ledger_names *names = MEM_NEW(struct ledger_names);

    names->max = max;
    random_bytes(&names->seed, sizeof(names->seed));
    return names;
}

static void forget_all(struct ledger_names *names)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct entry *entry = names->buckets[i];

        while (entry) {
            struct entry *next = entry->next;

            mem_free(entry);
            entry = next;
        }
        names->buckets[i] = NULL;
    }
    names->fresh = NULL;
    names->count = 0;
}

void ledger_names_free(struct ledger_names *names)
{
    if (!names)
        return;
    forget_all(names);
    mem_free(names);
}

size_t ledger_names_known(const struct ledger_names *names)
{
    return names->count;
}

/* ---- in memory ----------------------------------------------------------- */

static uint64_t hash_of(const struct ledger_names *names, struct str key)
{
    uint64_t hash = names->seed ^ key.len;

    for (size_t at = 0; at < key.len; at += 8) {
        size_t left = key.len - at;
        uint64_t word = 0;

        memcpy(&word, key.at + at, left < 8 ? left : 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return hash;
}

static const struct entry *find(const struct ledger_names *names,
                                struct str key, uint64_t hash)
{
    const struct entry *entry = names->buckets[hash % BUCKETS];

    while (entry && (entry->hash != hash ||
                     !str_eq((struct str){ entry->key, entry->len }, key)))
        entry = entry->next;
    return entry;
}

static void add(struct ledger_names *names, struct str key, uint64_t hash,
                int64_t id)
{
    struct entry *entry = mem_alloc(sizeof(*entry) + key.len);

    *entry = (struct entry){ .next = names->buckets[hash % BUCKETS],
                             .older = names->fresh,
                             .hash = hash,
                             .id = id,
                             .len = key.len };
    memcpy(entry->key, key.at, key.len);
    names->buckets[hash % BUCKETS] = entry;
    names->fresh = entry;
    names->count++;
}

static void forget(struct ledger_names *names, struct entry *entry)
{
    struct entry **link = &names->buckets[entry->hash % BUCKETS];

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    mem_free(entry);
    names->count--;
}

void ledger_names_begin(struct ledger_names *names)
{
    while (names->fresh) {
        struct entry *older = names->fresh->older;

        forget(names, names->fresh);
        names->fresh = older;
    }
    /* It is quicker to ask again now and then than to know which was used last. */
    if (names->count >= names->max)
        forget_all(names);
}

void ledger_names_keep(struct ledger_names *names)
{
    names->fresh = NULL;
}

/* ---- in the database ----------------------------------------------------- */

struct name {
    struct str key;
    const char *find;
    const char *add;
    const struct sql_value *values; /* of both */
    size_t count;
};

static bool take_id(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return true;
}

bool ledger_names_check(struct ledger_names *names, struct sql *sql,
                        struct err *err)
{
    int64_t removals = 0;
    const struct sql_ask ask = { "SELECT times FROM session_removal",
                                 SQL_NO_VALUES, take_id, &removals };

    if (!sql_query(sql, &ask, err))
        return false;
    if (removals != names->removals)
        forget_all(names);
    names->removals = removals;
    return true;
}

static bool ask(struct sql *sql, const struct name *name, int64_t *id,
                struct err *err)
{
    return sql_query(sql,
                     &(struct sql_ask){ .text = name->find,
                                        .values = name->values,
                                        .count = name->count,
                                        .row = take_id,
                                        .arg = id },
                     err);
}

/* Others may add it in between, where the engine lets them. */
static bool ask_or_add(struct sql *sql, const struct name *name, int64_t *id,
                       struct err *err)
{
    *id = 0;
    if (!ask(sql, name, id, err))
        return false;
    if (*id != 0)
        return true;
    return sql_run(sql, name->add, name->values, name->count, err) &&
           ask(sql, name, id, err) &&
           (*id != 0 ||
            err_set(err, ERR_INTERNAL, "a name that was added is not there"));
}

static bool number_of(struct ledger_names *names, struct sql *sql,
                      const struct name *name, int64_t *id, struct err *err)
{
    uint64_t hash = hash_of(names, name->key);
    const struct entry *entry = find(names, name->key, hash);

    if (entry) {
        *id = entry->id;
        return true;
    }
    if (!ask_or_add(sql, name, id, err))
        return false;
    add(names, name->key, hash, *id);
    return true;
}

/* ---- what they are made of ----------------------------------------------- */

struct key {
    size_t len;
    char bytes[KEY_MAX];
};

static void key_begin(struct key *key, char table)
{
    key->len = 1;
    key->bytes[0] = table;
}

static void key_number(struct key *key, uint64_t number)
{
    memcpy(key->bytes + key->len, &number, sizeof(number));
    key->len += sizeof(number);
}

static void key_text(struct key *key, struct str text)
{
    memcpy(key->bytes + key->len, text.at, text.len);
    key->len += text.len;
    key->bytes[key->len++] = '\0';
}

static struct str key_str(const struct key *key)
{
    return (struct str){ key->bytes, key->len };
}

bool ledger_names_word(struct ledger_names *names, struct sql *sql,
                       const struct ledger_text *word, int64_t *id,
                       struct err *err)
{
    const struct sql_value values[] = { sql_number(word->kind),
                                        sql_text(word->text) };
    struct name name = {
        .find = "SELECT id FROM word WHERE kind = $1 AND text = $2",
        .add = "INSERT INTO word(kind, text) VALUES($1, $2)"
               " ON CONFLICT (kind, text) DO NOTHING",
        .values = values,
        .count = COUNT_OF(values),
    };
    struct key key;

    key_begin(&key, (char)word->kind);
    key_text(&key, word->text);
    name.key = key_str(&key);
    return number_of(names, sql, &name, id, err);
}

bool ledger_names_holder(struct ledger_names *names, struct sql *sql,
                         const struct ledger_holder *holder, int64_t *id,
                         struct err *err)
{
    const struct sql_value values[] = {
        sql_number((int64_t)holder->key_id),
        sql_text(holder->key),
        sql_text(holder->owner),
        sql_number((int64_t)holder->group_id),
        sql_text(holder->group),
    };
    struct name name = {
        .find = "SELECT id FROM holder WHERE key_id = $1 AND key_name = $2"
                " AND owner = $3 AND group_id = $4 AND group_name = $5",
        .add = "INSERT INTO holder(key_id, key_name, owner, group_id,"
               " group_name) VALUES($1, $2, $3, $4, $5) ON CONFLICT"
               " (key_id, key_name, owner, group_id, group_name) DO NOTHING",
        .values = values,
        .count = COUNT_OF(values),
    };
    struct key key;

    key_begin(&key, 'h');
    key_number(&key, holder->key_id);
    key_number(&key, holder->group_id);
    key_text(&key, holder->key);
    key_text(&key, holder->owner);
    key_text(&key, holder->group);
    name.key = key_str(&key);
    return number_of(names, sql, &name, id, err);
}

bool ledger_names_session(struct ledger_names *names, struct sql *sql,
                          const struct ledger_session *session, int64_t *id,
                          struct err *err)
{
    const struct sql_value values[] = { sql_number((int64_t)session->key_id),
                                        sql_text(session->name) };
    struct name name = {
        .find = "SELECT id FROM session WHERE key_id = $1 AND name = $2",
        .add = "INSERT INTO session(key_id, name) VALUES($1, $2)"
               " ON CONFLICT (key_id, name) DO NOTHING",
        .values = values,
        .count = COUNT_OF(values),
    };
    struct key key;

    key_begin(&key, 's');
    key_number(&key, session->key_id);
    key_text(&key, session->name);
    name.key = key_str(&key);
    return number_of(names, sql, &name, id, err);
}
