// SPDX-License-Identifier: MIT
/* Arguments become parameters. */
#include "app/ask_arguments.h"

#include <string.h>

#include "base/shown.h"
#include "base/text.h"

#define QUERY_MAX 32768
#define VALUE_MAX 500

/* The name that is taken in front of '='; NULL for others. */
static const char *find(const struct ask_arguments *arguments,
                        struct str argument)
{
    struct str flag = str_sub(argument, 0, str_index(argument, '='));

    if (!str_starts(flag, STR("--")))
        return NULL;
    for (const char *const *name = arguments->names; *name; name++) {
        if (str_eq(str_from(flag, 2), str_of(*name)))
            return *name;
    }
    return NULL;
}

static void add(struct ask_arguments *arguments, const char *name,
                struct str value)
{
    buf_add(&arguments->query, STR("&"));
    for (const char *at = name; *at; at++)
        buf_add(&arguments->query,
                *at == '-' ? STR("_") : (struct str){ at, 1 });
    buf_add(&arguments->query, STR("="));
    text_url_encode(&arguments->query, str_sub(value, 0, VALUE_MAX));
}

/* Each once, as the API has it. */
static bool is_given(const struct ask_arguments *arguments, const char *name)
{
    struct str rest = buf_str(&arguments->query);
    struct str part;

    while (str_next(&rest, '&', &part)) {
        struct str given = str_sub(part, 0, str_index(part, '='));

        if (given.len != strlen(name))
            continue;
        for (size_t i = 0; i <= given.len; i++) {
            if (i == given.len)
                return true;
            if (given.at[i] != (name[i] == '-' ? '_' : name[i]))
                break;
        }
    }
    return false;
}

static bool keep(struct ask_arguments *arguments, const char *name,
                 struct str value, struct err *err)
{
    bool twice = is_given(arguments, name);

    if (strcmp(name, "limit") == 0) {
        twice = arguments->limit.len > 0;
        arguments->limit = value;
    } else if (!twice) {
        if (strcmp(name, "by") == 0)
            arguments->by = value;
        add(arguments, name, value);
    }
    return !twice ||
           err_set(err, ERR_CONFIG, "--%s may be given once only", name);
}

static bool refuse(const char *argument, struct err *err)
{
    char text[SHOWN_MAX];

    return err_set(err, ERR_CONFIG, "this command does not take \"%s\"",
                   shown_argument(str_of(argument), text));
}

static bool take(struct ask_arguments *arguments, int argc, char **argv, int *i,
                 struct err *err)
{
    struct str argument = str_of(argv[*i]);
    const char *name = find(arguments, argument);
    size_t equals = str_index(argument, '=');

    if (!name)
        return refuse(argv[*i], err);
    if (equals < argument.len)
        return keep(arguments, name, str_from(argument, equals + 1), err);
    if (*i + 1 == argc)
        return err_set(err, ERR_CONFIG, "--%s needs a value", name);
    return keep(arguments, name, str_of(argv[++*i]), err);
}

bool ask_arguments_parse(struct ask_arguments *arguments, int argc, char **argv,
                         struct err *err)
{
    arguments->limit = STR_EMPTY;
    arguments->by = STR_EMPTY;
    buf_init(&arguments->query, QUERY_MAX);
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            arguments->json = true;
        else if (strcmp(argv[i], "--csv") == 0)
            arguments->csv = true;
        else if (!take(arguments, argc, argv, &i, err))
            return false;
    }
    return !(arguments->json && arguments->csv) ||
           err_set(err, ERR_CONFIG, "--json and --csv do not go together");
}

void ask_arguments_done(struct ask_arguments *arguments)
{
    buf_done(&arguments->query);
}
