// SPDX-License-Identifier: MIT
/* Reading the configuration.  To add an option: a row in options.def; to add a
   kind: a row in `kinds` and its C type in config.h. */
#include "config/config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum kind {
    PORT_NUMBER,
    PORT_OR_NONE,
    COUNT_256,
    COUNT_LARGE,
    DURATION,
    FLAG,
    LEVEL,
    FORMAT,
    TEXT,
    TOKEN,
    TOKEN_LIST,
    SECRET,
};

static const struct option {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *standard;
    const char *allowed;
    const char *help;
} options[] = {
#define OPTION(name, member, kind, standard, allowed, help)                    \
    { #name, kind, offsetof(struct config, member), standard, allowed, help },
#include "config/options.def"
#undef OPTION
};

static bool parse_range(struct str text, uint64_t min, uint64_t max,
                        uint64_t *number)
{
    return str_to_u64(text, max, number) && *number >= min;
}

static bool parse_choice(struct str text, const char *const *names,
                         size_t count, uint64_t *number)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(text, str_of(names[i]))) {
            *number = i;
            return true;
        }
    }
    return false;
}

/* Go's strconv.ParseBool, as the seed read it. */
static bool parse_flag(struct str text, uint64_t *number)
{
    static const char *const words[] = { "false", "true", "0",     "1",
                                         "f",     "t",    "F",     "T",
                                         "False", "True", "FALSE", "TRUE" };

    if (!parse_choice(text, words, COUNT_OF(words), number))
        return false;
    *number %= 2;
    return true;
}

static bool parse_number(enum kind kind, struct str text, uint64_t *number)
{
    static const char *const levels[] = { "error", "warn", "info", "debug" };
    static const char *const formats[] = { "text", "json" };

    *number = 0;
    switch (kind) {
    case PORT_NUMBER:
        return parse_range(text, 1, 65535, number);
    case PORT_OR_NONE:
        return text.len == 0 || parse_range(text, 1, 65535, number);
    case COUNT_256:
        return parse_range(text, 0, 256, number);
    case COUNT_LARGE:
        return parse_range(text, 16, 1000000, number);
    case DURATION:
        return text_parse_duration(text, number) && *number > 0;
    case FLAG:
        return parse_flag(text, number);
    case LEVEL:
        return parse_choice(text, levels, COUNT_OF(levels), number);
    case FORMAT:
        return parse_choice(text, formats, COUNT_OF(formats), number);
    case TEXT:
    case TOKEN:
    case TOKEN_LIST:
    case SECRET:
        break;
    }
    return false;
}

/* These end up in a header field. */
static bool is_token_text(struct str text, const char *also)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                    (c >= 'A' && c <= 'Z') || (c && strchr(also, c));

        if (!fine)
            return false;
    }
    return true;
}

static bool is_text(enum kind kind)
{
    return kind == TEXT || kind == TOKEN || kind == TOKEN_LIST ||
           kind == SECRET;
}

static bool text_fits(enum kind kind, struct str text)
{
    if (kind == TOKEN)
        return is_token_text(text, "-._");
    if (kind == TOKEN_LIST)
        return is_token_text(text, "-._, ");
    return true;
}

static bool must_be(struct err *err, const char *option, struct str value,
                    const char *what)
{
    return err_set(err, ERR_CONFIG, "%s=\"" STR_FMT "\": must be %s", option,
                   STR_ARG(str_sub(value, 0, 100)), what);
}

static bool refuse(const struct option *option, struct str value,
                   struct err *err)
{
    return must_be(err, option->name, value, option->allowed);
}

static bool load_option(struct config *config, const struct option *option,
                        struct arena *arena, struct str value, struct err *err)
{
    char *member = (char *)config + option->offset;
    uint64_t number;
    struct str copy;

    if (is_text(option->kind)) {
        if (!text_fits(option->kind, value))
            return refuse(option, value, err);
        copy = arena_str(arena, value);
        memcpy(member, &copy, sizeof(copy));
        return true;
    }
    if (!parse_number(option->kind, value, &number))
        return refuse(option, value, err);
    memcpy(member, &number, sizeof(number));
    return true;
}

