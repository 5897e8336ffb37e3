// SPDX-License-Identifier: MIT
/* What `claude-relay key ...` was given. */
#include "app/key_arguments.h"

#include <stdio.h>
#include <string.h>

#include "app/name_argument.h"
#include "base/shown.h"

#define CREATE KEY_OPTIONS_CREATE
#define EDIT KEY_OPTIONS_EDIT
#define GROUP KEY_OPTIONS_GROUP
#define GROUP_EDIT KEY_OPTIONS_GROUP_EDIT
#define LIST KEY_OPTIONS_LIST
#define ROTATE KEY_OPTIONS_ROTATE
#define BOTH (CREATE | EDIT)
#define ALL (BOTH | GROUP | GROUP_EDIT)

enum form {
    TEXT,
    DURATION, /* a text; days are hours there */
    MANY,     /* one element of a list; may come again */
    ACCOUNTS, /* likewise; "pool" alone is a text */
    LIMIT,    /* NAME=VALUE */
    SWITCH,   /* on or off */
    UNSET,    /* the name of a member that goes */
};

/* To add an option: a row. */
static const struct row {
    const char *flag;
    const char *member;
    enum form form;
    unsigned options;
} rows[] = {
    { "--owner", "owner", TEXT, BOTH | LIST },
    { "--note", "note", TEXT, ALL },
    { "--tag", "tags", MANY, BOTH },
    { "--tag", "tag", TEXT, LIST },
    { "--group", "group", TEXT, BOTH | LIST },
    { "--limit", "limits", LIMIT, ALL },
    { "--account", "accounts", ACCOUNTS, BOTH },
    { "--model", "models", MANY, BOTH },
    { "--deny-model", "deny_models", MANY, BOTH },
    { "--client", "clients", MANY, BOTH },
    { "--address", "addresses", MANY, BOTH },
    { "--allow", "allow", MANY, BOTH },
    { "--reserve", "reserve", TEXT, BOTH },
    { "--time-zone", "time_zone", TEXT, ALL },
    { "--queue-wait", "queue_wait", DURATION, BOTH },
    { "--expires", "expires", TEXT, BOTH },
    { "--proxy", "proxy", SWITCH, BOTH },
    { "--show-limit", "show_limit", SWITCH, BOTH },
    { "--enabled", "enabled", SWITCH, EDIT },
    { "--name", "name", TEXT, EDIT | GROUP_EDIT | LIST },
    { "--unset", NULL, UNSET, EDIT | GROUP_EDIT },
    { "--search", "search", TEXT, LIST },
    { "--state", "state", TEXT, LIST },
    { "--used-since", "used_since", TEXT, LIST },
    { "--unused-since", "unused_since", TEXT, LIST },
    { "--sort", "sort", TEXT, LIST },
    { "--order", "order", TEXT, LIST },
    { "--overlap", "overlap", DURATION, ROTATE },
};

/* ---- one value ----------------------------------------------------------- */

/* "30d" is "720h"; all else the API knows, or refuses. */
static void set_duration(struct json_doc *doc, const char *member,
                         struct str value)
{
    char hours[32];
    uint64_t days;

    if (value.len > 1 && value.at[value.len - 1] == 'd' &&
        str_to_u64(str_sub(value, 0, value.len - 1), 100000, &days)) {
        (void)snprintf(hours, sizeof(hours), "%lluh",
                       (unsigned long long)(24 * days));
        value = str_of(hours);
    }
    json_doc_set_str(doc, member, value);
}

static bool add_many(struct json_doc *doc, const char *member, struct str value)
{
    struct json_doc *list = json_doc_get(doc, member);

    if (!list || !json_doc_is_array(list)) {
        json_doc_set(doc, member, json_doc_new_array());
        list = json_doc_get(doc, member);
    }
    json_doc_add(list, json_doc_new_str(value));
    return true;
}

static bool add_account(struct json_doc *doc, const char *member,
                        struct str value)
{
    if (str_eq(value, STR("pool")) && !json_doc_get(doc, member)) {
        json_doc_set_str(doc, member, value);
        return true;
    }
    return add_many(doc, member, value);
}

/* "none" takes a limit away. */
static bool add_limit(struct json_doc *doc, const char *member,
                      struct str value, struct err *err)
{
    size_t at = str_index(value, '=');
    struct str amount = str_from(value, at + 1);
    char name[64];
    char text[SHOWN_MAX];

