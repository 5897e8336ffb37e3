// SPDX-License-Identifier: MIT
/* A backup, read and checked in a folder of its own. */
#include "store/restore_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "store/backup_names.h"
#include "store/held.h"
#include "store/jsonfile.h"
#include "store/records_file.h"
#include "store/schema.h"

#define PATH_SIZE (4096 + TAR_NAME_MAX + 2)
#define PART (64u * 1024)
#define DOCUMENT_MAX (4u * JSONFILE_MAX)

/* ---- folders ------------------------------------------------------------ */

static void path_of(const struct restore_stage *stage, const char *name,
                    char path[PATH_SIZE])
{
    (void)snprintf(path, PATH_SIZE, "%s/" BACKUP_STAGE "%s%s", stage->data_dir,
                   *name ? "/" : "", name);
}

static void let_go(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* Whatever is called as the folder of databases, but is none, goes with the files. */
static void empty(const struct restore_stage *stage, int folder)
{
    char path[PATH_SIZE];
    struct err ignored;
    int inner;

    path_of(stage, RECORDS_FOLDER, path);
    inner = held_enter(folder, RECORDS_FOLDER, path, &ignored);
    if (inner >= 0)
        held_empty(inner);
    let_go(&inner);
    (void)unlinkat(folder, RECORDS_FOLDER, AT_REMOVEDIR);
    held_empty(folder);
}

void restore_stage_empty(struct restore_stage *stage)
{
    let_go(&stage->inner);
    if (stage->folder >= 0)
        empty(stage, stage->folder);
    let_go(&stage->folder);
}

bool restore_stage_remove(struct restore_stage *stage, struct err *err)
{
    char path[PATH_SIZE];
    bool there = stage->folder >= 0;

    path_of(stage, "", path);
    restore_stage_empty(stage);
    return !there || unlinkat(stage->data, BACKUP_STAGE, AT_REMOVEDIR) == 0 ||
           err_errno(err, "remove the folder %s", path);
}

/* From now on nobody else gets into it, whose ever it was. */
static bool make_private(int folder, const char *path, struct err *err)
{
    if (geteuid() == 0 && fchown(folder, 0, 0) != 0)
        return err_errno(err, "take %s over", path);
    return fchmod(folder, 0700) == 0 || err_errno(err, "shut %s", path);
}

static bool make_folder(struct restore_stage *stage, struct err *err)
{
    char path[PATH_SIZE];

    path_of(stage, "", path);
    stage->folder = held_enter(stage->data, BACKUP_STAGE, path, err);
    stage->resumed = stage->folder >= 0;
    if (!stage->resumed && err->code != ERR_NOT_FOUND)
        return false;
    if (!stage->resumed)
        stage->folder = held_make(stage->data, BACKUP_STAGE, path, err);
    else if (!make_private(stage->folder, path, err))
        return false;
    if (stage->folder < 0)
        return false;
    empty(stage, stage->folder);
    return fsync(stage->data) == 0 || err_errno(err, "fsync %s", path);
}

static bool make_inner(struct restore_stage *stage, struct err *err)
{
    char path[PATH_SIZE];

    path_of(stage, RECORDS_FOLDER, path);
    stage->inner = held_make(stage->folder, RECORDS_FOLDER, path, err);
    return stage->inner >= 0 && held_give(stage->inner, stage->data, path, err);
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

/* A file in the folder of databases, or beside it. */
struct place {
    int folder;
    const char *name;
    char path[PATH_SIZE];
};

static struct place place_of(const struct restore_stage *stage,
                             const char *name)
{
    const char *slash = strchr(name, '/');
    struct place place = { .folder = slash ? stage->inner : stage->folder,
                           .name = slash ? slash + 1 : name };

    path_of(stage, name, place.path);
    return place;
}

static bool write_file(const struct restore_stage *stage,
                       const struct place *place, struct tar_reader *tar,
                       struct err *err)
{
    int fd = openat(place->folder, place->name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok;

    if (fd < 0)
        return err_errno(err, "make %s", place->path);
    ok = held_give(fd, stage->data, place->path, err) &&
         copy_content(tar, fd, place->path, err);
    (void)close(fd);
    return ok;
}

/* ---- checks ------------------------------------------------------------- */

static struct json_doc *read_document(const struct place *place,
                                      struct err *err)
{
    int fd =
        openat(place->folder, place->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct json_doc *doc = NULL;
    struct buf text;

    if (fd < 0) {
        (void)err_errno(err, "open %s", place->path);
        return NULL;
    }
    buf_init_secret(&text, DOCUMENT_MAX);
    if (jsonfile_read_from(fd, &text, err))
        doc = json_doc_parse(buf_str(&text), err);
    buf_done(&text);
    (void)close(fd);
    return doc;
}

/* It may have been so when the backup was made: that is no reason to go without all
   else. */
static void check_document(const struct place *place)
{
    struct err err;
    struct json_doc *doc = read_document(place, &err);

    if (!doc)
        log_line(LOG_WARN, "%s in the backup is no valid document: %s",
                 place->name, err.text);
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

static bool check_database(const struct place *place, struct err *err)
{
    char held[HELD_PATH_SIZE];
    struct sql *sql =
        sql_backends[0]->open(held_path(place->folder, place->name, place->path,
                                        held),
                              SQL_WRITES, err);
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
    stage->counted = json_doc_get_u64(doc, "files", &stage->want_files) &&
                     json_doc_get_bool(doc, "database", &stage->want_database);
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
    struct place place;

    if (!database && !backup_has(str_of(name)))
        return err_set(err, ERR_BROKEN, "%s does not belong into a backup",
                       name);
    place = place_of(stage, name);
    if (!write_file(stage, &place, tar, err))
        return false;
    stage->files++;
    stage->has_database = stage->has_database || database;
    if (is_document(str_of(name)))
        check_document(&place);
    return !database || check_database(&place, err);
}

/* Without its database a relay would let everybody in on this machine.  Of backups
   whose mark did not count yet, only those are known to be whole that have one. */
static bool check_whole(const struct restore_stage *stage, struct err *err)
{
    if (stage->has_database != (stage->counted ? stage->want_database : true))
        return err_set(err, ERR_BROKEN,
                       "it holds no " BACKUP_DATABASE ", where relay keys are, "
                       "and every backup of a relay that ran holds that: use "
                       "the file as `claude-relay backup FILE` wrote it");
    return !stage->counted || stage->files == stage->want_files ||
           err_set(err, ERR_BROKEN,
                   "it holds %zu files and was made with %llu: use it as "
                   "`claude-relay backup FILE` wrote it",
                   stage->files, (unsigned long long)stage->want_files);
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
    return check_whole(stage, err);
}

static bool sync_folder(int fd, const struct restore_stage *stage,
                        const char *name, struct err *err)
{
    char path[PATH_SIZE];

    path_of(stage, name, path);
    return fsync(fd) == 0 || err_errno(err, "fsync %s", path);
}

/* An empty folder of databases would be in the way of nothing, but say something. */
static bool settle(struct restore_stage *stage, struct err *err)
{
    if (unlinkat(stage->folder, RECORDS_FOLDER, AT_REMOVEDIR) == 0)
        let_go(&stage->inner);
    return (stage->inner < 0 ||
            sync_folder(stage->inner, stage, RECORDS_FOLDER, err)) &&
           sync_folder(stage->folder, stage, "", err);
}

bool restore_stage_fill(struct restore_stage *stage, struct err *err)
{
    struct tar_reader tar = tar_reader_of(stage->from);

    return make_folder(stage, err) && make_inner(stage, err) &&
           ((take_all(&tar, stage, err) && settle(stage, err)) ||
            err_wrap(err, "restoring %s", stage->file));
}
