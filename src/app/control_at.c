// SPDX-License-Identifier: MIT
/* Where the control socket is. */
#include "app/control_at.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "store/jsonfile.h"
#include "store/owned.h"

/* As much of the path's hash as is in a name. */
#define MARK_LEN 8
#define TRIAL ".check"
#define OTHERS_WRITE 022

/* ---- the runtime folder -------------------------------------------------- */

static const struct {
    const char *variable;
    bool list; /* systemd separates several by colons */
} runtimes[] = {
    { "RUNTIME_DIRECTORY", true },
    { "XDG_RUNTIME_DIR", false },
};

static bool is_ours(const char *folder)
{
    struct stat info;

    return folder[0] == '/' && stat(folder, &info) == 0 &&
           S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
           (info.st_mode & OTHERS_WRITE) == 0;
}

/* The first of these that is; the caller's.  Or NULL. */
static char *first_of_ours(struct str folders, bool list)
{
    struct str part;

    while (str_next(&folders, list ? ':' : '\0', &part)) {
        char *folder = mem_strndup(part.at, part.len);

        if (is_ours(folder))
            return folder;
        mem_free(folder);
    }
    return NULL;
}

static char *find_runtime(void)
{
    char *folder = NULL;

    for (size_t i = 0; i < COUNT_OF(runtimes) && !folder; i++) {
        const char *value = getenv(runtimes[i].variable);

        if (value)
            folder = first_of_ours(str_of(value), runtimes[i].list);
    }
    return folder;
}

/* Several relays share that folder. */
static bool name_there(struct control_at *at, const char *data_dir,
                       const char *suffix, struct err *err)
{
    unsigned char hash[HASH_SHA256_LEN];
    char mark[2 * MARK_LEN + 1];
    char real[PATH_MAX];

    if (!realpath(data_dir, real))
        return err_errno(err, "find the real path of %s", data_dir);
    hash_sha256(str_of(real), hash);
    text_hex(hash, MARK_LEN, mark);
    (void)snprintf(at->name, sizeof(at->name), "claude-relay-%s.sock%s", mark,
                   suffix);
    return true;
}

/* ---- opening ------------------------------------------------------------- */

static const char *folder_of(const struct control_at *at, const char *data_dir)
{
    return at->folder ? at->folder : data_dir;
}

static void forget(struct control_at *at)
{
    mem_free(at->folder);
    *at = (struct control_at)CONTROL_AT_NONE;
}

static bool open_in_runtime(struct control_at *at, const char *data_dir,
                            const char *suffix, struct err *err)
{
    at->folder = find_runtime();
    if (!at->folder)
        return err_wrap(err,
                        "the file system of DATA_DIR has no sockets, and "
                        "neither RUNTIME_DIRECTORY nor XDG_RUNTIME_DIR is set "
                        "to an absolute path of a folder that is this user's "
                        "and that nobody else may write; set one");
    return name_there(at, data_dir, suffix, err) &&
           unix_door_open(&at->door, at->folder, at->name, err);
}

/* What root's relay leaves by a crash must not keep the folder's owner out. */
static bool give(const char *folder, const char *name, struct err *err)
{
    char path[PATH_MAX];
    bool fine;
    int fd;

    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= PATH_MAX)
        return err_set(err, ERR_IO, "the path of %s is too long", name);
    fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "open %s", path);
    fine = owned_give(fd, path, err);
    (void)close(fd);
    return fine;
}

static bool open_in_folder(struct control_at *at, const char *data_dir,
                           struct err *err)
{
    if (!unix_door_open(&at->door, data_dir, at->name, err))
        return false;
    if (give(data_dir, at->name, err))
        return true;
    unix_door_close(&at->door, data_dir, at->name);
    return false;
}

static bool open_somewhere(struct control_at *at, const char *data_dir,
                           const char *suffix, struct err *err)
{
    forget(at);
    (void)snprintf(at->name, sizeof(at->name), CONTROL_SOCKET "%s", suffix);
    if (open_in_folder(at, data_dir, err) ||
        (at->door.unfit && open_in_runtime(at, data_dir, suffix, err)))
        return true;
    forget(at);
    return false;
}

/* ---- where it is kept ------------------------------------------------------ */

static bool kept_in(const char *data_dir, char path[PATH_MAX], struct err *err)
{
    return snprintf(path, PATH_MAX, "%s/" CONTROL_AT, data_dir) < PATH_MAX ||
           err_set(err, ERR_CONFIG, "the path of DATA_DIR is too long");
}

