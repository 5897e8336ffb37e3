// SPDX-License-Identifier: MIT
/* Reading the audit log. */
#include "store/audit_list.h"

#include "base/text.h"
#include "store/audit_reason.h"

#define SELECT                                                                 \
    "SELECT id, at_ms, who, peer, action, target, before, after, result, "     \
    "COALESCE(reason, '')"                                                     \
    " FROM audit WHERE id < $1 AND at_ms >= $2 AND at_ms < $3"                 \
    " AND ($4 = '' OR who = $4 OR peer = $4)"                                  \
    " AND ($5 = '' OR action = $5"                                             \
    " OR substr(action, 1, length($5) + 1) = $5 || '.')"                       \
    " AND ($6 = '' OR target = $6)"                                            \
    " ORDER BY id DESC LIMIT $7"

/* What cannot be read is shown as a text. */
static struct json_doc *doc_of(struct str text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(text, &err);

    return doc ? doc : json_doc_new_str(text);
}

static struct json_doc *text_or_null(struct str text)
{
    return text.len > 0 ? json_doc_new_str(text) : json_doc_new_null();
}

static bool add(void *arg, const struct sql_row *row)
{
    struct json_doc *doc = json_doc_new_object();
    struct str result = sql_row_text(row, 8);
    char at[TEXT_TIME_MAX];

    text_format_time((uint64_t)sql_row_number(row, 1), at);
    json_doc_set_u64(doc, "id", (uint64_t)sql_row_number(row, 0));
    json_doc_set_str(doc, "at", str_of(at));
    json_doc_set_str(doc, "who", sql_row_text(row, 2));
    json_doc_set(doc, "peer", text_or_null(sql_row_text(row, 3)));
    json_doc_set_str(doc, "action", sql_row_text(row, 4));
    json_doc_set(doc, "target", text_or_null(sql_row_text(row, 5)));
    json_doc_set(doc, "before", doc_of(sql_row_text(row, 6)));
    json_doc_set(doc, "after", doc_of(sql_row_text(row, 7)));
    json_doc_set_bool(doc, "done", result.len == 0);
    json_doc_set(doc, "error", text_or_null(result));
    audit_reason_add(doc, sql_row_text(row, 9));
    json_doc_add(arg, doc);
    return true;
}

static struct sql_value bound(uint64_t number, int64_t otherwise)
{
    return sql_number(number > 0 && number < INT64_MAX ? (int64_t)number
                                                       : otherwise);
}

bool audit_list_read(struct sql *sql, const struct audit_query *query,
                     struct json_doc *list, struct err *err)
{
    return sql_query(sql,
                     &(struct sql_ask){
                         SELECT,
                         SQL_VALUES(bound(query->cursor, INT64_MAX),
                                    bound(query->since_ms, 0),
                                    bound(query->until_ms, INT64_MAX),
                                    sql_text(query->who),
                                    sql_text(query->action),
                                    sql_text(query->target),
                                    sql_number((int64_t)query->max)),
                         add, list },
                     err) ||
           err_wrap(err, "reading the audit log");
}
