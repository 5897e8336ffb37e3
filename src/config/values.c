// SPDX-License-Identifier: MIT
/* The kinds of options. */
#include "config/values.h"

#include <string.h>

#include "base/log.h"
#include "base/macros.h"
#include "base/text.h"
#include "base/url.h"
#include "config/notify_url.h"

/* ---- numbers ------------------------------------------------------------ */

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

static bool parse_level(struct str text, uint64_t *number)
{
    enum log_level level;

    if (!log_level_of(text, &level))
        return false;
    *number = level;
    return true;
}

#define DAY_MS 86400000u
#define RETENTION_DAYS_MAX 36500

static bool parse_retention(struct str text, uint64_t *number)
{
    bool days = text.len > 0 && text.at[text.len - 1] == 'd';

    if (str_eq(text, STR("off")) || str_eq(text, STR("0")))
        return true;
    if (!days || !parse_range(str_sub(text, 0, text.len - 1), 1,
                              RETENTION_DAYS_MAX, number))
        return false;
    *number *= DAY_MS;
    return true;
}

bool config_parse_number(enum config_kind kind, struct str text,
                         uint64_t *number)
{
    static const char *const formats[] = { "text", "json" };
    static const char *const switches[] = { "off", "on" };
    static const char *const logins[] = { "refuse", "pass" };
    static const char *const notices[] = NOTIFY_FORMAT_WORDS;

    *number = 0;
    switch (kind) {
    case CONFIG_PORT_NUMBER:
        return parse_range(text, 1, 65535, number);
    case CONFIG_PORT_OR_NONE:
        return text.len == 0 || parse_range(text, 1, 65535, number);
    case CONFIG_ATTEMPTS:
        return parse_range(text, 1, CONFIG_ATTEMPTS_MAX, number);
    case CONFIG_COUNT_256:
        return parse_range(text, 0, 256, number);
    case CONFIG_COUNT_LARGE:
        return parse_range(text, 16, 1000000, number);
    case CONFIG_RETENTION:
        return parse_retention(text, number);
    case CONFIG_DURATION:
        return text_parse_duration(text, number) && *number > 0;
    case CONFIG_FLAG:
        return parse_flag(text, number);
    case CONFIG_SWITCH:
        return parse_choice(text, switches, COUNT_OF(switches), number);
    case CONFIG_CLIENT_LOGIN:
        return parse_choice(text, logins, COUNT_OF(logins), number);
    case CONFIG_NOTIFY_FORMAT:
        return parse_choice(text, notices, COUNT_OF(notices), number);
    case CONFIG_LEVEL:
        return parse_level(text, number);
    case CONFIG_FORMAT:
        return parse_choice(text, formats, COUNT_OF(formats), number);
    case CONFIG_TEXT:
    case CONFIG_PATH:
    case CONFIG_ADDRESS:
    case CONFIG_HOST_NAME:
    case CONFIG_PROXY_TYPE:
    case CONFIG_TOKEN:
    case CONFIG_TOKEN_LIST:
    case CONFIG_SCOPES:
    case CONFIG_LINK:
    case CONFIG_SECRET:
        break;
    }
    return false;
}

/* ---- texts -------------------------------------------------------------- */

/* These end up in a header field. */
static bool is_token(struct str text, const char *also)
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

static bool is_proxy_type(struct str text)
{
    return str_eq(text, STR("socks5")) || str_eq(text, STR("http")) ||
           str_eq(text, STR("https"));
}

/* A URL that a browser is sent to: it may have a query. */
static bool is_link(struct str text)
{
    struct arena *arena = arena_new();
    struct str query = str_from(text, str_index(text, '?'));
    struct url url;
    struct err err;
    bool fine =
        url_parse(arena, str_sub(text, 0, text.len - query.len), &url, &err) &&
        (url.tls || url_is_loopback(&url)) && is_token(query, "?&=%-._~+:/");

    arena_free(arena);
    return fine;
}

/* Paths are shown, and a folder is made by its name: it is neither a URL, which may
   hold a password, nor a token, nor what belongs into another option. */
static bool is_path(struct str text)
{
    return !str_contains(text, STR("sk-ant-")) &&
           !str_contains(text, STR("://")) &&
           (str_index(text, '/') < text.len ||
            (str_index(text, '=') == text.len &&
             str_index(text, '@') == text.len));
}

bool config_text_fits(enum config_kind kind, struct str text)
{
    switch (kind) {
    case CONFIG_ADDRESS:
        return url_is_address(url_without_brackets(text)) ||
               str_ieq(text, STR("localhost"));
    case CONFIG_HOST_NAME:
        return text.len == 0 || url_is_host(text);
    case CONFIG_PROXY_TYPE:
        return text.len == 0 || is_proxy_type(text);
    case CONFIG_TOKEN:
        return is_token(text, "-._");
    case CONFIG_TOKEN_LIST:
        return is_token(text, "-._, ");
    case CONFIG_SCOPES:
        return is_token(text, ":_-. ") && !str_contains(text, STR("  ")) &&
               str_trim(text).len == text.len;
    case CONFIG_LINK:
        return is_link(text);
    case CONFIG_PATH:
        return is_path(text);
    case CONFIG_TEXT:
    case CONFIG_SECRET:
        return true;
    case CONFIG_PORT_NUMBER:
    case CONFIG_PORT_OR_NONE:
    case CONFIG_ATTEMPTS:
    case CONFIG_COUNT_256:
    case CONFIG_COUNT_LARGE:
    case CONFIG_DURATION:
    case CONFIG_RETENTION:
    case CONFIG_FLAG:
    case CONFIG_SWITCH:
    case CONFIG_CLIENT_LOGIN:
    case CONFIG_NOTIFY_FORMAT:
    case CONFIG_LEVEL:
    case CONFIG_FORMAT:
        break;
    }
    return false;
}

bool config_kind_is_text(enum config_kind kind)
{
    return kind >= CONFIG_TEXT;
}
