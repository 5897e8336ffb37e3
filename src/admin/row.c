// SPDX-License-Identifier: MIT
/* Requests are measured by what their endpoints say of themselves. */
#include "admin/row.h"

#include <stdio.h>

#include "base/reason.h"
#include "base/shown.h"
#include "base/text.h"

#define PATH_MAX_LEN 128
#define NAMES_MAX 400

/* ---- one value ---------------------------------------------------------- */

/* "limits.rpm", for messages. */
static const char *join(const char *in, const char *name,
                        char out[PATH_MAX_LEN])
{
    (void)snprintf(out, PATH_MAX_LEN, "%s%s%s", in, in[0] ? "." : "", name);
    return out;
}

static bool is_of_type(enum admin_type type, const struct json_doc *value)
{
    struct str text;
    double number;

    switch (type) {
    case ADMIN_TEXT:
        return json_doc_as_str(value, &text);
    case ADMIN_NUMBER:
        return json_doc_is_whole(value);
    case ADMIN_MONEY:
        return json_doc_as_number(value, &number) ||
               json_doc_as_str(value, &text);
    case ADMIN_DOLLARS:
        return json_doc_as_number(value, &number);
    case ADMIN_BOOL:
        return json_doc_is_bool(value);
    case ADMIN_OBJECT:
        return json_doc_is_object(value);
    case ADMIN_LIST:
        return json_doc_is_array(value);
    case ADMIN_ANY:
        break;
    }
    return true;
}

static const char *type_text(enum admin_type type)
{
    switch (type) {
    case ADMIN_TEXT:
        return "a text";
    case ADMIN_NUMBER:
        return "a whole number";
    case ADMIN_MONEY:
        return "an amount in US dollars, like 12.5 or \"12.50\"";
    case ADMIN_DOLLARS:
        return "an amount in US dollars, like 12.5";
    case ADMIN_BOOL:
        return "true or false";
    case ADMIN_OBJECT:
        return "an object";
    case ADMIN_LIST:
        return "a list";
    case ADMIN_ANY:
        break;
    }
    return "a value";
}

static bool check_object(const struct admin_member *known, const char *path,
                         const struct json_doc *doc, struct err *err);
static bool check_value(const struct admin_member *member, const char *path,
                        const struct json_doc *value, struct err *err);

static bool check_list(const struct admin_member *element, const char *path,
                       const struct json_doc *list, struct err *err)
{
    char at[PATH_MAX_LEN];

    for (size_t i = 0; i < json_doc_count(list); i++) {
        (void)snprintf(at, sizeof(at), "%.100s[%zu]", path, i);
        if (!check_value(element, at, json_doc_at(list, i), err))
            return false;
    }
    return true;
}

static bool check_value(const struct admin_member *member, const char *path,
                        const struct json_doc *value, struct err *err)
{
    bool or_null = member->traits & ADMIN_OR_NULL;

    if (json_doc_is_null(value) && or_null)
        return true;
    if (!is_of_type(member->type, value))
        return REASON_SET(err, VALUE_TYPE, path, type_text(member->type),
                          or_null ? ", or null" : "");
    if (!member->members)
        return true;
    return member->type == ADMIN_LIST
               ? check_list(member->members, path, value, err)
               : check_object(member->members, path, value, err);
}

/* ---- a table ------------------------------------------------------------ */

struct checking {
    const struct admin_member *known;
    const char *in;
    struct err *err;
};

static const struct admin_member *find(const struct admin_member *known,
                                       struct str name)
{
    for (; known && known->text; known++) {
        if (str_eq(name, str_of(known->name)))
            return known;
    }
    return NULL;
}

static void list_names(const struct admin_member *known, char out[NAMES_MAX])
{
    struct buf names;

    buf_init(&names, NAMES_MAX);
    for (const struct admin_member *m = known; m && m->text; m++)
        (void)buf_printf(&names, "%s%s", m == known ? "" : ", ", m->name);
    text_copy(out, NAMES_MAX, buf_str(&names));
    buf_done(&names);
}

static bool refuse_unknown(const struct admin_member *known, const char *what,
                           const char *path, struct err *err)
{
    char names[NAMES_MAX];

    list_names(known, names);
    return REASON_SET(err, MEMBER_UNKNOWN, what, path,
                      names[0] ? names : "none");
}

static bool check_member(void *arg, struct str name, struct json_doc *value)
{
    const struct checking *checking = arg;
    const struct admin_member *member = find(checking->known, name);
    char text[SHOWN_MAX];
    char path[PATH_MAX_LEN];

    (void)join(checking->in, member ? member->name : shown(name, text), path);
    return member
               ? check_value(member, path, value, checking->err)
               : refuse_unknown(checking->known, "member", path, checking->err);
}

static bool check_object(const struct admin_member *known, const char *path,
                         const struct json_doc *doc, struct err *err)
{
    struct checking checking = { known, path, err };
    char missing[PATH_MAX_LEN];

    if (!json_doc_each(doc, check_member, &checking))
        return false;
    for (const struct admin_member *m = known; m && m->text; m++) {
        if (m->traits & ADMIN_REQUIRED && !json_doc_get(doc, m->name))
            return REASON_SET(err, MEMBER_MISSING,
                              join(path, m->name, missing));
    }
    return true;
}

bool admin_check_body(const struct admin_endpoint *endpoint,
                      const struct json_doc *body, struct err *err)
{
    return check_object(endpoint->body, "", body, err);
}

/* ---- the query ---------------------------------------------------------- */

static struct str name_of(struct str parameter)
{
    return str_sub(parameter, 0, str_index(parameter, '='));
}

/* Only one of them would count. */
static bool comes_again(struct str name, struct str rest)
{
    struct str parameter;

    while (str_next(&rest, '&', &parameter)) {
        if (str_eq(name_of(parameter), name))
            return true;
    }
    return false;
}

static bool is_flag(struct str value)
{
    return str_eq(value, STR("true")) || str_eq(value, STR("false"));
}

/* As it stands there: neither needs an escape. */
static bool check_parameter_value(const struct admin_member *member,
                                  struct str value, struct err *err)
{
    uint64_t number;

    if (member->type == ADMIN_BOOL && !is_flag(value))
        return REASON_SET(err, PARAMETER_NOT_BOOLEAN, member->name);
    return member->type != ADMIN_NUMBER ||
           str_to_u64(value, INT64_MAX, &number) ||
           REASON_SET(err, PARAMETER_NOT_NUMBER, member->name);
}

static bool check_parameter(const struct admin_member *known,
                            struct str parameter, struct str rest,
                            struct err *err)
{
    struct str name = name_of(parameter);
    const struct admin_member *member = find(known, name);
    char text[SHOWN_MAX];

    if (parameter.len == 0)
        return true;
    if (!member)
        return refuse_unknown(known, "parameter", shown(name, text), err);
    if (comes_again(name, rest))
        return REASON_SET(err, PARAMETER_TWICE, shown(name, text));
    return check_parameter_value(member, str_from(parameter, name.len + 1),
                                 err);
}

bool admin_check_query(const struct admin_endpoint *endpoint, struct str query,
                       struct err *err)
{
    struct str parameter;

    while (str_next(&query, '&', &parameter)) {
        if (!check_parameter(endpoint->query, parameter, query, err))
            return false;
    }
    return true;
}
