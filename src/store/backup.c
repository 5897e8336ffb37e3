// SPDX-License-Identifier: MIT
/* Making a backup of a data folder. */
#include "store/backup.h"

#include <dirent.h>
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
#include "store/filelock.h"
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
    return str_eq(name, STR("admin_token")) || ends_with(name, STR(".json")) ||
           ends_with(name, STR(".json.broken"));
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

/* One that a crash left may go at any moment. */
static bool take(const char *folder, const char *name, struct list *documents,
                 struct err *err)
{
    struct document *document = MEM_NEW(struct document);
    char path[BACKUP_PATH_SIZE];
    struct stat info;

    list_push(documents, &document->node);
    buf_init_secret(&document->content, DOCUMENT_MAX);
    (void)snprintf(document->name, sizeof(document->name), "%s", name);
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= BACKUP_PATH_SIZE)
        return err_set(err, ERR_IO, "a path is too long: %s", path);
    if (jsonfile_read(path, &document->content, err)) {
        document->mtime_s =
            stat(path, &info) == 0 ? (uint64_t)info.st_mtime : 0;
        return true;
    }
    if (name[0] != '.' || err->code != ERR_NOT_FOUND)
        return false;
    document_free(document);
    return true;
}

static bool take_all(const char *folder, struct list *documents,
                     struct err *err)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    bool ok = true;

    if (!dir)
        return err_errno(err, "open the folder %s", folder);
    for (entry = readdir(dir); entry && ok; entry = readdir(dir)) {
        if (backup_has(str_of(entry->d_name)))
            ok = take(folder, entry->d_name, documents, err);
    }
    (void)closedir(dir);
    return ok;
}

static bool take_documents(const char *folder, struct list *documents,
                           struct err *err)
{
    int held = filelock_wait(folder, FILELOCK_FOLDER, HELD_MS, err);
    bool ok = held >= 0 && take_all(folder, documents, err);

    filelock_release(held);
    return ok;
}

/* ---- the database ------------------------------------------------------- */

/* Copied beside itself: nobody else can put anything there. */
static bool copy_database(const char *database, const char *copy,
                          struct err *err)
{
    const struct sql_backend *backend = sql_backends[0];
    struct sql *sql = backend->open(database, SQL_READS, err);
    bool ok;

    (void)unlink(copy);
    ok = sql && records_file_make(copy, err) && backend->copy(sql, copy, err);
    sql_close(sql);
    return ok;
}

static bool add_file(int tar, const char *path, const char *name,
                     struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    bool ok = fd >= 0 && fstat(fd, &info) == 0;

    if (!ok)
        (void)err_errno(err, "open %s", path);
    ok = ok && tar_add(tar,
                       &(struct tar_file){ .name = name,
                                           .mtime_s = (uint64_t)info.st_mtime,
                                           .size = (uint64_t)info.st_size,
                                           .fd = fd },
                       err);
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

static bool add_database(int tar, const char *data_dir,
                         struct backup_made *made, struct err *err)
{
    char database[RECORDS_PATH_SIZE];
    char copy[RECORDS_PATH_SIZE + 16];
    bool ok;

    if (snprintf(database, sizeof(database), "%s/" BACKUP_DATABASE, data_dir) >=
        RECORDS_PATH_SIZE)
        return err_set(err, ERR_IO, "the path of DATA_DIR is too long");
    if (access(database, F_OK) != 0)
        return true; /* no program that has one was here yet */
    (void)snprintf(copy, sizeof(copy), "%s.backup", database);
    made->files++;
    ok = copy_database(database, copy, err) &&
         add_file(tar, copy, BACKUP_DATABASE, err);
    (void)unlink(copy);
    return ok;
}

/* ---- the file ----------------------------------------------------------- */

static bool add_mark(int tar, struct err *err)
{
    char text[128];
    uint64_t now_ms = clock_wall_ms();
    int len =
        snprintf(text, sizeof(text),
                 "{\"format\":%d,\"program\":\"%s\",\"made_ms\":%llu}\n",
                 BACKUP_FORMAT, RELAY_VERSION, (unsigned long long)now_ms);

    return tar_add(tar,
                   &(struct tar_file){ .name = BACKUP_MARK,
                                       .mtime_s = now_ms / 1000,
                                       .size = (uint64_t)len,
                                       .content = text },
                   err);
}

static bool add_documents(int tar, struct list *documents,
                          struct backup_made *made, struct err *err)
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
        made->files++;
        document_free(document);
    }
    return ok;
}

static bool write_all(int tar, const char *data_dir, struct backup_made *made,
                      struct err *err)
{
    struct list documents;
    struct stat info;
    bool ok;

    list_init(&documents);
    ok = add_mark(tar, err) && take_documents(data_dir, &documents, err) &&
         add_documents(tar, &documents, made, err) &&
         add_database(tar, data_dir, made, err) && tar_end(tar, err);
    while (!list_is_empty(&documents))
        document_free(LIST_ITEM(documents.next, struct document, node));
    if (!ok)
        return false;
    if (fsync(tar) != 0 || fstat(tar, &info) != 0)
        return err_errno(err, "write the tar file");
    made->bytes = (uint64_t)info.st_size;
    return true;
}

static bool make_file(const char *data_dir, const char *file,
                      struct backup_made *made, struct err *err)
{
    char part[BACKUP_PATH_SIZE];
    bool ok;
    int tar;

    if (snprintf(part, sizeof(part), "%s.part", file) >= BACKUP_PATH_SIZE)
        return err_set(err, ERR_IO, "the path is too long: %s", file);
    (void)unlink(part);
    tar =
        open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (tar < 0)
        return err_errno(err, "make %s", part);
    ok = write_all(tar, data_dir, made, err);
    (void)close(tar);
    if (ok && rename(part, file) != 0)
        ok = err_errno(err, "rename %s to %s", part, file);
    if (!ok)
        (void)unlink(part);
    return ok;
}

bool backup_make(const char *data_dir, const char *file,
                 struct backup_made *made, struct err *err)
{
    char lock[BACKUP_PATH_SIZE];
    int held;
    bool ok;

    *made = (struct backup_made){ 0 };
    if (!owned_folder(data_dir, err) || !backup_check_folder(data_dir, err))
        return false;
    if (snprintf(lock, sizeof(lock), "%s/.lock_backup", data_dir) >=
        BACKUP_PATH_SIZE)
        return err_set(err, ERR_IO, "the path of DATA_DIR is too long");
    held = filelock_take(lock, FILELOCK_TRY, err);
    if (held < 0)
        return err_wrap(err, "another backup of %s may be under way", data_dir);
    ok = make_file(data_dir, file, made, err) ||
         err_wrap(err, "backing up %s to %s", data_dir, file);
    filelock_release(held);
    return ok;
}
