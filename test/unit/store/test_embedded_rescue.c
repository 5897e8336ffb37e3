// SPDX-License-Identifier: MIT
/* The embedded store: tokens that a crash kept from their place are found again,
   whatever happened beside them. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "embedded_scene.h"
#include "store/temporary.h"

#define OTHER_BASE "0011223344556677"
/* The refresh tokens r1, r2, as documents name what they replaced. */
#define R1 "\"82f3e9c695dc6b8d\""
#define R2 "\"db77fd01af957221\""

#define TOKENS(refresh, hour)                                                  \
    "\"access_token\":\"t\",\"refresh_token\":\"" refresh                      \
    "\",\"expires_at\":\"2026-01-02T0" hour ":00:00Z\""

static void set_time(const char *path, long s)
{
    struct timespec times[2] = { { .tv_sec = s }, { .tv_sec = s } };

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Of oauth_a.json, before whatever is written now. */
static void leave(const char *folder, const char *base, const char *text)
{
    static unsigned number;
    char name[100];

    (void)snprintf(name, sizeof(name), ".oauth_a.json.%s-%016x.tmp", base,
                   number++);
    unit_write(folder, name, text);
    set_time(unit_path(folder, name), 1000);
}

static void open_again(struct scene *scene)
{
    scene->driver->free(scene->driver);
    scene->driver = open_driver(scene->folder);
}

static void assert_doc(struct scene *scene, const char *want)
{
    struct json_doc *doc;
    struct err err;

    if (!scene->driver->read(scene->driver, "oauth_a", &doc, &err))
        fail_msg("%s", err.text);
    assert_non_null(doc);
    unit_assert_doc(doc, want);
}

static void assert_token(struct scene *scene, const char *want)
{
    struct json_doc *doc;
    struct str token;
    struct err err;

    if (!scene->driver->read(scene->driver, "oauth_a", &doc, &err))
        fail_msg("%s", err.text);
    assert_true(json_doc_get_str(doc, "refresh_token", &token));
    unit_assert_str(token, want);
    json_doc_free(doc);
}

/* ---- which is newer ----------------------------------------------------- */

/* The next token lives for a shorter time than the one before, and the note was
   changed while it was asked for. */
static void tokens_that_replaced_those_of_the_file_are_taken(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "oauth_a.json",
               "{" TOKENS("r1", "9") ",\"note\":\"new\"}");
    leave(scene->folder, OTHER_BASE,
          "{" TOKENS("r2", "1") ",\"replaced\":[" R1 "]}");
    open_again(scene);
    assert_token(scene, "r2");
    assert_int_equal(unit_file_count(scene->folder), 1);
}

static void tokens_that_the_file_replaced_are_dropped(void **state)
{
    struct scene *scene = *state;
    const char *text = "{" TOKENS("r2", "1") ",\"replaced\":[" R1 "]}";

    unit_write(scene->folder, "oauth_a.json", text);
    leave(scene->folder, OTHER_BASE, "{" TOKENS("r1", "9") "}");
    open_again(scene);
    assert_doc(scene, text);
    assert_int_equal(unit_file_count(scene->folder), 1);
}

/* Somebody may have edited an older document since, also its time. */
static void tokens_that_are_not_certainly_spent_are_kept(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "oauth_a.json", "{" TOKENS("r1", "9") "}");
    leave(scene->folder, OTHER_BASE, "{" TOKENS("r2", "1") "}");
    open_again(scene);
    assert_doc(scene, "{" TOKENS("r1", "9") "}");
    assert_int_equal(unit_file_count(scene->folder), 2);
}

/* So that an older file that is put back later is known as older. */
static void taken_tokens_keep_their_history(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "oauth_a.json",
               "{" TOKENS("r1", "1") ",\"replaced\":[\"0\"]}");
    leave(scene->folder, OTHER_BASE,
          "{" TOKENS("r3", "2") ",\"replaced\":[" R2 "," R1 ",\"0\"]}");
    open_again(scene);
    assert_doc(scene,
               "{" TOKENS("r3", "2") ",\"replaced\":[" R2 "," R1 ",\"0\"]}");
}

/* ---- what does not open ------------------------------------------------- */

#define SEALED "\"refresh_token\":\"sealed:v1:00000000:AAAA\""

/* The left document, and what the refusal says (NULL: there is none). */
static const struct {
    const char *text;
    const char *want;
} shut[] = {
    { "{" SEALED ",\"replaced\":[" R1 "]}",
      "-0000000000000000.tmp was left by a crash with tokens that may be newer" },
    { "{" SEALED ",\"replaced\":[" R1 "]}",
      "start with the RELAY_SECRET that sealed it, or remove it" },
    /* A sign-in came after it, or it never held others. */
    { "{" SEALED ",\"replaced\":[" R2 "]}", NULL },
    { "{" SEALED "}", NULL },
};

/* A token that is spent for certain is not asked with, while the next one lies
   beside it. */
