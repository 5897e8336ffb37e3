// SPDX-License-Identifier: MIT
/* Reading the configuration.  To add an option: a row in options.def. */
#include "config/config.h"

#include <assert.h>
#include <string.h>

#include "base/shown.h"
#include "base/zones.h"
#include "config/api_url.h"
#include "config/ca_file.h"
#include "config/table.h"
#include "crypto/seal.h"

#define TOKEN_MIN 16

const struct config_option config_options[] = {
#define OPTION(name, member, kind, standard, allowed, help)                    \
    { #name,    CONFIG_##kind, offsetof(struct config, member),                \
      standard, allowed,       help },
#include "config/options.def"
#undef OPTION
    { .name = NULL },
};
static_assert(COUNT_OF(config_options) == CONFIG_OPTIONS + 1,
              "options are numbered in the order of the table");

/* One reading: what it fills, and what it found wrong. */
struct loading {
    struct config *config;
    struct arena *arena;
    config_lookup_fn lookup;
    void *arg;
    struct problems *problems;
};

/* ---- problems ----------------------------------------------------------- */

/* An empty value counts as not set. */
static struct config_value value_of(const struct loading *loading,
                                    const char *name)
{
    struct config_value value = loading->lookup(loading->arg, name);

    if (value.text && !*value.text)
        value.text = NULL;
    return value;
}

/* In front of it the place where `name` is set: ".env:12: ". */
static bool complain(const struct loading *loading, const char *name,
                     struct err *err)
{
    struct config_value value = value_of(loading, name);

    config_say_place(&value, err);
    return problems_add(loading->problems, err);
}

/* What may be a host is often given with a user and a password. */
static bool is_place(enum config_kind kind)
{
    return kind == CONFIG_ADDRESS || kind == CONFIG_PORT_NUMBER;
}

/* Of a proxy's settings each may hold what belongs into the next: a password. */
static bool is_of_a_proxy(const struct config_option *option)
{
    return str_starts(str_of(option->name), STR("GLOBAL_PROXY_"));
}

static const char *show(const struct config_option *option, struct str value,
                        char out[SHOWN_MAX])
{
    if (is_of_a_proxy(option))
        return SHOWN_HIDDEN;
    return is_place(option->kind) ? shown_host(value, out) : shown(value, out);
}

static bool refuse(const struct loading *loading,
                   const struct config_option *option, struct str value)
{
    char text[SHOWN_MAX];
    struct err err;

    if (option->kind == CONFIG_SECRET)
        err_set(&err, ERR_CONFIG, "%s: must be %s", option->name,
                option->allowed);
    else
        err_set(&err, ERR_CONFIG, "%s=\"%s\": must be %s", option->name,
                show(option, value, text), option->allowed);
    return complain(loading, option->name, &err);
}

/* ---- one option --------------------------------------------------------- */

static bool take(const struct loading *loading,
                 const struct config_option *option, struct str value)
{
    char *member = (char *)loading->config + option->offset;
    uint64_t number;
    struct str copy;

    if (config_kind_is_text(option->kind)) {
        if (!config_text_fits(option->kind, value))
            return false;
        if (option->kind == CONFIG_ADDRESS)
            value = url_without_brackets(value);
        copy = arena_str(loading->arena, value);
        memcpy(member, &copy, sizeof(copy));
        return true;
    }
    if (!config_parse_number(option->kind, value, &number))
        return false;
    memcpy(member, &number, sizeof(number));
    return true;
}

static void note_source(const struct loading *loading, size_t number,
                        const struct config_value *set)
{
    struct config_source *source = &loading->config->sources[number];
    const char *text = set->text ? set->text : config_options[number].standard;

    *source = (struct config_source){
        .text = config_options[number].kind == CONFIG_SECRET
                    ? STR_EMPTY
                    : arena_str(loading->arena, str_of(text)),
        .length = strlen(text),
        .origin = !set->text  ? CONFIG_BY_DEFAULT
                  : set->file ? CONFIG_BY_FILE
                              : CONFIG_BY_ENVIRONMENT,
        .line = set->line,
    };
    if (set->file)
        source->file = arena_str(loading->arena, str_of(set->file)).at;
}

/* One that is refused leaves its default behind, so that those that follow are
   looked at too. */
