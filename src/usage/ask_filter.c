// SPDX-License-Identifier: MIT
/* Filters as parameters, and whether there is anything of that name. */
#include "usage/ask_filter.h"

#include "base/reason.h"
#include "base/shown.h"

/* ---- parameters ---------------------------------------------------------- */

static struct sql_value text_or_null(struct str text)
{
    return ask_has(text) ? sql_text(text) : sql_null();
}

static bool asks_for_holder(const struct ask_filter *filter)
{
    return filter->key_id > 0 || filter->group_id > 0 || ask_has(filter->key) ||
           ask_has(filter->group) || ask_has(filter->owner) ||
           filter->others.key_id > 0 || filter->others.group_id > 0 ||
           ask_has(filter->others.key) || ask_has(filter->others.group) ||
           ask_has(filter->others.owner);
}

static struct sql_value id_or_null(uint64_t id)
{
    return id > 0 ? sql_number((int64_t)id) : sql_null();
}

/* No id is -1. */
static struct sql_value id_or_no(uint64_t id)
{
    return sql_number(id > 0 ? (int64_t)id : -1);
}

static void bind_others(const struct ask_others *others,
                        struct sql_value values[ASK_FILTER_VALUES])
{
    values[14] = id_or_no(others->key_id);
    values[15] = text_or_null(others->key);
    values[16] = id_or_no(others->group_id);
    values[17] = text_or_null(others->group);
    values[18] = text_or_null(others->owner);
    values[19] = text_or_null(others->account);
    values[20] = text_or_null(others->model);
    /* What has no model is 0. */
    values[21] = sql_number(ask_has_empty(others->model) ? 0 : -1);
}

void ask_filter_bind(const struct ask_filter *filter,
                     struct sql_value values[ASK_FILTER_VALUES])
{
    bool keyed = filter->key_id > 0;
    bool holder = asks_for_holder(filter);
    int64_t key_id = (int64_t)filter->key_id;

    values[2] = sql_number(keyed ? key_id : 0);
    values[3] = sql_number(keyed ? key_id : INT64_MAX);
    values[4] = text_or_null(filter->key);
    values[5] = sql_number(holder);
    values[6] = id_or_null(filter->group_id);
    values[7] = text_or_null(filter->group);
    values[8] = text_or_null(filter->owner);
    values[9] = text_or_null(filter->account);
    values[10] = text_or_null(filter->model);
    /* What has no model is 0; what is not known is none at all. */
    values[11] = sql_number(filter->model.len == 0 ? 0 : -1);
    values[12] = text_or_null(filter->session);
    values[13] = sql_number(
        holder || ask_has(filter->account) || ask_has(filter->model) ||
        ask_has(filter->others.account) || ask_has(filter->others.model));
    bind_others(&filter->others, values);
}

/* ---- times --------------------------------------------------------------- */

static void cut(uint64_t *ms)
{
    if (*ms != ASK_NO_END && *ms > INT64_MAX / 2)
        *ms = INT64_MAX / 2;
}

bool ask_filter_fits(struct ask_filter *filter, struct err *err)
{
    cut(&filter->since_ms);
    cut(&filter->until_ms);
    return filter->since_ms < filter->until_ms ||
           REASON_SET(err, SINCE_AFTER_UNTIL);
}

/* ---- what is there ------------------------------------------------------- */

static bool take_one(void *arg, const struct sql_row *row)
{
    (void)row;
    *(bool *)arg = true;
    return false;
}

#define KEY_THERE ASK_KEYS_NAMED("$1") " LIMIT 1"
#define GROUP_THERE ASK_GROUPS_NAMED("$1") " LIMIT 1"
#define OWNER_THERE "SELECT 1 FROM holder WHERE owner = $1 LIMIT 1"
#define ACCOUNT_THERE "SELECT 1 FROM word WHERE kind = 1 AND text = $1"
#define MODEL_THERE "SELECT 1 FROM word WHERE kind = 2 AND text = $1"

struct name {
    const char *what;
    const char *sql;
    struct str text;
};

static bool check_name(struct sql *sql, const struct name *name,
                       struct err *err)
{
    char text[SHOWN_MAX];
    bool found = false;
    const struct sql_ask ask = { name->sql, SQL_VALUES(sql_text(name->text)),
                                 take_one, &found };

    if (name->text.len == 0)
        return true;
    if (!sql_query(sql, &ask, err))
        return false;
    return found || REASON_SET(err, NOTHING_BOOKED_OF, name->what,
                               shown_open(name->text, text));
}

bool ask_filter_check(struct sql *sql, const struct ask_filter *filter,
                      struct err *err)
{
    const struct name names[] = {
        { "key", KEY_THERE, filter->key },
        { "group", GROUP_THERE, filter->group },
        { "owner", OWNER_THERE, filter->owner },
        { "account", ACCOUNT_THERE,
          filter->account_is_there ? STR_EMPTY : filter->account },
        { "model", MODEL_THERE, filter->model },
        { "session", "SELECT 1 FROM session WHERE name = $1 LIMIT 1",
          filter->session },
        { "key", KEY_THERE, filter->others.key },
        { "group", GROUP_THERE, filter->others.group },
        { "owner", OWNER_THERE, filter->others.owner },
        { "account", ACCOUNT_THERE, filter->others.account },
        { "model", MODEL_THERE, filter->others.model },
    };

    for (size_t i = 0; !filter->of_holder && i < COUNT_OF(names); i++) {
        if (!check_name(sql, &names[i], err))
            return false;
    }
    return true;
}
