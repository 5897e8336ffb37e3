// SPDX-License-Identifier: MIT
/* The management API.  To add an endpoint: a row, and a step in its file. */
#include "admin/routes.h"

#include "admin/account_routes.h"
#include "admin/exchange.h"
#include "admin/login_routes.h"
#include "admin/reply.h"
#include "base/mem.h"
#include "base/text.h"

#define ROW(method, pattern, first)                                            \
    {                                                                          \
        { method, sizeof(method) - 1 }, { pattern, sizeof(pattern) - 1 },      \
            first                                                              \
    }

static const struct route routes[] = {
    ROW("POST", "/oauth/auth-url", login_routes_auth_url),
    ROW("POST", "/oauth/token", login_routes_token),
    ROW("GET", "/oauth/accounts", account_routes_list),
    ROW("GET", "/oauth/accounts/:/status", account_routes_status),
    ROW("DELETE", "/oauth/accounts/:", account_routes_delete),
    ROW("PATCH", "/oauth/accounts/:", account_routes_patch),
    ROW("POST", "/oauth/accounts/:/refresh", account_routes_refresh),
    ROW("POST", "/oauth/accounts/:/proxy-test", account_routes_proxy_test),
};

struct admin *admin_new(const struct admin_options *options)
{
    struct admin *admin = MEM_NEW(struct admin);

    admin->options = *options;
    return admin;
}

void admin_free(struct admin *admin)
{
    mem_free(admin);
}

/* ---- finding ------------------------------------------------------------ */

/* `name`: what stands for ":", as sent. */
static bool fits(struct str pattern, struct str path, struct str *name)
{
    struct str want;
    struct str have;

    while (str_next(&pattern, '/', &want)) {
        if (!str_next(&path, '/', &have))
            return false;
        if (str_eq(want, STR(":")))
            *name = have;
        else if (!str_eq(want, have))
            return false;
    }
    return path.len == 0;
}

/* NULL: no such method; `allow` then names those there are. */
static const struct route *find(struct request *req, struct str *name,
                                struct str *allow)
{
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        struct str method = routes[i].method;

        if (!fits(routes[i].pattern, req->path, name))
            continue;
        if (str_eq(method, req->method))
            return &routes[i];
        *allow = arena_printf(req->arena, STR_FMT "%s" STR_FMT, STR_ARG(*allow),
                              allow->len ? ", " : "", STR_ARG(method));
    }
    return NULL;
}

static void refuse_path(struct request *req, struct str allow)
{
    struct err err;

    if (allow.len == 0) {
        err_set(&err, ERR_NOT_FOUND,
                "there is nothing here; see docs/api.md for what /oauth/ has");
        reply_error(req, &err);
        return;
    }
    err_set(&err, ERR_METHOD, "this path allows " STR_FMT, STR_ARG(allow));
    reply_error_allowing(req, &err, allow);
}

/* "max%40home" -> "max@home"; nothing but a name goes on from here. */
static bool take_name(struct request *req, struct str *name, struct err *err)
{
    struct buf decoded;
    bool fine;

    if (name->len == 0)
        return true;
    buf_init(&decoded, name->len + 1);
    fine = text_url_decode(&decoded, *name) &&
           account_name_is_valid(buf_str(&decoded));
    *name = arena_str(req->arena, buf_str(&decoded));
    buf_done(&decoded);
    return fine ||
           err_set(err, ERR_BAD_REQUEST,
                   "that is not a valid account name: use 1 to %d letters, "
                   "digits or . _ @ -, not starting with a dot",
                   ACCOUNT_NAME_MAX);
}

bool admin_handle(struct admin *admin, struct request *req)
{
    const struct route *route;
    struct str name = STR_EMPTY;
    struct str allow = STR_EMPTY;
    struct err err;

    if (!str_starts(req->path, STR("/oauth/")))
        return false;
    if (!access_check(admin->options.access, req, &err)) {
        reply_error(req, &err);
        return true;
    }
    route = find(req, &name, &allow);
    if (!route)
        refuse_path(req, allow);
    else if (!take_name(req, &name, &err))
        reply_error(req, &err);
    else
        exchange_start(admin, req, route, name);
    return true;
}
