// SPDX-License-Identifier: MIT
/* Which of two documents is the older one: a row for each of the rule's. */
#include "account/older.h"

#include <stdio.h>

#include "account/kinds.h"
#include "base/text.h"
#include "unit.h"

#define NOW_MS 1000000000000u
#define HOUR_MS 3600000

/* Grants are hashes of refresh tokens: these of "F", "M" and others. */
#define F_GRANT "f67ab10ad4e4c531"
#define M_GRANT "08f271887ce94707"
#define FIRST "f125700000000000"
#define OTHER "0e8e700000000000"

struct said {
    const char
        *replaced; /* hashes, each of 16 digits, without anything between */
    int signed_in; /* hours before now; 0: not said */
    int expires;   /* hours from now */
};

static const struct {
    const char *name;
    struct said file;
    struct said memory;
    bool older;
} rows[] = {
    { "memory replaced it", { "", 0, 9 }, { F_GRANT, 0, 8 }, true },
    { "the same, in between",
      { "", 1, 9 },
      { OTHER F_GRANT FIRST, 0, 8 },
      true },
    { "it replaced memory's",
      { M_GRANT FIRST, 0, -1 },
      { FIRST, 0, 8 },
      false },
    { "though it was signed in then", { M_GRANT, 9, -1 }, { "", 9, 8 }, false },
    { "or before", { M_GRANT, 10, -1 }, { "", 9, 8 }, false },
    { "a later sign-in", { "", 1, 2 }, { "", 9, 8 }, false },
    { "one that has expired", { FIRST, 1, -2 }, { FIRST, 9, 8 }, false },
    { "weeks ago", { FIRST, 900, -600 }, { OTHER FIRST, 900, 8 }, true },
    { "hours ago", { FIRST, 900, 1 }, { OTHER FIRST, 900, 8 }, true },
    { "nothing but that", { "", 900, 1 }, { "", 900, 8 }, true },
    { "another account's", { "", 900, 1 }, { "", 9, 8 }, false },
    { "a later one of those", { "", 9, 1 }, { "", 900, 8 }, false },
    { "written in by hand", { FIRST, 900, 1 }, { FIRST, 900, 8 }, false },
    { "into an import", { OTHER FIRST, 0, 1 }, { OTHER FIRST, 0, 8 }, false },
    { "of the same hour", { "", 900, 8 }, { "", 900, 8 }, false },
    { "renewed elsewhere", { "", 900, 9 }, { "", 900, 8 }, false },
    { "before the sign-in", { FIRST, 900, -600 }, { FIRST, 9, 8 }, true },
    { "in other hands", { "", 900, -600 }, { "", 9, 8 }, true },
    { "and renewed there", { "", 900, 9 }, { "", 9, 8 }, false },
    { "an import, weeks ago", { FIRST, 0, -600 }, { OTHER FIRST, 0, 8 }, true },
    { "hours ago", { OTHER FIRST, 0, 1 }, { FIRST, 0, 8 }, true },
    { "renewed elsewhere", { OTHER FIRST, 0, 9 }, { FIRST, 0, 8 }, false },
    { "signed in since", { FIRST, 0, -1 }, { FIRST, 9, 8 }, true },
    { "signed in elsewhere", { FIRST, 9, -1 }, { FIRST, 0, 8 }, false },
    { "a stranger that works", { "", 0, 1 }, { "", 0, 8 }, false },
    { "with a history", { OTHER, 0, 1 }, { FIRST, 9, 8 }, false },
    { "one that has expired", { "", 0, -1 }, { "", 0, 8 }, true },
    { "with a history", { OTHER, 9, -1 }, { FIRST, 0, 8 }, true },
    { "and so has memory's", { "", 0, -2 }, { "", 0, -1 }, false },
};

static void add_time(struct buf *out, const char *member, int hours)
{
    char at[TEXT_TIME_MAX];

    text_format_time((uint64_t)((int64_t)NOW_MS + hours * (int64_t)HOUR_MS),
                     at);
    (void)buf_printf(out, ",\"%s\":\"%s\"", member, at);
}

static void add_replaced(struct buf *out, struct str hashes)
{
    const char *comma = "";

    (void)buf_printf(out, ",\"replaced\":[");
    for (; hashes.len > 0; hashes = str_from(hashes, ACCOUNT_GRANT_LEN)) {
        (void)buf_printf(out, "%s\"" STR_FMT "\"", comma,
                         STR_ARG(str_sub(hashes, 0, ACCOUNT_GRANT_LEN)));
        comma = ",";
    }
    (void)buf_printf(out, "]");
}

static struct account *make(const char *token, const struct said *said)
{
    struct account *account;
    struct json_doc *doc;
    struct buf text;
    struct err err;

    buf_init(&text, 1024);
    (void)buf_printf(&text, "{\"access_token\":\"a\",\"refresh_token\":\"%s\"",
                     token);
    add_time(&text, "expires_at", said->expires);
    if (said->signed_in > 0)
        add_time(&text, "signed_in_at", -said->signed_in);
    if (said->replaced[0])
        add_replaced(&text, str_of(said->replaced));
    (void)buf_printf(&text, "}");
    doc = json_doc_parse(buf_str(&text), &err);
    assert_non_null(doc);
    account = account_from_doc(&account_kind_oauth, STR("main"), doc);
    json_doc_free(doc);
    buf_done(&text);
    return account;
}

static void every_row_of_the_rule_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct account *file = make("F", &rows[i].file);
        struct account *memory = make("M", &rows[i].memory);

        if (older_is(file, memory, NOW_MS) != rows[i].older)
            fail_msg("row %zu: %s", i, rows[i].name);
        account_unref(file);
        account_unref(memory);
    }
}

static void no_grant_is_older_than_itself(void **state)
{
    struct account *file = make("M", &(struct said){ M_GRANT, .expires = -1 });
    struct account *memory = make("M", &(struct said){ M_GRANT, .expires = 8 });

    (void)state;
    assert_string_equal(file->grant, M_GRANT);
    assert_false(older_is(file, memory, NOW_MS));
    account_unref(file);
    account_unref(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_rule_holds),
        cmocka_unit_test(no_grant_is_older_than_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
