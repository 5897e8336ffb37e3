// SPDX-License-Identifier: MIT
/* Lists of keys in orders of their own. */
#include <string.h>

#include "base/mem.h"
#include "key_scene.h"
#include "team/admission.h"
#include "team/keyring.h"

#define NOW_MS 1795996800000ull
#define HOUR_MS 3600000ull
#define DAY_MS (24 * HOUR_MS)

struct scene {
    struct key_scene keys;
    struct keyring *ring;
};

/* What each key has used, and when: `days` ago. */
static const struct made {
    const char *name;
    const char *doc;
    uint64_t last_ms;
    uint64_t requests;
    uint64_t days;
    uint64_t microusd; /* each */
} made[] = {
    { "carol", "{\"owner\":\"Zoe\",\"limits\":{\"cost_total\":10}}",
      NOW_MS - HOUR_MS, 3, 0, 1000000 },
    { "Bob", "{\"owner\":\"anna\",\"limits\":{\"cost_total\":2}}",
      NOW_MS - DAY_MS, 1, 0, 1900000 },
    { "alice", "{\"limits\":{\"cost_total\":9}}", 0, 4, 2, 2000000 },
    { "bo", "{\"owner\":\"Anna\"}", NOW_MS, 5, 40, 9000000 },
};

static void use_up(const struct made *row, struct counters *counters)
{
    const uint64_t at_s = (NOW_MS - row->days * DAY_MS) / 1000;

    for (uint64_t i = 0; i < row->requests; i++)
        counters_add_saved(counters,
                           &(struct use_quarter){
                               .start_s = at_s - at_s % QUARTER_S,
                               .use = { .requests = 1,
                                        .cost_microusd = row->microusd } });
}

static void put(struct scene *scene, uint64_t id, const struct made *row)
{
    struct counters *counters = counters_new(NULL, SUBJECT_OF_KEY(id));
    struct key_use *use = key_use_new(0, row->last_ms);
    struct key_parts parts = scene_parts(&scene->keys);

    parts.counters = counters;
    parts.use = use;
    use_up(row, counters);
    keyring_put(scene->ring,
                key_build(&(struct key_row){ .id = id,
                                             .name = str_of(row->name),
                                             .enabled = true,
                                             .created_ms = NOW_MS - 9 * DAY_MS,
                                             .revoked_ms = KEY_NEVER,
                                             .doc = str_of(row->doc) },
                          &parts, &scene->keys.err));
    counters_unref(counters);
    key_use_unref(use);
}

static int begin(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene_begin(&scene->keys);
    scene->ring = keyring_new();
    for (size_t i = 0; i < COUNT_OF(made); i++)
        put(scene, i + 1, &made[i]);
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;

    keyring_free(scene->ring);
    scene_end(&scene->keys);
    mem_free(scene);
    return 0;
}

/* The ids of all pages as one number, each of which is cut after so many. */
static uint64_t ids_of_cut(struct scene *scene, struct keyring_query query,
                           size_t cut)
{
    char text[5000];
    struct keyring_page page = { .count = 0 };
    uint64_t ids = 0;
    bool more;

    do {
        keyring_page(scene->ring, &query, NOW_MS, &page);
        if (page.count > cut)
            keyring_page_cut(&page, cut);
        for (size_t i = 0; i < page.count; i++)
            ids = ids * 10 + page.at[i]->id;
        more = page.next != 0;
        query.after = page.next;
        if (more && page.marks[0].id != 0) {
            query.behind = page.marks[page.count - 1];
            if (query.behind.text.len > 0)
                memcpy(text, query.behind.text.at, query.behind.text.len);
            query.behind.text.at = text;
        }
        keyring_page_done(&page);
    } while (more);
    return ids;
}

static uint64_t ids_of(struct scene *scene, struct keyring_query query)
{
    return ids_of_cut(scene, query, KEYRING_PAGE_MAX);
}

