// SPDX-License-Identifier: MIT
/* Where the records lie. */
#include "store/records_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/mark.h"
#include "store/owned.h"

static bool give(int fd, const char *path, struct err *err)
{
    bool ok = owned_give(fd, path, err);

    (void)close(fd);
    return ok;
}

static bool make_folder(const char *path, struct err *err)
{
    int fd;

    if (mkdir(path, 0700) != 0)
        return errno == EEXIST || err_errno(err, "make the folder %s", path);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "open the folder %s", path);
    return give(fd, path, err);
}

bool records_file_make(const char *path, struct err *err)
{
    int fd =
        open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    return fd < 0 ? err_errno(err, "make the file %s", path)
                  : give(fd, path, err);
}

/* What SQLite keeps beside it takes over mode and owner. */
static bool make_file(const char *path, struct err *err)
{
    return access(path, F_OK) == 0 || records_file_make(path, err) ||
           access(path, F_OK) == 0;
}

static bool find(const char *data_dir, const char *name,
                 char path[RECORDS_PATH_SIZE], struct err *err)
{
    return snprintf(path, RECORDS_PATH_SIZE, "%s/%s", data_dir, name) <
               RECORDS_PATH_SIZE - 16 ||
           err_set(err, ERR_CONFIG, "the path of DATA_DIR is too long: %s",
                   data_dir);
}

/* The files that SQLite opens beside it are looked at by owned_databases(). */
bool records_file_prepare(const char *data_dir, char path[RECORDS_PATH_SIZE],
                          struct err *err)
{
    char folder[RECORDS_PATH_SIZE];

    return find(data_dir, RECORDS_FOLDER, folder, err) &&
           find(data_dir, RECORDS_FOLDER "/" RECORDS_FILE, path, err) &&
           mark_check(data_dir, path, err) && make_folder(folder, err) &&
           owned_databases(folder, err) && make_file(path, err);
}
