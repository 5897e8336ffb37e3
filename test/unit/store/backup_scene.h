// SPDX-License-Identifier: MIT
/* A data folder with an account and a database, and a backup of it. */
#pragma once

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "sql_scene.h"
#include "store/backup.h"
#include "store/backup_names.h"
#include "store/records.h"

struct folders {
    char *from;
    char *to;
    char *elsewhere;
    char file[4096];
};

static inline bool add_group(struct sql *sql, void *arg, struct err *err)
{
    return sql_run(sql,
                   "INSERT INTO key_group(name, doc, created_ms)"
                   " VALUES($1, '{}', 1)",
                   SQL_VALUES(sql_text(str_of(arg))), err);
}

static inline void add_row(const char *folder, const char *name)
{
    struct err err;
    struct records *records = records_open(folder, &err);
    char *copy = mem_strdup(name);

    assert_non_null(records);
    assert_true(
        records_do(records,
                   &(struct records_work){ .run = add_group, .arg = copy },
                   &err));
    records_free(records);
    mem_free(copy);
}

static inline int64_t rows_in(const char *folder)
{
    struct err err;
    struct sql *sql =
        sqlite_backend.open(unit_path(folder, "db/relay.db"), SQL_WRITES, &err);
    int64_t count;

    assert_non_null(sql);
    count = number_of(sql, "SELECT count(*) FROM key_group");
    sql_close(sql);
    return count;
}

static inline int open_folders(void **state)
{
    struct folders *folders = MEM_NEW(struct folders);

    folders->from = unit_folder_new();
    folders->to = unit_folder_new();
    folders->elsewhere = unit_folder_new();
    (void)snprintf(folders->file, sizeof(folders->file), "%s",
                   unit_path(folders->elsewhere, "x.tar"));
    unit_write(folders->from, "oauth_main.json", "{\"a\":1}");
    unit_write(folders->from, "admin_token", "secret");
    unit_write(folders->from, ".lock_oauth_main", "");
    add_row(folders->from, "one");
    *state = folders;
    return 0;
}

static inline int close_folders(void **state)
{
    struct folders *folders = *state;

    unit_folder_free(folders->from);
    unit_folder_free(folders->to);
    unit_folder_free(folders->elsewhere);
    mem_free(folders);
    return 0;
}

static inline void back_up(struct folders *folders)
{
    struct backup_making making = { .data_dir = folders->from,
                                    .file = folders->file,
                                    .force = true };
    struct err err;

    assert_true(backup_make(&making, &err));
}

static inline bool is_there(const char *folder, const char *name)
{
    struct stat info;

    return lstat(unit_path(folder, name), &info) == 0;
}

static inline bool restore(struct folders *folders, bool force,
                           struct backup_restore *done, struct err *err)
{
    struct unit_capture log = unit_capture_begin(2);
    bool ok;

    *done = (struct backup_restore){ .file = folders->file,
                                     .data_dir = folders->to,
                                     .force = force };
    ok = backup_restore(done, err);
    mem_free(unit_capture_end(&log));
    assert_false(is_there(folders->to, BACKUP_STAGE));
    return ok;
}

static inline void assert_file(const char *folder, const char *name,
                               const char *want)
{
    char *text = unit_read(folder, name);

    assert_string_equal(text, want);
    mem_free(text);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_folders, close_folders)
