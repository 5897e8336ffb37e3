// SPDX-License-Identifier: MIT
/* Which bookings a question is about, as parameters of SQL. */
#pragma once

#include "store/sql.h"
#include "usage/ask_span.h"

/* All but these; as in struct ask_filter, whose texts are beside them. */
struct ask_others {
    uint64_t key_id;
    struct str key;
    uint64_t group_id;
    struct str group;
    struct str owner;
    struct str account;
    struct str model;
};

/* Texts are borrowed; one without an address asks for nothing, and an empty one for
   what has none (no key, no group, the client's own login, no session). */
struct ask_filter {
    uint64_t since_ms; /* they ended from then on, */
    uint64_t until_ms; /* up to, but not with; ASK_NO_END: without end */
    uint64_t key_id;   /* 0: any, or: */
    struct str key;    /* every one that has this name, or once had it */
    uint64_t group_id;
    struct str group; /* likewise */
    struct str owner;
    struct str account;
    struct str model;
    struct str session;
    struct ask_others others;
    bool of_holder; /* who is not to learn what there is of others: what nothing
                       is booked of is no error */
    bool account_is_there; /* though nothing may be booked of it */
};

static inline bool ask_has(struct str text)
{
    return text.at != NULL;
}

/* For what has none. */
static inline bool ask_has_empty(struct str text)
{
    return ask_has(text) && text.len == 0;
}

/* $1 and $2 are the caller's, a range; the filter is $3 to $22. */
#define ASK_FILTER_VALUES 22

void ask_filter_bind(const struct ask_filter *filter,
                     struct sql_value values[ASK_FILTER_VALUES]);

/* Conditions on columns of these names; a model that is not known is 0 in sums, and NULL
   in bookings. */
#define ASK_KEYS_NAMED(name)                                                   \
    "SELECT key_id FROM holder WHERE key_name = " name                         \
    " UNION ALL SELECT id FROM key WHERE name = " name
#define ASK_GROUPS_NAMED(name)                                                 \
    "SELECT group_id FROM holder WHERE group_name = " name                     \
    " UNION ALL SELECT id FROM key_group WHERE name = " name
#define ASK_KEY_IS                                                             \
    " key_id >= $3 AND key_id <= $4 AND ($5 IS NULL OR key_id IN"              \
    " (" ASK_KEYS_NAMED(                                                       \
        "$5") "))"                                                             \
              " AND key_id <> $15"                                             \
              " AND ($16 IS NULL OR key_id NOT IN (" ASK_KEYS_NAMED(           \
                  "$16") "))"
#define ASK_HOLDER_IS                                                          \
    " AND ($6 = 0 OR holder IN (SELECT id FROM holder WHERE" ASK_KEY_IS        \
    " AND ($7 IS NULL OR group_id = $7) AND ($8 IS NULL OR group_id IN"        \
    " (" ASK_GROUPS_NAMED(                                                     \
        "$8") "))"                                                             \
              " AND ($9 IS NULL OR owner = $9)"                                \
              " AND group_id <> $17"                                           \
              " AND ($18 IS NULL OR group_id NOT IN (" ASK_GROUPS_NAMED(       \
                  "$18") "))"                                                  \
                         " AND ($19 IS NULL OR owner <> $19)))"
#define ASK_ACCOUNT_IS                                                         \
    " AND ($10 IS NULL OR account = COALESCE("                                 \
    "(SELECT id FROM word WHERE kind = 1 AND text = $10), -1))"                \
    " AND account <> COALESCE("                                                \
    "(SELECT id FROM word WHERE kind = 1 AND text = $20), -1)"
#define ASK_THAT_MODEL                                                         \
    "COALESCE((SELECT id FROM word WHERE kind = 2 AND text = $11), $12)"
#define ASK_OTHER_MODEL                                                        \
    "COALESCE((SELECT id FROM word WHERE kind = 2 AND text = $21), $22)"
#define ASK_MODEL_IS                                                           \
    " AND ($11 IS NULL OR model = " ASK_THAT_MODEL ")"                         \
    " AND model <> " ASK_OTHER_MODEL
#define ASK_BOOKED_MODEL_IS                                                    \
    " AND ($11 IS NULL OR COALESCE(model, 0) = " ASK_THAT_MODEL ")"            \
    " AND COALESCE(model, 0) <> " ASK_OTHER_MODEL
/* For the empty one, of sums: those of any session.  What has none is the rest. */
#define ASK_SESSION_IS                                                         \
    " AND ($13 IS NULL OR ($13 = '' AND session IS NOT NULL) OR session IN"    \
    " (SELECT id FROM session WHERE name = $13))"
#define ASK_BOOKED_SESSION_IS                                                  \
    " AND ($13 IS NULL OR CASE WHEN $13 = '' THEN session IS NULL"             \
    " ELSE session IN (SELECT id FROM session WHERE name = $13) END)"
/* In an hour of the table `hour`, by sums. */
#define ASK_OCCURS                                                             \
    " AND ($14 = 0 OR EXISTS (SELECT 1 FROM total"                             \
    " WHERE total.hour_s = hour.hour_s" ASK_HOLDER_IS ASK_ACCOUNT_IS           \
        ASK_MODEL_IS "))"                                                      \
    " AND ($13 IS NULL OR $13 = '' OR EXISTS (SELECT 1 FROM session_hour"      \
    " WHERE session_hour.hour_s = hour.hour_s" ASK_SESSION_IS "))"

/* ERR_BAD_REQUEST if it ends before it begins; what lies beyond all times is cut. */
bool ask_filter_fits(struct ask_filter *filter, struct err *err) MUST_CHECK;
/* ERR_NOT_FOUND if a text names what no booking has: a sum of nothing would look as if
   nothing had been used. */
bool ask_filter_check(struct sql *sql, const struct ask_filter *filter,
                      struct err *err) MUST_CHECK;