    if (at == 0 || at >= sizeof(name) || at + 1 >= value.len)
        return err_set(err, ERR_CONFIG,
                       "--limit must be NAME=VALUE, such as rpm=60 or "
                       "cost_day=5.00 (none takes it away), not \"%s\"",
                       shown(value, text));
    memcpy(name, value.at, at);
    name[at] = '\0';
    if (!json_doc_get(doc, member))
        json_doc_set(doc, member, json_doc_new_object());
    json_doc_set(json_doc_get(doc, member), name,
                 str_eq(amount, STR("none")) ? json_doc_new_null()
                                             : json_doc_new_str(amount));
    return true;
}

static bool add_switch(struct json_doc *doc, const struct row *row,
                       struct str value, struct err *err)
{
    bool on = str_eq(value, STR("on"));
    char text[SHOWN_MAX];

    if (!on && !str_eq(value, STR("off")))
        return err_set(err, ERR_CONFIG, "%s must be on or off, not \"%s\"",
                       row->flag, shown(value, text));
    json_doc_set_bool(doc, row->member, on);
    return true;
}

static bool unset(struct json_doc *doc, const char *name, unsigned options,
                  struct err *err)
{
    char text[SHOWN_MAX];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];

        if (!(row->options & options) || !row->member || row->form == SWITCH ||
            strcmp(row->member, "name") == 0 ||
            (strcmp(row->member, name) != 0 &&
             strcmp(row->flag + 2, name) != 0))
            continue;
        json_doc_set(doc, row->member, json_doc_new_null());
        return true;
    }
    return err_set(err, ERR_CONFIG,
                   "--unset takes the name of an option without its --, such "
                   "as owner or time-zone, not \"%s\"",
                   shown(str_of(name), text));
}

static bool add(struct key_arguments *arguments, const struct row *row,
                const char *value, struct err *err)
{
    struct json_doc *doc = arguments->doc;
    struct str text = str_of(value);

    switch (row->form) {
    case TEXT:
        json_doc_set_str(doc, row->member, text);
        return true;
    case DURATION:
        set_duration(doc, row->member, text);
        return true;
    case MANY:
        return add_many(doc, row->member, text);
    case ACCOUNTS:
        return add_account(doc, row->member, text);
    case LIMIT:
        return add_limit(doc, row->member, text, err);
    case SWITCH:
        return add_switch(doc, row, text, err);
    case UNSET:
        break;
    }
    return unset(doc, value, arguments->options, err);
}

/* ---- all of them --------------------------------------------------------- */

/* `*len`: of the flag in the argument. */
static const struct row *find(const char *argument, unsigned options,
                              size_t *len)
{
    *len = strcspn(argument, "=");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if ((rows[i].options & options) && strlen(rows[i].flag) == *len &&
            strncmp(rows[i].flag, argument, *len) == 0)
            return &rows[i];
    }
    return NULL;
}

static bool not_taken(const char *argument, struct err *err)
{
    char text[SHOWN_MAX];

    return err_set(err, ERR_CONFIG, "this command does not take \"%s\"",
                   shown_argument(str_of(argument), text));
}

/* One option and its value, which may be the next argument (`next`, or NULL);
   `*used` then says so. */
static bool take(struct key_arguments *arguments, const char *argument,
                 const char *next, bool *used, struct err *err)
{
    size_t len;
    const struct row *row = find(argument, arguments->options, &len);
    bool inside = argument[len] == '=';
    const char *value = inside ? argument + len + 1 : next;

    if (!row)
        return not_taken(argument, err);
    if (!value)
        return err_set(err, ERR_CONFIG, "%s needs a value", row->flag);
    *used = !inside;
    return add(arguments, row, value, err);
}

static bool takes_name(const struct key_arguments *arguments)
{
    return !arguments->name && arguments->options != KEY_OPTIONS_LIST;
}

bool key_arguments_parse(struct key_arguments *arguments, int argc, char **argv,
                         enum key_options options, struct err *err)
{
    *arguments = (struct key_arguments){ .options = options,
                                         .doc = json_doc_new_object() };
    for (int i = 0; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        bool used = false;

        if (strcmp(argv[i], "--json") == 0)
            arguments->json = true;
        else if (name_argument_is_marked(argc, argv, i) &&
                 takes_name(arguments))
            arguments->name = argv[++i];
        else if (argv[i][0] == '-' && argv[i][1] == '-') {
            if (!take(arguments, argv[i], next, &used, err))
                return false;
            i += used;
        } else if (!takes_name(arguments))
            return not_taken(argv[i], err);
        else
            arguments->name = argv[i];
    }
    return true;
}

void key_arguments_done(struct key_arguments *arguments)
{
    json_doc_free(arguments->doc);
    arguments->doc = NULL;
}
