// SPDX-License-Identifier: MIT
/* The management API.  To add an endpoint: a row, and a step in its file. */
#include "admin/routes.h"

#include "admin/account_import.h"
#include "admin/account_make.h"
#include "admin/account_routes.h"
#include "admin/account_test.h"
#include "admin/account_trial.h"
#include "admin/attention_routes.h"
#include "admin/audit_routes.h"
#include "admin/audited.h"
#include "admin/backup_routes.h"
#include "admin/explain_routes.h"
#include "admin/group_routes.h"
#include "admin/health.h"
#include "admin/key_list.h"
#include "admin/key_routes.h"
#include "admin/live.h"
#include "admin/live_routes.h"
#include "admin/log_routes.h"
#include "admin/login_routes.h"
#include "admin/me.h"
#include "admin/me_turns.h"
#include "admin/me_usage.h"
#include "admin/metrics_routes.h"
#include "admin/notify_routes.h"
#include "admin/openapi.h"
#include "admin/page.h"
#include "admin/prices_routes.h"
#include "admin/reply.h"
#include "admin/reprice_routes.h"
#include "admin/request.h"
#include "admin/request_routes.h"
#include "admin/running_routes.h"
#include "admin/series_routes.h"
#include "admin/session_routes.h"
#include "admin/settings_routes.h"
#include "admin/status.h"
#include "admin/usage_routes.h"
#include "admin/vitals_routes.h"
#include "base/mem.h"
#include "base/reason.h"
#include "relay/body.h"
#include "relay/endpoints.h"
#include "usage/price_board.h"
#include "usage/series.h"

