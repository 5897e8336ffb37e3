// SPDX-License-Identifier: MIT
/* Running the cases, and bending what formats read. */
#include "brought.h"

#include <string.h>

#include "base/mem.h"
#include "unit.h"

static bool read(const struct import_format *format, const char *file,
                 struct str json, struct import_list *list, struct err *err)
{
    struct json_doc *doc = json_doc_parse(json, err);
    bool ok;

    import_list_init(list);
    if (!doc)
        return false;
    ok = format->read(&(struct import_source){ .file = str_of(file),
                                               .doc = doc,
                                               .now_ms = BROUGHT_NOW_MS,
                                               .list = list },
                      err);
    json_doc_free(doc);
    return ok;
}

static void check_part(const char *what, const char *got, const char *want)
{
    if (!want && got[0])
        fail_msg("%s: %s", what, got);
    if (want && !strstr(got, want))
        fail_msg("%s: \"%s\" does not hold \"%s\"", what, got, want);
}

static void check_doc(const char *what, const struct json_doc *got,
                      const char *want)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(want), &err);
    struct buf text;

    assert_non_null(doc);
    if (!json_doc_is_same(got, doc)) {
        buf_init(&text, 100000);
        assert_true(json_doc_write(got, false, &text));
        fail_msg("%s: " STR_FMT, what, STR_ARG(buf_str(&text)));
    }
    json_doc_free(doc);
}

static void check_row(const char *what, const struct import_candidate *got,
                      const struct brought_row *want)
{
    assert_string_equal(got->there, want->there);
    assert_string_equal(got->kind ? got->kind->name : "",
                        want->kind ? want->kind : "");
    check_part(what, got->why_not.text, want->why_not);
    check_part(what, got->hints, want->hint);
    assert_int_equal(got->foreign, want->foreign);
    if (want->doc) {
        check_doc(what, got->doc, want->doc);
        assert_int_equal(got->rank, want->rank);
    }
}

static void check_case(const struct import_format *format,
                       const struct brought *row)
{
    struct import_list list;
    struct err err = { .text = "" };
    size_t count = 0;
    bool ok = read(format, row->file, str_of(row->json), &list, &err);

    if (ok != !row->err)
        fail_msg("%s: %s", row->name, err.text);
    if (row->err)
        check_part(row->name, err.text, row->err);
    while (count < BROUGHT_ROWS && row->rows[count].there)
        count++;
    if (list.count != count && !row->err)
        fail_msg("%s: %zu accounts", row->name, list.count);
    for (size_t i = 0; i < count; i++)
        check_row(row->name, &list.at[i], &row->rows[i]);
    import_list_done(&list);
}

void brought_check(const struct import_format *format,
                   const struct brought *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_case(format, &cases[i]);
}

/* ---- bending ---------------------------------------------------------------- */

static void check_texts(const struct import_list *list, const struct err *err)
{
    assert_null(strstr(err->text, "CANARY"));
    for (size_t i = 0; i < list->count; i++) {
        assert_null(strstr(list->at[i].why_not.text, "CANARY"));
        assert_null(strstr(list->at[i].hints, "CANARY"));
    }
}

static void try(const struct import_format *format, const char *file,
                struct str json)
{
    struct import_list list;
    struct err err = { .text = "" };

    (void)read(format, file, json, &list, &err);
    check_texts(&list, &err);
    import_list_done(&list);
}

/* Behind the value that begins at `at`, as far as one can tell without a parser. */
static size_t behind_value(struct str json, size_t at)
{
    size_t depth = 0;
    bool quoted = false;

    for (; at < json.len; at++) {
        char c = json.at[at];

        if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']') && depth-- == 0)
            return at;
        else if (!quoted && c == ',' && depth == 0)
            return at;
    }
    return at;
}

static void replace_value(const struct import_format *format, const char *file,
                          struct str json, size_t at)
{
    static const char *const others[] = {
        "null",   "true",   "5",
        "-1e300", "\"\"",   "{}",
        "[]",     "[[{}]]", "\"\\u0001sk-ant-api03-CANARY\""
    };
    struct buf text;

    for (size_t i = 0; i < COUNT_OF(others); i++) {
        buf_init(&text, 100000);
        buf_add(&text, str_sub(json, 0, at));
        buf_add(&text, str_of(others[i]));
        buf_add(&text, str_from(json, behind_value(json, at)));
        try(format, file, buf_str(&text));
        buf_done(&text);
    }
}

void brought_bend(const struct import_format *format, const char *file,
                  const char *json)
{
    struct str all = str_of(json);

    for (size_t i = 0; i < all.len; i++) {
        try(format, file, str_sub(all, 0, i));
        if (all.at[i] == ':')
            replace_value(format, file, all, i + 1);
    }
}
