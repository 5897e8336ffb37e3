// SPDX-License-Identifier: MIT
/* What changed from one document to the next. */
#include "store/audit_difference.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "store/sealed.h"
#include "unit.h"

static struct json_doc *doc_of(const char *text)
{
    struct err err;
    struct json_doc *doc;

    if (!text)
        return NULL;
    doc = json_doc_parse(str_of(text), &err);
    assert_non_null(doc);
    return doc;
}

static void assert_doc(const struct json_doc *doc, const char *want)
{
    struct buf out;

    buf_init(&out, 100000);
    assert_true(json_doc_write(doc, false, &out));
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
}

/* ---- what differs -------------------------------------------------------- */

static void only_what_differs_is_there(void **state)
{
    static const struct {
        const char *name;
        const char *was;
        const char *is;
        const char *before;
        const char *after;
        const char *names;
    } rows[] = {
        { "the same", "{\"a\":1,\"b\":[1]}", "{\"b\":[1],\"a\":1}", "{}", "{}",
          "" },
        { "another value", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}",
          "{\"b\":2}", "{\"b\":3}", "b" },
        { "one more", "{\"a\":1}", "{\"a\":1,\"b\":\"x\"}", "{}",
          "{\"b\":\"x\"}", "b" },
        { "one less", "{\"a\":1,\"b\":\"x\"}", "{\"a\":1}", "{\"b\":\"x\"}",
          "{}", "b" },
        { "null is not there", "{\"a\":null}", "{\"b\":null}", "{}", "{}", "" },
        { "nor what is empty", "{\"a\":[],\"b\":{}}", "{}", "{}", "{}", "" },
        { "empty instead", "{\"a\":[1]}", "{\"a\":[]}", "{\"a\":[1]}", "{}",
          "a" },
        { "null instead", "{\"a\":1}", "{\"a\":null}", "{\"a\":1}", "{}", "a" },
        { "a new one", NULL, "{\"a\":1,\"b\":null}", "{}", "{\"a\":1}", "a" },
        { "one that goes", "{\"a\":1,\"b\":null}", NULL, "{\"a\":1}", "{}",
          "a" },
        { "inside an object", "{\"limits\":{\"rpm\":1,\"tpm\":2},\"z\":1}",
          "{\"limits\":{\"rpm\":9,\"tpm\":2,\"cost\":1},\"z\":2}",
          "{\"limits\":{\"rpm\":1},\"z\":1}",
          "{\"limits\":{\"rpm\":9,\"cost\":1},\"z\":2}",
          "limits.rpm, limits.cost, z" },
        { "a list as a whole", "{\"a\":[1,2]}", "{\"a\":[1,3]}",
          "{\"a\":[1,2]}", "{\"a\":[1,3]}", "a" },
        { "a secret that is another", "{\"p\":{\"password\":\"a\"}}",
          "{\"p\":{\"password\":\"b\"}}",
          "{\"p\":{\"password\":\"(not shown)\"}}",
          "{\"p\":{\"password\":\"(changed)\"}}", "p.password" },
        { "a new secret", "{\"p\":{\"a\":1}}",
          "{\"p\":{\"a\":1,\"password\":\"b\"}}", "{}",
          "{\"p\":{\"password\":\"(not shown)\"}}", "p.password" },
        { "another type", "{\"a\":{\"b\":1}}", "{\"a\":\"b\"}",
          "{\"a\":{\"b\":1}}", "{\"a\":\"b\"}", "a" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_doc *was = doc_of(rows[i].was);
        struct json_doc *is = doc_of(rows[i].is);
        struct audit_difference difference;

        print_message("%s\n", rows[i].name);
        audit_difference_make(&difference, was, is);
        assert_doc(difference.before, rows[i].before);
        assert_doc(difference.after, rows[i].after);
        unit_assert_str(buf_str(&difference.names), rows[i].names);
        audit_difference_done(&difference);
        json_doc_free(was);
        json_doc_free(is);
    }
}

static void long_values_are_cut(void **state)
{
    struct json_doc *is = json_doc_new_object();
    struct json_doc *list = json_doc_new_array();
    struct audit_difference difference;
    char text[2 * AUDIT_TEXT_MAX];
    struct str got;

    (void)state;
    memset(text, 'x', sizeof(text));
    text[AUDIT_TEXT_MAX - 1] = '\xc3'; /* a character over the border */
    text[AUDIT_TEXT_MAX] = '\xa4';
    json_doc_set_str(is, "text", (struct str){ text, sizeof(text) });
    for (size_t i = 0; i < 2 * AUDIT_LIST_MAX; i++)
        json_doc_add(list, json_doc_new_bool(true));
    json_doc_set(is, "list", list);
    audit_difference_make(&difference, NULL, is);
    assert_true(json_doc_get_str(difference.after, "text", &got));
    assert_int_equal(got.len, AUDIT_TEXT_MAX - 1 + 3);
    assert_int_equal(json_doc_count(json_doc_get(difference.after, "list")),
                     AUDIT_LIST_MAX + 1);
    audit_difference_done(&difference);
    json_doc_free(is);
}

