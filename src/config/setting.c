// SPDX-License-Identifier: MIT
/* Options as they are in force. */
#include "config/setting.h"

#include <assert.h>

#include "config/table.h"

/* Users of proxies that are rented are half of the password. */
static bool is_secret(const struct config_option *option)
{
    return option->kind == CONFIG_SECRET ||
           str_eq(str_of(option->name), STR("GLOBAL_PROXY_USERNAME"));
}

/* Of an address neither a user nor a query. */
static void show(struct config_setting *setting, struct str text)
{
    setting->value = text;
    if (str_contains(text, STR("://")))
        setting->value = str_of(shown_address(text, setting->text));
}

void config_setting_of(const struct config *config, size_t number,
                       struct config_setting *setting)
{
    const struct config_option *option = &config_options[number];
    const struct config_source *source = &config->sources[number];

    assert(number < CONFIG_OPTIONS);
    *setting = (struct config_setting){
        .name = option->name,
        .help = option->help,
        .allowed = option->allowed,
        .standard = str_of(option->standard),
        .origin = source->origin,
        .file = source->file,
        .line = source->line,
        .is_secret = is_secret(option),
        .is_set = source->length > 0,
        .length = source->length,
    };
    if (!setting->is_secret && setting->is_set)
        show(setting, source->text);
}

const char *config_origin_word(enum config_origin origin)
{
    static const char *const words[] = {
        [CONFIG_BY_DEFAULT] = "default",
        [CONFIG_BY_ENVIRONMENT] = "environment",
        [CONFIG_BY_FILE] = "file",
        [CONFIG_BY_ARGUMENT] = "argument",
    };

    return words[origin];
}
