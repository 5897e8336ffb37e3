// SPDX-License-Identifier: MIT
/* Filters as parameters, and whether there is anything of that name. */
#include "usage/ask_filter.h"

#include "base/shown.h"

/* ---- parameters ---------------------------------------------------------- */

static struct sql_value text_or_null(struct str text)
{
    return ask_has(text) ? sql_text(text) : sql_null();
}

static bool asks_for_holder(const struct ask_filter *filter)
{
    return filter->key_id > 0 || filter->group_id > 0 || ask_has(filter->key) ||
           ask_has(filter->group) || ask_has(filter->owner);
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
    values[6] = filter->group_id > 0 ? sql_number((int64_t)filter->group_id)
                                     : sql_null();
    values[7] = text_or_null(filter->group);
    values[8] = text_or_null(filter->owner);
    values[9] = text_or_null(filter->account);
    values[10] = text_or_null(filter->model);
    /* What has no model is 0; what is not known is none at all. */
    values[11] = sql_number(filter->model.len == 0 ? 0 : -1);
    values[12] = text_or_null(filter->session);
    values[13] = sql_number(holder || ask_has(filter->account) ||
                            ask_has(filter->model));
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
           err_set(err, ERR_BAD_REQUEST,
                   "since must be before until: nothing lies between them");
}

/* ---- what is there ------------------------------------------------------- */

static bool take_one(void *arg, const struct sql_row *row)
{
    (void)row;
    *(bool *)arg = true;
    return false;
}

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
    return found || err_set(err, ERR_NOT_FOUND,
                            "nothing has been booked of the %s \"%s\"",
                            name->what, shown_open(name->text, text));
}

bool ask_filter_check(struct sql *sql, const struct ask_filter *filter,
                      struct err *err)
{
    const struct name names[] = {
        { "key", ASK_KEYS_NAMED("$1") " LIMIT 1", filter->key },
        { "group", ASK_GROUPS_NAMED("$1") " LIMIT 1", filter->group },
        { "owner", "SELECT 1 FROM holder WHERE owner = $1 LIMIT 1",
          filter->owner },
        { "account", "SELECT 1 FROM word WHERE kind = 1 AND text = $1",
          filter->account_is_there ? STR_EMPTY : filter->account },
        { "model", "SELECT 1 FROM word WHERE kind = 2 AND text = $1",
          filter->model },
        { "session", "SELECT 1 FROM session WHERE name = $1 LIMIT 1",
          filter->session },
    };

    for (size_t i = 0; !filter->of_holder && i < COUNT_OF(names); i++) {
        if (!check_name(sql, &names[i], err))
            return false;
    }
    return true;
}
