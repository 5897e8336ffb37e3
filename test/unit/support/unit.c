// SPDX-License-Identifier: MIT
/* What unit tests share. */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"

#define FILE_MAX_BYTES (4u * 1024 * 1024)

void unit_assert_str(struct str got, const char *want)
{
    if (str_eq(got, str_of(want)))
        return;
    print_error("got \"" STR_FMT "\", want \"%s\"\n", STR_ARG(got), want);
    fail();
}

void unit_assert_has(struct str text, const char *part)
{
    if (str_contains(text, str_of(part)))
        return;
    print_error("\"" STR_FMT "\" does not contain \"%s\"\n", STR_ARG(text),
                part);
    fail();
}

void unit_assert_doc(struct json_doc *doc, const char *want)
{
    struct buf out;

    buf_init(&out, 65536);
    assert_true(json_doc_write(doc, false, &out));
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
    json_doc_free(doc);
}

void unit_assert_part(const char *text, const char *part)
{
    unit_assert_has(str_of(text), part);
}

char *unit_folder_new(void)
{
    char *folder = mem_strdup("/tmp/relay-unit-XXXXXX");

    assert_non_null(mkdtemp(folder));
    return folder;
}

static int remove_one(const char *path, const struct stat *info, int type,
                      struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void unit_folder_free(char *folder)
{
    if (!folder)
        return;
    (void)chmod(folder, 0700);
    assert_int_equal(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    mem_free(folder);
}

const char *unit_path(const char *folder, const char *name)
{
    static _Thread_local char path[4096];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

void unit_write(const char *folder, const char *name, const char *text)
{
    int fd = open(unit_path(folder, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    size_t len = strlen(text);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    (void)close(fd);
}

static char *read_fd(int fd)
{
    char *text = mem_zalloc(FILE_MAX_BYTES);
    ssize_t len = pread(fd, text, FILE_MAX_BYTES - 1, 0);

    assert_true(len >= 0);
    return text;
}

char *unit_read(const char *folder, const char *name)
{
    int fd = open(unit_path(folder, name), O_RDONLY);
    char *text;

    assert_true(fd >= 0);
    text = read_fd(fd);
    (void)close(fd);
    return text;
}

size_t unit_file_count(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    (void)closedir(dir);
    return count - 2;
}

struct unit_capture unit_capture_begin(int fd)
{
    struct unit_capture capture = { .fd = fd, .saved = dup(fd) };

    (void)fflush(NULL);
    capture.file = memfd_create("capture", MFD_CLOEXEC);
    assert_true(capture.saved >= 0 && capture.file >= 0);
    /* Writes of several threads to a memfd may share an offset otherwise. */
    assert_int_equal(fcntl(capture.file, F_SETFL, O_APPEND), 0);
    (void)dup2(capture.file, fd);
    return capture;
}

char *unit_capture_end(struct unit_capture *capture)
{
    char *text;

    (void)fflush(NULL);
    (void)dup2(capture->saved, capture->fd);
    (void)close(capture->saved);
    text = read_fd(capture->file);
    (void)close(capture->file);
    return text;
}
