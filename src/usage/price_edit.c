// SPDX-License-Identifier: MIT
/* Changing a table of prices. */
#include "usage/price_edit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/reason.h"
#include "base/text.h"
#include "base/visible.h"
#include "store/filelock.h"
#include "store/jsonfile.h"
#include "store/owned.h"
#include "usage/price_file.h"

#define PATH_LEN_MAX 4096

void price_edited_init(struct price_edited *edited)
{
    *edited = (struct price_edited){ .before = json_doc_new_array() };
    buf_init(&edited->text, JSONFILE_MAX);
}

void price_edited_done(struct price_edited *edited)
{
    prices_unref(edited->prices);
    json_doc_free(edited->before);
    buf_done(&edited->text);
}

/* ---- rows ---------------------------------------------------------------- */

static bool is_of_model(const struct price_edit *edit,
                        const struct json_doc *row)
{
    struct str model;

    return json_doc_get_str(row, "model", &model) &&
           str_ieq(model, edit->model);
}

/* Without a row all of the model's go. */
static bool goes(const struct price_edit *edit, const struct json_doc *row)
{
    return is_of_model(edit, row) &&
           (!edit->row ||
            json_doc_is_same(json_doc_get(row, "valid_from"),
                             json_doc_get(edit->row, "valid_from")));
}

#define MEMBER_MAX 64

/* A longer name is none that is known, and stays unknown. */
static bool add_member(void *arg, struct str name, struct json_doc *value)
{
    char member[MEMBER_MAX];

    text_copy(member, sizeof(member), name);
    if (!json_doc_is_null(value) || str_eq(name, STR("long_context")))
        json_doc_set(arg, member, json_doc_copy(value));
    return true;
}

/* Null is as good as absent, but where it says something. */
static struct json_doc *new_row(const struct price_edit *edit)
{
    struct json_doc *row = json_doc_new_object();

    json_doc_set_str(row, "model", edit->model);
    (void)json_doc_each(edit->row, add_member, row);
    return row;
}

/* In the place of the first that goes, or at the end. */
static struct json_doc *new_rows(const struct price_edit *edit,
                                 const struct json_doc *rows,
                                 struct json_doc *before)
{
    struct json_doc *list = json_doc_new_array();
    bool placed = !edit->row;

    for (size_t i = 0; i < json_doc_count(rows); i++) {
        const struct json_doc *row = json_doc_at(rows, i);

        if (!goes(edit, row)) {
            json_doc_add(list, json_doc_copy(row));
            continue;
        }
        json_doc_add(before, json_doc_copy(row));
        if (!placed)
            json_doc_add(list, new_row(edit));
        placed = true;
    }
    if (!placed)
        json_doc_add(list, new_row(edit));
    return list;
}

/* ---- the table ----------------------------------------------------------- */

static struct json_doc *parse(struct str text, struct err *err)
{
    struct prices *prices;

    if (text.len == 0)
        return json_doc_new_object();
    prices = prices_read(text, err);
    if (!prices) {
        (void)err_wrap(err, PRICE_FILE " is not valid as it is: mend it, or "
                                       "take it away");
        err->code = ERR_CONFLICT;
        return NULL;
    }
    prices_unref(prices);
    return json_doc_parse(text, err);
}

/* The row that was set is the model's price, or will be. */
static bool is_in_force(const struct price_edit *edit,
                        const struct price_edited *edited, struct err *err)
{
    const struct price *row =
        prices_find(edited->prices, edit->model, edit->now_ms);

    return !edit->row || json_doc_get(edit->row, "valid_from") || !row ||
           row->valid_from_ms == 0 || REASON_SET(err, PRICES_ROW_DATED);
}

static bool write_table(const struct price_edit *edit, struct json_doc *doc,
                        struct price_edited *edited, struct err *err)
{
    if (!json_doc_write(doc, true, &edited->text) ||
        !buf_append(&edited->text, STR("\n")))
        return REASON_SET(err, PRICES_TOO_LONG, JSONFILE_MAX);
    edited->prices = prices_read(buf_str(&edited->text), err);
    return edited->prices && is_in_force(edit, edited, err);
}

/* Without rows it is no table; what it says beside them is not thrown away. */
static bool leave_nothing(const struct json_doc *doc, struct err *err)
{
    return json_doc_count(doc) == 1 || REASON_SET(err, PRICES_WOULD_BE_EMPTY);
}

/* A row that is there goes, whatever it is called. */
static bool is_name(const struct price_edit *edit, struct err *err)
{
    return !edit->row ||
           (edit->model.len > 0 && visible_is_all(edit->model, false)) ||
           REASON_SET(err, PRICE_MODEL_INVALID);
}

bool price_edit_text(struct str text, const struct price_edit *edit,
                     struct price_edited *edited, struct err *err)
{
    struct json_doc *doc = is_name(edit, err) ? parse(text, err) : NULL;
    struct json_doc *rows;
    bool ok;

    if (!doc)
        return false;
    rows = new_rows(edit, json_doc_get(doc, "models"), edited->before);
    if (!edit->row && json_doc_count(edited->before) == 0) {
        ok = REASON_SET(err, PRICES_NO_ROW);
        json_doc_free(rows);
    } else if (json_doc_count(rows) == 0) {
        ok = leave_nothing(doc, err);
        json_doc_free(rows);
    } else {
        json_doc_set(doc, "models", rows);
        ok = write_table(edit, doc, edited, err);
    }
    json_doc_free(doc);
    return ok;
}

/* ---- the file ------------------------------------------------------------ */

static bool read_text(const char *path, struct buf *text, struct err *err)
{
    struct stat info;

    if (lstat(path, &info) == 0 && S_ISLNK(info.st_mode))
        return REASON_SET(err, PRICES_IS_LINK, path);
    return (owned_file(path, err) && jsonfile_read(path, text, err)) ||
           err->code == ERR_NOT_FOUND;
}

static bool take_away(const char *folder, const char *path, struct err *err)
{
    return (unlink(path) == 0 || errno == ENOENT ||
            err_errno(err, "remove %s", path)) &&
           jsonfile_sync_folder(folder, err);
}

static bool change(const char *folder, const struct price_edit *edit,
                   struct price_edited *edited, struct err *err)
{
    char path[PATH_LEN_MAX];
    struct buf text;
    bool ok;

    if (snprintf(path, sizeof(path), "%s/" PRICE_FILE, folder) >= PATH_LEN_MAX)
        return err_set(err, ERR_CONFIG, "the path of DATA_DIR is too long");
    buf_init(&text, JSONFILE_MAX);
    ok = read_text(path, &text, err) &&
         price_edit_text(buf_str(&text), edit, edited, err);
    buf_done(&text);
    if (ok && !edited->prices)
        return take_away(folder, path, err);
    return ok && jsonfile_write(folder, PRICE_FILE, buf_str(&edited->text),
                                false, err);
}

bool price_edit_file(const char *folder, const struct price_edit *edit,
                     struct price_edited *edited, struct err *err)
{
    int held = filelock_take(folder, FILELOCK_FOLDER, err);
    bool ok;

    if (held < 0)
        return false;
    ok = change(folder, edit, edited, err);
    filelock_release(held);
    return ok;
}
