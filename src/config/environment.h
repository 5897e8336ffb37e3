// SPDX-License-Identifier: MIT
/* Where the values of options come from.  The environment is the process's: main
   thread, before there are others. */
#pragma once

#include "config/dotenv.h"

struct config_value {
    const char *text; /* NULL: not set */
    const char *file; /* where it stands; NULL: in the environment */
    size_t line;
};

/* Put in front of err where the value stands: ".env:12: " or "environment: "; nothing
   if it is not set. */
void config_say_place(const struct config_value *value, struct err *err);

/* The environment before a `.env` file, for config_load(): `arg` is a struct
   dotenv, or NULL for the environment alone. */
struct config_value config_from_environment(void *arg, const char *name);

/* Overwrite in the environment what is a secret or may be one: secret options,
   names that were meant to be an option's, Anthropic's tokens, URLs with a user.
   /proc/PID/environ is empty there too.  Call it once the values are copied. */
void config_forget_secrets(void);

/* The first variable of the file, from `*next` on, that is no option but begins
   like one (LOG_LEVLE): a slip of the pen.  NULL if there is none. */
const struct dotenv_item *config_find_stranger(const struct dotenv *file,
                                               size_t *next);

/* A secret option that the file sets; NULL if it sets none. */
const char *config_find_secret(const struct dotenv *file);
