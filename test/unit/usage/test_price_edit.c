// SPDX-License-Identifier: MIT
/* One row is set or goes; all else stays. */
#include "usage/price_edit.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"
#include "usage/price_file.h"

#define NEW "{\"input\":5000000,\"output\":6000000}"
#define TABLE                                                                  \
    "{\"version\":\"mine\",\"models\":[{\"model\":\"a\",\"input\":1,"          \
    "\"output\":2},{\"model\":\"b*\",\"output\":4,\"input\":3,"                \
    "\"cache_read\":\"0.05\"}],\"about\":\"us\"}"

struct scene {
    struct json_doc *row;
    struct price_edited edited;
    struct err err;
    bool ok;
};

static bool edit(struct scene *scene, const char *table, const char *model,
                 const char *row)
{
    struct err err;

    *scene = (struct scene){ .row = NULL };
    if (row)
        scene->row = json_doc_parse(str_of(row), &err);
    price_edited_init(&scene->edited);
    scene->ok = price_edit_text(str_of(table),
                                &(struct price_edit){ .model = str_of(model),
                                                      .row = scene->row,
                                                      .now_ms = 1796000000000 },
                                &scene->edited, &scene->err);
    return scene->ok;
}

static void end(struct scene *scene)
{
    json_doc_free(scene->row);
    price_edited_done(&scene->edited);
}

/* What it becomes, without spaces. */
static void assert_becomes(const char *table, const char *model,
                           const char *row, const char *want)
{
    struct scene scene;
    struct json_doc *doc;
    struct buf out;

    if (!edit(&scene, table, model, row))
        fail_msg("%s", scene.err.text);
    buf_init(&out, 65536);
    doc = json_doc_parse(buf_str(&scene.edited.text), &scene.err);
    assert_true(json_doc_write(doc, false, &out));
    unit_assert_str(buf_str(&out), want);
    json_doc_free(doc);
    buf_done(&out);
    end(&scene);
}

static void a_row_takes_its_place_and_all_else_stays(void **state)
{
    (void)state;
    assert_becomes("", "a", NEW,
                   "{\"models\":[{\"model\":\"a\",\"input\":5000000,"
                   "\"output\":6000000}]}");
    assert_becomes(TABLE, "A", NEW,
                   "{\"version\":\"mine\",\"models\":[{\"model\":\"A\","
                   "\"input\":5000000,\"output\":6000000},{\"model\":\"b*\","
                   "\"output\":4,\"input\":3,\"cache_read\":\"0.05\"}],"
                   "\"about\":\"us\"}");
    assert_becomes(TABLE, "c", NEW,
                   "{\"version\":\"mine\",\"models\":[{\"model\":\"a\","
                   "\"input\":1,\"output\":2},{\"model\":\"b*\",\"output\":4,"
                   "\"input\":3,\"cache_read\":\"0.05\"},{\"model\":\"c\","
                   "\"input\":5000000,\"output\":6000000}],\"about\":\"us\"}");
    assert_becomes(TABLE, "b*", NULL,
                   "{\"version\":\"mine\",\"models\":[{\"model\":\"a\","
                   "\"input\":1,\"output\":2}],\"about\":\"us\"}");
}

static void rows_of_other_times_stay(void **state)
{
    (void)state;
    assert_becomes("{\"models\":[{\"model\":\"a\",\"input\":1,\"output\":2}]}",
                   "a",
                   "{\"valid_from\":\"2027-01-01\",\"input\":5,\"output\":6}",
                   "{\"models\":[{\"model\":\"a\",\"input\":1,\"output\":2},"
                   "{\"model\":\"a\",\"valid_from\":\"2027-01-01\",\"input\":5,"
                   "\"output\":6}]}");
}

static void nulls_are_left_out(void **state)
{
    (void)state;
    assert_becomes("", "a",
                   "{\"input\":1,\"output\":2,\"valid_from\":null,"
                   "\"cache_read\":null,\"long_context\":null}",
                   "{\"models\":[{\"model\":\"a\",\"input\":1,\"output\":2,"
                   "\"long_context\":null}]}");
}

static void what_went_is_told(void **state)
{
    struct scene scene;
    uint64_t input = 0;

    (void)state;
    assert_true(edit(&scene, TABLE, "a", NEW));
    assert_int_equal(json_doc_count(scene.edited.before), 1);
    assert_true(
        json_doc_get_u64(json_doc_at(scene.edited.before, 0), "input", &input));
    assert_int_equal(input, 1);
    assert_int_equal(price_tokens_microusd(prices_find(scene.edited.prices,
                                                       STR("a"), 1796000000000),
                                           PRICE_INPUT, 1000000),
                     5000000);
    end(&scene);
}

