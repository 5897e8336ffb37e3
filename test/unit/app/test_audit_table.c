// SPDX-License-Identifier: MIT
/* Entries of the audit log for people. */
#include "app/audit_table.h"

#include <stdio.h>
#include <string.h>

#include "key_output.h"

#define ENTRY(who, peer, action, target, before, after, error)                 \
    "{\"at\":\"2026-11-29T08:44:21.075Z\",\"who\":\"" who "\",\"peer\":" peer  \
    ",\"action\":\"" action "\",\"target\":" target ",\"before\":" before      \
    ",\"after\":" after ",\"error\":" error "}"
#define HEAD "WHEN (UTC)           "

static void an_entry_is_a_line(void **state)
{
    (void)state;
    expect_printed(
        audit_table_print,
        "[" ENTRY(
            "admin-token", "\"10.0.0.7\"", "key.change", "\"ci\"",
            "{\"note\":\"a\",\"limits\":{\"rpm\":5},\"owner\":\"o\"}",
            "{\"note\":\"b\",\"limits\":{\"rpm\":6,\"tpm\":1},"
            "\"tags\":[\"x\"]}",
            "null") "," ENTRY("relay", "null", "account.refused",
                              "\"m\xc3\xa4x\"", "{\"login_required\":false}",
                              "{\"login_required\":true}",
                              "null") "," ENTRY("command", "\"root (uid 0)\"",
                                                "account.refresh", "null", "{}",
                                                "{}",
                                                "\"there is no account\"") "]",
        HEAD "WHO                   WHAT                 CHANGES\n"
             "2026-11-29 08:44:21  admin-token 10.0.0.7  key.change ci        "
             "note: a -> b, limits.rpm: 5 -> 6, limits.tpm=1, owner: o -> "
             "none, tags=[\"x\"]\n"
             "2026-11-29 08:44:21  relay                 account.refused "
             "m\xc3\xa4x  login_required: false -> true\n"
             "2026-11-29 08:44:21  command root (uid 0)  account.refresh      "
             "REFUSED: there is no account\n");
}

/* Whoever wrote it cannot write on the terminal. */
static void nothing_in_it_moves_the_cursor(void **state)
{
    char *said =
        printed(audit_table_print,
                "[" ENTRY("admin-token", "null", "key.change",
                          "\"a\\u001b[2Jb\\u009bc\\u007f\"", "{}",
                          "{\"note\":\"x\\ny\\r\\u0008\"}", "null") "]");

    (void)state;
    for (const char *at = said; *at; at++)
        assert_true(*at == '\n' || (unsigned char)*at >= 0x20);
    assert_null(strstr(said, "\x7f"));
    assert_null(strstr(said, "\xc2\x9b"));
    unit_assert_part(said, "a [2Jb c ");
    unit_assert_part(said, "note=x y  ");
    mem_free(said);
}

static void long_values_are_cut_here(void **state)
{
    char entry[4096];
    char text[1025];
    char *said;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    (void)snprintf(entry, sizeof(entry),
                   "[" ENTRY("relay", "null", "a.b", "\"t\"", "{}",
                             "{\"note\":\"%s\"}", "null") "]",
                   text);
    said = printed(audit_table_print, entry);
    unit_assert_part(said, "xxxxxxx...\n");
    assert_true(strlen(said) < 300);
    mem_free(said);
}

static void what_is_odd_is_shown_all_the_same(void **state)
{
    char *said = printed(audit_table_print,
                         "[{},{\"before\":\"no JSON\",\"after\":5},"
                         "{\"before\":{\"a\":{\"b\":{\"c\":1}}},\"after\":"
                         "{\"a\":5}}]");

    (void)state;
    unit_assert_part(said, "a: {\"b\":{\"c\":1}} -> 5\n");
    mem_free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_a_line),
        cmocka_unit_test(nothing_in_it_moves_the_cursor),
        cmocka_unit_test(long_values_are_cut_here),
        cmocka_unit_test(what_is_odd_is_shown_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