static void load_option(const struct loading *loading, size_t number)
{
    const struct config_option *option = &config_options[number];
    struct config_value set = value_of(loading, option->name);
    bool fine = take(loading, option, str_of(option->standard));

    assert(fine); /* test_describe.c looks at each */
    note_source(loading, number, &set);
    if (set.text && !take(loading, option, str_of(set.text)))
        refuse(loading, option, str_of(set.text));
}

/* ---- what concerns several, or the machine ------------------------------ */

typedef bool parse_url_fn(struct arena *arena, struct str text, struct url *url,
                          struct err *err);

static void check_url(const struct loading *loading, const char *name,
                      struct str text, struct url *url, parse_url_fn *parse)
{
    char value[SHOWN_MAX];
    struct err err;

    if (parse(loading->arena, text, url, &err))
        return;
    err_wrap(&err, "%s=\"%s\"", name, shown_host(text, value));
    complain(loading, name, &err);
}

static void check_urls(const struct loading *loading)
{
    struct config *config = loading->config;

    check_url(loading, "CLAUDE_API_URL", config->api_url, &config->api,
              api_url_parse);
    check_url(loading, "OAUTH_TOKEN_URL", config->token_endpoint,
              &config->token_url, api_url_check);
}

/* A secret in clear text goes to nobody but this machine. */
static bool is_for_here(const struct config *config, const struct url *url,
                        struct err *err)
{
    const struct url proxy = { .host = config->proxy_host };

    return url->tls || !config->proxy_enabled || url_is_loopback(&proxy) ||
           err_set(err, ERR_CONFIG,
                   "must be https://: an http:// one on this machine would go "
                   "through the proxy of GLOBAL_PROXY_HOST, which is not");
}

bool config_check_notify(const struct config *config, struct arena *arena,
                         const struct config_notify *asked,
                         struct notify_url *out, struct err *err)
{
    return notify_url_parse(arena, asked->url, asked->format, out, err) &&
           is_for_here(config, &out->url, err);
}

/* Nothing of it is repeated: which part is the password, the service decides. */
static void check_notify(const struct loading *loading)
{
    struct config *config = loading->config;
    const struct config_notify asked = {
        config->notify_url, (enum notify_format)config->notify_format
    };
    const char *name = "NOTIFY_URL";
    struct err err;

    if (config->notify_url.len == 0 && config->notify_format != NOTIFY_JSON) {
        name = "NOTIFY_FORMAT";
        err_set(&err, ERR_CONFIG,
                "NOTIFY_FORMAT: NOTIFY_URL must be set, too, to where the "
                "notices go");
    } else if (config->notify_url.len == 0 ||
               config_check_notify(config, loading->arena, &asked,
                                   &config->notify, &err)) {
        return;
    } else {
        err_wrap(&err, "%s", name);
    }
    complain(loading, name, &err);
}

/* ---- secrets ------------------------------------------------------------ */

static bool is_token(struct str token)
{
    for (size_t i = 0; i < token.len; i++) {
        if (token.at[i] <= ' ' || token.at[i] > '~')
            return false;
    }
    return token.len == 0 || token.len >= TOKEN_MIN;
}

static void check_token(const struct loading *loading, const char *name,
                        struct str token)
{
    struct err err;

    if (is_token(token))
        return;
    err_set(&err, ERR_CONFIG,
            "%s: must be at least %d printable characters without spaces", name,
            TOKEN_MIN);
    complain(loading, name, &err);
}

/* Whoever reads figures would manage the relay. */
static void check_apart(const struct loading *loading)
{
    const struct config *config = loading->config;
    struct err err;

    if (config->metrics_token.len == 0 ||
        !str_eq(config->metrics_token, config->admin_token))
        return;
    err_set(&err, ERR_CONFIG,
            "METRICS_TOKEN: must not be the ADMIN_TOKEN, which opens all: make "
            "another one");
    complain(loading, "METRICS_TOKEN", &err);
}

static void check_secrets(const struct loading *loading)
{
    const struct config *config = loading->config;
    struct seal *seal;
    struct err err;

    check_token(loading, "ADMIN_TOKEN", config->admin_token);
    check_token(loading, "METRICS_TOKEN", config->metrics_token);
    check_apart(loading);
    if (config->relay_secret.len == 0)
        return;
    seal = seal_new(config->relay_secret, &err);
    if (!seal)
        complain(loading, "RELAY_SECRET", &err);
    seal_free(seal);
}

