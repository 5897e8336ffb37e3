// SPDX-License-Identifier: MIT
/* Options of `claude-relay key ...` as documents. */
#include "app/key_arguments.h"

#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

#define WORDS_MAX 16

/* Words are separated by spaces; a tilde is a space inside one. */
static int split(char *line, char *words[WORDS_MAX])
{
    int count = 0;

    for (char *word = strtok_r(line, " ", &line); word;
         word = strtok_r(NULL, " ", &line)) {
        for (char *at = word; *at; at++) {
            if (*at == '~')
                *at = ' ';
        }
        words[count++] = word;
    }
    return count;
}

static const struct {
    const char *line;
    enum key_options options;
    const char *doc;  /* NULL: refused */
    const char *text; /* then: what is said */
} rows[] = {
    { "a", KEY_OPTIONS_CREATE, "{}", NULL },
    { "a --owner Max~M --note=x", KEY_OPTIONS_CREATE,
      "{\"owner\":\"Max M\",\"note\":\"x\"}", NULL },
    { "--limit rpm=60 a --limit cost_day=1.50", KEY_OPTIONS_CREATE,
      "{\"limits\":{\"rpm\":\"60\",\"cost_day\":\"1.50\"}}", NULL },
    { "a --limit rpm=none", KEY_OPTIONS_EDIT, "{\"limits\":{\"rpm\":null}}",
      NULL },
    { "a --limit=rpm=1", KEY_OPTIONS_GROUP, "{\"limits\":{\"rpm\":\"1\"}}",
      NULL },
    { "-- --owner --owner x", KEY_OPTIONS_EDIT, "{\"owner\":\"x\"}", NULL },
    { "--owner x -- -a", KEY_OPTIONS_EDIT, "{\"owner\":\"x\"}", NULL },
    { "a -- b", KEY_OPTIONS_EDIT, NULL, "does not take \"--\"" },
    { "a --", KEY_OPTIONS_EDIT, NULL, "does not take \"--\"" },
    { "-- a", KEY_OPTIONS_LIST, NULL, "does not take \"--\"" },
    { "a --limit rpm", KEY_OPTIONS_CREATE, NULL, "NAME=VALUE" },
    { "a --limit =5", KEY_OPTIONS_CREATE, NULL, "NAME=VALUE" },
    { "a --limit rpm=", KEY_OPTIONS_CREATE, NULL, "NAME=VALUE" },
    { "a --model x* --model y --deny-model z", KEY_OPTIONS_CREATE,
      "{\"models\":[\"x*\",\"y\"],\"deny_models\":[\"z\"]}", NULL },
    { "a --account pool", KEY_OPTIONS_CREATE, "{\"accounts\":\"pool\"}", NULL },
    { "a --account b --account c", KEY_OPTIONS_CREATE,
      "{\"accounts\":[\"b\",\"c\"]}", NULL },
    { "a --account b --account pool", KEY_OPTIONS_CREATE,
      "{\"accounts\":[\"b\",\"pool\"]}", NULL },
    { "a --address 10.0.0.0/8 --client curl* --allow batches --allow files",
      KEY_OPTIONS_CREATE,
      "{\"addresses\":[\"10.0.0.0/8\"],\"clients\":[\"curl*\"],\"allow\":["
      "\"batches\",\"files\"]}",
      NULL },
    { "a --reserve strict --time-zone UTC --queue-wait 10s --expires 30d",
      KEY_OPTIONS_CREATE,
      "{\"reserve\":\"strict\",\"time_zone\":\"UTC\",\"queue_wait\":\"10s\","
      "\"expires\":\"30d\"}",
      NULL },
    { "a --proxy on --show-limit off", KEY_OPTIONS_CREATE,
      "{\"proxy\":true,\"show_limit\":false}", NULL },
    { "a --proxy yes", KEY_OPTIONS_CREATE, NULL, "on or off, not \"yes\"" },
    { "a --enabled off --name b", KEY_OPTIONS_EDIT,
      "{\"enabled\":false,\"name\":\"b\"}", NULL },
    { "a --enabled off", KEY_OPTIONS_CREATE, NULL, "--enabled" },
    { "a --unset owner --unset time-zone --unset model", KEY_OPTIONS_EDIT,
      "{\"owner\":null,\"time_zone\":null,\"models\":null}", NULL },
    { "a --unset name", KEY_OPTIONS_EDIT, NULL, "not \"name\"" },
    { "a --unset enabled", KEY_OPTIONS_EDIT, NULL, "--unset takes" },
    { "a --unset owner", KEY_OPTIONS_GROUP_EDIT, NULL, "--unset takes" },
    { "a --owner b", KEY_OPTIONS_GROUP, NULL, "does not take \"--owner\"" },
    { "a b", KEY_OPTIONS_CREATE, NULL, "does not take \"b\"" },
    { "a --owner", KEY_OPTIONS_CREATE, NULL, "--owner needs a value" },
    { "a --ownr=secret", KEY_OPTIONS_CREATE, NULL, "\"--ownr=...\"" },
    { "--search max --tag t --state revoked", KEY_OPTIONS_LIST,
      "{\"search\":\"max\",\"tag\":\"t\",\"state\":\"revoked\"}", NULL },
    { "--sort name --order desc --used-since 7d --unused-since 1h",
      KEY_OPTIONS_LIST,
      "{\"sort\":\"name\",\"order\":\"desc\",\"used_since\":\"7d\","
      "\"unused_since\":\"1h\"}",
      NULL },
    { "a", KEY_OPTIONS_LIST, NULL, "does not take \"a\"" },
    { "a --overlap 24h", KEY_OPTIONS_ROTATE, "{\"overlap\":\"24h\"}", NULL },
    { "a --overlap 30d", KEY_OPTIONS_ROTATE, "{\"overlap\":\"720h\"}", NULL },
    { "a --overlap d", KEY_OPTIONS_ROTATE, "{\"overlap\":\"d\"}", NULL },
    { "a --overlap 24h", KEY_OPTIONS_NONE, NULL, "--overlap" },
};

static void assert_doc(const struct json_doc *doc, const char *want)
{
    struct buf text;

    buf_init(&text, 4096);
    assert_true(json_doc_write(doc, false, &text));
    unit_assert_str(buf_str(&text), want);
    buf_done(&text);
}

static void options_become_members_of_the_same_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct key_arguments arguments;
        char *words[WORDS_MAX];
        char *line = mem_strdup(rows[i].line);
        struct err err = { .text = "" };
        bool ok = key_arguments_parse(&arguments, split(line, words), words,
                                      rows[i].options, &err);

        if (ok != (rows[i].doc != NULL))
            fail_msg("\"%s\": %s", rows[i].line, err.text);
        if (ok)
            assert_doc(arguments.doc, rows[i].doc);
        else
            unit_assert_part(err.text, rows[i].text);
        key_arguments_done(&arguments);
        mem_free(line);
    }
}

static void the_name_and_json_may_stand_anywhere(void **state)
{
    char *words[] = { (char *)"--json", (char *)"--note", (char *)"n",
                      (char *)"-x" };
    struct key_arguments arguments;
    struct err err;

    (void)state;
    assert_true(key_arguments_parse(&arguments, COUNT_OF(words), words,
                                    KEY_OPTIONS_CREATE, &err));
    assert_true(arguments.json);
    assert_string_equal(arguments.name, "-x");
    key_arguments_done(&arguments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_become_members_of_the_same_names),
        cmocka_unit_test(the_name_and_json_may_stand_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
