// SPDX-License-Identifier: MIT
/* Options that say where an account's requests go, and with which key. */
#include "app/gateway_arguments.h"

#include <limits.h>
#include <stdlib.h>

#include "app/terminal.h"
#include "base/mem.h"
#include "upstream/proxy_url.h"

/* "none" takes it away. */
static void set_or_clear(struct json_doc *body, const char *member,
                         struct str value)
{
    if (str_eq(value, STR("none")))
        json_doc_set(body, member, json_doc_new_null());
    else
        json_doc_set_str(body, member, value);
}

static bool take_url(struct gateway_arguments *into, struct str value)
{
    set_or_clear(into->body, "base_url", value);
    return value.len > 0;
}

static bool take_bearer(struct gateway_arguments *into, struct str value)
{
    bool on = str_eq(value, STR("on"));

    json_doc_set_bool(into->body, "bearer", on);
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
static bool take_map(struct gateway_arguments *into, struct str value)
{
    struct json_doc *map = json_doc_get(into->body, "model_map");

    if (str_eq(value, STR("none"))) {
        json_doc_set(into->body, "model_map", json_doc_new_null());
        return !map;
    }
    if (!map) {
        map = json_doc_new_object();
        json_doc_set(into->body, "model_map", map);
    }
    return json_doc_is_object(map) && add_model(map, value);
}

/* The relay runs in another folder.  A file that is not there is refused by it, with its
   name. */
static bool take_trust(struct gateway_arguments *into, struct str value)
{
    char real[PATH_MAX];

    if (!str_eq(value, STR("none")) && realpath(value.at, real))
        value = str_of(real);
    set_or_clear(into->body, "tls_ca", value);
    return value.len > 0;
}

/* One with a password is left to "-", as a key is. */
static bool take_proxy(struct gateway_arguments *into, struct str value)
{
    struct proxy *proxy = NULL;
    struct err err;
    bool fine = true;

    into->asks_proxy = str_eq(value, STR("-"));
    if (into->asks_proxy)
        return true;
    if (str_eq(value, STR("none"))) {
        json_doc_set(into->body, "proxy_config", json_doc_new_null());
        return true;
    }
    proxy = proxy_url_parse(value, &err);
    fine = proxy && !proxy_username(proxy);
    if (fine)
        json_doc_set(into->body, "proxy_config", proxy_to_config(proxy));
    proxy_unref(proxy);
    return fine;
}

static bool take_key(struct gateway_arguments *into, struct str value)
{
    bool again = into->asks_key;

    into->asks_key = true;
    return str_eq(value, STR("-")) && !again;
}

static const struct {
    const char *name;
    bool (*take)(struct gateway_arguments *into, struct str value);
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
    { "--proxy", take_proxy,
      "--proxy needs a URL, such as socks5://127.0.0.1:1080 (socks5h://, "
      "http:// and https:// are others), or none; one with a user and password "
      "is never taken from the command line: write --proxy - and enter it when "
      "asked" },
    { "--api-key", take_key,
      "a key is never taken from the command line: write --api-key -, once, and "
      "enter it when asked" },
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
                                             struct gateway_arguments *into,
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
                       arguments[i].take(into, value)
                   ? GATEWAY_ARGUMENT_TAKEN
                   : GATEWAY_ARGUMENT_WRONG;
    }
    return GATEWAY_ARGUMENT_NONE;
}

/* ---- asking -------------------------------------------------------------- */

static bool ask_key(struct json_doc *body, struct err *err)
{
    char line[TERMINAL_LINE_MAX] = "";
    struct str key;
    bool ok = terminal_ask("API key (not shown): ", true, line, &key);

    if (ok)
        json_doc_set_str(body, "api_key", key);
    mem_wipe(line, sizeof(line));
    return ok ||
           err_set(
               err, ERR_CONFIG,
               "no key was entered: type it, or pipe it into standard input");
}

struct proxy *gateway_arguments_ask_proxy(struct err *err)
{
    char line[TERMINAL_LINE_MAX] = "";
    struct proxy *proxy = NULL;
    struct str url;

    if (terminal_ask("proxy URL (not shown): ", true, line, &url))
        proxy = proxy_url_parse(url, err);
    else
        (void)err_set(
            err, ERR_CONFIG,
            "no proxy URL was entered: type it, or pipe it into standard input");
    mem_wipe(line, sizeof(line));
    return proxy;
}

static bool ask_proxy(struct json_doc *body, struct err *err)
{
    struct proxy *proxy = gateway_arguments_ask_proxy(err);

    if (proxy)
        json_doc_set(body, "proxy_config", proxy_to_config(proxy));
    proxy_unref(proxy);
    return proxy != NULL;
}

bool gateway_arguments_ask(const struct gateway_arguments *asked,
                           struct err *err)
{
    return (!asked->asks_key || ask_key(asked->body, err)) &&
           (!asked->asks_proxy || ask_proxy(asked->body, err));
}