static const struct admin_row rows[] = {
    ADMIN_ROW("GET", "/", PUBLIC, health_about),
    ADMIN_ROW("GET", "/health", PUBLIC, health_check),
    ADMIN_ROW("GET", "/v1/me", PUBLIC, me_show),
    ADMIN_ROW("GET", "/v1/me/usage", PUBLIC, me_usage_sums),
    ADMIN_ROW("GET", "/v1/me/requests", PUBLIC, me_usage_requests),
    ADMIN_ROW("GET", "/metrics", SCRAPE, metrics_routes_get),

    ADMIN_ROW("POST", "/admin/api/session", PUBLIC, session_routes_begin),
    ADMIN_ROW("GET", "/admin/api/session", LOOK, session_routes_get),
    ADMIN_ROW("DELETE", "/admin/api/session", MANAGE, session_routes_end),
    ADMIN_ROW("GET", "/admin/api/sessions", LOOK, session_routes_list),

    ADMIN_ROW("GET", "/admin/api/status", LOOK, status_get),
    ADMIN_ROW("GET", "/admin/api/openapi.json", LOOK, openapi_get),
    ADMIN_ROW("GET", "/admin/api/settings", LOOK, settings_routes_get),
    ADMIN_ROW("POST", "/admin/api/backup", MANAGE, backup_routes_post),
    ADMIN_ROW("GET", "/admin/api/log", LOOK, log_routes_get),
    ADMIN_ROW("PATCH", "/admin/api/log", MANAGE, log_routes_change),
    ADMIN_ROW("GET", "/admin/api/audit", LOOK, audit_routes_list),
    ADMIN_ROW("GET", "/admin/api/usage", LOOK, usage_routes_sums),
    ADMIN_ROW("GET", "/admin/api/requests", LOOK, usage_routes_requests),
    ADMIN_ROW("GET", "/admin/api/series", LOOK, series_routes_get),
    ADMIN_ROW("GET", "/admin/api/live", LOOK, live_routes_get),
    ADMIN_ROW("GET", "/admin/api/attention", LOOK, attention_routes_get),
    ADMIN_ROW("GET", "/admin/api/requests/running", LOOK, running_routes_list),
    ADMIN_ROW("DELETE", "/admin/api/requests/running/:id", MANAGE,
              running_routes_cancel),
    ADMIN_ROW("GET", "/admin/api/requests/:id", LOOK, request_routes_get),

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

    ADMIN_ROW("POST", "/admin/api/keys", MANAGE, key_routes_create),
    ADMIN_ROW("GET", "/admin/api/keys", LOOK, key_list_keys),
    ADMIN_ROW("GET", "/admin/api/tags", LOOK, key_list_tags),
    ADMIN_ROW("GET", "/admin/api/keys/:id", LOOK, key_routes_get),
    ADMIN_ROW("PATCH", "/admin/api/keys/:id", MANAGE, key_routes_change),
    ADMIN_ROW("DELETE", "/admin/api/keys/:id", MANAGE, key_routes_delete),
    ADMIN_ROW("POST", "/admin/api/keys/:id/restore", MANAGE,
              key_routes_restore),
    ADMIN_ROW("POST", "/admin/api/keys/:id/rotate", MANAGE, key_routes_rotate),
    ADMIN_ROW("POST", "/admin/api/groups", MANAGE, group_routes_create),
    ADMIN_ROW("GET", "/admin/api/groups", LOOK, group_routes_list),
    ADMIN_ROW("GET", "/admin/api/groups/:id", LOOK, group_routes_get),
    ADMIN_ROW("PATCH", "/admin/api/groups/:id", MANAGE, group_routes_change),
    ADMIN_ROW("DELETE", "/admin/api/groups/:id", MANAGE, group_routes_delete),

    ADMIN_ROW("GET", "/admin/api/prices", LOOK, prices_routes_list),
    ADMIN_ROW("PUT", "/admin/api/prices/:model", MANAGE, prices_routes_set),
    ADMIN_ROW("DELETE", "/admin/api/prices/:model", MANAGE,
              prices_routes_remove),
    ADMIN_ROW("POST", "/admin/api/usage/reprice", MANAGE, reprice_routes_post),

    ADMIN_ROW("GET", "/admin/api/accounts", LOOK, account_routes_list_all),
    ADMIN_ROW("POST", "/admin/api/accounts", MANAGE, account_make),
    ADMIN_ROW("POST", "/admin/api/accounts/import", MANAGE, account_import),
    ADMIN_ROW("POST", "/admin/api/accounts/check", LOOK, account_make_check),
    ADMIN_ROW("GET", "/admin/api/accounts/:name/profile", MANAGE,
              account_trial_profile),
    ADMIN_ROW("POST", "/admin/api/accounts/:name/message", MANAGE,
              account_trial_message),
    ADMIN_ROW("POST", "/admin/api/accounts/:name/test", MANAGE, account_test),
    ADMIN_ROW("POST", "/admin/api/explain", LOOK, explain_routes_post),
    ADMIN_ROW("POST", "/admin/api/accounts/:name/pause", MANAGE,
              vitals_routes_pause),
    ADMIN_ROW("POST", "/admin/api/accounts/:name/resume", MANAGE,
              vitals_routes_resume),
    ADMIN_ROW("POST", "/admin/api/accounts/:name/clear", MANAGE,
              vitals_routes_clear),
    ADMIN_ROW("GET", "/admin/api/notify", LOOK, notify_routes_get),
    ADMIN_ROW("PATCH", "/admin/api/notify", MANAGE, notify_routes_change),
    ADMIN_ROW("POST", "/admin/api/notify/test", MANAGE, notify_routes_test),
    ADMIN_ROW("POST", "/admin/api/proxy-test", MANAGE, account_routes_way_test),
};

static const struct router router = {
    .rows = &rows[0].route,
    .size = sizeof(rows[0]),
    .count = COUNT_OF(rows),
    .head = true,
};

/* A thousand requests are some 500 KB. */
#define HOLDER_MS 60000u
#define BACKUP_MS 120000u

struct admin *admin_new(const struct admin_options *options)
{
    struct admin *admin = MEM_NEW(struct admin);

    admin->options = *options;
    admin->holder_ms = HOLDER_MS;
    admin->turn_wait_ms = ME_WAIT_MS;
    admin->backup_ms = BACKUP_MS;
    if (!options->prices)
        admin->own_prices = price_board_new();
    admin->prices = options->prices ? options->prices : admin->own_prices;
    admin->series = options->series ? series_ref(options->series)
                                    : series_new(options->zone ? options->zone
                                                               : zone_utc());
    if (options->live)
        admin->live = live_join(options->live, options->loop);
    if (options->audit)
        admin->users = audited_users_new(options->config->data_dir.at);
    return admin;
}

