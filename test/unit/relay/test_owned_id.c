// SPDX-License-Identifier: MIT
/* Ids are told from names by their form. */
#include "relay/owned_id.h"

#include <stdio.h>

#include "base/macros.h"
#include "unit.h"

#define END "01HkcTjaV5uDC8jWR4ZsDV8d"

static void ids_have_a_form(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } rows[] = {
        { "msgbatch_" END, true },
        { "file_011CNha8iCJcU1wXNR6q4V8w", true },
        { "skill_01JAbcdefghijklmnopqrstuvw", true },
        { "skillver_01JAbcdefghijklmnopqrstuvw", true },
        { "file_0123456789abcdef", true },
        { "msgbatch_sim_0123456789abcdef", true },
        { "tea_0123456789abcdef", true },
        { "tea_0123456789abcde", false },
        { "file_1", true },
        { "msgbatch_sim_1", true },
        { "file_", false },
        { "file__", false },
        { "", false },
        { "_", false },
        { "_" END, false },
        { END, false },
        { "xlsx", false },
        { "v1", false },
        { "files", false },
        { "count_tokens", false },
        { "internationalisation", false },
        { "file_" END "_", false },
        { "file_" END " ", false },
        { "file-" END, false },
        { "fi/le_" END, false },
        { "fi%6ce_" END, false },
        { "fil\xc3\xa9_" END, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (owned_id_is(str_of(rows[i].text)) != rows[i].is)
            fail_msg("%s", rows[i].text);
    }
    assert_true(owned_id_is_file(STR("file_" END)));
    assert_false(owned_id_is_file(STR("files_" END)));
    assert_false(owned_id_is_file(STR("msgbatch_" END)));
    assert_false(owned_id_is_file(STR("file_")));
}

static void answers_name_what_was_asked_for(void **state)
{
    static const struct {
        const char *path;
        const char *word;
        bool is;
    } rows[] = {
        { "/v1/messages/batches", "msgbatch", true },
        { "/v1/messages/batches/x/cancel", "msgbatch", true },
        { "/v1/messages/batches", "file", false },
        { "/v1/files", "file", true },
        { "/v1/files/x", "file", true },
        { "/v1/files/%78", "file", false },
        { "/v1/files", "msgbatch", false },
        { "/v1/files", "tea", false },
        { "/v1/skills", "skill", true },
        { "/v1/skills/x/versions", "skillver", true },
        { "/v1/skills", "file", false },
        { "/v1/agents", "agent", true },
        { "/v1/sessions/x/resources", "sesrsc", true },
        { "/v1/sessions/x/resources", "file", false },
        { "/v1/filesystems", "file", false },
    };
    char id[64];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        (void)snprintf(id, sizeof(id), "%s_%s", rows[i].word, END);
        if (owned_id_is_of(str_of(rows[i].path), str_of(id)) != rows[i].is)
            fail_msg("%s: %s", rows[i].path, id);
    }
    assert_false(owned_id_is_of(STR("/v1/agents"), STR("agents")));
    assert_false(owned_id_is_of(STR("/v1/files"), STR("tea_1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_have_a_form),
        cmocka_unit_test(answers_name_what_was_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
