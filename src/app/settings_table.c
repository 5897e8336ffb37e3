// SPDX-License-Identifier: MIT
/* Options as texts. */
#include "app/settings_table.h"

#include "app/columns.h"

#define CELL_MAX 512

static struct str text_of(const struct json_doc *option, const char *member)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(option, member, &text);
    return text;
}

static uint64_t number_of(const struct json_doc *option, const char *member)
{
    uint64_t number = 0;

    (void)json_doc_get_u64(option, member, &number);
    return number;
}

static bool is(const struct json_doc *option, const char *member)
{
    bool truth = false;

    (void)json_doc_get_bool(option, member, &truth);
    return truth;
}

/* "set, 43 characters", or what it is. */
static void add_value(struct buf *out, const struct json_doc *option)
{
    if (!is(option, "is_set"))
        buf_add(out, STR("-"));
    else if (is(option, "is_secret"))
        buf_printf(out, "set, %llu characters",
                   (unsigned long long)number_of(option, "length"));
    else
        buf_add(out, str_sub(text_of(option, "value"), 0, CELL_MAX));
}

/* ".env, line 9", "environment" ... */
static void add_origin(struct buf *out, const struct json_doc *option)
{
    struct str file = text_of(option, "file");
    struct str origin = text_of(option, "origin");

    if (file.len > 0)
        buf_printf(out, STR_FMT ", line %llu", STR_ARG(file),
                   (unsigned long long)number_of(option, "line"));
    else if (str_eq(origin, STR("argument")))
        buf_add(out, STR("command line"));
    else
        buf_add(out, str_sub(origin, 0, CELL_MAX));
}

static void add_cell(struct columns *columns, const struct json_doc *option,
                     void (*add)(struct buf *out, const struct json_doc *of))
{
    struct buf cell;

    buf_init(&cell, CELL_MAX);
    add(&cell, option);
    columns_add(columns, buf_str(&cell));
    buf_done(&cell);
}

void settings_table_add(struct buf *out, size_t width,
                        const struct json_doc *answer)
{
    static const struct columns_step steps[] = { { { 0 }, 0 } };
    static const struct columns_cut cuts[] = { { 1, 12 }, { 0, 0 } };
    const struct json_doc *options = json_doc_get(answer, "options");
    struct columns columns;

    columns_begin(&columns, "lll");
    columns_add(&columns, STR("OPTION"));
    columns_add(&columns, STR("VALUE"));
    columns_add(&columns, STR("FROM"));
    for (size_t i = 0; i < json_doc_count(options); i++) {
        const struct json_doc *option = json_doc_at(options, i);

        columns_add(&columns, text_of(option, "name"));
        add_cell(&columns, option, add_value);
        add_cell(&columns, option, add_origin);
    }
    if (width > 0)
        columns_fit(&columns, width, &(struct columns_fit){ steps, cuts });
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}

static const struct json_doc *find(const struct json_doc *answer,
                                   struct str name)
{
    const struct json_doc *options = json_doc_get(answer, "options");

    for (size_t i = 0; i < json_doc_count(options); i++) {
        if (str_ieq(text_of(json_doc_at(options, i), "name"), name))
            return json_doc_at(options, i);
    }
    return NULL;
}

bool settings_table_add_one(struct buf *out, const struct json_doc *answer,
                            struct str name)
{
    const struct json_doc *option = find(answer, name);
    struct str standard;

    if (!option)
        return false;
    standard = text_of(option, "default");
    buf_printf(out, STR_FMT ": " STR_FMT "\n", STR_ARG(text_of(option, "name")),
               STR_ARG(text_of(option, "meaning")));
    buf_add(out, STR("  value    "));
    add_value(out, option);
    buf_add(out, STR("\n  from     "));
    add_origin(out, option);
    buf_printf(out, "\n  default  " STR_FMT "\n  allowed  " STR_FMT "\n",
               STR_ARG(standard.len > 0 ? standard : STR("not set")),
               STR_ARG(text_of(option, "allowed")));
    buf_printf(out, "  change   " STR_FMT "\n",
               STR_ARG(text_of(option, "command")));
    return true;
}
