// SPDX-License-Identifier: MIT
/* Options that say where an account's requests go. */
#include "app/gateway_arguments.h"

#include <limits.h>
#include <stdlib.h>

#include "base/mem.h"

/* "none" takes it away. */
static void set_or_clear(struct json_doc *body, const char *member,
                         struct str value)
{
    if (str_eq(value, STR("none")))
        json_doc_set(body, member, json_doc_new_null());
    else
        json_doc_set_str(body, member, value);
}

static bool take_url(struct json_doc *body, struct str value)
{
    set_or_clear(body, "base_url", value);
    return value.len > 0;
}

static bool take_bearer(struct json_doc *body, struct str value)
{
    bool on = str_eq(value, STR("on"));

    json_doc_set_bool(body, "bearer", on);
    return on || str_eq(value, STR("off"));
}

static bool add_model(struct json_doc *map, struct str value)
{
    size_t equals = str_index(value, '=');
    char *model = mem_strndup(value.at, equals);
    bool fine = equals > 0 && equals + 1 < value.len;

    if (fine)
        json_doc_set_str(map, model, str_from(value, equals + 1));
    mem_free(model);
    return fine;
}

/* Once more adds another model. */
static bool take_map(struct json_doc *body, struct str value)
{
    struct json_doc *map = json_doc_get(body, "model_map");

    if (str_eq(value, STR("none"))) {
        json_doc_set(body, "model_map", json_doc_new_null());
        return !map;
    }
    if (!map) {
        map = json_doc_new_object();
        json_doc_set(body, "model_map", map);
    }
    return json_doc_is_object(map) && add_model(map, value);
}

/* The relay runs in another folder.  A file that is not there is refused by it, with its
   name. */
static bool take_trust(struct json_doc *body, struct str value)
{
    char real[PATH_MAX];

    if (!str_eq(value, STR("none")) && realpath(value.at, real))
        value = str_of(real);
    set_or_clear(body, "tls_ca", value);
    return value.len > 0;
}

static const struct {
    const char *name;
    bool (*take)(struct json_doc *body, struct str value);
    const char *missing;
} arguments[] = {
    { "--url", take_url,
      "--url needs a URL, such as https://gateway.example/base, or none" },
    { "--bearer", take_bearer, "--bearer is on or off" },
    { "--map", take_map,
      "--map needs two names of models, such as claude-sonnet-5=glm-5, or "
      "(alone) none" },
    { "--tls-ca", take_trust,
      "--tls-ca needs a PEM file with certificates, or none" },
};

/* "--name=value", "--name" and "value", or "--bearer" alone.  False: no value. */
static bool take_value(int argc, char **argv, int *at, struct str *value)
{
    struct str argument = str_of(argv[(*at)++]);
    size_t equals = str_index(argument, '=');
    bool has_next = *at < argc;
    struct str next = has_next ? str_of(argv[*at]) : STR_EMPTY;

    if (equals < argument.len) {
        *value = str_from(argument, equals + 1);
        return true;
    }
    *value = next;
    if (str_eq(argument, STR("--bearer")) && !str_eq(next, STR("on")) &&
        !str_eq(next, STR("off")))
        *value = STR("on");
    else
        (*at)++;
    return value->len > 0;
}

enum gateway_argument gateway_arguments_take(int argc, char **argv, int *at,
                                             struct json_doc *body,
                                             const char **problem)
{
    struct str argument = str_of(argv[*at]);
    struct str name = str_sub(argument, 0, str_index(argument, '='));
    struct str value;

    for (size_t i = 0; i < COUNT_OF(arguments); i++) {
        if (!str_eq(name, str_of(arguments[i].name)))
            continue;
        *problem = arguments[i].missing;
        return take_value(argc, argv, at, &value) &&
                       arguments[i].take(body, value)
                   ? GATEWAY_ARGUMENT_TAKEN
                   : GATEWAY_ARGUMENT_WRONG;
    }
    return GATEWAY_ARGUMENT_NONE;
}
