// SPDX-License-Identifier: MIT
/* The management API.  To add an endpoint: a row, and a step in its file. */
#include "admin/routes.h"

#include "admin/account_routes.h"
#include "admin/login_routes.h"
#include "admin/reply.h"
#include "admin/request.h"
#include "base/mem.h"

static const struct admin_row rows[] = {
    ADMIN_ROW("POST", "/oauth/auth-url", MANAGE, login_routes_auth_url),
    ADMIN_ROW("POST", "/oauth/token", MANAGE, login_routes_token),
    ADMIN_ROW("GET", "/oauth/accounts", LOOK, account_routes_list),
    ADMIN_ROW("GET", "/oauth/accounts/:name/status", LOOK,
              account_routes_status),
    ADMIN_ROW("DELETE", "/oauth/accounts/:name", MANAGE, account_routes_delete),
    ADMIN_ROW("PATCH", "/oauth/accounts/:name", MANAGE, account_routes_patch),
    ADMIN_ROW("POST", "/oauth/accounts/:name/refresh", MANAGE,
              account_routes_refresh),
    ADMIN_ROW("POST", "/oauth/accounts/:name/proxy-test", MANAGE,
              account_routes_proxy_test),
};

static const struct router router = ROUTER_OVER(rows, route);

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

/* A slash at the end is forgiven. */
static enum router_verdict find(const struct request *req,
                                struct router_match *match)
{
    struct str path = req->path;
    enum router_verdict verdict =
        router_find(&router, req->method, path, match);

    if (verdict != ROUTER_UNKNOWN || path.at[path.len - 1] != '/')
        return verdict;
    path.len--;
    return router_find(&router, req->method, path, match);
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

/* What the path holds is decoded: "max%40home" is "max@home". */
static void start(struct admin *admin, struct request *req,
                  struct router_match *match)
{
    struct err err;

    if (router_decode(req->arena, match)) {
        admin_request_start(admin, req, &rows[match->row], match);
        return;
    }
    err_set(
        &err, ERR_BAD_REQUEST,
        "a part of the path is not valid: its escapes are %%XX, and none is "
        "%%00");
    reply_error(req, &err);
}

bool admin_handle(struct admin *admin, struct request *req)
{
    struct router_match match;
    struct err err;

    if (!str_starts(req->path, STR("/oauth/")))
        return false;
    if (!access_check(admin->options.access, req, &err))
        reply_error(req, &err);
    else if (find(req, &match) == ROUTER_FOUND)
        start(admin, req, &match);
    else
        refuse_path(req, str_of(match.allow));
    return true;
}
