// SPDX-License-Identifier: MIT
/* kill -9 at every system call of a change: the document is the old or the new one
   afterwards, and the store goes on.  The child is traced and killed before its
   n-th step, for n = 1, 2, ... until it lives to the end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/embedded.h"
#include "unit.h"

#define SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define STEPS_MAX 2000

/* Each says that it replaced the other (hashes of "old" and "new"): what is lost without
   a word is kept beside the file, which is not what is looked at here. */
#define BOTH "\"replaced\":[\"cba06b5736faf67e\",\"11507a0e2f5e69d5\"]"
#define TOKENS(text)                                                           \
    "\"access_token\":\"" text "\",\"refresh_token\":\"" text "\""
#define OLD "{" TOKENS("old") "," BOTH "}"
#define NEW "{" TOKENS("new") "," BOTH "}"
#define PATCH "{" TOKENS("new") "}"

struct scene {
    char *folder;
    struct seal *seal;
    struct store_driver *driver;
    size_t old; /* deaths that left the old document, and the new one */
    size_t new;
};

typedef bool (*change_fn)(struct store_driver *driver, const char *key,
                          const struct json_doc *doc, struct err *err);

static bool change(struct scene *scene, change_fn how, const char *key,
                   const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);
    bool ok = how(scene->driver, key, doc, &err);

    json_doc_free(doc);
    return ok;
}

/* ---- the child ---------------------------------------------------------- */

static void be_traced(struct scene *scene, change_fn how, const char *key,
                      const char *text)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(77);
    (void)raise(SIGSTOP);
    _exit(change(scene, how, key, text) ? 0 : 1);
}

/* To the next entry into or return from a system call; false if it ended. */
static bool step(pid_t child, int *status)
{
    if (ptrace(PTRACE_SYSCALL, child, NULL, NULL) != 0 ||
        waitpid(child, status, 0) != child)
        fail_msg("the child cannot be traced: %s", strerror(errno));
    return WIFSTOPPED(*status);
}

/* True if it was killed before its n-th step; false if it had ended by then. */
static bool die_at(struct scene *scene, size_t n, change_fn how,
                   const char *key, const char *text)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0)
        be_traced(scene, how, key, text);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("skipped: this machine does not permit ptrace\n");
        skip();
    }
    for (size_t i = 0; i < n; i++) {
        if (!step(child, &status)) {
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), 0);
            return false;
        }
    }
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return true;
}

/* ---- what it leaves ----------------------------------------------------- */

/* Compact JSON, freed with mem_free(); NULL if there is no document. */
static char *read_text(struct scene *scene, const char *key)
{
    struct json_doc *doc;
    struct buf out;
    struct err err;
    char *text = NULL;

    if (!scene->driver->read(scene->driver, key, &doc, &err))
        fail_msg("%s", err.text);
    buf_init(&out, 10000);
    if (doc) {
        assert_true(json_doc_write(doc, false, &out));
        text = mem_strndup(buf_str(&out).at, out.len);
    }
    buf_done(&out);
    json_doc_free(doc);
    return text;
}

static void assert_old_or_new(struct scene *scene, size_t n)
{
    char *text = read_text(scene, "oauth_a");

    if (text && strcmp(text, OLD) == 0)
        scene->old++;
    else if (text && strcmp(text, NEW) == 0)
        scene->new ++;
    else
        fail_msg("death at step %zu left %s", n, text ? text : "nothing");
    mem_free(text);
}

static void die_everywhere_in_update(struct scene *scene)
{
    struct store_driver *driver = scene->driver;
    bool died = true;

    for (size_t n = 1; died; n++) {
        assert_true(n < STEPS_MAX);
        assert_true(change(scene, driver->update, "oauth_a", OLD));
        died = die_at(scene, n, driver->update, "oauth_a", PATCH);
        if (died)
            assert_old_or_new(scene, n);
    }
    /* open, write, fsync, close, rename, fsync: entered and left, at least */
    assert_true(scene->old >= 12);
    assert_true(scene->new >= 2);
}

static void an_update_that_is_killed_leaves_the_old_or_the_new(void **state)
{
    die_everywhere_in_update(*state);
}

static void so_does_one_of_sealed_documents(void **state)
{
    struct scene *scene = *state;
    struct err err;

    scene->driver->free(scene->driver);
    scene->seal = seal_new(STR(SECRET), &err);
    scene->driver = embedded_open(scene->folder, scene->seal, &err);
    assert_non_null(scene->driver);
    die_everywhere_in_update(scene);
}

static void a_document_that_was_being_made_is_whole_or_missing(void **state)
{
    struct scene *scene = *state;
    struct store_driver *driver = scene->driver;
    bool died = true;

    for (size_t n = 1; died; n++) {
        struct err err;
        char *text;

        assert_true(n < STEPS_MAX);
        assert_true(driver->remove(driver, "oauth_a", &err));
        died = die_at(scene, n, driver->create, "oauth_a", NEW);
        text = read_text(scene, "oauth_a");
        if (text)
            assert_string_equal(text, NEW);
        scene->old += text == NULL;
        scene->new += text != NULL;
        mem_free(text);
    }
    assert_true(scene->old >= 12);
    assert_true(scene->new >= 2);
}

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct err err;

    scene->folder = unit_folder_new();
    scene->driver = embedded_open(scene->folder, NULL, &err);
    *state = scene;
    return scene->driver ? 0 : -1;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    scene->driver->free(scene->driver);
    seal_free(scene->seal);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(an_update_that_is_killed_leaves_the_old_or_the_new),
        SCENE(so_does_one_of_sealed_documents),
        SCENE(a_document_that_was_being_made_is_whole_or_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
