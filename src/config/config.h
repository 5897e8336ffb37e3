// SPDX-License-Identifier: MIT
/* The configuration: read once at start, immutable afterwards.  Every option is a
   row of options.def. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/url.h"

/* The C type behind each kind. */
#define CONFIG_TYPE_PORT_NUMBER uint64_t
#define CONFIG_TYPE_PORT_OR_NONE uint64_t
#define CONFIG_TYPE_COUNT_256 uint64_t
#define CONFIG_TYPE_COUNT_LARGE uint64_t
#define CONFIG_TYPE_DURATION uint64_t
#define CONFIG_TYPE_FLAG uint64_t
#define CONFIG_TYPE_LEVEL uint64_t
#define CONFIG_TYPE_FORMAT uint64_t
#define CONFIG_TYPE_TEXT struct str
#define CONFIG_TYPE_TOKEN struct str
#define CONFIG_TYPE_TOKEN_LIST struct str
#define CONFIG_TYPE_SECRET struct str

struct config {
#define OPTION(name, member, kind, standard, allowed, help)                    \
    CONFIG_TYPE_##kind member;
#include "config/options.def"
#undef OPTION
    /* Derived */
    struct url api; /* prefix: without /v1 or /v1/messages */
};

/* The value of an option as text; NULL if it is not set.  An empty value counts as
   not set. */
typedef const char *(*config_lookup_fn)(void *arg, const char *name);

/* Fills `config`; texts are copied into `arena`.  On failure err holds the
   option's name, the value (never a secret's) and what is allowed. */
bool config_load(struct config *config, struct arena *arena,
                 config_lookup_fn lookup, void *arg,
                 struct err *err) MUST_CHECK;

/* The environment, for config_load(). */
const char *config_from_environment(void *arg, const char *name);

/* The table of options as help text. */
void config_describe(struct buf *out);
