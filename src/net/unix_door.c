// SPDX-License-Identifier: MIT
/* A listening Unix socket in a folder. */
#include "net/unix_door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128
#define MODE 0600
/* The one name that a door has before its rename: a lock keeps others away. */
#define NEW_SUFFIX ".new"
#define NAME_SIZE 64

/* ---- where it is -------------------------------------------------------- */

struct place {
    int folder; /* O_PATH */
    struct sockaddr_un address;
    /* For texts. */
    const char *path;
    const char *name;
};

/* Nobody is there, rather than that something is wrong. */
static bool fail(struct err *err, const struct place *place, const char *what)
{
    bool nobody = errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR;

    (void)err_errno(err, "%s %s/%s", what, place->path, place->name);
    if (nobody)
        err->code = ERR_NOT_FOUND;
    return false;
}

/* The plain path where it fits: it needs no /proc. */
static bool place_find(struct place *place, const char *folder,
                       const char *name, struct err *err)
{
    char *path = place->address.sun_path;
    const size_t size = sizeof(place->address.sun_path);
    int len;

    *place = (struct place){ .path = folder, .name = name };
    place->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place->folder < 0)
        return fail(err, place, "find the folder of");
    place->address.sun_family = AF_UNIX;
    len = snprintf(path, size, "%s/%s", folder, name);
    if (len < 0 || (size_t)len >= size)
        (void)snprintf(path, size, "/proc/self/fd/%d/%s", place->folder, name);
    return true;
}

static void place_done(struct place *place)
{
    if (place->folder >= 0)
        (void)close(place->folder);
}

static const struct sockaddr *address_of(const struct place *place)
{
    return (const struct sockaddr *)(const void *)&place->address;
}

/* ---- listening ---------------------------------------------------------- */

/* What file systems without sockets say: Linux itself EPERM, those of FUSE what their
   program does. */
static bool has_no_sockets(int number)
{
    return number == EPERM || number == EOPNOTSUPP || number == ENOSYS ||
           number == EINVAL;
}

static bool bind_to(struct unix_door *door, const struct place *place)
{
    bool ok = bind(door->fd, address_of(place), sizeof(place->address)) == 0;

    door->unfit = !ok && has_no_sockets(errno);
    return ok;
}

/* The mode counts from the moment that the file is there, whatever the umask. */
static bool bind_new(struct unix_door *door, const struct place *place,
                     const char *name, struct err *err)
{
    struct stat info;

    (void)unlinkat(place->folder, name, 0);
    if (fchmod(door->fd, MODE) != 0 || !bind_to(door, place) ||
        fstatat(place->folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(err, place, "make the socket");
    door->device = info.st_dev;
    door->inode = info.st_ino;
    return listen(door->fd, BACKLOG) == 0 || fail(err, place, "listen on");
}

static bool open_in(struct unix_door *door, const struct place *place,
                    const char *fresh, const char *name, struct err *err)
{
    door->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (door->fd < 0)
        return err_errno(err, "make a Unix socket");
    if (bind_new(door, place, fresh, err) &&
        (renameat(place->folder, fresh, place->folder, name) == 0 ||
         err_errno(err, "put the socket %s in its place", name)))
        return true;
    (void)unlinkat(place->folder, fresh, 0);
    (void)close(door->fd);
    door->fd = -1;
    return false;
}

bool unix_door_open(struct unix_door *door, const char *folder,
                    const char *name, struct err *err)
{
    char fresh[NAME_SIZE];
    struct place place;
    bool ok;

    *door = (struct unix_door){ .fd = -1 };
    (void)snprintf(fresh, sizeof(fresh), "%s" NEW_SUFFIX, name);
    ok = place_find(&place, folder, fresh, err) &&
         open_in(door, &place, fresh, name, err);
    place_done(&place);
    return ok;
}

static bool is_at(const struct unix_door *door, int folder, const char *name)
{
    struct stat info;

    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           info.st_dev == door->device && info.st_ino == door->inode;
}

bool unix_door_is_there(const struct unix_door *door, const char *folder,
                        const char *name)
{
    struct place place;
    struct err ignored;
    bool there = door->fd >= 0 && place_find(&place, folder, name, &ignored);

    if (!there)
        return false;
    there = is_at(door, place.folder, name);
    place_done(&place);
    return there;
}

void unix_door_close(struct unix_door *door, const char *folder,
                     const char *name)
{
    struct place place;
    struct err ignored;

    if (door->fd < 0)
        return;
    if (place_find(&place, folder, name, &ignored) &&
        is_at(door, place.folder, name))
        (void)unlinkat(place.folder, name, 0);
    place_done(&place);
    (void)close(door->fd);
    door->fd = -1;
}

/* ---- connecting --------------------------------------------------------- */

static int connect_to(const struct place *place, struct err *err)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc;

    if (fd < 0) {
        (void)err_errno(err, "make a Unix socket");
        return -1;
    }
    do {
        rc = connect(fd, address_of(place), sizeof(place->address));
    } while (rc != 0 && errno == EINTR);
    if (rc == 0)
        return fd;
    (void)fail(err, place, "connect to");
    (void)close(fd);
    return -1;
}

int unix_door_connect(const char *folder, const char *name, struct err *err)
{
    struct place place;
    int fd = -1;

    if (place_find(&place, folder, name, err))
        fd = connect_to(&place, err);
    place_done(&place);
    return fd;
}
