// SPDX-License-Identifier: MIT
/* Making a backup of a data folder. */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/mem.h"
#include "store/backup_names.h"
#include "store/backup_out.h"
#include "store/filelock.h"
#include "store/held.h"
#include "store/jsonfile.h"
#include "store/mark.h"
#include "store/owned.h"
#include "store/records_file.h"
#include "store/sql_backend.h"
#include "store/tar.h"

/* Others hold the folder for moments only. */
#define HELD_MS 5000
/* Room reserved for a document is larger than the document. */
#define DOCUMENT_MAX (4u * JSONFILE_MAX)

static bool ends_with(struct str name, struct str ending)
{
    return name.len >= ending.len &&
           str_eq(str_from(name, name.len - ending.len), ending);
}

bool backup_has(struct str name)
{
    bool hidden = str_starts(name, STR("."));

    if (name.len == 0 || name.len > TAR_NAME_MAX ||
        str_contains(name, STR("/")))
        return false;
    if (hidden)
        return str_contains(name, STR(".json.")) ||
               str_starts(name, STR(".removed_")) ||
               str_eq(name, STR(MARK_FILE));
    return str_eq(name, STR(BACKUP_TOKEN)) || ends_with(name, STR(".json")) ||
           str_contains(name, STR(".json.broken"));
}

/* ---- documents, taken at one moment ------------------------------------- */

struct document {
    struct list node;
    char name[TAR_NAME_MAX + 1];
    uint64_t mtime_s;
    struct buf content;
};

static void document_free(struct document *document)
{
    list_remove(&document->node);
    buf_done(&document->content);
    mem_free(document);
}

struct taking {
    int folder;
    const char *path; /* of it */
    struct list *documents;
    bool without_token;
    struct err *err;
};

/* A link may lead to another file than the one that was looked at: not for root, in
   another user's folder, to one that this user could not read. */