static void documents_that_go_deep_end_somewhere(void **state)
{
    char text[512] = "";
    struct audit_difference difference;
    struct json_doc *is;

    (void)state;
    for (int i = 0; i < 30; i++)
        (void)strncat(text, "{\"a\":[", sizeof(text) - strlen(text) - 1);
    for (int i = 0; i < 30; i++)
        (void)strncat(text, "]}", sizeof(text) - strlen(text) - 1);
    is = doc_of(text);
    audit_difference_make(&difference, NULL, is);
    assert_doc(difference.after,
               "{\"a\":[{\"a\":[{\"a\":\"\xe2\x80\xa6\"}]}]}");
    audit_difference_done(&difference);
    json_doc_free(is);
}

/* ---- secrets ------------------------------------------------------------- */

#define CANARY "canary-in-the-mine"

/* Wherever the member is, around its name and around its value. */
static const struct {
    const char *open;
    const char *between;
    const char *close;
} shapes[] = {
    { "{\"", "\":\"", "\"}" },
    { "{\"proxy_config\":{\"host\":\"h\",\"", "\":\"", "\"}}" },
    { "{\"list\":[{\"", "\":\"", "\"}]}" },
    { "{\"", "\":{\"deep\":[\"", "\"]}}" },
    { "{\"a\":{\"b\":{\"", "\":\"", "\"}}}" },
};

static void assert_hidden(const struct json_doc *doc)
{
    struct buf out;

    buf_init(&out, 100000);
    assert_true(json_doc_write(doc, false, &out));
    assert_false(str_contains(buf_str(&out), STR(CANARY)));
    buf_done(&out);
}

static void look_for(const char *was_text, const char *is_text)
{
    struct json_doc *was = doc_of(was_text);
    struct json_doc *is = doc_of(is_text);
    struct audit_difference difference;

    audit_difference_make(&difference, was, is);
    assert_hidden(difference.before);
    assert_hidden(difference.after);
    assert_true(buf_str(&difference.names).len > 0);
    assert_false(str_contains(buf_str(&difference.names), STR(CANARY)));
    audit_difference_done(&difference);
    json_doc_free(was);
    json_doc_free(is);
}

static void look_for_member(const char *member)
{
    print_message("%s\n", member);
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        char text[256];
        char other[256];

        (void)snprintf(text, sizeof(text), "%s%s%s" CANARY "%s", shapes[i].open,
                       member, shapes[i].between, shapes[i].close);
        (void)snprintf(other, sizeof(other), "%s%s%s" CANARY "-two%s",
                       shapes[i].open, member, shapes[i].between,
                       shapes[i].close);
        look_for(NULL, text);
        look_for(text, NULL);
        look_for(text, other);
        look_for(other, text);
    }
}

static void no_secret_member_is_ever_shown(void **state)
{
    static const char *const others[] = { "authorization_code", "key", "token",
                                          "secret", "hash" };
    size_t count = 0;

    (void)state;
    for (; sealed_member(count); count++)
        look_for_member(sealed_member(count));
    assert_true(count >= 5);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        look_for_member(others[i]);
}

#define RELAY_KEY "cr_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
#define ANTHROPIC "sk-ant-oat01-abcdefgh"

static void no_key_is_shown_wherever_it_was_put(void **state)
{
    static const char *const rows[] = {
        "{\"note\":\"use " RELAY_KEY "\"}",
        "{\"note\":\"" ANTHROPIC "\"}",
        "{\"tags\":[\"a\",\"" ANTHROPIC "\"]}",
        "{\"a\":{\"b\":\"" RELAY_KEY "\"}}",
        "{\"x\":1,\"" RELAY_KEY "\":1}",
        "{\"a\":{\"" ANTHROPIC "\":1}}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_doc *is = doc_of(rows[i]);
        struct audit_difference difference;
        struct buf out;

        print_message("%s\n", rows[i]);
        buf_init(&out, 100000);
        audit_difference_make(&difference, NULL, is);
        assert_true(json_doc_write(difference.after, false, &out));
        buf_add(&out, buf_str(&difference.names));
        assert_false(str_contains(buf_str(&out), STR("cr_0123")));
        assert_false(str_contains(buf_str(&out), STR("sk-ant")));
        buf_done(&out);
        audit_difference_done(&difference);
        json_doc_free(is);
    }
}

#define STR_OF(text)                                                           \
    {                                                                          \
        (text), sizeof(text) - 1                                               \
    }

static void texts_are_fit_for_the_database(void **state)
{
    static const struct {
        struct str text;
        const char *want;
    } rows[] = {
        { STR_OF("main"), "main" },
        { STR_OF("m\xc3\xa4in"), "m\xc3\xa4in" },
        { STR_OF("m\xff\xc3n"), "m??n" },
        { STR_OF("a\0b"), "a?b" },
        { STR_OF(ANTHROPIC), AUDIT_HIDDEN },
        { STR_OF("x " RELAY_KEY " y"), AUDIT_HIDDEN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *got = audit_shown_text(rows[i].text);

        assert_string_equal(got, rows[i].want);
        mem_free(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_differs_is_there),
        cmocka_unit_test(long_values_are_cut),
        cmocka_unit_test(documents_that_go_deep_end_somewhere),
        cmocka_unit_test(no_secret_member_is_ever_shown),
        cmocka_unit_test(no_key_is_shown_wherever_it_was_put),
        cmocka_unit_test(texts_are_fit_for_the_database),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
