// SPDX-License-Identifier: MIT
/* What a command speaks to. */
#include "app/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/admin_server.h"
#include "app/approach_run.h"
#include "app/control_at.h"
#include "app/folder_look.h"
#include "app/invocation.h"
#include "app/place.h"
#include "app/socket_call.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/peers.h"
#include "store/filelock.h"

#define BODY_MAX (4u * 1024 * 1024)

struct remote {
    const struct config *config;
    struct loop *loop; /* the place's, if there is one */
    bool is_relay;     /* one answers */
    pid_t relay;       /* that one; 0 in another PID namespace */
    bool placed;
    int in_use;               /* the folder's lock, or -1: a relay, or a rest */
    struct place place;       /* without a relay */
    struct admin_token token; /* not asked for, but known, to hide it */
    struct caller_sources callers;
    struct admin_server *server;
};

/* ---- the running relay -------------------------------------------------- */

/* Whose relay is spoken to: this user's own, or, for root, the folder's owner's, too. */
static bool find_owner(const char *folder, uint32_t *uid, struct err *err)
{
    struct stat info;

    *uid = geteuid();
    if (*uid != 0)
        return true;
    if (stat(folder, &info) != 0)
        return err_errno(err, "look at %s", folder);
    *uid = info.st_uid;
    return true;
}

/* Before a secret is sent: the folder may be another user's, who listens in it. */
static bool check_listener(const struct remote *remote, int fd, struct str path,
                           pid_t *pid, struct err *err)
{
    struct ucred peer = { .pid = 0 };
    socklen_t len = sizeof(peer);
    struct peer_rules rules;
    uint32_t owner = 0;
    uint32_t uid = 0;

    if (!find_owner(remote->config->data_dir.at, &owner, err))
        return false;
    rules = peers_rules_for(owner);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0)
        *pid = peer.pid;
    return peers_look_unix(fd, &rules, &uid) == PEER_OURS ||
           err_set(err, ERR_NOT_ALLOWED,
                   "user %u listens on " STR_FMT
                   ", who is neither user %u nor root: nothing was sent "
                   "there; find out what process that is",
                   uid, STR_ARG(path), owner);
}

static int connect_to_relay(const struct remote *remote, pid_t *pid,
                            struct err *err)
{
    struct buf path;
    int fd;

    buf_init(&path, CONTROL_PATH_MAX);
    fd = control_at_connect(remote->config->data_dir.at, &path, err);
    if (fd >= 0 && (!check_listener(remote, fd, buf_str(&path), pid, err) ||
                    fcntl(fd, F_SETFL, O_NONBLOCK) != 0)) {
        (void)close(fd);
        fd = -1;
    }
    buf_done(&path);
    return fd;
}

/* ---- none runs ---------------------------------------------------------- */

static bool open_place(struct remote *remote, struct err *err)
{
    struct admin_options options = { .config = remote->config,
                                     .callers = &remote->callers,
                                     .patient = true };
    struct place *place = &remote->place;

    remote->callers = (struct caller_sources){ .config = remote->config,
                                               .admin = &remote->token };
    remote->placed = true;
    admin_token_look(&remote->token, remote->config->admin_token,
                     remote->config->data_dir.at);
    if (!place_open(place, remote->config, PLACE_WORKS, err))
        return false;
    remote->callers.keyring = keys_ring(place->keys);
    remote->loop = place->loop;
    options.loop = place->loop;
    options.store = place->store;
    options.records = place->records;
    options.accounts = place->accounts;
    options.keys = place->keys;
    options.audit = place->audit;
    options.ledger = place->ledger;
    options.zone = place->zone;
    options.prices = place->prices;
    options.notices = place->notices;
    options.keeper = place->keeper;
    options.tls = place->tls;
    options.proxy = place->proxy;
    remote->server = admin_server_new(&options);
    return true;
}

static int connect_to_place(const struct remote *remote, struct err *err)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   ends) != 0) {
        (void)err_errno(err, "make a pair of sockets");
        return -1;
    }
    admin_server_admit(remote->server, ends[1]);
    return ends[0];
}

/* ---- life --------------------------------------------------------------- */

