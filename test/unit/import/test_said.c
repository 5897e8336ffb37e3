// SPDX-License-Identifier: MIT
/* What an import says. */
#include "import/said.h"

#include "account/kinds.h"
#include "unit.h"

static const struct {
    struct import_candidate candidate;
    struct import_row row;
    bool dry_run;
    const char *want;
} rows[] = {
    { { .there = "a", .kind = &account_kind_oauth },
      { .name = "a", .outcome = IMPORT_TAKE },
      false,
      "a                        oauth    imported\n" },
    { { .there = "My a", .kind = &account_kind_oauth, .hints = "x; y" },
      { .name = "My-a", .outcome = IMPORT_TAKE },
      true,
      "My-a                     oauth    would be imported (there: \"My a\"); "
      "x; y\n" },
    { { .there = "b", .kind = &account_kind_apikey, .hints = "x" },
      { .name = "a", .outcome = IMPORT_EXISTS, .why.text = "exists already" },
      false,
      "a                        api-key  exists already (there: \"b\")\n" },
    { { .there = "c" },
      { .outcome = IMPORT_FOREIGN, .why.text = "not Anthropic's" },
      false,
      "c                        -        left out: not Anthropic's\n" },
    { { .there = "sk-ant-api03-CANARY" },
      { .outcome = IMPORT_REFUSED, .why.text = "odd" },
      false,
      "(not shown)              -        left out: odd\n" },
    { { .there = "" },
      { .outcome = IMPORT_REFUSED, .why.text = "odd" },
      false,
      "(no name)                -        left out: odd\n" },
    { { .there = "a\x1b[2J\nb" },
      { .outcome = IMPORT_REFUSED, .why.text = "odd" },
      false,
      "a?[2J?b                  -        left out: odd\n" },
};

static void each_account_has_a_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf out;

        buf_init(&out, 4096);
        import_said_row(&out, &rows[i].candidate, &rows[i].row,
                        rows[i].dry_run);
        unit_assert_str(buf_str(&out), rows[i].want);
        buf_done(&out);
    }
}

static void two_that_have_a_sign_in_are_warned(void **state)
{
    const struct import_row a = {
        .name = "a", .outcome = IMPORT_TAKE, .renewable = true, .due_ms = 2000
    };
    const struct import_row b = {
        .name = "b", .outcome = IMPORT_TAKE, .renewable = true, .due_ms = 1000
    };
    const struct import_row c = { .outcome = IMPORT_FOREIGN };
    struct import_tally tally = { 0 };
    struct buf out;

    (void)state;
    import_said_count(&tally, &a);
    import_said_count(&tally, &b);
    import_said_count(&tally, &c);
    buf_init(&out, 4096);
    import_said_end(&out, &tally, &import_crs, false);
    unit_assert_str(
        buf_str(&out),
        "2 imported, 1 left out.\n"
        "Accounts that renew their tokens: 2.  A refresh token works once: "
        "whichever refreshes first, claude-relay-service or this relay, logs "
        "the other one out.\n"
        "Stop the other one now, or remove these accounts there; this relay "
        "renews the first of them at 1970-01-01T00:00:01.000Z.\n"
        "One that was refreshed there since the export has to sign in again, "
        "which keeps the rest of it: `claude-relay login b`.\n");
    buf_done(&out);
}

static void assert_said(const struct buf *out, const char *part)
{
    if (!str_contains(buf_str(out), str_of(part)))
        fail_msg("\"" STR_FMT "\" lacks \"%s\"", STR_ARG(buf_str(out)), part);
}

/* One that is switched off here is in use there all the same. */
static void one_that_rests_is_warned_of_too(void **state)
{
    const struct import_row a = { .name = "a",
                                  .outcome = IMPORT_TAKE,
                                  .renewable = true,
                                  .rests = true,
                                  .due_ms = 1 };
    const struct import_row b = {
        .name = "b", .outcome = IMPORT_TAKE, .renewable = true, .due_ms = 1000
    };
    struct import_tally tally = { 0 };
    struct buf out;

    (void)state;
    import_said_count(&tally, &a);
    buf_init(&out, 4096);
    import_said_end(&out, &tally, &import_crs, false);
    assert_said(&out, "Accounts that renew their tokens: 1.");
    assert_said(&out, "this relay renews them once they are switched on.");
    assert_said(&out, "`claude-relay login a`");
    buf_done(&out);
    import_said_count(&tally, &b);
    buf_init(&out, 4096);
    import_said_end(&out, &tally, &import_crs, false);
    assert_said(&out, "Accounts that renew their tokens: 2.");
    assert_said(
        &out,
        "this relay renews the first of them at 1970-01-01T00:00:01.000Z.");
    assert_said(&out, "`claude-relay login b`");
    buf_done(&out);
}

static void keys_need_no_warning(void **state)
{
    const struct import_row a = { .outcome = IMPORT_TAKE };
    const struct import_row b = { .outcome = IMPORT_EXISTS };
    struct import_tally tally = { 0 };
    struct buf out;

    (void)state;
    import_said_count(&tally, &a);
    import_said_count(&tally, &b);
    buf_init(&out, 4096);
    import_said_end(&out, &tally, &import_sub2api, true);
    unit_assert_str(buf_str(&out),
                    "1 would be imported, 0 left out, 1 here already.\n");
    buf_done(&out);
}

/* For programs: a code, and what stands in the warning. */
static void a_warning_has_a_code(void **state)
{
    const struct import_row key = { .outcome = IMPORT_TAKE };
    const struct import_row login = {
        .name = "b", .outcome = IMPORT_TAKE, .renewable = true, .due_ms = 1000
    };
    struct import_tally tally = { 0 };
    struct json_doc *params = json_doc_new_object();
    struct str text;
    uint64_t accounts = 0;

    (void)state;
    import_said_count(&tally, &key);
    assert_null(import_said_warning_code(&tally, &import_crs));
    import_said_count(&tally, &login);
    assert_string_equal(import_said_warning_code(&tally, &import_crs),
                        "import_shared");
    assert_string_equal(import_said_warning_code(&tally, &import_claude_code),
                        "import_claude_code");
    import_said_warning_params(params, &tally, &import_crs);
    assert_true(json_doc_get_u64(params, "accounts", &accounts));
    assert_int_equal(accounts, 1);
    assert_true(json_doc_get_str(params, "first", &text));
    unit_assert_str(text, "b");
    assert_true(json_doc_get_str(params, "from", &text));
    unit_assert_str(text, "claude-relay-service");
    assert_true(json_doc_get_str(params, "renews_at", &text));
    unit_assert_str(text, "1970-01-01T00:00:01.000Z");
    json_doc_free(params);
}

static void the_exit_status_tells_whether_all_is_here(void **state)
{
    static const struct {
        struct import_tally tally;
        int status;
    } tallies[] = {
        { { .taken = 2 }, 0 },
        { { .there = 1 }, 0 },
        { { .taken = 1, .foreign = 3 }, 0 },
        { { .taken = 5, .refused = 1 }, 1 },
        { { .foreign = 3 }, 1 },
        { { 0 }, 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(tallies); i++)
        assert_int_equal(import_said_status(&tallies[i].tally),
                         tallies[i].status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_account_has_a_line),
        cmocka_unit_test(two_that_have_a_sign_in_are_warned),
        cmocka_unit_test(one_that_rests_is_warned_of_too),
        cmocka_unit_test(keys_need_no_warning),
        cmocka_unit_test(a_warning_has_a_code),
        cmocka_unit_test(the_exit_status_tells_whether_all_is_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
