// SPDX-License-Identifier: MIT
/* Usage as JSON and CSV, from the tables of usage/ask. */
#include "admin/usage_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "admin/json_text.h"
#include "base/csv.h"
#include "base/text.h"
#include "http/request_id.h"

/* ---- JSON ---------------------------------------------------------------- */

static void add_sums(struct buf *out, const int64_t sums[ASK_SUMS])
{
    for (size_t i = 0; i < ASK_SUMS; i++)
        json_text_number(out, ask_sum_name((enum ask_sum)i), sums[i]);
}

/* What a row has beside its name: NULL for nothing. */
static const char *second_name(enum ask_by by)
{
    switch (by) {
    case ASK_BY_KEY:
        return "key_id";
    case ASK_BY_GROUP:
        return "group_id";
    case ASK_BY_SESSION:
        return "key";
    case ASK_BY_OWNER:
    case ASK_BY_ACCOUNT:
    case ASK_BY_MODEL:
    case ASK_BY_DAY:
    case ASK_BY_HOUR:
    case ASK_BYS:
        break;
    }
    return NULL;
}

static void add_second(struct buf *out, enum ask_by by,
                       const struct ask_row *row)
{
    const char *name = second_name(by);

    if (!name)
        return;
    if (by == ASK_BY_SESSION || row->number == 0)
        json_text_str(out, name, by == ASK_BY_SESSION ? row->key : STR_EMPTY);
    else
        json_text_number(out, name, row->number);
}

void usage_text_row(struct buf *out, enum ask_by by, const struct ask_row *row)
{
    buf_add(out, STR("{"));
    json_text_str(out, ask_by_word(by), row->name);
    add_second(out, by, row);
    add_sums(out, row->sums);
    buf_add(out, STR("}"));
}

void usage_text_total(struct buf *out, const int64_t total[ASK_SUMS])
{
    buf_add(out, STR("{"));
    add_sums(out, total);
    buf_add(out, STR("}"));
}

/* ---- CSV ----------------------------------------------------------------- */

void usage_text_csv_head(struct buf *out, enum ask_by by)
{
    struct csv csv = { .out = out };

    csv_add(&csv, str_of(ask_by_word(by)));
    if (second_name(by))
        csv_add(&csv, str_of(second_name(by)));
    for (size_t i = 0; i < ASK_SUMS; i++)
        csv_add(&csv, str_of(ask_sum_name((enum ask_sum)i)));
    csv_end_row(&csv);
}

void usage_text_csv_row(struct buf *out, enum ask_by by,
                        const struct ask_row *row)
{
    struct csv csv = { .out = out };

    csv_add(&csv, row->name);
    if (by == ASK_BY_SESSION)
        csv_add(&csv, row->key);
    else if (second_name(by) && row->number == 0)
        csv_add(&csv, STR_EMPTY);
    else if (second_name(by))
        csv_add_number(&csv, row->number);
    for (size_t i = 0; i < ASK_SUMS; i++)
        csv_add_number(&csv, row->sums[i]);
    csv_end_row(&csv);
}

/* ---- bookings ------------------------------------------------------------ */

#define VALUE_MAX (8u * 1024)
#define SHORT_MAX 64

static struct str copy_of(const char *text, char out[SHORT_MAX])
{
    (void)snprintf(out, SHORT_MAX, "%s", text);
    return str_of(out);
}

static struct str time_text(int64_t ms, char out[SHORT_MAX])
{
    char text[TEXT_TIME_MAX];

    text_format_time(ms > 0 ? (uint64_t)ms : 0, text);
    return copy_of(text, out);
}

static struct str id_text(const struct ask_booking *booking,
                          char out[SHORT_MAX])
{
    char text[REQUEST_ID_SIZE];

    request_id_write((uint64_t)booking->at[ASK_COLUMN_began_at].number,
                     (uint64_t)booking->at[ASK_COLUMN_id].number, text);
    return copy_of(text, out);
}