static bool find_relay(void *arg, struct err *err)
{
    struct remote *remote = arg;
    int fd = connect_to_relay(remote, &remote->relay, err);

    remote->is_relay = fd >= 0;
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

/* A relay, or the folder alone. */
static bool settle(struct remote *remote, struct err *err)
{
    struct approach_run run = { .config = remote->config,
                                .ask = find_relay,
                                .arg = remote };

    if (approach_run(&run, err) == APPROACH_REFUSED)
        return false;
    remote->in_use = run.in_use;
    return remote->placed || remote_is_relay(remote) || open_place(remote, err);
}

static struct remote *remote_new(const struct config *config,
                                 bool (*find)(struct remote *remote,
                                              struct err *err),
                                 struct err *err)
{
    struct remote *remote = MEM_NEW(struct remote);

    remote->config = config;
    remote->in_use = -1;
    if (!find(remote, err)) {
        (void)remote_close(remote, 1);
        return NULL;
    }
    if (!remote->placed)
        remote->loop = loop_new();
    return remote;
}

static bool find_only_relay(struct remote *remote, struct err *err)
{
    return find_relay(remote, err);
}

struct remote *remote_open(const struct config *config, struct err *err)
{
    return remote_new(config, settle, err);
}

struct remote *remote_find(const struct config *config, struct err *err)
{
    return remote_new(config, find_only_relay, err);
}

int remote_close(struct remote *remote, int status)
{
    if (!remote)
        return status;
    admin_server_free(remote->server);
    if (remote->placed)
        status = place_close(&remote->place, status);
    else if (remote->loop)
        loop_free(remote->loop);
    admin_token_done(&remote->token);
    filelock_release(remote->in_use);
    mem_free(remote);
    return status;
}

bool remote_is_relay(const struct remote *remote)
{
    return remote->is_relay;
}

void remote_rest(struct remote *remote)
{
    filelock_release(remote->in_use);
    remote->in_use = -1;
}

void remote_say_where(const struct remote *remote)
{
    const char *folder = remote->config->data_dir.at;

    if (remote_is_relay(remote))
        (void)fprintf(stderr,
                      "claude-relay: asking the relay that runs on %s (pid "
                      "%d)\n",
                      folder, (int)remote->relay);
    else
        (void)fprintf(stderr,
                      "claude-relay: working on %s itself: no relay runs on "
                      "it\n",
                      folder);
}

struct remote *remote_ask(const struct config *config, bool people,
                          struct err *err)
{
    struct remote *remote =
        folder_look(config, err) ? remote_open(config, err) : NULL;

    if (remote && people)
        remote_say_where(remote);
    return remote;
}

/* ---- calling ------------------------------------------------------------ */

static void stop(void *arg)
{
    loop_stop(arg);
}

static bool is_over(void *arg)
{
    return socket_call_state(arg) != SOCKET_CALL_BUSY;
}

static void wait_for(struct remote *remote, struct socket_call *call)
{
    if (remote->placed) {
        place_wait(&remote->place, is_over, call);
        return;
    }
    while (!is_over(call))
        loop_run(remote->loop);
}

/* {"error":"text"}, or {"error":{"message":"text"}}. */
static bool refuse(const struct remote_call *call, struct err *err)
{
    const struct json_doc *error = json_doc_get(call->answer, "error");
    struct str text = STR_EMPTY;

    if (!json_doc_get_str(call->answer, "error", &text))
        (void)json_doc_get_str(error, "message", &text);
    err->code = ERR_IO;
    if (text.len == 0)
        return err_set(err, ERR_IO, "%s " STR_FMT " was answered %u",
                       call->method, STR_ARG(call->path), call->status);
    text_copy(err->text, sizeof(err->text), text);
    return false;
}

static bool take_answer(struct remote_call *call,
                        const struct socket_call *made, struct err *err)
{
    struct str body = str_trim(socket_call_body(made));

    call->status = socket_call_status(made);
    if (body.len > 0)
        call->answer = json_doc_parse(body, err);
    if (body.len > 0 && !call->answer)
        return err_wrap(err, "what the relay answered");
    if (call->status >= 200 && call->status < 300)
        return true;
    return refuse(call, err);
}

static bool exchange(struct remote *remote, struct remote_call *call, int fd,
                     struct str body, struct err *err)
{
    struct socket_call *made = socket_call_start(
        &(struct socket_call_options){ .loop = remote->loop,
                                       .fd = fd,
                                       .method = str_of(call->method),
                                       .path = call->path,
                                       .body = body,
                                       .limit_ms = call->limit_ms,
                                       .sink = call->sink,
                                       .sink_arg = call->sink_arg },
        stop, remote->loop);
    bool ok;

    wait_for(remote, made);
    if (socket_call_state(made) == SOCKET_CALL_ANSWERED) {
        ok = take_answer(call, made, err);
    } else {
        *err = *socket_call_error(made);
        ok = err_wrap(err, "the relay on %.200s", remote->config->data_dir.at);
    }
    socket_call_free(made);
    return ok;
}

/* The relay that was there may have ended: then it is not another one's turn.  After
   a rest, another one's turn it may be. */
static int connect_again(struct remote *remote, struct err *err)
{
    pid_t pid = 0;
    int fd;

    if (!remote_is_relay(remote) && remote->in_use < 0) {
        if (!settle(remote, err))
            return -1;
        if (remote_is_relay(remote))
            remote_say_where(remote);
    }
    if (!remote_is_relay(remote))
        return connect_to_place(remote, err);
    fd = connect_to_relay(remote, &pid, err);
    if (fd < 0 && err->code == ERR_NOT_FOUND)
        err_set(err, ERR_IO,
                "the relay on %.200s ended meanwhile: run the command again",
                remote->config->data_dir.at);
    return fd;
}

bool remote_call(struct remote *remote, struct remote_call *call,
                 struct err *err)
{
    struct buf body;
    bool ok;
    int fd;

    call->status = 0;
    call->answer = NULL;
    fd = connect_again(remote, err);
    if (fd < 0)
        return false;
    buf_init_secret(&body, BODY_MAX);
    if (!call->body || json_doc_write(call->body, false, &body)) {
        ok = exchange(remote, call, fd, buf_str(&body), err);
    } else {
        (void)close(fd);
        ok = err_set(err, ERR_BAD_REQUEST,
                     "what was entered is too long, or is not UTF-8");
    }
    buf_done(&body);
    return ok;
}

int remote_connect(const struct remote *remote, struct err *err)
{
    pid_t pid = 0;

    return connect_to_relay(remote, &pid, err);
}

void remote_path(struct buf *path, const char *prefix, struct str segment)
{
    buf_add(path, str_of(prefix));
    text_url_encode(path, segment);
}