/* In any order, the default one, too. */
static void a_page_that_is_cut_goes_on_in_the_next(void **state)
{
    static const struct keyring_query queries[] = {
        { .max = 4 },
        { .max = 3 },
        { .order = KEYRING_BY_NAME, .max = 4 },
        { .order = KEYRING_BY_COST_30D, .falling = true, .max = 3 },
    };

    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        for (size_t cut = 1; cut <= 4; cut++)
            assert_int_equal(ids_of_cut(*state, queries[i], cut),
                             ids_of(*state, queries[i]));
    }
    assert_int_equal(ids_of_cut(*state, queries[0], 1), 1234);
}

/* Small pages end at other places than large ones, and say the same. */
static void each_order_goes_by_what_it_says(void **state)
{
    static const struct {
        struct keyring_query query;
        uint64_t want;
    } cases[] = {
        { { .order = KEYRING_BY_ID, .falling = true }, 4321 },
        { { .order = KEYRING_BY_NAME }, 3421 },
        { { .order = KEYRING_BY_NAME, .falling = true }, 1243 },
        { { .order = KEYRING_BY_OWNER }, 3241 },
        { { .order = KEYRING_BY_LAST_USE, .falling = true }, 4123 },
        { { .order = KEYRING_BY_LAST_USE }, 3214 },
        { { .order = KEYRING_BY_REQUESTS_TODAY, .falling = true }, 1243 },
        { { .order = KEYRING_BY_COST_30D, .falling = true }, 3124 },
        { { .order = KEYRING_BY_TIGHTEST, .falling = true }, 2314 },
        { { .order = KEYRING_BY_NAME, .search = { "anna", 4 } }, 42 },
        { { .order = KEYRING_BY_NAME, .used_since_ms = NOW_MS - 2 * HOUR_MS },
          41 },
        { { .used_since_ms = NOW_MS - 2 * HOUR_MS }, 14 },
        { { .unused_since_ms = NOW_MS - 2 * HOUR_MS }, 23 },
        { { .unused_since_ms = NOW_MS - 10 * DAY_MS }, 0 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t max = 1; max <= 5; max++) {
            struct keyring_query query = cases[i].query;

            query.max = max;
            if (query.order == KEYRING_BY_ID && !query.falling && max < 5)
                continue;
            if (ids_of(*state, query) != cases[i].want)
                fail_msg("case %zu, pages of %zu: %llu", i, max,
                         (unsigned long long)ids_of(*state, query));
        }
    }
}

/* A limit of 0 is used up, and a group's limit counts as a key's own. */
static void the_tightest_limit_may_be_the_groups(void **state)
{
    struct scene *scene = *state;
    struct key_group *group =
        scene_group(&scene->keys, 5, "students", "{\"limits\":{\"rpd\":0}}");
    struct key_parts parts = scene_parts(&scene->keys);

    keyring_put_group(scene->ring, group);
    parts.group = keyring_group_cell(scene->ring, 5);
    keyring_put(scene->ring,
                key_build(&(struct key_row){ .id = 9,
                                             .name = STR("dora"),
                                             .enabled = true,
                                             .revoked_ms = KEY_NEVER,
                                             .doc = STR("{}") },
                          &parts, &scene->keys.err));
    group_cell_unref(parts.group);
    assert_int_equal(
        ids_of(scene, (struct keyring_query){ .order = KEYRING_BY_TIGHTEST,
                                              .falling = true,
                                              .max = 5 }),
        92314);
}

/* All of them are counted, whatever page it is of. */
static void a_page_counts_all_that_match(void **state)
{
    struct scene *scene = *state;
    struct keyring_page page;

    keyring_page(scene->ring,
                 &(struct keyring_query){ .order = KEYRING_BY_NAME, .max = 2 },
                 NOW_MS, &page);
    assert_int_equal(page.count, 2);
    assert_int_equal(page.total, 4);
    assert_int_not_equal(page.next, 0);
    keyring_page_done(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_order_goes_by_what_it_says, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_page_that_is_cut_goes_on_in_the_next,
                                        begin, end),
        cmocka_unit_test_setup_teardown(the_tightest_limit_may_be_the_groups,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_page_counts_all_that_match, begin,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