/* "https://host/prefix/v1/messages": only the part in front of /v1 counts. */
static void cut_endpoint(struct url *url)
{
    static const struct str endings[] = { { "/v1/messages", 12 },
                                          { "/v1", 3 } };

    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        size_t len = endings[i].len;

        if (url->prefix.len >= len &&
            str_eq(str_from(url->prefix, url->prefix.len - len), endings[i])) {
            url->prefix.len -= len;
            return;
        }
    }
}

static bool check_api_url(struct config *config, struct arena *arena,
                          struct err *err)
{
    if (!url_parse(arena, config->api_url, &config->api, err))
        return err_wrap(err, "CLAUDE_API_URL=\"" STR_FMT "\"",
                        STR_ARG(str_sub(config->api_url, 0, 200)));
    if (!config->api.tls && !url_is_loopback(&config->api))
        return err_set(err, ERR_CONFIG,
                       "CLAUDE_API_URL=\"" STR_FMT
                       "\": must be https://; http:// is for loopback only",
                       STR_ARG(str_sub(config->api_url, 0, 200)));
    cut_endpoint(&config->api);
    return true;
}

/* A proxy that is set in part is never silently left out (DESIGN.md section 10).
   `decided`: GLOBAL_PROXY_ENABLED is set, to whatever. */
static bool check_proxy(const struct config *config, bool decided,
                        struct err *err)
{
    bool user = config->proxy_username.len > 0;
    bool password = config->proxy_password.len > 0;
    bool any = config->proxy_type.len > 0 || config->proxy_host.len > 0 ||
               config->proxy_port > 0 || user || password;

    if (!decided && any)
        return must_be(err, "GLOBAL_PROXY_ENABLED", STR_EMPTY,
                       "true or false while a GLOBAL_PROXY_* option is set");
    if (!config->proxy_enabled)
        return true;
    if (!str_eq(config->proxy_type, STR("socks5")) &&
        !str_eq(config->proxy_type, STR("http")))
        return must_be(err, "GLOBAL_PROXY_TYPE", config->proxy_type,
                       "socks5 or http (https comes with a later version)");
    if (config->proxy_host.len == 0)
        return must_be(err, "GLOBAL_PROXY_HOST", STR_EMPTY,
                       "a host name or address");
    if (config->proxy_port == 0)
        return must_be(err, "GLOBAL_PROXY_PORT", STR_EMPTY, "1 to 65535");
    if (user != password)
        return must_be(err,
                       user ? "GLOBAL_PROXY_PASSWORD" : "GLOBAL_PROXY_USERNAME",
                       STR_EMPTY, "set too, or both left out");
    return true;
}

static bool check_ca_file(const struct config *config, struct err *err)
{
    if (config->ca_file.len == 0 || access(config->ca_file.at, R_OK) == 0)
        return true;
    return err_errno(err, "UPSTREAM_CA_FILE=\"%s\": must be a PEM file",
                     config->ca_file.at);
}

bool config_load(struct config *config, struct arena *arena,
                 config_lookup_fn lookup, void *arg, struct err *err)
{
    const char *set;

    memset(config, 0, sizeof(*config));
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        const char *value = options[i].standard;

        set = lookup(arg, options[i].name);
        if (set && *set)
            value = set;
        if (!load_option(config, &options[i], arena, str_of(value), err))
            return false;
    }
    set = lookup(arg, "GLOBAL_PROXY_ENABLED");
    return check_api_url(config, arena, err) &&
           check_proxy(config, set && *set, err) && check_ca_file(config, err);
}

const char *config_from_environment(void *arg, const char *name)
{
    (void)arg;
    return getenv(name);
}

void config_describe(struct buf *out)
{
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        const struct option *option = &options[i];

        buf_printf(out, "  %-22s %s\n", option->name, option->help);
        buf_printf(out, "  %22s   %s; default: %s\n", "", option->allowed,
                   *option->standard ? option->standard : "not set");
    }
}