static void drop_kept(const char *data_dir)
{
    char path[PATH_MAX];
    struct err ignored;

    if (kept_in(data_dir, path, &ignored))
        (void)unlink(path);
}

static bool keep(const struct control_at *at, const char *data_dir,
                 struct err *err)
{
    struct buf text;
    bool ok;

    buf_init(&text, PATH_MAX + CONTROL_NAME_SIZE);
    buf_printf(&text, "%s/%s\n", at->folder, at->name);
    ok = jsonfile_write(data_dir, CONTROL_AT, buf_str(&text), false, err);
    buf_done(&text);
    return ok;
}

bool control_at_open(struct control_at *at, const char *data_dir,
                     struct err *err)
{
    if (!open_somewhere(at, data_dir, "", err))
        return false;
    if (!at->folder)
        drop_kept(data_dir);
    else if (!keep(at, data_dir, err)) {
        control_at_close(at, data_dir);
        return false;
    }
    return true;
}

bool control_at_is_there(const struct control_at *at, const char *data_dir)
{
    char path[PATH_MAX];
    struct err ignored;

    return unix_door_is_there(&at->door, folder_of(at, data_dir), at->name) &&
           (!at->folder ||
            (kept_in(data_dir, path, &ignored) && access(path, F_OK) == 0));
}

void control_at_close(struct control_at *at, const char *data_dir)
{
    /* What another relay keeps there is that relay's. */
    if (at->folder && unix_door_is_there(&at->door, at->folder, at->name))
        drop_kept(data_dir);
    unix_door_close(&at->door, folder_of(at, data_dir), at->name);
    forget(at);
}

/* ---- a command's side ------------------------------------------------------- */

static void add_path(struct buf *path, const char *folder, const char *name)
{
    buf_printf(path, "%s/%s", folder, name);
}

/* One line, with an absolute path: whatever else stands there is refused. */
static bool take_path(struct str text, struct str *path)
{
    *path = str_sub(text, 0, str_index(text, '\n'));
    return text.len == path->len + 1 && path->len > 1 && path->len < PATH_MAX &&
           path->at[0] == '/' && str_index(*path, 0) == path->len;
}

/* "" if there is none. */
static bool read_kept(const char *data_dir, char socket_path[PATH_MAX],
                      struct err *err)
{
    char path[PATH_MAX];
    struct buf text;
    struct str line;
    bool ok;

    socket_path[0] = '\0';
    if (!kept_in(data_dir, path, err))
        return false;
    if (access(path, F_OK) != 0)
        return true;
    buf_init(&text, PATH_MAX);
    ok = owned_file(path, err) && jsonfile_read(path, &text, err);
    if (ok && !take_path(buf_str(&text), &line))
        ok = err_set(err, ERR_IO,
                     "%s holds no absolute path of a socket: remove that file, "
                     "and restart the relay if one runs",
                     path);
    if (ok)
        (void)snprintf(socket_path, PATH_MAX, STR_FMT, STR_ARG(line));
    buf_done(&text);
    return ok;
}

/* Nobody was found in DATA_DIR, which `err` says. */
static int connect_elsewhere(const char *data_dir, struct buf *path,
                             struct err *err)
{
    char socket_path[PATH_MAX];
    char *slash;
    int fd;

    if (!read_kept(data_dir, socket_path, err) || !socket_path[0])
        return -1;
    slash = strrchr(socket_path, '/');
    *slash = '\0';
    fd = unix_door_connect(socket_path, slash + 1, err);
    add_path(path, socket_path, slash + 1);
    return fd;
}

int control_at_connect(const char *data_dir, struct buf *path, struct err *err)
{
    int fd = unix_door_connect(data_dir, CONTROL_SOCKET, err);

    if (fd < 0 && err->code == ERR_NOT_FOUND)
        return connect_elsewhere(data_dir, path, err);
    add_path(path, data_dir, CONTROL_SOCKET);
    return fd;
}

bool control_at_try(const char *data_dir, struct buf *path, struct err *err)
{
    struct control_at at = CONTROL_AT_NONE;

    if (!open_somewhere(&at, data_dir, TRIAL, err))
        return false;
    buf_printf(path, "%s/%.*s", folder_of(&at, data_dir),
               (int)(strlen(at.name) - strlen(TRIAL)), at.name);
    unix_door_close(&at.door, folder_of(&at, data_dir), at.name);
    forget(&at);
    return true;
}
