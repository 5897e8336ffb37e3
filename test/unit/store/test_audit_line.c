// SPDX-License-Identifier: MIT
/* What changed, for the line of the log. */
#include "store/audit_line.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "unit.h"

#define CUT "\xe2\x80\xa6"

static struct json_doc *doc_of(const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);

    assert_non_null(doc);
    return doc;
}

/* Takes the document over; what is written is a document again, and short. */
static char *line_of(struct json_doc *doc)
{
    struct buf out;
    struct err err;
    struct json_doc *again;
    char *text;

    buf_init(&out, AUDIT_LINE_MAX);
    audit_line_write(doc, &out);
    again = json_doc_parse(buf_str(&out), &err);
    assert_non_null(again);
    text = mem_strndup(buf_str(&out).at, buf_str(&out).len);
    json_doc_free(again);
    json_doc_free(doc);
    buf_done(&out);
    return text;
}

static void assert_line(struct json_doc *doc, const char *want)
{
    char *line = line_of(doc);

    assert_string_equal(line, want);
    mem_free(line);
}

static void what_is_short_is_as_it_is(void **state)
{
    static const char *const docs[] = {
        "{}",
        "{\"note\":\"a \\\"b\\\"\",\"limits\":{\"rpm\":60,\"cost_day\":null}}",
        "{\"n\":1,\"list\":[\"a\",true]}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(docs); i++)
        assert_line(doc_of(docs[i]), docs[i]);
}

/* In whole letters. */
static void a_long_text_is_cut(void **state)
{
    struct json_doc *doc = json_doc_new_object();
    char text[1001] = "";
    char want[1001];

    (void)state;
    for (size_t i = 0; i < sizeof(text) / 2; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    text[0] = 'a';
    text[1] = 'a';
    text[2] = 'a';
    memmove(text + 3, text + 4, 900);
    json_doc_set_str(doc, "note", (struct str){ text, 900 });
    (void)snprintf(want, sizeof(want), "{\"note\":\"%.199s" CUT "\"}", text);
    assert_line(doc, want);
}

static void what_has_no_room_is_named(void **state)
{
    struct json_doc *list = json_doc_new_array();
    struct json_doc *doc = json_doc_new_object();

    (void)state;
    for (unsigned i = 0; i < 300; i++)
        json_doc_add(list, json_doc_new_str(STR("pattern")));
    json_doc_set_u64(doc, "a", 1);
    json_doc_set(doc, "models", list);
    json_doc_set_u64(doc, "z", 2);
    assert_line(doc, "{\"a\":1,\"models\":\"" CUT "\",\"z\":2}");
}

static void what_is_left_out_leaves_a_mark(void **state)
{
    static const char end[] = ",\"" CUT "\":\"" CUT "\"}";
    struct json_doc *doc = json_doc_new_object();
    char name[100];
    char *line;

    (void)state;
    for (unsigned i = 0; i < 50; i++) {
        (void)snprintf(name, sizeof(name), "%080u", i);
        json_doc_set_u64(doc, name, i);
    }
    line = line_of(doc);
    assert_true(strlen(line) > AUDIT_LINE_MAX - 120);
    assert_string_equal(line + strlen(line) - strlen(end), end);
    mem_free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_short_is_as_it_is),
        cmocka_unit_test(a_long_text_is_cut),
        cmocka_unit_test(what_has_no_room_is_named),
        cmocka_unit_test(what_is_left_out_leaves_a_mark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
