// SPDX-License-Identifier: MIT
/* `.env` files. */
#include "config/dotenv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/chars.h"
#include "base/links.h"
#include "base/owner.h"
#include "base/way.h"

#define FILE_MAX (1024u * 1024)

/* ---- one line ----------------------------------------------------------- */

static bool is_name(struct str name)
{
    static const struct chars usual = { { CHARS_ALNUM, ['_'] = true } };

    return name.len > 0 && (name.at[0] < '0' || name.at[0] > '9') &&
           chars_has_all(&usual, name);
}

static char unescape(char c)
{
    if (c == 'n')
        return '\n';
    return c == 't' ? '\t' : c;
}

/* The text between quotes; `*used` counts both of them.  False if the second is
   missing. */
static bool take_quoted(struct str text, char *out, size_t *used)
{
    char quote = text.at[0];
    size_t len = 0;

    for (size_t i = 1; i < text.len; i++) {
        char c = text.at[i];

        if (c == quote) {
            out[len] = '\0';
            *used = i + 1;
            return true;
        }
        if (c == '\\' && quote == '"' && i + 1 < text.len)
            c = unescape(text.at[++i]);
        out[len++] = c;
    }
    return false;
}

/* Up to a '#' behind a space. */
static struct str without_comment(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool spaced = i == 0 || text.at[i - 1] == ' ' || text.at[i - 1] == '\t';

        if (text.at[i] == '#' && spaced)
            return str_trim(str_sub(text, 0, i));
    }
    return text;
}

static bool take_value(struct arena *arena, struct str text, const char **value)
{
    size_t used = 0;
    char *out;

    if (text.len == 0 || (text.at[0] != '"' && text.at[0] != '\'')) {
        *value = arena_str(arena, without_comment(text)).at;
        return true;
    }
    out = arena_alloc(arena, text.len);
    *value = out;
    return take_quoted(text, out, &used) &&
           without_comment(str_trim(str_from(text, used))).len == 0;
}

/* An empty line gives an item without a name. */
static bool parse_line(struct arena *arena, struct str line,
                       struct dotenv_item *item)
{
    size_t equals;
    struct str name;

    item->name = NULL;
    line = str_trim(line);
    if (line.len == 0 || line.at[0] == '#')
        return true;
    if (str_starts(line, STR("export ")))
        line = str_trim(str_from(line, 7));
    equals = str_index(line, '=');
    name = str_trim(str_sub(line, 0, equals));
    if (equals == line.len || !is_name(name))
        return false;
    item->name = arena_str(arena, name).at;
    return take_value(arena, str_trim(str_from(line, equals + 1)),
                      &item->value);
}

/* ---- the file ----------------------------------------------------------- */

static size_t count_lines(struct str text)
{
    struct str line;
    size_t count = 0;

    while (str_next(&text, '\n', &line))
        count++;
    return count;
}

static struct str without_cr(struct str line)
{
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

static void refuse_line(const struct dotenv *file, size_t line,
                        struct problems *problems)
{
    struct err err;

    err_set(&err, ERR_CONFIG, "%s:%zu: not a line of NAME=value", file->path,
            line);
    problems_add(problems, &err);
}

void dotenv_parse(struct dotenv *file, struct arena *arena, const char *path,
                  struct str text, struct problems *problems)
{
    size_t number = 0;
    struct str line;

    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_from(text, 3);
    file->path = path;
    file->count = 0;
    file->items =
        arena_alloc(arena, count_lines(text) * sizeof(struct dotenv_item));
    while (str_next(&text, '\n', &line)) {
        struct dotenv_item *item = &file->items[file->count];

        item->line = ++number;
        if (str_index(line, '\0') < line.len ||
            !parse_line(arena, without_cr(line), item))
            refuse_line(file, number, problems);
        else
            file->count += item->name != NULL;
    }
}

static bool read_file(int fd, struct buf *text, struct err *err)
{
    ssize_t got;

    do {
        char *room = buf_room(text, 4096);

        if (!room)
            return err_set(err, ERR_CONFIG, "larger than 1 MB");
        got = read(fd, room, 4096);
        if (got > 0)
            buf_grow(text, (size_t)got);
    } while (got > 0 || (got < 0 && errno == EINTR));
    return got == 0 || err_errno(err, "read");
}

/* ---- whose it is -------------------------------------------------------- */

/* Whoever can write it decides where tokens go.  What is no file may never end. */
static bool is_trusted(struct dotenv *file, int fd, struct err *err)
{
    struct owner owner;
    struct stat info;

    if (!owner_look(&owner, file->path, err))
        return false;
    if (fstat(fd, &info) != 0)
        return err_errno(err, "stat %s", file->path);
    if (!owner_check(&owner, file->path, &info, err) ||
        !way_check(file->path, err))
        return false;
    if (!S_ISREG(info.st_mode))
        return err_set(err, ERR_CONFIG,
                       "%s is not a regular file: remove it, or write the "
                       "settings into a file of that name",
                       file->path);
    if (owner_is_ours(&owner, &info) && (info.st_mode & 044) != 0)
        file->open_mode = info.st_mode & 0777;
    return true;
}

static bool read_trusted(struct dotenv *file, int fd, struct buf *text,
                         struct err *err)
{
    return is_trusted(file, fd, err) &&
           (read_file(fd, text, err) || err_wrap(err, "%s", file->path));
}

/* Opening another user's pipe would wait for ever. */
static int open_file(const char *path, struct err *err)
{
    struct links links;
    int fd;

    if (!links_check(path, &links, err))
        return -1;
    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        err_errno(err, "open %s", path);
    return fd;
}

void dotenv_load(struct dotenv *file, struct arena *arena, const char *path,
                 struct problems *problems)
{
    struct stat info;
    struct buf text;
    struct err err;
    int fd;

    *file = (struct dotenv){ .path = path };
    if (stat(path, &info) != 0 && errno == ENOENT)
        return;
    fd = open_file(path, &err);
    if (fd < 0) {
        problems_add(problems, &err);
        return;
    }
    buf_init_secret(&text, FILE_MAX);
    if (read_trusted(file, fd, &text, &err))
        dotenv_parse(file, arena, path, buf_str(&text), problems);
    else
        problems_add(problems, &err);
    buf_done(&text);
    (void)close(fd);
}

const struct dotenv_item *dotenv_find(const struct dotenv *file,
                                      const char *name)
{
    for (size_t i = file->count; i > 0; i--) {
        if (strcmp(file->items[i - 1].name, name) == 0)
            return &file->items[i - 1];
    }
    return NULL;
}
