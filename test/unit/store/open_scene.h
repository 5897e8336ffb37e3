// SPDX-License-Identifier: MIT
/* A folder that a store is opened on with one secret and another, for the tests of
   that. */
#pragma once

#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "store/embedded.h"
#include "unit.h"

#define SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define THIRD "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

#define TOKEN(name) "{\"access_token\":\"canary-" name "\"}"

struct scene {
    char *folder;
    struct seal *seal;
    struct store_driver *driver;
    char *log; /* of the last open */
};

static inline int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    *state = scene;
    return 0;
}

static inline void close_driver(struct scene *scene)
{
    if (scene->driver)
        scene->driver->free(scene->driver);
    scene->driver = NULL;
    seal_free(scene->seal);
    scene->seal = NULL;
    mem_free(scene->log);
    scene->log = NULL;
}

static inline int close_scene(void **state)
{
    struct scene *scene = *state;

    close_driver(scene);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static inline struct seal *seal_of(const char *secret)
{
    struct err err;

    return secret ? seal_new(str_of(secret), &err) : NULL;
}

static inline void open_driver(struct scene *scene, const char *secret)
{
    struct unit_capture log;
    struct err err;

    close_driver(scene);
    scene->seal = seal_of(secret);
    log = unit_capture_begin(2);
    scene->driver = embedded_open(scene->folder, scene->seal, &err);
    scene->log = unit_capture_end(&log);
    assert_non_null(scene->driver);
}

static inline unsigned mode_of(const char *path)
{
    struct stat info;

    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 0777;
}

static inline bool is_plain(struct scene *scene, const char *name)
{
    char *text = unit_read(scene->folder, name);
    bool plain = strstr(text, "canary") != NULL;

    mem_free(text);
    return plain;
}

/* Does `secret` alone open the token of oauth_<name>? */
static inline bool opens(struct scene *scene, const char *secret,
                         const char *key)
{
    struct json_doc *doc;
    struct str token;
    struct err err;
    bool ok;

    open_driver(scene, secret);
    ok = scene->driver->read(scene->driver, key, &doc, &err) && doc &&
         json_doc_get_str(doc, "access_token", &token) &&
         str_starts(token, STR("canary-"));
    json_doc_free(doc);
    close_driver(scene);
    return ok;
}