/* As text, quoted or not; false for what is not known. */
static bool value_of(const struct ask_booking *booking, enum ask_column column,
                     char out[SHORT_MAX], struct str *text)
{
    const struct sql_value *value = &booking->at[column];

    if (value->type == SQL_NULL)
        return false;
    switch (ask_column(column)->form) {
    case ASK_FORM_TEXT:
    case ASK_FORM_JSON:
        *text = value->bytes;
        return true;
    case ASK_FORM_TIME:
        *text = time_text(value->number, out);
        return true;
    case ASK_FORM_ID:
        *text = id_text(booking, out);
        return true;
    case ASK_FORM_BOOL:
        *text = value->number ? STR("true") : STR("false");
        return true;
    case ASK_FORM_END:
        *text = value->number > 0 && value->number < RECORD_ENDS
                    ? str_of(record_end_word((enum record_end)value->number))
                    : STR_EMPTY;
        return true;
    case ASK_FORM_NUMBER:
        break;
    }
    (void)snprintf(out, SHORT_MAX, "%" PRId64, value->number);
    *text = str_of(out);
    return true;
}

static bool is_quoted(enum ask_form form)
{
    return form != ASK_FORM_NUMBER && form != ASK_FORM_BOOL &&
           form != ASK_FORM_JSON;
}

static void add_member(struct buf *out, const struct ask_booking *booking,
                       enum ask_column i)
{
    const struct ask_column_row *column = ask_column(i);
    char space[SHORT_MAX];
    struct str text;

    if (!value_of(booking, i, space, &text)) {
        json_text_str(out, column->name, STR_EMPTY);
    } else if (is_quoted(column->form)) {
        json_text_str(out, column->name, text);
    } else {
        json_text_name(out, column->name);
        buf_add(out, text);
    }
}

void usage_text_booking(struct buf *out, const struct ask_booking *booking)
{
    buf_add(out, STR("{"));
    for (enum ask_column i = 0; i < ASK_COLUMNS; i++)
        add_member(out, booking, i);
    buf_add(out, STR("}"));
}

void usage_text_own_booking(struct buf *out, const struct ask_booking *booking)
{
    buf_add(out, STR("{"));
    for (enum ask_column i = 0; i < ASK_COLUMNS; i++) {
        if (ask_column(i)->told == ASK_TOLD_OWN)
            add_member(out, booking, i);
    }
    buf_add(out, STR("}"));
}

void usage_text_csv_bookings_head(struct buf *out)
{
    struct csv csv = { .out = out };

    for (enum ask_column i = 0; i < ASK_COLUMNS; i++)
        csv_add(&csv, str_of(ask_column(i)->name));
    csv_end_row(&csv);
}

void usage_text_csv_booking(struct buf *out, const struct ask_booking *booking)
{
    struct csv csv = { .out = out };

    for (enum ask_column i = 0; i < ASK_COLUMNS; i++) {
        char space[SHORT_MAX];
        struct str text = STR_EMPTY;

        (void)value_of(booking, i, space, &text);
        csv_add(&csv, text);
    }
    csv_end_row(&csv);
}

/* ---- what there is ------------------------------------------------------- */

