// SPDX-License-Identifier: MIT
/* An embedded store in a folder of its own, for the tests of its parts. */
#pragma once

#include "base/mem.h"
#include "store/embedded.h"
#include "unit.h"

struct scene {
    char *folder;
    char *other; /* a folder elsewhere */
    struct store_driver *driver;
};

static inline struct store_driver *open_driver(const char *folder)
{
    struct unit_capture log = unit_capture_begin(2);
    struct err err;
    struct store_driver *driver = embedded_open(folder, NULL, &err);

    mem_free(unit_capture_end(&log));
    assert_non_null(driver);
    return driver;
}

static inline int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->other = unit_folder_new();
    scene->driver = open_driver(scene->folder);
    *state = scene;
    return 0;
}

static inline int close_scene(void **state)
{
    struct scene *scene = *state;

    scene->driver->free(scene->driver);
    unit_folder_free(scene->folder);
    unit_folder_free(scene->other);
    mem_free(scene);
    return 0;
}

static inline bool update(struct store_driver *driver, const char *key,
                          const char *text, bool must_exist, struct err *err)
{
    struct json_doc *doc = json_doc_parse(str_of(text), err);
    bool ok =
        (must_exist ? driver->change : driver->update)(driver, key, doc, err);

    json_doc_free(doc);
    return ok;
}

static inline void assert_x(struct store_driver *driver, const char *key,
                            uint64_t want)
{
    struct json_doc *doc;
    struct err err;
    uint64_t x = 0;

    assert_true(driver->read(driver, key, &doc, &err));
    assert_non_null(doc);
    assert_true(json_doc_get_u64(doc, "x", &x));
    assert_int_equal(x, want);
    json_doc_free(doc);
}
