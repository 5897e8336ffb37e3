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
    { ROUTER_ROW("POST", "/v1/messages"), messages_create, ROUTE_API, 32 * MB,
      NULL },
    { ROUTER_ROW("POST", "/v1/messages/count_tokens"), messages_count,
      ROUTE_API, 32 * MB, NULL },
    { ROUTER_ROW("POST", "/v1/complete"), messages_complete, ROUTE_API, 32 * MB,
      NULL },

    { ROUTER_ROW("GET", "/v1/models"), models_list, ROUTE_API, MB, NULL },
    { ROUTER_ROW("GET", "/v1/models/:"), models_get, ROUTE_API, MB, NULL },

    { ROUTER_ROW("POST", "/v1/messages/batches"), batches_create, ROUTE_API,
      256 * MB, NULL },
    { ROUTER_ROW("GET", "/v1/messages/batches"), batches_list, ROUTE_API, MB,
      NULL },
    { ROUTER_ROW("GET", "/v1/messages/batches/:"), batches_get, ROUTE_API, MB,
      NULL },
    { ROUTER_ROW("DELETE", "/v1/messages/batches/:"), batches_delete, ROUTE_API,
      MB, NULL },
    { ROUTER_ROW("POST", "/v1/messages/batches/:/cancel"), batches_cancel,
      ROUTE_API, MB, NULL },
    { ROUTER_ROW("GET", "/v1/messages/batches/:/results"), batches_results,
      ROUTE_API, MB, NULL },

    { ROUTER_ROW("POST", "/v1/files"), files_create, ROUTE_API, 500 * MB,
      files_upload },
    { ROUTER_ROW("GET", "/v1/files"), files_list, ROUTE_API, MB, NULL },
    { ROUTER_ROW("GET", "/v1/files/:"), files_get, ROUTE_API, MB, NULL },
    { ROUTER_ROW("DELETE", "/v1/files/:"), files_delete, ROUTE_API, MB, NULL },
    { ROUTER_ROW("GET", "/v1/files/:/content"), files_content, ROUTE_API, MB,
      NULL },

    { ROUTER_ROW("POST", "/v1/oauth/token"), oauth_token, ROUTE_OPEN, MB,
      NULL },
    { ROUTER_ROW("POST", "/v1/oauth/token/revoke"), oauth_revoke, ROUTE_OPEN,
      MB, NULL },
    { ROUTER_ROW("GET", "/api/oauth/profile"), profile_get, ROUTE_OAUTH, MB,
      NULL },
    { ROUTER_ROW("GET", "/api/oauth/usage"), profile_usage, ROUTE_OAUTH, MB,
      NULL },

    { ROUTER_ROW("GET", "/"), profile_hello, ROUTE_OPEN, MB, NULL },
    { ROUTER_ROW("GET", "/api/hello"), profile_hello, ROUTE_OPEN, MB, NULL },
    { ROUTER_ROW("POST", "/api/event_logging/batch"), profile_hello, ROUTE_OPEN,
      32 * MB, NULL },

    { ROUTER_ROW("POST", "/sim/faults"), control_add_fault, ROUTE_CONTROL, MB,
      NULL },
    { ROUTER_ROW("GET", "/sim/faults"), control_faults, ROUTE_CONTROL, MB,
      NULL },
    { ROUTER_ROW("DELETE", "/sim/faults"), control_clear_faults, ROUTE_CONTROL,
      MB, NULL },
    { ROUTER_ROW("GET", "/sim/ledger"), control_ledger, ROUTE_CONTROL, MB,
      NULL },
    { ROUTER_ROW("DELETE", "/sim/ledger"), control_clear_ledger, ROUTE_CONTROL,
      MB, NULL },
    { ROUTER_ROW("GET", "/sim/batches"), batches_bill, ROUTE_CONTROL, MB,
      NULL },
    { ROUTER_ROW("GET", "/sim/totals"), control_totals, ROUTE_CONTROL, MB,
      NULL },
    { ROUTER_ROW("POST", "/sim/oauth"), control_set_oauth, ROUTE_CONTROL, MB,
      NULL },
    { ROUTER_ROW("DELETE", "/sim/oauth"), control_reset_oauth, ROUTE_CONTROL,
      MB, NULL },
};

static const struct router router = {
    .rows = &table[0].row,
    .size = sizeof(table[0]),
    .count = COUNT_OF(table),
    .head = true,
};

const struct route *route_find(struct str method, struct str path,
                               struct str *param)
{
    struct router_match match;

    if (router_find(&router, method, path, &match) != ROUTER_FOUND)
        return NULL;
    *param = match.count > 0 ? match.at[0] : STR_EMPTY;
    return &table[match.row];
}

bool route_has_path(struct str path)
{
    struct router_match match;

    return router_find(&router, STR("GET"), path, &match) != ROUTER_UNKNOWN;
}
