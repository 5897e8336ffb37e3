// SPDX-License-Identifier: MIT
/* The control socket of a running relay. */
#include "app/control.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/admin_server.h"
#include "app/control_at.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/listener.h"
#include "net/peers.h"
#include "store/filelock.h"

#define LOOK_MS 2000

/* What is held of the file system; handed to a look, and taken back from it. */
struct hold {
    char *folder;
    int lock; /* or -1 */
    struct control_at at;
};

struct look {
    struct hold hold;
    int before; /* the socket that is polled until the look is over; or -1 */
    bool fresh; /* it is another one than before */
    struct err err;
};

struct control {
    struct admin_options options;
    struct admin_server *server;
    struct hold hold;
    struct listener *listener;
    struct loop_timer *timer;
    struct store_job *looking;
    struct look *seen; /* of that job; it has what is held meanwhile */
    struct err said;   /* what the log was told last */
};

static const struct hold nothing = { .lock = -1, .at = CONTROL_AT_NONE };

static void let_go(struct hold *hold)
{
    control_at_close(&hold->at, hold->folder);
    filelock_release(hold->lock);
    mem_free(hold->folder);
    *hold = nothing;
}

/* ---- looking ------------------------------------------------------------ */

/* The folder may have been removed and made again: the lock of a file that is not
   there keeps nobody away. */
static bool is_locked(const struct hold *hold, const char *path)
{
    struct stat ours;
    struct stat there;

    return hold->lock >= 0 && fstat(hold->lock, &ours) == 0 &&
           stat(path, &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

static bool take_lock(struct hold *hold, struct err *err)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/" CONTROL_LOCK, hold->folder) >=
        PATH_MAX)
        return err_set(err, ERR_CONFIG, "the path of DATA_DIR is too long");
    if (is_locked(hold, path))
        return true;
    filelock_release(hold->lock);
    hold->lock = filelock_take(path, FILELOCK_TRY, err);
    return hold->lock >= 0;
}

/* On any thread. */
static void look_now(struct look *look)
{
    struct hold *hold = &look->hold;
    bool locked = take_lock(hold, &look->err);

    if (locked && control_at_is_there(&hold->at, hold->folder))
        return;
    look->fresh = true;
    look->before = hold->at.door.fd;
    hold->at.door.fd = -1;
    if (locked)
        (void)!control_at_open(&hold->at, hold->folder, &look->err);
}

static struct look *look_new(struct control *control)
{
    struct look *look = MEM_NEW(struct look);

    look->hold = control->hold;
    look->before = -1;
    control->hold = nothing;
    return look;
}

/* Nobody polls its sockets. */
static void look_drop(void *arg)
{
    struct look *look = arg;

    if (look->before >= 0)
        (void)close(look->before);
    if (look->hold.folder)
        let_go(&look->hold);
    mem_free(look);
}

/* ---- what it brought ---------------------------------------------------- */

static void accepted(void *arg, int fd, const struct addr *peer)
{
    struct control *control = arg;

    (void)peer;
    admin_server_admit(control->server, fd);
}

/* Once for each trouble, not every two seconds. */
static void say(struct control *control, const struct err *err)
{
    if (strcmp(control->said.text, err->text) == 0)
        return;
    control->said = *err;
    if (err->code == ERR_BUSY)
        log_line(LOG_WARN,
                 "another relay serves %s too: commands reach that one",
                 control->hold.folder);
    else if (err->text[0])
        log_line(LOG_WARN,
                 "there is no control socket, so commands refuse to work on "
                 "%s while this relay runs: %s",
                 control->hold.folder, err->text);
}

static void take_back(struct control *control, struct look *look)
{
    control->hold = look->hold;
    look->hold = nothing;
    say(control, &look->err);
    if (!look->fresh)
        return;
    listener_free(control->listener);
    control->listener = NULL;
    if (control->hold.at.door.fd >= 0)
        control->listener =
            listener_new_on(control->options.loop, control->hold.at.door.fd,
                            accepted, control);
}

static void looked(void *arg)
{
    struct control *control = arg;

    take_back(control, control->seen);
    store_job_free(control->looking);
    control->looking = NULL;
    loop_timer_set(control->timer, LOOK_MS);
}

static void look_on_thread(struct store_driver *driver, void *arg)
{
    (void)driver;
    look_now(arg);
}

static void look(void *arg)
{
    struct control *control = arg;
    struct store_work work = { .run = look_on_thread, .drop = look_drop };

    control->seen = look_new(control);
    work.arg = control->seen;
    control->looking = store_call(control->options.store, control->options.loop,
                                  &work, looked, control);
}

/* ---- life --------------------------------------------------------------- */

/* Commands of a user whose folder root serves. */
static void trust_owner(const struct control *control)
{
    struct stat info;

    if (geteuid() == 0 && stat(control->hold.folder, &info) == 0)
        peers_trust_owner(info.st_uid);
}

struct control *control_new(const struct admin_options *options)
{
    struct control *control = MEM_NEW(struct control);
    struct look *first;

    control->options = *options;
    control->hold = nothing;
    control->hold.folder = mem_strdup(options->config->data_dir.at);
    trust_owner(control);
    control->server = admin_server_new(options);
    control->timer = loop_timer_new(options->loop, look, control);
    first = look_new(control);
    look_now(first);
    take_back(control, first);
    look_drop(first);
    loop_timer_set(control->timer, LOOK_MS);
    return control;
}

void control_free(struct control *control)
{
    if (!control)
        return;
    listener_free(control->listener);
    store_job_free(control->looking);
    admin_server_free(control->server);
    loop_timer_free(control->timer);
    if (control->hold.folder)
        let_go(&control->hold);
    mem_free(control);
}

bool control_is_listening(const struct control *control)
{
    return control->listener != NULL;
}
