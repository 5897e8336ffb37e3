// SPDX-License-Identifier: MIT
/* The table of endpoints. */
#include "sim/routes.h"

#include "base/macros.h"
#include "sim/batches.h"
#include "sim/control.h"
#include "sim/files.h"
#include "sim/messages.h"
#include "sim/models.h"
#include "sim/oauth.h"
#include "sim/profile.h"

#define MB (1024ull * 1024)

static const struct route table[] = {
    { "POST", "/v1/messages", messages_create, ROUTE_API, 32 * MB, NULL },
    { "POST", "/v1/messages/count_tokens", messages_count, ROUTE_API, 32 * MB,
      NULL },
    { "POST", "/v1/complete", messages_complete, ROUTE_API, 32 * MB, NULL },

    { "GET", "/v1/models", models_list, ROUTE_API, MB, NULL },
    { "GET", "/v1/models/*", models_get, ROUTE_API, MB, NULL },

    { "POST", "/v1/messages/batches", batches_create, ROUTE_API, 256 * MB,
      NULL },
    { "GET", "/v1/messages/batches", batches_list, ROUTE_API, MB, NULL },
    { "GET", "/v1/messages/batches/*", batches_get, ROUTE_API, MB, NULL },
    { "DELETE", "/v1/messages/batches/*", batches_delete, ROUTE_API, MB, NULL },
    { "POST", "/v1/messages/batches/*/cancel", batches_cancel, ROUTE_API, MB,
      NULL },
    { "GET", "/v1/messages/batches/*/results", batches_results, ROUTE_API, MB,
      NULL },

    { "POST", "/v1/files", files_create, ROUTE_API, 500 * MB, files_upload },
    { "GET", "/v1/files", files_list, ROUTE_API, MB, NULL },
    { "GET", "/v1/files/*", files_get, ROUTE_API, MB, NULL },
    { "DELETE", "/v1/files/*", files_delete, ROUTE_API, MB, NULL },
    { "GET", "/v1/files/*/content", files_content, ROUTE_API, MB, NULL },

    { "POST", "/v1/oauth/token", oauth_token, ROUTE_OPEN, MB, NULL },
    { "POST", "/v1/oauth/token/revoke", oauth_revoke, ROUTE_OPEN, MB, NULL },
    { "GET", "/api/oauth/profile", profile_get, ROUTE_OAUTH, MB, NULL },
    { "GET", "/api/oauth/usage", profile_usage, ROUTE_OAUTH, MB, NULL },

    { "GET", "/", profile_hello, ROUTE_OPEN, MB, NULL },
    { "GET", "/api/hello", profile_hello, ROUTE_OPEN, MB, NULL },
    { "POST", "/api/event_logging/batch", profile_hello, ROUTE_OPEN, 32 * MB,
      NULL },

    { "POST", "/sim/faults", control_add_fault, ROUTE_CONTROL, MB, NULL },
    { "GET", "/sim/faults", control_faults, ROUTE_CONTROL, MB, NULL },
    { "DELETE", "/sim/faults", control_clear_faults, ROUTE_CONTROL, MB, NULL },
    { "GET", "/sim/ledger", control_ledger, ROUTE_CONTROL, MB, NULL },
    { "DELETE", "/sim/ledger", control_clear_ledger, ROUTE_CONTROL, MB, NULL },
    { "GET", "/sim/totals", control_totals, ROUTE_CONTROL, MB, NULL },
    { "POST", "/sim/oauth", control_set_oauth, ROUTE_CONTROL, MB, NULL },
    { "DELETE", "/sim/oauth", control_reset_oauth, ROUTE_CONTROL, MB, NULL },
};

static bool ends_in_slash(struct str path)
{
    return path.len > 0 && path.at[path.len - 1] == '/';
}

/* One segment after the other; `param` gets the one that meets '*'. */
static bool matches(struct str pattern, struct str path, struct str *param)
{
    struct str want;
    struct str have;

    if (ends_in_slash(pattern) != ends_in_slash(path))
        return false;
    while (str_next(&pattern, '/', &want)) {
        if (!str_next(&path, '/', &have))
            return false;
        if (str_eq(want, STR("*")) && have.len > 0)
            *param = have;
        else if (!str_eq(want, have))
            return false;
    }
    return path.len == 0;
}

/* HEAD is answered like GET. */
static bool is_method(struct str method, const char *of_route)
{
    return str_eq(method, str_of(of_route)) ||
           (str_eq(method, STR("HEAD")) &&
            str_eq(str_of(of_route), STR("GET")));
}

const struct route *route_find(struct str method, struct str path,
                               struct str *param)
{
    *param = STR_EMPTY;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        if (is_method(method, table[i].method) &&
            matches(str_of(table[i].path), path, param))
            return &table[i];
    }
    return NULL;
}

bool route_has_path(struct str path)
{
    struct str param;

    for (size_t i = 0; i < COUNT_OF(table); i++) {
        if (matches(str_of(table[i].path), path, &param))
            return true;
    }
    return false;
}