static void no_lock_beside_newer_tokens_that_do_not_open(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->folder, "oauth_a.json", "{" TOKENS("r1", "1") "}");
    for (size_t i = 0; i < COUNT_OF(shut); i++) {
        const char *name = ".oauth_a.json." OTHER_BASE "-0000000000000000.tmp";
        struct unit_capture log;
        struct store_lock *lock;
        enum store_locked locked;
        struct err err;

        unit_write(scene->folder, name, shut[i].text);
        log = unit_capture_begin(2);
        locked = scene->driver->lock(scene->driver, "oauth_a", &lock, &err);
        mem_free(unit_capture_end(&log));
        assert_int_equal(locked,
                         shut[i].want ? STORE_LOCK_FAILED : STORE_LOCKED);
        if (shut[i].want)
            unit_assert_part(err.text, shut[i].want);
        else
            scene->driver->unlock(scene->driver, lock);
        assert_token(scene, "r1");
    }
    assert_true(
        scene->driver->remove(scene->driver, "oauth_a", &(struct err){ 0 }));
}

/* ---- links -------------------------------------------------------------- */

static void link_to(struct scene *scene, const char *target)
{
    assert_int_equal(symlink(target, unit_path(scene->folder, "oauth_a.json")),
                     0);
}

static void link_to_other(struct scene *scene)
{
    char *target = mem_strdup(unit_path(scene->other, "real.json"));

    link_to(scene, target);
    mem_free(target);
}

#define LEFT ".real.json." OTHER_BASE "-0011223344556677.tmp"

static void take_away(struct scene *scene)
{
    char *target = mem_strdup(unit_path(scene->other, "real.json"));

    assert_int_equal(rename(target, unit_path(scene->other, LEFT)), 0);
    mem_free(target);
}

/* Killed when the broken target had made way, and nothing was in its place yet. */
static void what_lies_beside_a_missing_target_gets_its_place(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    struct store_lock *lock;
    struct err err;

    link_to_other(scene);
    unit_write(scene->other, LEFT, "{" TOKENS("r2", "1") "}");
    open_again(scene);
    assert_token(scene, "r2");
    assert_int_equal(unit_file_count(scene->other), 1);
    /* By whoever takes the lock to refresh. */
    take_away(scene);
    driver = scene->driver;
    assert_int_equal(driver->lock(driver, "oauth_a", &lock, &err),
                     STORE_LOCKED);
    assert_token(scene, "r2");
    /* The lock of the target. */
    assert_int_equal(unit_file_count(scene->other), 2);
    driver->unlock(driver, lock);
    /* By a change. */
    take_away(scene);
    assert_true(update(driver, "oauth_a", "{\"note\":\"n\"}", true, &err));
    assert_token(scene, "r2");
}

static void so_it_does_behind_a_relative_link(void **state)
{
    struct scene *scene = *state;

    char target[200];

    (void)snprintf(target, sizeof(target), "..%s/real.json",
                   strrchr(scene->other, '/'));
    link_to(scene, target);
    unit_write(scene->other, LEFT, "{" TOKENS("r2", "1") "}");
    open_again(scene);
    assert_token(scene, "r2");
}

/* Where nothing is left, or the folder is away, the link is left as it is. */
static void a_link_that_leads_nowhere_stays_an_error(void **state)
{
    static const char *const targets[] = { "/nonexistent/real.json", "gone/",
                                           "gone" };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        struct json_doc *doc;
        struct err err;

        link_to(scene, targets[i]);
        open_again(scene);
        assert_false(scene->driver->read(scene->driver, "oauth_a", &doc, &err));
        assert_int_equal(unit_file_count(scene->folder), 1);
        assert_int_equal(unlink(unit_path(scene->folder, "oauth_a.json")), 0);
    }
}

static void a_broken_target_makes_way_and_is_kept(void **state)
{
    struct scene *scene = *state;
    struct stat kept;
    struct stat was;

    link_to_other(scene);
    unit_write(scene->other, "real.json", "broken");
    assert_int_equal(stat(unit_path(scene->other, "real.json"), &was), 0);
    unit_write(scene->other, LEFT, "{" TOKENS("r2", "1") "}");
    open_again(scene);
    assert_token(scene, "r2");
    assert_int_equal(stat(unit_path(scene->other, "real.json.broken"), &kept),
                     0);
    assert_int_equal(kept.st_ino, was.st_ino);
    assert_int_equal(unit_file_count(scene->other), 2);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(tokens_that_replaced_those_of_the_file_are_taken),
        SCENE(tokens_that_the_file_replaced_are_dropped),
        SCENE(tokens_that_are_not_certainly_spent_are_kept),
        SCENE(taken_tokens_keep_their_history),
        SCENE(no_lock_beside_newer_tokens_that_do_not_open),
        SCENE(what_lies_beside_a_missing_target_gets_its_place),
        SCENE(so_it_does_behind_a_relative_link),
        SCENE(a_link_that_leads_nowhere_stays_an_error),
        SCENE(a_broken_target_makes_way_and_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
