// SPDX-License-Identifier: MIT
/* The files of the page. */
#include "admin/page_files.h"

#include "admin/page_bytes.h"
#include "base/macros.h"

#define ADMIN "/admin/"
#define API "/admin/api/"
#define ASSETS "/admin/assets/"

const struct page_file *page_files_at(size_t n)
{
    return n < COUNT_OF(files) ? &files[n] : NULL;
}

static const struct page_file *named(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (str_eq(name, str_of(files[i].name)))
            return &files[i];
    }
    return NULL;
}

/* Documents have addresses of their own. */
static bool is_document(const struct page_file *file)
{
    return str_starts(str_of(file->type), STR("text/html"));
}

static enum page_place find_asset(struct str rest,
                                  const struct page_file **file)
{
    static const struct str hash = { PAGE_HASH "/", sizeof(PAGE_HASH) };

    if (!str_starts(rest, hash))
        return PAGE_GONE;
    *file = named(str_from(rest, hash.len));
    return *file && !is_document(*file) ? PAGE_ASSET : PAGE_GONE;
}

static enum page_place find_shell(const char *name,
                                  const struct page_file **file)
{
    *file = named(str_of(name));
    return PAGE_SHELL;
}

const char *page_files_moved(struct str path)
{
    static const struct {
        const char *from;
        const char *to;
    } moved[] = { { "/admin", "/admin/" }, { "/me/", "/me" } };

    for (size_t i = 0; i < COUNT_OF(moved); i++) {
        if (str_eq(path, str_of(moved[i].from)))
            return moved[i].to;
    }
    return NULL;
}

enum page_place page_files_find(struct str path, bool html,
                                const struct page_file **file)
{
    *file = NULL;
    if (page_files_moved(path))
        return PAGE_MOVED;
    if (str_eq(path, STR("/me")))
        return find_shell("me.html", file);
    if (str_starts(path, STR(ASSETS)))
        return find_asset(str_from(path, sizeof(ASSETS) - 1), file);
    if (str_eq(path, STR(ADMIN)) ||
        (html && str_starts(path, STR(ADMIN)) && !str_starts(path, STR(API))))
        return find_shell("index.html", file);
    return PAGE_NOT_HERE;
}

/* ---- packing ------------------------------------------------------------ */

/* "q=0", "q=0.0": not this one. */
static bool is_refused(struct str parameters)
{
    struct str field;

    while (str_next(&parameters, ';', &field)) {
        field = str_trim(field);
        if (!str_istarts(field, STR("q=")))
            continue;
        for (size_t i = 2; i < field.len; i++) {
            if (field.at[i] != '0' && field.at[i] != '.')
                return false;
        }
        return true;
    }
    return false;
}

bool page_files_take_gzip(const struct headers *headers)
{
    const struct str *field = headers_get(headers, STR("accept-encoding"));
    struct str list = field ? *field : STR_EMPTY;
    struct str item;

    while (headers_list_next(&list, &item)) {
        size_t end = str_index(item, ';');

        if (str_ieq(str_trim(str_sub(item, 0, end)), STR("gzip")))
            return !is_refused(str_from(item, end));
    }
    return false;
}
