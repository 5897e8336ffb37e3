// SPDX-License-Identifier: MIT
/* A backup, read and checked in a folder of its own. */
#include "store/restore_stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "store/backup_names.h"
#include "store/jsonfile.h"
#include "store/owned.h"
#include "store/records_file.h"
#include "store/schema.h"

#define PATH_SIZE (4096 + TAR_NAME_MAX + 2)
#define PART (64u * 1024)
#define DOCUMENT_MAX (4u * JSONFILE_MAX)

/* ---- folders ------------------------------------------------------------ */

bool restore_make_folder(const char *path, struct err *err)
{
    int fd;
    bool ok;

    if (mkdir(path, 0700) != 0)
        return err_errno(err, "make the folder %s", path);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "open the folder %s", path);
    ok = owned_give(fd, path, err);
    (void)close(fd);
    return ok;
}

static void empty(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    if (!dir)
        return;
    for (entry = readdir(dir); entry; entry = readdir(dir))
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
}

bool restore_stage_remove(const char *folder, struct err *err)
{
    char inner[PATH_SIZE];

    (void)snprintf(inner, sizeof(inner), "%s/" RECORDS_FOLDER, folder);
    empty(inner);
    (void)rmdir(inner);
    empty(folder);
    return rmdir(folder) == 0 || errno == ENOENT ||
           err_errno(err, "remove the folder %s", folder);
}

/* ---- one file ----------------------------------------------------------- */

static bool put(int fd, const char *bytes, size_t len, const char *path,
                struct err *err)
{
    while (len > 0) {
        ssize_t done = write(fd, bytes, len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return err_errno(err, "write %s", path);
        bytes += done;
        len -= (size_t)done;
    }
    return true;
}

static bool copy_content(struct tar_reader *tar, int fd, const char *path,
                         struct err *err)
{
    char part[PART];
    size_t got = 1;

    while (got > 0) {
        if (!tar_read(tar, part, sizeof(part), &got, err) ||
            !put(fd, part, got, path, err))
            return false;
    }
    return fsync(fd) == 0 || err_errno(err, "sync %s", path);
}

static bool write_file(struct tar_reader *tar, const char *path,
                       struct err *err)
{
    int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok;

    if (fd < 0)
        return err_errno(err, "make %s", path);
    ok = owned_give(fd, path, err) && copy_content(tar, fd, path, err);
    (void)close(fd);
    return ok;
}

/* ---- checks ------------------------------------------------------------- */

/* It may have been so when the backup was made: that is no reason to go without all
   else. */
static void check_document(const char *path, const char *name)
{
    struct json_doc *doc = NULL;
    struct buf text;
    struct err err;

    buf_init_secret(&text, DOCUMENT_MAX);
    if (jsonfile_read(path, &text, &err))
        doc = json_doc_parse(buf_str(&text), &err);
    buf_done(&text);
    if (!doc)
        log_line(LOG_WARN, "%s in the backup is no valid document: %s", name,
                 err.text);
    json_doc_free(doc);
}

static bool keep_answer(void *arg, const struct sql_row *row)
{
    *(bool *)arg = str_eq(sql_row_text(row, 0), STR("ok"));
    return false;
}

static bool check_pages(struct sql *sql, struct err *err)
{
    bool fine = false;
    struct sql_ask ask = { .text = "PRAGMA quick_check",
                           .row = keep_answer,
                           .arg = &fine };

    if (!sql_query(sql, &ask, err))
        return false;
    return fine || err_set(err, ERR_BROKEN, "the database in it is damaged");
}

static bool check_database(const char *path, struct err *err)
{
    struct sql *sql = sql_backends[0]->open(path, SQL_WRITES, err);
    bool ok = sql && check_pages(sql, err) && schema_bring_up(sql, err);

    sql_close(sql);
    return ok;
}

/* ---- all files ---------------------------------------------------------- */

static bool read_mark(struct tar_reader *tar, struct restore_stage *stage,
                      struct err *err)
{
    char text[1024];
    size_t len;
    struct json_doc *doc;
    uint64_t format = 0;

    if (!tar_read(tar, text, sizeof(text), &len, err))
        return false;
    doc = json_doc_parse((struct str){ text, len }, err);
    (void)json_doc_get_u64(doc, "format", &format);
    (void)json_doc_get_u64(doc, "made_ms", &stage->made_ms);
    json_doc_free(doc);
    if (format == 0)
        return err_set(err, ERR_BROKEN, "it is not a backup of claude-relay");
    return format <= BACKUP_FORMAT ||
           err_set(err, ERR_CONFIG,
                   "it was made by a newer claude-relay: restore it with that "
                   "version");
}

static bool begin(struct tar_reader *tar, struct restore_stage *stage,
                  struct err *err)
{
    struct tar_entry entry;
    bool more;

    if (!tar_next(tar, &entry, &more, err))
        return false;
    if (!more || strcmp(entry.name, BACKUP_MARK) != 0)
        return err_set(err, ERR_BROKEN, "it is not a backup of claude-relay");
    return read_mark(tar, stage, err);
}

static bool is_document(struct str name)
{
    const struct str ending = STR(".json");

    return name.len > ending.len && name.at[0] != '.' &&
           str_eq(str_from(name, name.len - ending.len), ending);
}

static bool take(struct tar_reader *tar, struct restore_stage *stage,
                 const char *name, struct err *err)
{
    bool database = strcmp(name, BACKUP_DATABASE) == 0;
    char path[PATH_SIZE];

    if (!database && !backup_has(str_of(name)))
        return err_set(err, ERR_BROKEN, "%s does not belong into a backup",
                       name);
    (void)snprintf(path, sizeof(path), "%s/%s", stage->folder, name);
    if (!write_file(tar, path, err))
        return false;
    stage->files++;
    if (is_document(str_of(name)))
        check_document(path, name);
    return !database || check_database(path, err);
}

static bool take_all(struct tar_reader *tar, struct restore_stage *stage,
                     struct err *err)
{
    struct tar_entry entry;
    bool more = true;

    if (!begin(tar, stage, err))
        return false;
    while (more) {
        if (!tar_next(tar, &entry, &more, err) ||
            (more && !take(tar, stage, entry.name, err)))
            return false;
    }
    return true;
}

/* An empty folder of databases would be in the way of nothing, but say something. */
static bool settle(const struct restore_stage *stage, const char *inner,
                   struct err *err)
{
    (void)rmdir(inner);
    return (access(inner, F_OK) != 0 || jsonfile_sync_folder(inner, err)) &&
           jsonfile_sync_folder(stage->folder, err);
}

static bool fill(struct restore_stage *stage, int fd, struct err *err)
{
    struct tar_reader tar = tar_reader_of(fd);
    char inner[PATH_SIZE];

    (void)snprintf(inner, sizeof(inner), "%s/" RECORDS_FOLDER, stage->folder);
    return restore_stage_remove(stage->folder, err) &&
           restore_make_folder(stage->folder, err) &&
           restore_make_folder(inner, err) && take_all(&tar, stage, err) &&
           settle(stage, inner, err);
}

bool restore_stage_fill(struct restore_stage *stage, struct err *err)
{
    int fd = open(stage->file, O_RDONLY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return err_errno(err, "open %s", stage->file);
    ok = fill(stage, fd, err) || err_wrap(err, "restoring %s", stage->file);
    (void)close(fd);
    return ok;
}
