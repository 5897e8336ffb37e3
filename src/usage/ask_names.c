// SPDX-License-Identifier: MIT
/* Names by numbers. */
#include "usage/ask_names.h"

#include "base/mem.h"
#include "base/text.h"

/* ---- holders ------------------------------------------------------------- */

/* An owner has no number: the first holder's stands for it. */
static const char *const of_holders[ASK_BYS] = {
    [ASK_BY_KEY] = "SELECT id, key_id FROM holder ORDER BY id DESC",
    [ASK_BY_GROUP] = "SELECT id, group_id FROM holder ORDER BY id DESC",
    [ASK_BY_OWNER] =
        "SELECT id, CASE WHEN holder.owner = '' THEN 0 ELSE first END"
        " FROM holder JOIN"
        " (SELECT owner, min(id) AS first FROM holder GROUP BY owner) o"
        " ON o.owner = holder.owner ORDER BY id DESC",
};

/* The greatest comes first. */
static bool take_holder(void *arg, const struct sql_row *row)
{
    struct ask_holders *holders = arg;
    int64_t id = sql_row_number(row, 0);

    if (!holders->numbers) {
        holders->count = (size_t)id + 1;
        holders->numbers = mem_zalloc(holders->count * sizeof(int64_t));
    }
    holders->numbers[id] = sql_row_number(row, 1);
    return true;
}

bool ask_holders_load(struct sql *sql, enum ask_by by,
                      struct ask_holders *holders, struct err *err)
{
    const struct sql_ask ask = { of_holders[by], SQL_NO_VALUES, take_holder,
                                 holders };

    *holders = (struct ask_holders){ .count = 0 };
    return !of_holders[by] || sql_query(sql, &ask, err);
}

void ask_holders_done(struct ask_holders *holders)
{
    mem_free(holders->numbers);
    *holders = (struct ask_holders){ .count = 0 };
}

int64_t ask_holders_number(const struct ask_holders *holders, int64_t holder)
{
    bool known = holder >= 0 && (uint64_t)holder < holders->count;

    return known ? holders->numbers[holder] : 0;
}

/* ---- names --------------------------------------------------------------- */

/* By a row's number: its name, and whose key a session is of.  Later ones win: that of
   the key or group there is. */
#define KEYS                                                                   \
    "SELECT key_id, key_name FROM (SELECT key_id, key_name, 0 AS is_there, id" \
    " FROM holder UNION ALL SELECT id, name, 1, id FROM key) names"            \
    " ORDER BY is_there, id"
#define GROUPS                                                                 \
    "SELECT group_id, group_name FROM (SELECT group_id, group_name,"           \
    " 0 AS is_there, id FROM holder UNION ALL SELECT id, name, 1, id"          \
    " FROM key_group) names ORDER BY is_there, id"
static const char *const of_rows[ASK_BYS] = {
    [ASK_BY_KEY] = KEYS,
    [ASK_BY_GROUP] = GROUPS,
    [ASK_BY_OWNER] = "SELECT min(id), owner FROM holder GROUP BY owner",
    [ASK_BY_ACCOUNT] = "SELECT id, text FROM word WHERE kind = 1",
    [ASK_BY_MODEL] = "SELECT id, text FROM word WHERE kind = 2",
    [ASK_BY_SESSION] = "SELECT id, name, key_id FROM session",
};

struct naming {
    struct ask_groups *groups;
    struct ask_groups keys; /* names of keys, for sessions */
    struct arena *arena;
};

static bool take_key(void *arg, const struct sql_row *row)
{
    struct naming *naming = arg;
    struct ask_row *key = ask_groups_row(&naming->keys, sql_row_number(row, 0));

    if (key)
        key->name = arena_str(naming->arena, sql_row_text(row, 1));
    return key != NULL;
}

static bool take_name(void *arg, const struct sql_row *row)
{
    struct naming *naming = arg;
    struct ask_row *named =
        ask_groups_find(naming->groups, sql_row_number(row, 0));
    const struct ask_row *key = NULL;

    if (!named || named->number == 0)
        return true;
    named->name = arena_str(naming->arena, sql_row_text(row, 1));
    if (row->count > 2)
        key = ask_groups_find(&naming->keys, sql_row_number(row, 2));
    if (key)
        named->key = key->name;
    return true;
}

static bool read_names(struct sql *sql, enum ask_by by, struct naming *naming,
                       struct err *err)
{
    const struct sql_ask keys = { KEYS, SQL_NO_VALUES, take_key, naming };
    const struct sql_ask rows = { of_rows[by], SQL_NO_VALUES, take_name,
                                  naming };

    return (by != ASK_BY_SESSION || sql_query(sql, &keys, err)) &&
           sql_query(sql, &rows, err);
}

#define DAY_LEN (sizeof("2026-11-29") - 1)
#define SECOND_LEN (sizeof("2026-11-29T08:00:00") - 1)

static struct str name_of(enum ask_by by, int64_t number, struct arena *arena)
{
    bool day = by == ASK_BY_DAY;
    int64_t at_s = day ? number * 86400 : number;
    char text[TEXT_TIME_MAX];

    text_format_time(at_s > 0 ? (uint64_t)at_s * 1000 : 0, text);
    return arena_printf(arena, "%.*s%s", (int)(day ? DAY_LEN : SECOND_LEN),
                        text, day ? "" : "Z");
}

static void name_times(enum ask_by by, struct naming *naming)
{
    for (size_t i = 0; i < naming->groups->count; i++) {
        struct ask_row *row = &naming->groups->rows[i];

        row->name = name_of(by, row->number, naming->arena);
    }
}

bool ask_names_fill(struct sql *sql, enum ask_by by, struct ask_groups *groups,
                    struct arena *arena, struct err *err)
{
    struct naming naming = { .groups = groups, .arena = arena };
    bool ok = true;

    ask_groups_init(&naming.keys);
    if (of_rows[by])
        ok = read_names(sql, by, &naming, err);
    else
        name_times(by, &naming);
    ask_groups_done(&naming.keys);
    return ok;
}