static void the_last_row_takes_the_table_with_it(void **state)
{
    struct scene scene;

    (void)state;
    assert_true(
        edit(&scene,
             "{\"models\":[{\"model\":\"a\",\"input\":1,\"output\":2}]}", "a",
             NULL));
    assert_null(scene.edited.prices);
    end(&scene);
}

static const struct {
    const char *table;
    const char *model;
    const char *row;
    enum err_code code;
    const char *text;
} refused[] = {
    { "", "a", "{\"input\":1}", ERR_BAD_REQUEST, "output is missing" },
    { "", "a", "{\"input\":-1,\"output\":1}", ERR_BAD_REQUEST,
      "input must be a whole number" },
    { "", "a", "{\"input\":1,\"output\":1,\"inptu\":1}", ERR_BAD_REQUEST,
      "\"inptu\", which is not known" },
    { "{", "a", NEW, ERR_CONFLICT, "is not valid as it is" },
    { "{\"models\":[]}", "a", NULL, ERR_CONFLICT, "is not valid as it is" },
    { TABLE, "c", NULL, ERR_NOT_FOUND, "no row for this model" },
    { "", "c", NULL, ERR_NOT_FOUND, "no row for this model" },
    { "{\"defaults\":{},\"models\":[{\"model\":\"a\",\"input\":1,\"output\":2}]}",
      "a", NULL, ERR_CONFLICT, "would have no row left" },
    { "{\"models\":[{\"model\":\"a\",\"input\":1,\"output\":2,"
      "\"valid_from\":\"2026-01-01\"}]}",
      "a", NEW, ERR_CONFLICT, "would hide one without" },
};

static void what_would_not_hold_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct scene scene;

        if (edit(&scene, refused[i].table, refused[i].model, refused[i].row))
            fail_msg("%zu was taken", i);
        assert_int_equal(scene.err.code, refused[i].code);
        unit_assert_part(scene.err.text, refused[i].text);
        end(&scene);
    }
}

/* ---- the file ------------------------------------------------------------ */

static bool edit_file(const char *folder, const char *row, struct err *err)
{
    struct price_edited edited;
    struct json_doc *doc = row ? json_doc_parse(str_of(row), err) : NULL;
    bool ok;

    price_edited_init(&edited);
    ok = price_edit_file(folder,
                         &(struct price_edit){ .model = STR("a"), .row = doc },
                         &edited, err);
    price_edited_done(&edited);
    json_doc_free(doc);
    return ok;
}

static void the_file_is_made_changed_and_removed(void **state)
{
    char *folder = unit_folder_new();
    struct err err;
    char *text;

    (void)state;
    assert_true(edit_file(folder, NEW, &err));
    text = unit_read(folder, PRICE_FILE);
    unit_assert_part(text, "\"input\": 5000000");
    mem_free(text);
    assert_false(edit_file(folder, "{\"input\":1}", &err));
    text = unit_read(folder, PRICE_FILE);
    unit_assert_part(text, "\"input\": 5000000");
    mem_free(text);
    assert_true(edit_file(folder, NULL, &err));
    assert_int_equal(unit_file_count(folder), 0);
    unit_folder_free(folder);
}

static void a_link_is_left_alone(void **state)
{
    char *folder = unit_folder_new();
    struct err err;

    (void)state;
    unit_write(folder, "theirs.json", TABLE);
    assert_int_equal(symlink("theirs.json", unit_path(folder, PRICE_FILE)), 0);
    assert_false(edit_file(folder, NEW, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
    unit_assert_part(err.text, "is a link");
    unit_folder_free(folder);
}

static void a_model_is_called_by_visible_text(void **state)
{
    static const char *const names[] = {
        "\xff", "a\x80", "a\nb", "\x1b[2J", "\x7f", "\xc3", "", "\xe2\x80\xae"
    };
    struct scene scene;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_false(edit(&scene, TABLE, names[i], NEW));
        assert_int_equal(scene.err.code, ERR_BAD_REQUEST);
        unit_assert_part(scene.err.text, "must be UTF-8 and visible text");
        end(&scene);
    }
    assert_true(edit(&scene, TABLE, "mod\xc3\xa8le", NEW));
    end(&scene);
    assert_false(edit(&scene, TABLE, "\xff", NULL));
    assert_int_equal(scene.err.code, ERR_NOT_FOUND);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_takes_its_place_and_all_else_stays),
        cmocka_unit_test(rows_of_other_times_stay),
        cmocka_unit_test(nulls_are_left_out),
        cmocka_unit_test(what_went_is_told),
        cmocka_unit_test(the_last_row_takes_the_table_with_it),
        cmocka_unit_test(what_would_not_hold_is_refused),
        cmocka_unit_test(the_file_is_made_changed_and_removed),
        cmocka_unit_test(a_link_is_left_alone),
        cmocka_unit_test(a_model_is_called_by_visible_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
