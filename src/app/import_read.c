// SPDX-License-Identifier: MIT
/* Reading what an import is made of. */
#include "app/import_read.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/shown.h"
#include "store/jsonfile.h"

#define PATH_SIZE 4096
#define READ_SIZE 65536

/* ---- one text ------------------------------------------------------------- */

static bool read_doc(struct import_reading *reading, struct str file,
                     const struct json_doc *doc, struct err *err)
{
    if (!reading->format)
        reading->format = import_format_of(doc, err);
    if (!reading->format)
        return err_wrap(err, "say with --from what it is");
    return reading->format->read(&(struct import_source){ .file = file,
                                                          .doc = doc,
                                                          .now_ms =
                                                              reading->now_ms,
                                                          .list =
                                                              reading->list },
                                 err);
}

static bool read_text(struct import_reading *reading, struct str file,
                      const struct buf *text, struct err *err)
{
    struct json_doc *doc = json_doc_parse(buf_str(text), err);
    bool ok = doc && read_doc(reading, file, doc, err);

    json_doc_free(doc);
    return ok;
}

static bool read_file(struct import_reading *reading, const char *path,
                      struct str file, struct err *err)
{
    struct buf text;
    bool ok;

    buf_init_secret(&text, IMPORT_READ_MAX);
    ok =
        jsonfile_read(path, &text, err) && read_text(reading, file, &text, err);
    buf_done(&text);
    return ok;
}

/* ---- standard input -------------------------------------------------------- */

/* Whether there may be more. */
static bool read_some(struct buf *text, ssize_t *len)
{
    char *room = buf_room(text, READ_SIZE);

    if (!room)
        return false;
    do {
        *len = read(STDIN_FILENO, room, READ_SIZE);
    } while (*len < 0 && errno == EINTR);
    if (*len > 0)
        buf_grow(text, (size_t)*len);
    return *len > 0;
}

static bool read_input(struct import_reading *reading, struct err *err)
{
    struct buf text;
    ssize_t len = 1;
    bool ok;

    buf_init_secret(&text, IMPORT_READ_MAX);
    while (read_some(&text, &len))
        continue;
    if (len < 0)
        ok = err_errno(err, "read standard input");
    else if (len > 0)
        ok = err_set(err, ERR_TOO_LARGE,
                     "standard input has more than 64 MB: bring it in parts");
    else
        ok = read_text(reading, STR_EMPTY, &text, err) ||
             err_wrap(err, "standard input");
    buf_done(&text);
    return ok;
}

/* ---- a folder --------------------------------------------------------------- */

struct names {
    char **at;
    size_t count;
    size_t cap;
};

static void add_name(struct names *names, const char *name)
{
    if (names->count == names->cap) {
        names->cap = names->cap > 0 ? 2 * names->cap : 64;
        names->at = mem_realloc(names->at, names->cap * sizeof(names->at[0]));
    }
    names->at[names->count++] = mem_strdup(name);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_folder(const struct import_format *format, const char *folder,
                        struct names *names, struct err *err)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    char text[SHOWN_MAX];

    if (!dir)
        return err_errno(err, "open the folder %s",
                         shown_open(str_of(folder), text));
    for (entry = readdir(dir); entry && names->count <= IMPORT_MAX;
         entry = readdir(dir)) {
        if (format->takes(str_of(entry->d_name)))
            add_name(names, entry->d_name);
    }
    (void)closedir(dir);
    if (names->count > IMPORT_MAX)
        return err_set(err, ERR_TOO_LARGE,
                       "there are more than %d %s in the folder %s: bring them "
                       "in parts",
                       IMPORT_MAX, format->files,
                       shown_open(str_of(folder), text));
    if (names->count > 0)
        qsort(names->at, names->count, sizeof(names->at[0]), compare);
    return names->count > 0 ||
           err_set(err, ERR_NOT_FOUND, "there is no %s in the folder %s",
                   format->files, shown_open(str_of(folder), text));
}

/* A file that is something else is a candidate that says so. */
static bool read_of_folder(struct import_reading *reading, const char *folder,
                           const char *name, struct err *err)
{
    struct import_candidate *candidate;
    char path[PATH_SIZE];
    struct err why;
    bool ok;

    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= PATH_SIZE)
        ok = err_set(&why, ERR_NOT_FOUND, "its path is too long");
    else
        ok = read_file(reading, path, str_of(name), &why);
    if (ok)
        return true;
    candidate = import_list_add(reading->list, str_of(name));
    if (!candidate)
        return import_too_many(err);
    import_refuse(candidate, &why);
    return true;
}

static bool read_folder(struct import_reading *reading, const char *folder,
                        struct err *err)
{
    struct names names = { 0 };
    bool ok = list_folder(reading->format, folder, &names, err);

    for (size_t i = 0; i < names.count; i++) {
        ok = ok && read_of_folder(reading, folder, names.at[i], err);
        mem_free(names.at[i]);
    }
    mem_free(names.at);
    return ok;
}

/* ---- any -------------------------------------------------------------------- */

static bool read_one(struct import_reading *reading, const char *path,
                     struct err *err)
{
    const char *slash = strrchr(path, '/');
    char text[SHOWN_MAX];

    return read_file(reading, path, str_of(slash ? slash + 1 : path), err) ||
           err_wrap(err, "%s", shown_open(str_of(path), text));
}

bool import_read(struct import_reading *reading, const char *path,
                 struct err *err)
{
    char text[SHOWN_MAX];
    struct stat info;

    if (strcmp(path, "-") == 0)
        return read_input(reading, err);
    if (stat(path, &info) != 0)
        return err_errno(err, "look at %s", shown(str_of(path), text));
    if (!S_ISDIR(info.st_mode))
        return read_one(reading, path, err);
    if (!reading->format)
        reading->format = &import_seed;
    return read_folder(reading, path, err);
}
