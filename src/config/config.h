// SPDX-License-Identifier: MIT
/* The configuration: read once at start, immutable afterwards.  Every option is a
   row of options.def. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/cidr.h"
#include "base/err.h"
#include "base/log.h"
#include "base/url.h"
#include "config/environment.h"
#include "config/notify_url.h"

/* The C type behind each kind. */
#define CONFIG_TYPE_PORT_NUMBER uint64_t
#define CONFIG_TYPE_PORT_OR_NONE uint64_t
#define CONFIG_TYPE_ATTEMPTS uint64_t
#define CONFIG_TYPE_COUNT_256 uint64_t
#define CONFIG_TYPE_COUNT_LARGE uint64_t
#define CONFIG_TYPE_DURATION uint64_t
#define CONFIG_TYPE_RETENTION uint64_t
#define CONFIG_TYPE_FLAG uint64_t
#define CONFIG_TYPE_SWITCH uint64_t
#define CONFIG_TYPE_CLIENT_LOGIN uint64_t
#define CONFIG_TYPE_NOTIFY_FORMAT uint64_t
#define CONFIG_TYPE_LEVEL uint64_t
#define CONFIG_TYPE_FORMAT uint64_t
#define CONFIG_TYPE_TEXT struct str
#define CONFIG_TYPE_PATH struct str
#define CONFIG_TYPE_ADDRESS struct str
#define CONFIG_TYPE_HOST_NAME struct str
#define CONFIG_TYPE_PROXY_TYPE struct str
#define CONFIG_TYPE_TOKEN struct str
#define CONFIG_TYPE_TOKEN_LIST struct str
#define CONFIG_TYPE_SCOPES struct str
#define CONFIG_TYPE_LINK struct str
#define CONFIG_TYPE_SECRET struct str

/* The options by number. */
enum config_option_number {
#define OPTION(name, member, kind, standard, allowed, help) CONFIG_AT_##name,
#include "config/options.def"
#undef OPTION
    CONFIG_OPTIONS,
};

/* Where the value of an option is from. */
enum config_origin {
    CONFIG_BY_DEFAULT,
    CONFIG_BY_ENVIRONMENT,
    CONFIG_BY_FILE,
    CONFIG_BY_ARGUMENT, /* of the command line */
};
struct config_source {
    enum config_origin origin;
    struct str
        text;      /* as it was written; of CONFIG_BY_DEFAULT the default; of a
                         secret nothing, for one place in memory is enough */
    size_t length; /* of what was written */
    const char *file; /* of CONFIG_BY_FILE */
    size_t line;
};

/* Texts end with a NUL. */
struct config {
#define OPTION(name, member, kind, standard, allowed, help)                    \
    CONFIG_TYPE_##kind member;
#include "config/options.def"
#undef OPTION
    /* Derived */
    struct cidr_list trusted; /* TRUSTED_PROXIES */
    struct url api;           /* prefix: without /v1 or /v1/messages */
    struct url token_url;     /* prefix: the whole path */
    struct notify_url notify; /* NOTIFY_URL; without a host: none is set */
    struct config_source
        sources[CONFIG_OPTIONS]; /* config/setting.h shows them */
    const char *env_file; /* where `.env` is, or would be; NULL: not known */
};

enum config_client_login { CONFIG_LOGIN_REFUSE, CONFIG_LOGIN_PASS };

/* The value of an option, and where it stands.  An empty value counts as not set. */
typedef struct config_value (*config_lookup_fn)(void *arg, const char *name);

/* Fills `config`; texts are copied into `arena`.  False if anything is wrong: each
   problem says where it stands, the option's name, its value (nothing that may be a
   secret) and what is allowed.  Options that are fine are filled all the same. */
bool config_load(struct config *config, struct arena *arena,
                 config_lookup_fn lookup, void *arg,
                 struct problems *problems) MUST_CHECK;

/* Where notices would go. */
struct config_notify {
    struct str url;
    enum notify_format format;
};
/* As NOTIFY_URL is checked, with the global proxy that there is.  Texts of `out` are
   copied into `arena`; the text of err repeats nothing of the URL. */
bool config_check_notify(const struct config *config, struct arena *arena,
                         const struct config_notify *asked,
                         struct notify_url *out, struct err *err) MUST_CHECK;

/* An argument of the command line says so; `text` is borrowed. */
void config_set_argument(struct config *config,
                         enum config_option_number number, struct str text);

/* The table of options as help text, as docs/config.md, as .env.example. */
void config_describe(struct buf *out);
void config_describe_markdown(struct buf *out);
void config_describe_env(struct buf *out);
