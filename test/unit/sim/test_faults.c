// SPDX-License-Identifier: MIT
/* Faults that wait for requests. */
#include "sim/faults.h"

#include "unit.h"

struct setting {
    struct faults *faults;
    struct arena *arena;
};

static struct setting begin(void)
{
    return (struct setting){ faults_new(), arena_new() };
}

static void end(struct setting *setting)
{
    faults_free(setting->faults);
    arena_free(setting->arena);
}

static uint64_t add(struct setting *setting, const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);
    uint64_t id = faults_add(setting->faults, doc, &err);

    json_doc_free(doc);
    return id;
}

/* The status that a request gets; 0: no fault. */
static uint64_t hit(struct setting *setting, const char *path,
                    const char *token, const char *name)
{
    struct request req = { .arena = setting->arena,
                           .method = STR("POST"),
                           .path = str_of(path) };
    struct directives directives;

    directives_init(&directives);
    directives.name = str_of(name);
    faults_apply(setting->faults, &req, str_of(token), &directives);
    return directives.status;
}

static void a_fault_hits_as_often_as_it_says(void **state)
{
    struct setting setting = begin();

    (void)state;
    assert_int_equal(add(&setting, "{\"directives\":{\"status\":500}}"), 1);
    assert_int_equal(add(&setting,
                         "{\"times\":2,\"directives\":{\"status\":501}}"),
                     2);
    assert_int_equal(hit(&setting, "/a", "", ""), 500);
    assert_int_equal(hit(&setting, "/a", "", ""), 501);
    assert_int_equal(hit(&setting, "/a", "", ""), 501);
    assert_int_equal(hit(&setting, "/a", "", ""), 0);
    end(&setting);
}

static void times_0_lasts_until_it_is_cleared(void **state)
{
    struct setting setting = begin();

    (void)state;
    (void)add(&setting, "{\"times\":0,\"directives\":{\"status\":500}}");
    for (int i = 0; i < 10; i++)
        assert_int_equal(hit(&setting, "/a", "", ""), 500);
    faults_clear(setting.faults);
    assert_int_equal(hit(&setting, "/a", "", ""), 0);
    end(&setting);
}

static void a_fault_waits_for_what_it_names(void **state)
{
    static const struct {
        const char *fault;
        const char *path;
        const char *token;
        const char *name;
        bool hits;
    } cases[] = {
        { "\"path\":\"/a\"", "/a", "", "", true },
        { "\"path\":\"/a\"", "/a/b", "", "", false },
        { "\"path\":\"/a*\"", "/a/b", "", "", true },
        { "\"path\":\"/a*\"", "/b", "", "", false },
        { "\"account\":\"wxyz\"", "/a", "sk-wxyz", "", true },
        { "\"account\":\"wxyz\"", "/a", "xyz", "", false },
        { "\"name\":\"n\"", "/a", "", "n", true },
        { "\"name\":\"n\"", "/a", "", "nn", false },
        { "\"method\":\"POST\"", "/a", "", "", true },
        { "\"method\":\"GET\"", "/a", "", "", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct setting setting = begin();
        struct str text =
            arena_printf(setting.arena, "{%s,\"directives\":{\"status\":500}}",
                         cases[i].fault);

        assert_int_not_equal(add(&setting, text.at), 0);
        if ((hit(&setting, cases[i].path, cases[i].token, cases[i].name) ==
             500) != cases[i].hits)
            fail_msg("case %zu", i);
        end(&setting);
    }
}

static void a_fault_without_sense_is_refused(void **state)
{
    struct setting setting = begin();
    struct buf out;

    (void)state;
    buf_init(&out, 65536);
    assert_int_equal(add(&setting, "{}"), 0);
    assert_int_equal(add(&setting, "[]"), 0);
    assert_int_equal(add(&setting, "{\"directives\":{\"tea\":1}}"), 0);
    faults_write(setting.faults, &out);
    unit_assert_str(buf_str(&out), "[]");
    buf_done(&out);
    end(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_hits_as_often_as_it_says),
        cmocka_unit_test(times_0_lasts_until_it_is_cleared),
        cmocka_unit_test(a_fault_waits_for_what_it_names),
        cmocka_unit_test(a_fault_without_sense_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
