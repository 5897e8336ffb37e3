// SPDX-License-Identifier: MIT
/* Who asks for a change. */
#include "admin/audited.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/shown.h"
#include "base/token.h"
#include "team/client_address.h"

/* ---- users -------------------------------------------------------------- */

struct audited_users *audited_users_new(const char *data_dir)
{
    struct audited_users *users = MEM_NEW(struct audited_users);
    struct stat info;

    users->uids[0] = geteuid();
    users->uids[2] = stat(data_dir, &info) == 0 ? info.st_uid : geteuid();
    for (size_t i = 0; i < AUDITED_USERS; i++)
        user_text(users->uids[i], users->texts[i]);
    return users;
}

void audited_users_free(struct audited_users *users)
{
    mem_free(users);
}

static void name_user(const struct audited_users *users, uint32_t uid,
                      char out[USER_TEXT_MAX])
{
    (void)snprintf(out, USER_TEXT_MAX, "uid %u", uid);
    for (size_t i = 0; users && i < AUDITED_USERS; i++) {
        if (users->uids[i] == uid)
            (void)snprintf(out, USER_TEXT_MAX, "%s", users->texts[i]);
    }
}

/* ---- who ---------------------------------------------------------------- */

/* Large enough for an address, too. */
#define PEER_MAX (USER_TEXT_MAX + ADDR_TEXT_MAX)

static bool is_unix(const struct request *req)
{
    return req->peer.sa.ss_family == AF_UNIX && req->process;
}

/* The kernel knows who made the connection. */
static const char *find_user(const struct admin *admin,
                             const struct request *req, char peer[PEER_MAX])
{
    const struct peer_rules rules = { .uid = geteuid() };
    uint32_t uid = 0;

    if (peers_look_unix(req->process->fd, &rules, &uid) != PEER_UNKNOWN)
        name_user(admin->users, uid, peer);
    return admin->options.patient ? AUDIT_BY_COMMAND : AUDIT_BY_SOCKET;
}

/* As was found when it was let in (caller_note()). */
static const char *find_client(const struct admin *admin,
                               const struct request *req, char peer[PEER_MAX])
{
    struct addr addr;

    client_address(&admin->options.callers->config->trusted, req, &addr);
    addr_format(&addr, peer);
    return req->notes.who ? req->notes.who : AUDIT_BY_MACHINE;
}

/* The admin token has no form of its own, by which it would be hidden later. */
static struct str shown_target(const struct admin *admin,
                               const struct request *req, struct str target)
{
    struct str token = caller_known_token(admin->options.callers, req);

    return token_holds(target, token) ? STR(SHOWN_HIDDEN) : target;
}

static struct audit *begin(const struct admin *admin, const struct request *req,
                           const char *action, struct str target)
{
    char peer[PEER_MAX] = "";
    const char *who = is_unix(req) ? find_user(admin, req, peer)
                                   : find_client(admin, req, peer);

    return audit_begin(admin->options.audit,
                       &(struct audit_act){
                           .who = who,
                           .peer = str_of(peer),
                           .action = action,
                           .target = shown_target(admin, req, target) });
}

struct audit *audited_begin(const struct admin *admin,
                            const struct request *req,
                            const struct admin_row *row,
                            const struct router_match *match)
{
    return row->endpoint->action && row->right != ADMIN_PUBLIC
               ? begin(admin, req, row->endpoint->action,
                       match->count > 0 ? match->at[0] : STR_EMPTY)
               : NULL;
}

struct audit *audited_now(const struct admin_request *x)
{
    return begin(x->admin, x->req, x->row->endpoint->action, STR_EMPTY);
}

struct audit *audited_also(const struct admin_request *x, const char *action,
                           struct str target)
{
    return begin(x->admin, x->req, action, target);
}

/* Without a cookie that is good it is anybody. */
void audited_refused(const struct admin *admin, struct request *req,
                     const struct admin_row *row, const struct err *why)
{
    struct sessions *sessions = admin->options.callers->sessions;

    if (!row->endpoint->action || !sessions ||
        !sessions_may_note(sessions, clock_steady_ms()))
        return;
    if (!req->notes.who)
        req->notes.who = AUDIT_BY_STRANGER;
    audit_refused(begin(admin, req, row->endpoint->action, STR_EMPTY), why);
}

void audited_name(struct admin_request *x)
{
    const char *member = x->row->endpoint->target;
    struct str name;

    if (member && json_doc_get_str(x->body, member, &name))
        audit_target(x->audit, shown_target(x->admin, x->req, name));
}

struct audit *audited_hand_over(struct admin_request *x)
{
    struct audit *audit = x->audit;

    x->audit = NULL;
    return audit;
}
