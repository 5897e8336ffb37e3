// SPDX-License-Identifier: MIT
/* Watched folders: inotify(7) as one more descriptor of a loop.  (libuv has watches
   too, which do not say when events were lost.) */
#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/mem.h"

#define EVENTS                                                                 \
    (IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE |    \
     IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define READ_SIZE 4096

struct loop_watch {
    struct loop_poll *poll;
    int fd;
    loop_watch_fn changed;
    void *arg;
    bool busy;  /* events are being handed out */
    bool freed; /* meanwhile */
};

static void destroy(struct loop_watch *watch)
{
    (void)close(watch->fd);
    mem_free(watch);
}

static void hand_out(struct loop_watch *watch, const char *at, size_t len)
{
    watch->busy = true;
    while (len > 0 && !watch->freed) {
        /* The kernel aligns what it writes. */
        const struct inotify_event *event = (const void *)at;
        size_t size = sizeof(*event) + event->len;

        watch->changed(watch->arg, event->len > 0 ? event->name : NULL);
        at += size;
        len -= size;
    }
    watch->busy = false;
    if (watch->freed)
        destroy(watch);
}

static void ready(void *arg, unsigned events)
{
    struct loop_watch *watch = arg;
    _Alignas(struct inotify_event) char text[READ_SIZE];
    ssize_t len = read(watch->fd, text, sizeof(text));

    (void)events;
    if (len > 0)
        hand_out(watch, text, (size_t)len);
}

static int open_watch(const char *folder)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    int saved;

    if (fd < 0 || inotify_add_watch(fd, folder, EVENTS) >= 0)
        return fd;
    saved = errno;
    (void)close(fd);
    errno = saved;
    return -1;
}

static void cannot(const char *folder, struct err *err)
{
    bool full = errno == EMFILE;

    (void)err_errno(err, "watch %s", folder);
    if (full)
        (void)err_wrap(err, "raise the limit of open files (ulimit -n, "
                            "LimitNOFILE=) or fs.inotify.max_user_instances");
}

struct loop_watch *loop_watch_new(struct loop *loop, const char *folder,
                                  loop_watch_fn changed, void *arg,
                                  struct err *err)
{
    int fd = open_watch(folder);
    struct loop_watch *watch;

    if (fd < 0) {
        cannot(folder, err);
        return NULL;
    }
    watch = MEM_NEW(struct loop_watch);
    watch->fd = fd;
    watch->changed = changed;
    watch->arg = arg;
    watch->poll = loop_poll_new(loop, fd, ready, watch);
    loop_poll_want(watch->poll, LOOP_READ);
    return watch;
}

void loop_watch_free(struct loop_watch *watch)
{
    if (!watch)
        return;
    loop_poll_free(watch->poll);
    watch->freed = true;
    if (!watch->busy)
        destroy(watch);
}