#define SUMS                                                                   \
    { "requests", ADMIN_NUMBER, ADMIN_REQUIRED, "that reached an account",     \
      NULL },                                                                  \
        { "failed", ADMIN_NUMBER, ADMIN_REQUIRED,                              \
          "of them: not answered completely, or with an error; not those "     \
          "whose client left, or that were cancelled",                         \
          NULL },                                                              \
        { "unpriced", ADMIN_NUMBER, ADMIN_REQUIRED,                            \
          "of them: there is no price for what they used; not in "             \
          "cost_microusd",                                                     \
          NULL },                                                              \
        { "input_tokens", ADMIN_NUMBER, ADMIN_REQUIRED,                        \
          "neither written into a cache nor read from one", NULL },            \
        { "output_tokens", ADMIN_NUMBER, ADMIN_REQUIRED, "of the answer",      \
          NULL },                                                              \
        { "cache_read_input_tokens", ADMIN_NUMBER, ADMIN_REQUIRED,             \
          "read from a cache", NULL },                                         \
        { "cache_write_5m_tokens", ADMIN_NUMBER, ADMIN_REQUIRED,               \
          "written into a cache for 5 minutes", NULL },                        \
        { "cache_write_1h_tokens", ADMIN_NUMBER, ADMIN_REQUIRED,               \
          "written into a cache for an hour", NULL },                          \
        { "web_search_requests", ADMIN_NUMBER, ADMIN_REQUIRED,                 \
          "searches of the web", NULL },                                       \
    {                                                                          \
        "cost_microusd", ADMIN_NUMBER, ADMIN_REQUIRED,                         \
            "in millionths of a US dollar", NULL                               \
    }

static const struct admin_member total_members[] = { SUMS, ADMIN_END };
static const struct admin_member row_members[] = {
    { "key", ADMIN_TEXT, ADMIN_OR_NULL,
      "by key: the name that it has now, null for requests without one; by "
      "session: "
      "whose it is",
      NULL },
    { "key_id", ADMIN_NUMBER, ADMIN_OR_NULL, "by key", NULL },
    { "group", ADMIN_TEXT, ADMIN_OR_NULL, "by group: the name it has now",
      NULL },
    { "group_id", ADMIN_NUMBER, ADMIN_OR_NULL, "by group", NULL },
    { "owner", ADMIN_TEXT, ADMIN_OR_NULL, "by owner", NULL },
    { "account", ADMIN_TEXT, ADMIN_OR_NULL,
      "by account; null: the client's own login", NULL },
    { "model", ADMIN_TEXT, ADMIN_OR_NULL, "by model", NULL },
    { "day", ADMIN_TEXT, 0, "by day: 2026-11-30, of TIME_ZONE", NULL },
    { "hour", ADMIN_TEXT, 0, "by hour: when it began, of UTC", NULL },
    { "session", ADMIN_TEXT, ADMIN_OR_NULL,
      "by session; null: of requests without one", NULL },
    SUMS,
    ADMIN_END,
};
static const struct admin_member one_row[] = {
    { .type = ADMIN_OBJECT, .text = "a row", .members = row_members },
    ADMIN_END,
};
const struct admin_member usage_text_sums_members[] = {
    { "rows", ADMIN_LIST, ADMIN_REQUIRED,
      "days and hours in their order, others by falling cost", one_row },
    { "total", ADMIN_OBJECT, ADMIN_REQUIRED, "of all rows", total_members },
    ADMIN_END,
};

#define TYPE_TEXT ADMIN_TEXT
#define TYPE_NUMBER ADMIN_NUMBER
#define TYPE_TIME ADMIN_TEXT
#define TYPE_BOOL ADMIN_BOOL
#define TYPE_END ADMIN_TEXT
#define TYPE_ID ADMIN_TEXT
#define TYPE_JSON ADMIN_ANY

const struct admin_member usage_text_booking_members[] = {
#define COLUMN(name, form, sql, text, told)                                    \
    { #name, TYPE_##form, ADMIN_REQUIRED | ADMIN_OR_NULL, text, NULL },
#include "usage/ask_columns.def"
#undef COLUMN
    ADMIN_END,
};

#define COLUMN_OF_OWN(name, form, text)                                        \
    { #name, TYPE_##form, ADMIN_REQUIRED | ADMIN_OR_NULL, text, NULL },
#define COLUMN_OF_KEPT(name, form, text)
const struct admin_member usage_text_own_members[] = {
#define COLUMN(name, form, sql, text, told) COLUMN_OF_##told(name, form, text)
#include "usage/ask_columns.def"
#undef COLUMN
    ADMIN_END,
};
