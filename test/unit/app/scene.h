// SPDX-License-Identifier: MIT
/* A folder with a store, accounts and a keeper: what the management API of a relay or
   of a command stands on. */
#pragma once

#include "admin/routes.h"
#include "unit.h"
#include "wire.h"

struct scene {
    char *folder;
    struct loop *loop;
    struct config config;
    struct admin_token token;
    struct caller_sources callers;
    struct admin_options options;
};

/* With the API-key account "main". */
int scene_open(void **state);
int scene_close(void **state);
