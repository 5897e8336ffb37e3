// SPDX-License-Identifier: MIT
/* Where the values of options come from. */
#include "config/environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "config/table.h"

struct config_value config_from_environment(void *arg, const char *name)
{
    const struct dotenv *file = arg;
    const struct dotenv_item *item = NULL;
    const char *value = getenv(name);

    if (!value && file)
        item = dotenv_find(file, name);
    if (item)
        return (struct config_value){ item->value, file->path, item->line };
    return (struct config_value){ .text = value };
}

void config_say_place(const struct config_value *value, struct err *err)
{
    if (value->text && value->file)
        err_wrap(err, "%s:%zu", value->file, value->line);
    else if (value->text)
        err_wrap(err, "environment");
}

/* ---- names -------------------------------------------------------------- */

/* Up to its first '_', and that; empty if there is none. */
static struct str beginning(struct str name)
{
    size_t end = str_index(name, '_');

    return end < name.len ? str_sub(name, 0, end + 1) : STR_EMPTY;
}

/* LOG_LEVLE begins like LOG_LEVEL. */
static bool begins_like_an_option(struct str name)
{
    struct str begins = beginning(name);
    bool like = false;

    for (size_t i = 0; config_options[i].name; i++) {
        struct str option = str_of(config_options[i].name);

        if (str_eq(option, name))
            return false;
        like = like || (begins.len > 0 && str_starts(option, begins));
    }
    return like;
}

const struct dotenv_item *config_find_stranger(const struct dotenv *file,
                                               size_t *next)
{
    while (*next < file->count) {
        const struct dotenv_item *item = &file->items[(*next)++];

        if (begins_like_an_option(str_of(item->name)))
            return item;
    }
    return NULL;
}

static bool is_secret(struct str name)
{
    for (size_t i = 0; config_options[i].name; i++) {
        if (str_eq(str_of(config_options[i].name), name))
            return config_options[i].kind == CONFIG_SECRET;
    }
    return false;
}

const char *config_find_secret(const struct dotenv *file)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct dotenv_item *item = &file->items[i];

        if (is_secret(str_of(item->name)) && *item->value)
            return item->name;
    }
    return NULL;
}

/* ---- forgetting --------------------------------------------------------- */

static bool may_be_secret(struct str name, struct str value)
{
    return is_secret(name) || begins_like_an_option(name) ||
           str_contains(value, STR("sk-ant-")) ||
           (str_contains(value, STR("://")) && str_contains(value, STR("@")));
}

void config_forget_secrets(void)
{
    for (char **entry = environ; entry && *entry; entry++) {
        struct str name =
            str_sub(str_of(*entry), 0, str_index(str_of(*entry), '='));
        struct str value = str_from(str_of(*entry), name.len + 1);

        if (may_be_secret(name, value))
            mem_wipe(*entry + name.len + 1, value.len);
    }
}
