// SPDX-License-Identifier: MIT
/* Options as JSON. */
#include "admin/settings_doc.h"

#include <stdio.h>

#include "base/log.h"
#include "config/setting.h"
#include "notify/format.h"

#define HOW_MAX 4400

struct option {
    struct config_setting setting;
    bool here;       /* it was changed while the relay runs */
    const char *way; /* by which it is changed at once; NULL: after a restart */
};

/* ---- what to do ---------------------------------------------------------- */

static const char *env_file(const struct config *config)
{
    return config->env_file ? config->env_file : ".env";
}

/* In words: where, and that it takes a start. */
static void say_how(const struct config *config, const struct option *option,
                    char out[HOW_MAX])
{
    const struct config_setting *setting = &option->setting;
    const char *again = "and start the relay again";

    if (option->way) {
        (void)snprintf(out, HOW_MAX, "%s", option->way);
        return;
    }
    switch (setting->origin) {
    case CONFIG_BY_DEFAULT:
        (void)snprintf(out, HOW_MAX, "write %s=... into %s, %s", setting->name,
                       env_file(config), again);
        return;
    case CONFIG_BY_FILE:
        (void)snprintf(out, HOW_MAX, "change line %zu of %s, %s", setting->line,
                       env_file(config), again);
        return;
    case CONFIG_BY_ENVIRONMENT:
        (void)snprintf(out, HOW_MAX,
                       "change it where the relay's environment is set (its "
                       "service, container or shell), %s",
                       again);
        return;
    case CONFIG_BY_ARGUMENT:
        (void)snprintf(out, HOW_MAX,
                       "change it on the command line that starts the relay, "
                       "%s",
                       again);
        return;
    }
}

/* ---- what was changed ---------------------------------------------------- */

static void find_level(const struct settings_here *here, struct option *option)
{
    struct config_setting *setting = &option->setting;
    struct str level = str_of(log_level_word(here->log_level));

    option->way =
        "`claude-relay log-level debug`, say: it holds until the relay ends";
    option->here = !str_eq(setting->value, level);
    setting->value = level;
}

static bool find_notices(const struct settings_here *here,
                         struct option *option)
{
    if (here->notices_fixed)
        return false;
    option->way = "`claude-relay notify set`, or write NOTIFY_URL into .env";
    option->here = here->notices != NULL;
    return option->here;
}

static void find_notify_url(const struct settings_here *here,
                            struct option *option)
{
    if (!find_notices(here, option))
        return;
    option->setting.is_set = true;
    option->setting.length = here->notices->length;
}

static void find_notify_format(const struct settings_here *here,
                               struct option *option)
{
    if (find_notices(here, option))
        option->setting.value = str_of(format_name(here->notices->format));
}

static void find_here(const struct settings_here *here, size_t number,
                      struct option *option)
{
    if (number == CONFIG_AT_LOG_LEVEL)
        find_level(here, option);
    else if (number == CONFIG_AT_NOTIFY_URL)
        find_notify_url(here, option);
    else if (number == CONFIG_AT_NOTIFY_FORMAT)
        find_notify_format(here, option);
}

/* ---- the document -------------------------------------------------------- */

static void set_text(struct json_doc *doc, const char *member, struct str text)
{
    json_doc_set(doc, member,
                 text.len > 0 ? json_doc_new_str(text) : json_doc_new_null());
}

static void set_number(struct json_doc *doc, const char *member, bool has,
                       size_t number)
{
    if (has)
        json_doc_set_u64(doc, member, number);
    else
        json_doc_set(doc, member, json_doc_new_null());
}

static void set_origin(struct json_doc *doc, const struct option *option)
{
    const struct config_setting *setting = &option->setting;
    bool by_file = !option->here && setting->origin == CONFIG_BY_FILE;

    json_doc_set_str(doc, "origin",
                     option->here
                         ? STR("here")
                         : str_of(config_origin_word(setting->origin)));
    set_text(doc, "file", by_file ? str_of(setting->file) : STR_EMPTY);
    set_number(doc, "line", by_file, setting->line);
}

static struct json_doc *option_doc(const struct config *config,
                                   const struct option *option)
{
    const struct config_setting *setting = &option->setting;
    struct json_doc *doc = json_doc_new_object();
    char how[HOW_MAX];

    json_doc_set_str(doc, "name", str_of(setting->name));
    json_doc_set_str(doc, "meaning", str_of(setting->help));
    set_text(doc, "value", setting->value);
    json_doc_set_bool(doc, "is_secret", setting->is_secret);
    json_doc_set_bool(doc, "is_set", setting->is_set);
    set_number(doc, "length", setting->is_secret && setting->is_set,
               setting->length);
    set_text(doc, "default", setting->standard);
    set_origin(doc, option);
    json_doc_set_str(doc, "allowed", str_of(setting->allowed));
    json_doc_set_str(doc, "effect", option->way ? STR("now") : STR("restart"));
    say_how(config, option, how);
    json_doc_set_str(doc, "command", str_of(how));
    return doc;
}

struct json_doc *settings_doc(const struct config *config,
                              const struct settings_here *here)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *list = json_doc_new_array();

    for (size_t i = 0; i < CONFIG_OPTIONS; i++) {
        struct option option = { .here = false };

        config_setting_of(config, i, &option.setting);
        find_here(here, i, &option);
        json_doc_add(list, option_doc(config, &option));
    }
    json_doc_set_str(doc, "version", STR(RELAY_VERSION));
    set_text(doc, "env_file",
             config->env_file ? str_of(config->env_file) : STR_EMPTY);
    json_doc_set(doc, "options", list);
    return doc;
}

/* ---- what there is ------------------------------------------------------- */

static const struct admin_member option_members[] = {
    { "name", ADMIN_TEXT, ADMIN_REQUIRED, "LOG_LEVEL, ...", NULL },
    { "meaning", ADMIN_TEXT, ADMIN_REQUIRED, "what it is for", NULL },
    { "value", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "in force, as it was written; null: not set, or a secret", NULL },
    { "is_secret", ADMIN_BOOL, ADMIN_REQUIRED, "its value is never shown",
      NULL },
    { "is_set", ADMIN_BOOL, ADMIN_REQUIRED, "there is a value", NULL },
    { "length", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of a secret that is set, in characters", NULL },
    { "default", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "without a value; null: none", NULL },
    { "origin", ADMIN_TEXT, ADMIN_REQUIRED,
      "default, environment, file, argument (of the command line), or here "
      "(changed while the relay runs)",
      NULL },
    { "file", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "in which it stands, if its origin is that", NULL },
    { "line", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL, "likewise", NULL },
    { "allowed", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what it may be, in words", NULL },
    { "effect", ADMIN_TEXT, ADMIN_REQUIRED,
      "when a change of it holds: now, or restart", NULL },
    { "command", ADMIN_TEXT, ADMIN_REQUIRED,
      "what to do to change it, in words", NULL },
    ADMIN_END,
};
static const struct admin_member one_option[] = {
    { .type = ADMIN_OBJECT, .text = "an option", .members = option_members },
    ADMIN_END,
};
const struct admin_member settings_doc_members[] = {
    { "version", ADMIN_TEXT, ADMIN_REQUIRED, "of the relay", NULL },
    { "env_file", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the path of its .env, be there one or not; null: not known", NULL },
    { "options", ADMIN_LIST, ADMIN_REQUIRED, "in the order of docs/config.md",
      one_option },
    ADMIN_END,
};