/* ---- the proxy ---------------------------------------------------------- */

#define ENABLED "GLOBAL_PROXY_ENABLED"

/* `cause` is the option because of which it must be set, NULL if it need not be. */
struct proxy_part {
    const char *name;
    const char *cause;
    const char *needed; /* "GLOBAL_PROXY_ENABLED is true" */
};

static bool is_set(const struct loading *loading, const char *name)
{
    return value_of(loading, name).text != NULL;
}

/* False once it was said that nobody decided. */
static bool check_proxy_part(const struct loading *loading,
                             const struct proxy_part *part)
{
    bool set = is_set(loading, part->name);
    struct err err;

    if (!is_set(loading, ENABLED) && set) {
        err_set(&err, ERR_CONFIG,
                ENABLED "=\"\": must be true or false while %s is set",
                part->name);
        return complain(loading, part->name, &err);
    }
    if (loading->config->proxy_enabled && part->cause && !set) {
        err_set(&err, ERR_CONFIG, "%s=\"\": must be set while %s", part->name,
                part->needed);
        complain(loading, part->cause, &err);
    }
    return true;
}

/* A proxy that is set in part is never silently left out
   (docs/architecture.md). */
static void check_proxy(const struct loading *loading)
{
    const char *enabled = ENABLED " is true";
    const char *user = "GLOBAL_PROXY_USERNAME";
    const char *word = "GLOBAL_PROXY_PASSWORD";
    const struct proxy_part parts[] = {
        { "GLOBAL_PROXY_TYPE", ENABLED, enabled },
        { "GLOBAL_PROXY_HOST", ENABLED, enabled },
        { "GLOBAL_PROXY_PORT", ENABLED, enabled },
        { user, is_set(loading, word) ? word : NULL,
          "GLOBAL_PROXY_PASSWORD is set" },
        { word, is_set(loading, user) ? user : NULL,
          "GLOBAL_PROXY_USERNAME is set" },
    };

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!check_proxy_part(loading, &parts[i]))
            return;
    }
}

static void check_ca_file(const struct loading *loading)
{
    struct str path = loading->config->ca_file;
    char text[SHOWN_MAX];
    struct err err;

    if (path.len == 0 || ca_file_check(path.at, &err))
        return;
    err_wrap(&err, "UPSTREAM_CA_FILE=\"%s\"", shown(path, text));
    complain(loading, "UPSTREAM_CA_FILE", &err);
}

static void check_trusted(const struct loading *loading)
{
    struct config *config = loading->config;
    struct err err;

    if (cidr_list_parse(loading->arena, config->trusted_proxies,
                        &config->trusted, &err))
        return;
    err_wrap(&err, "TRUSTED_PROXIES");
    complain(loading, "TRUSTED_PROXIES", &err);
}

static void check_time_zone(const struct loading *loading)
{
    struct str name = loading->config->time_zone;
    struct zones *zones = zones_new(NULL);
    char text[SHOWN_MAX];
    struct err err;

    if (!zones_find(zones, name, &err)) {
        err_wrap(&err, "TIME_ZONE=\"%s\"", shown(name, text));
        complain(loading, "TIME_ZONE", &err);
    }
    zones_free(zones);
}

/* ---- arguments ----------------------------------------------------------- */

void config_set_argument(struct config *config,
                         enum config_option_number number, struct str text)
{
    config->sources[number] = (struct config_source){
        .origin = CONFIG_BY_ARGUMENT, .text = text, .length = text.len
    };
}

/* ---- all ---------------------------------------------------------------- */

bool config_load(struct config *config, struct arena *arena,
                 config_lookup_fn lookup, void *arg, struct problems *problems)
{
    struct loading loading = { config, arena, lookup, arg, problems };
    size_t before = problems->count;

    memset(config, 0, sizeof(*config));
    for (size_t i = 0; config_options[i].name; i++)
        load_option(&loading, i);
    check_urls(&loading);
    check_notify(&loading);
    check_secrets(&loading);
    check_proxy(&loading);
    check_ca_file(&loading);
    check_trusted(&loading);
    check_time_zone(&loading);
    return problems->count == before;
}