static bool is_theirs(const struct taking *taking, int fd, const char *name)
{
    struct stat folder;
    struct stat there;
    struct stat info;

    if (fstat(taking->folder, &folder) != 0 || fstat(fd, &info) != 0 ||
        fstatat(taking->folder, name, &there, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    return geteuid() != 0 || info.st_uid == folder.st_uid ||
           (there.st_ino == info.st_ino && there.st_dev == info.st_dev);
}

/* Without O_NONBLOCK, opening a pipe would wait for its other end. */
static bool read_document(const struct taking *taking,
                          struct document *document)
{
    struct err *err = taking->err;
    int fd = openat(taking->folder, document->name,
                    O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool missing = fd < 0 && errno == ENOENT;
    struct stat info;
    bool ok;

    if (fd < 0) {
        (void)err_errno(err, "open %s/%s", taking->path, document->name);
        err->code = missing ? ERR_NOT_FOUND : ERR_IO;
        return false;
    }
    ok = is_theirs(taking, fd, document->name)
             ? jsonfile_read_from(fd, &document->content, err)
             : err_set(err, ERR_IO, "a link to another user's file");
    if (!ok)
        (void)err_wrap(err, "%s/%s", taking->path, document->name);
    document->mtime_s = fstat(fd, &info) == 0 ? (uint64_t)info.st_mtime : 0;
    (void)close(fd);
    return ok;
}

/* One that a crash left may go at any moment. */
static bool take(void *arg, const char *name)
{
    struct taking *taking = arg;
    struct document *document;

    if (!backup_has(str_of(name)) ||
        (taking->without_token && strcmp(name, BACKUP_TOKEN) == 0))
        return true;
    document = MEM_NEW(struct document);
    list_push(taking->documents, &document->node);
    buf_init_secret(&document->content, DOCUMENT_MAX);
    (void)snprintf(document->name, sizeof(document->name), "%s", name);
    if (read_document(taking, document))
        return true;
    if (name[0] != '.' || taking->err->code != ERR_NOT_FOUND)
        return false;
    document_free(document);
    return true;
}

static bool take_documents(const struct backup_making *making,
                           struct list *documents, struct err *err)
{
    const char *folder = making->data_dir;
    int held = filelock_wait(folder, FILELOCK_FOLDER, HELD_MS, err);
    struct taking taking = { .folder = held,
                             .path = folder,
                             .documents = documents,
                             .without_token = making->without_token,
                             .err = err };
    bool ok;

    if (held < 0)
        return false;
    (void)err_set(err, ERR_IO, "cannot read the folder %s", folder);
    ok = held_each(held, take, &taking);
    filelock_release(held);
    return ok;
}

/* ---- the database ------------------------------------------------------- */

/* Where the copy is made: a folder in the one of databases, into which nobody else
   can put anything, nor exchange what is in it.  Root's is not another's. */
struct copy_room {
    int databases;
    int folder;
    char name[32];
    char path[RECORDS_PATH_SIZE + 64]; /* of it */
    char file[RECORDS_PATH_SIZE + 128];
    char held[HELD_PATH_SIZE];
    const char *copy; /* one of the two */
};

static void room_remove(struct copy_room *room)
{
    struct err ignored;

    if (room->databases < 0)
        return;
    if (room->folder < 0)
        room->folder =
            held_enter(room->databases, room->name, room->path, &ignored);
    if (room->folder >= 0) {
        held_empty(room->folder);
        (void)close(room->folder);
        room->folder = -1;
        (void)unlinkat(room->databases, room->name, AT_REMOVEDIR);
    }
}

static bool room_make(struct copy_room *room, const char *data_dir,
                      struct err *err)
{
    char databases[RECORDS_PATH_SIZE];

    (void)snprintf(databases, sizeof(databases), "%.*s/" RECORDS_FOLDER,
                   RECORDS_PATH_SIZE - 16, data_dir);
    (void)snprintf(room->name, sizeof(room->name), ".backup-%u",
                   (unsigned)geteuid());
    (void)snprintf(room->path, sizeof(room->path), "%s/%s", databases,
                   room->name);
    (void)snprintf(room->file, sizeof(room->file), "%s/" RECORDS_FILE,
                   room->path);
    room->databases = held_open(databases, err);
    room_remove(room); /* what an interrupted one left */
    if (room->databases >= 0)
        room->folder = held_make(room->databases, room->name, room->path, err);
    if (room->folder < 0)
        return false;
    room->copy = held_path(room->folder, RECORDS_FILE, room->file, room->held);
    return true;
}

static void room_done(struct copy_room *room)
{
    room_remove(room);
    if (room->databases >= 0)
        (void)close(room->databases);
}

static bool copy_database(const char *database, const char *copy,
                          struct err *err)
{
    const struct sql_backend *backend = sql_backends[0];
    struct sql *sql = backend->open(database, SQL_READS, err);
    bool ok =
        sql && records_file_make(copy, err) && backend->copy(sql, copy, err);

    sql_close(sql);
    return ok;
}

static bool find_database(const char *data_dir,
                          char database[RECORDS_PATH_SIZE], bool *there,
                          struct err *err)
{
    if (snprintf(database, RECORDS_PATH_SIZE, "%s/" BACKUP_DATABASE,
                 data_dir) >= RECORDS_PATH_SIZE)
        return err_set(err, ERR_IO, "the path of DATA_DIR is too long");
    *there = access(database, F_OK) == 0;
    return *there || errno == ENOENT || err_errno(err, "look for %s", database);
}

/* A copy without a name: it goes with its descriptor.  -1 and err. */
static int take_database(const char *data_dir, const char *database,
                         struct err *err)
{
    struct copy_room room = { .databases = -1, .folder = -1 };
    int fd = -1;

    if (room_make(&room, data_dir, err) &&
        copy_database(database, room.copy, err)) {
        fd = open(room.copy, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            (void)err_errno(err, "open %s", room.copy);
    }
    room_done(&room);
    return fd;
}

/* ---- all of it ---------------------------------------------------------- */

/* What is backed up, as it was at one moment.  Nobody waits while it is written,
   however slowly that goes. */
struct taken {
    struct list documents;
    size_t files; /* with the database */
    int database; /* -1: there is none */
};

static size_t count(const struct list *documents)
{
    size_t sum = 0;

    for (const struct list *at = documents->next; at != documents;
         at = at->next)
        sum++;
    return sum;
}

/* Whatever comes of it, taken_done() ends it. */
static bool take_all(struct taken *taken, const struct backup_making *making,
                     struct err *err)
{
    char database[RECORDS_PATH_SIZE];
    bool there = false;

    *taken = (struct taken){ .database = -1 };
    list_init(&taken->documents);
    if (!find_database(making->data_dir, database, &there, err) ||
        !take_documents(making, &taken->documents, err))
        return false;
    taken->files = count(&taken->documents) + (there ? 1 : 0);
    if (there)
        taken->database = take_database(making->data_dir, database, err);
    return !there || taken->database >= 0;
}

static void taken_done(struct taken *taken)
{
    while (!list_is_empty(&taken->documents))
        document_free(LIST_ITEM(taken->documents.next, struct document, node));
    if (taken->database >= 0)
        (void)close(taken->database);
}

/* ---- the file ----------------------------------------------------------- */

/* What follows is counted, so that a part of it is not taken for all. */
static bool add_mark(int tar, size_t files, bool database, struct err *err)
{
    char text[256];
    uint64_t now_ms = clock_wall_ms();
    int len = snprintf(text, sizeof(text),
                       "{\"format\":%d,\"program\":\"%s\",\"made_ms\":%llu,"
                       "\"files\":%zu,\"database\":%s}\n",
                       BACKUP_FORMAT, RELAY_VERSION, (unsigned long long)now_ms,
                       files, database ? "true" : "false");

    return tar_add(tar,
                   &(struct tar_file){ .name = BACKUP_MARK,
                                       .mtime_s = now_ms / 1000,
                                       .size = (uint64_t)len,
                                       .content = text },
                   err);
}

static bool add_documents(int tar, struct list *documents, struct err *err)
{
    bool ok = true;

    while (ok && !list_is_empty(documents)) {
        struct document *document =
            LIST_ITEM(documents->next, struct document, node);
        struct str content = buf_str(&document->content);

        ok = tar_add(tar,
                     &(struct tar_file){ .name = document->name,
                                         .mtime_s = document->mtime_s,
                                         .size = content.len,
                                         .content = content.len > 0 ? content.at
                                                                    : "" },
                     err);
        document_free(document);
    }
    return ok;
}

static bool add_database(int tar, int fd, struct err *err)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return err_errno(err, "look at the copy of " BACKUP_DATABASE);
    return tar_add(tar,
                   &(struct tar_file){ .name = BACKUP_DATABASE,
                                       .mtime_s = (uint64_t)info.st_mtime,
                                       .size = (uint64_t)info.st_size,
                                       .fd = fd },
                   err);
}

static bool write_all(int tar, struct taken *taken, struct err *err)
{
    bool has_database = taken->database >= 0;

    return add_mark(tar, taken->files, has_database, err) &&
           add_documents(tar, &taken->documents, err) &&
           (!has_database || add_database(tar, taken->database, err)) &&
           tar_end(tar, err);
}

/* One at a time: they share the room in which the database is copied.  Held until all
   is taken, not until it is written. */
static int lock_backups(const char *data_dir, struct err *err)
{
    char lock[BACKUP_PATH_SIZE];
    int held;

    if (snprintf(lock, sizeof(lock), "%s/.lock_backup", data_dir) >=
        BACKUP_PATH_SIZE) {
        (void)err_set(err, ERR_IO, "the path of DATA_DIR is too long");
        return -1;
    }
    held = filelock_take(lock, FILELOCK_TRY, err);
    if (held < 0)
        (void)err_wrap(err, "another backup of %s may be under way", data_dir);
    return held;
}

static bool take_and_release(struct taken *taken, struct backup_making *making,
                             int held, struct err *err)
{
    bool ok = take_all(taken, making, err);

    filelock_release(held);
    making->files = taken->files;
    return ok;
}

static bool make_file(struct backup_making *making, struct backup_out *out,
                      int held, struct err *err)
{
    struct taken taken;
    bool ok = take_and_release(&taken, making, held, err);

    making->on_output = out->on_output;
    ok = ok && write_all(out->fd, &taken, err) &&
         backup_out_settle(out, &making->bytes, err);
    taken_done(&taken);
    return ok;
}

bool backup_make(struct backup_making *making, struct err *err)
{
    const char *data_dir = making->data_dir;
    struct backup_out out = { .file = making->file, .force = making->force };
    int held;
    bool ok = false;

    making->files = 0;
    making->bytes = 0;
    if (!owned_folder(data_dir, err) || !backup_check_folder(data_dir, err))
        return false;
    if (!backup_finds_any(data_dir))
        return err_set(err, ERR_NOT_FOUND,
                       "nothing of a relay's is in the folder %s: is DATA_DIR "
                       "(or --data-dir) right?",
                       data_dir);
    held = lock_backups(data_dir, err);
    if (held < 0)
        return false;
    if (backup_out_open(&out, err)) {
        ok = make_file(making, &out, held, err);
        backup_out_done(&out);
    } else {
        filelock_release(held);
    }
    return ok || err_wrap(err, "backing up %s to %s", data_dir, making->file);
}

bool backup_write(struct backup_making *making, int fd, struct err *err)
{
    int held = lock_backups(making->data_dir, err);
    struct taken taken;
    bool ok;

    if (held < 0)
        return false;
    ok = take_and_release(&taken, making, held, err) &&
         write_all(fd, &taken, err);
    taken_done(&taken);
    return ok || err_wrap(err, "backing up %s", making->data_dir);
}