void admin_free(struct admin *admin)
{
    if (!admin)
        return;
    upstream_free(admin->upstream);
    price_board_free(admin->own_prices);
    series_unref(admin->series);
    audited_users_free(admin->users);
    mem_free(admin);
}

const struct admin_row *admin_rows(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

/* ---- finding ------------------------------------------------------------ */

static bool ends_with(struct str path, struct str end)
{
    return path.len >= end.len &&
           str_eq(str_from(path, path.len - end.len), end);
}

/* Below /v1/ a path is the same under any base URL, as for what is relayed. */
static struct str own_path(const struct request *req)
{
    bool is_of_me = ends_with(req->path, STR("/me")) ||
                    ends_with(req->path, STR("/me/usage")) ||
                    ends_with(req->path, STR("/me/requests"));

    return is_of_me ? endpoints_upstream_path(req->arena, req->path)
                    : req->path;
}

/* A slash at the end is forgiven. */
static enum router_verdict find(const struct request *req,
                                struct router_match *match)
{
    struct str path = own_path(req);
    enum router_verdict verdict =
        router_find(&router, req->method, path, match);

    if (verdict != ROUTER_UNKNOWN || !reply_is_managed(path) ||
        path.at[path.len - 1] != '/')
        return verdict;
    path.len--;
    return router_find(&router, req->method, path, match);
}

/* Whoever may do nothing here does not learn what there is either. */
static bool may(const struct admin *admin, struct request *req,
                const struct admin_row *row, struct err *err)
{
    enum admin_right unknown =
        reply_is_managed(req->path) ? ADMIN_MANAGE : ADMIN_PUBLIC;

    switch (row ? row->right : unknown) {
    case ADMIN_MANAGE:
    case ADMIN_LOOK:
        return caller_has(admin->options.callers, req, RIGHT_MANAGE, err);
    case ADMIN_SCRAPE:
        return caller_has(admin->options.callers, req, RIGHT_SCRAPE, err);
    case ADMIN_PUBLIC:
        break;
    }
    return true;
}

static bool check_body(const struct request *req,
                       const struct admin_endpoint *endpoint, struct err *err)
{
    if (req->length == 0)
        return true;
    if (endpoint->body_max == 0)
        return REASON_SET(err, BODY_NOT_TAKEN);
    return !body_is_packed(&req->headers) || REASON_SET(err, BODY_ENCODED);
}

static bool check(struct request *req, enum router_verdict verdict,
                  struct router_match *match, struct err *err)
{
    if (verdict == ROUTER_UNKNOWN)
        return REASON_SET(err, PATH_UNKNOWN);
    if (verdict == ROUTER_WRONG_METHOD)
        return REASON_SET(err, METHOD_NOT_ALLOWED, match->allow);
    if (!router_decode(req->arena, match))
        return REASON_SET(err, PATH_INVALID);
    return check_body(req, rows[match->row].endpoint, err);
}

struct refusal {
    const struct router_match *match;
    const struct err *err;
};

/* By somebody who may manage; `row` is NULL if there is none. */
static void refuse(const struct admin *admin, struct request *req,
                   const struct admin_row *row, const struct refusal *refusal)
{
    if (row)
        audit_refused(audited_begin(admin, req, row, refusal->match),
                      refusal->err);
    reply_refusal(req, refusal->err, str_of(refusal->match->allow));
}

/* What came with a good session, and is not its owner's wish, is worth an entry. */
static void turn_away(const struct admin *admin, struct request *req,
                      const struct admin_row *row, const struct err *err)
{
    if (row && req->notes.who)
        audited_refused(admin, req, row, err);
    reply_refusal(req, err, STR_EMPTY);
}

bool admin_handle(struct admin *admin, struct request *req)
{
    struct router_match match;
    enum router_verdict verdict = find(req, &match);
    const struct admin_row *row =
        verdict == ROUTER_FOUND ? &rows[match.row] : NULL;
    struct err err;

    if (verdict != ROUTER_FOUND && page_handle(req))
        return true;
    if (verdict == ROUTER_UNKNOWN && !reply_is_managed(req->path))
        return false;
    if (!may(admin, req, row, &err))
        turn_away(admin, req, row, &err);
    else if (!check(req, verdict, &match, &err))
        refuse(admin, req, row, &(struct refusal){ &match, &err });
    else
        admin_request_start(admin, req, row, &match);
    return true;
}
