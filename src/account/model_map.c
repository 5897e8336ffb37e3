// SPDX-License-Identifier: MIT
/* Names of models at other providers. */
#include "account/model_map.h"

#include "base/reason.h"
#include "base/shown.h"
#include "base/token.h"

static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] <= ' ' || name.at[i] > '~')
            return false;
    }
    return name.len > 0 && name.len <= MODEL_MAP_NAME_MAX && !token_is_in(name);
}

/* All that the map does not name. */
static bool is_rest(struct str name)
{
    return str_eq(name, STR("*"));
}

static bool check_member(void *arg, struct str name, struct json_doc *value)
{
    struct str to = STR_EMPTY;
    char text[SHOWN_MAX];

    if (!is_name(name) || !json_doc_as_str(value, &to) || !is_name(to))
        return REASON_SET(arg, MODEL_MAP_NAMES, shown(name, text),
                          MODEL_MAP_NAME_MAX);
    return is_rest(name) || !is_rest(to) ||
           REASON_SET(arg, MODEL_MAP_STAR, shown(name, text));
}

bool model_map_check(const struct json_doc *map, struct err *err)
{
    if (!json_doc_is_object(map) || json_doc_count(map) > MODEL_MAP_MAX)
        return REASON_SET(err, MODEL_MAP_INVALID, MODEL_MAP_MAX);
    return json_doc_each(map, check_member, err);
}

struct wanted {
    struct str model;
    struct str found;
    struct str rest; /* what all others are called */
    bool theirs;     /* it is called that there */
};

/* `model` need not end with a NUL, which json_doc_get() wants. */
static bool look(void *arg, struct str name, struct json_doc *value)
{
    struct wanted *wanted = arg;
    struct str to = STR_EMPTY;

    (void)json_doc_as_str(value, &to);
    wanted->theirs |= str_eq(to, wanted->model);
    if (is_rest(name))
        wanted->rest = to;
    else if (str_eq(name, wanted->model))
        wanted->found = to;
    return wanted->found.len == 0;
}

static struct wanted look_for(const struct json_doc *map, struct str model)
{
    struct wanted wanted = { model, STR_EMPTY, STR_EMPTY, false };

    if (map && model.len > 0)
        (void)json_doc_each(map, look, &wanted);
    return wanted;
}

struct str model_map_find(const struct json_doc *map, struct str model)
{
    struct wanted wanted = look_for(map, model);

    if (wanted.found.len > 0)
        return wanted.found;
    return wanted.theirs || is_rest(wanted.rest) ? STR_EMPTY : wanted.rest;
}

bool model_map_has(const struct json_doc *map, struct str model)
{
    struct wanted wanted = look_for(map, model);

    return wanted.found.len > 0 || wanted.rest.len > 0 || wanted.theirs;
}

static bool take_first(void *arg, struct str name, struct json_doc *value)
{
    struct str to = STR_EMPTY;

    (void)name;
    if (!json_doc_as_str(value, &to) || is_rest(to))
        return true;
    *(struct str *)arg = to;
    return false;
}

struct str model_map_any(const struct json_doc *map)
{
    struct str found = STR_EMPTY;

    if (map)
        (void)json_doc_each(map, take_first, &found);
    return found;
}
