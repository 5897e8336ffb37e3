// SPDX-License-Identifier: MIT
/* What links in a folder lead to. */
#include "app/link_targets.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

struct scene {
    char *folder;
    char *other;
    struct link_targets before;
    char changed[200];
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->other = unit_folder_new();
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    link_targets_done(&scene->before);
    unit_folder_free(scene->folder);
    unit_folder_free(scene->other);
    mem_free(scene);
    return 0;
}

static void changed(void *arg, const char *name)
{
    struct scene *scene = arg;

    (void)snprintf(scene->changed + strlen(scene->changed),
                   sizeof(scene->changed) - strlen(scene->changed), "%s ",
                   name);
}

static void expect(struct scene *scene, const char *names)
{
    struct link_targets now;

    scene->changed[0] = '\0';
    link_targets_look(&now, scene->folder);
    link_targets_compare(&scene->before, &now, changed, scene);
    link_targets_done(&scene->before);
    scene->before = now;
    assert_string_equal(scene->changed, names);
}

static void link_to(struct scene *scene, const char *name, const char *target)
{
    char *path = mem_strdup(unit_path(scene->other, target));

    assert_int_equal(symlink(path, unit_path(scene->folder, name)), 0);
    mem_free(path);
}

static void what_a_link_leads_to_is_seen_to_change(void **state)
{
    struct scene *scene = *state;

    link_to(scene, "b.json", "real");
    link_to(scene, "a.json", "elsewhere");
    expect(scene, "a.json b.json ");
    expect(scene, "");
    unit_write(scene->other, "real", "one");
    expect(scene, "b.json ");
    expect(scene, "");
    unit_write(scene->other, "real", "three");
    expect(scene, "b.json ");
    unit_write(scene->other, "new", "three");
    assert_int_equal(unlink(unit_path(scene->other, "real")), 0);
    expect(scene, "b.json ");
    expect(scene, "");
    assert_int_equal(unlink(unit_path(scene->folder, "b.json")), 0);
    link_to(scene, "b.json", "new");
    expect(scene, "b.json ");
    expect(scene, "");
}

/* The watch on the folder tells of these. */
static void files_are_no_links(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "a.json", "one");
    link_to(scene, ".lock_oauth_a", "real");
    expect(scene, "");
    assert_int_equal(scene->before.count, 0);
}

static void a_folder_that_is_away_has_none(void **state)
{
    struct scene *scene = *state;
    struct link_targets links;

    link_targets_look(&links, unit_path(scene->folder, "nowhere"));
    assert_int_equal(links.count, 0);
    link_targets_done(&links);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(what_a_link_leads_to_is_seen_to_change),
        SCENE(files_are_no_links),
        SCENE(a_folder_that_is_away_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
