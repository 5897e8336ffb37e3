// SPDX-License-Identifier: MIT
/* A restore that is killed, that fails, or that somebody puts links in the way of,
   loses nothing, and nothing starts on half of one. */
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "backup_scene.h"
#include "store/embedded.h"

/* ---- what was interrupted ----------------------------------------------- */

static void one_that_did_not_end_is_noticed_and_can_be_repeated(void **state)
{
    struct folders *folders = *state;
    char *stage = mem_strdup(unit_path(folders->to, BACKUP_STAGE));
    struct backup_restore done;
    struct store_driver *driver;
    struct err err;

    back_up(folders);
    unit_write(folders->to, "oauth_old.json", "{}");
    assert_int_equal(mkdir(stage, 0700), 0);
    unit_write(stage, "oauth_main.json", "{");
    assert_null(embedded_open(folders->to, NULL, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    unit_assert_part(err.text, "did not end");
    unit_assert_part(err.text, "--force");
    assert_true(restore(folders, true, &done, &err));
    driver = embedded_open(folders->to, NULL, &err);
    assert_non_null(driver);
    driver->free(driver);
    assert_file(folders->to, "oauth_main.json", "{\"a\":1}");
    mem_free(stage);
}

/* Killed at any of its steps, in a process of its own. */
static int steps_left = 1 << 20;

int __real_renameat2(int from, const char *old, int to, const char *new,
                     unsigned flags);
int __wrap_renameat2(int from, const char *old, int to, const char *new,
                     unsigned flags);

int __wrap_renameat2(int from, const char *old, int to, const char *new,
                     unsigned flags)
{
    if (--steps_left < 0)
        _exit(9);
    return __real_renameat2(from, old, to, new, flags);
}

static bool ends_after(struct folders *folders, int steps)
{
    struct backup_restore done;
    struct err err;
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        steps_left = steps;
        _exit(restore(folders, true, &done, &err) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), 1);
    return WEXITSTATUS(status) == 9;
}

/* In the folder, or in one of those that were kept aside. */
static bool is_anywhere(const char *folder, const char *name, const char *want)
{
    char pattern[4096];
    glob_t found;
    bool same = false;

    (void)snprintf(pattern, sizeof(pattern), "%s{,/" BACKUP_ASIDE "*}/%s",
                   folder, name);
    assert_int_equal(glob(pattern, GLOB_BRACE | GLOB_NOCHECK, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc && !same; i++) {
        char *text = access(found.gl_pathv[i], F_OK) == 0
                         ? unit_read("", found.gl_pathv[i])
                         : mem_strdup("");

        same = strcmp(text, want) == 0;
        mem_free(text);
    }
    globfree(&found);
    return same;
}

static void assert_nothing_starts(struct folders *folders)
{
    struct err err;

    assert_null(embedded_open(folders->to, NULL, &err));
    unit_assert_part(err.text, "did not end");
}

static void one_that_was_killed_loses_nothing(void **state)
{
    struct folders *folders = *state;
    struct backup_restore done;
    bool killed = true;
    struct err err;

    back_up(folders);
    unit_write(folders->elsewhere, "bad.tar", "tea");
    for (int steps = 0; killed; steps++) {
        unit_write(folders->to, "oauth_main.json", "{\"old\":1}");
        unit_write(folders->to, "oauth_old.json", "{}");
        killed = ends_after(folders, steps);
        assert_true(is_anywhere(folders->to, "oauth_main.json", "{\"old\":1}"));
        assert_true(is_anywhere(folders->to, "oauth_old.json", "{}"));
        if (!killed)
            break;
        assert_nothing_starts(folders);
        /* Nor after another try that failed. */
        done = (struct backup_restore){ .file = unit_path(folders->elsewhere,
                                                          "bad.tar"),
                                        .data_dir = folders->to,
                                        .force = true };
        assert_false(backup_restore(&done, &err));
        assert_nothing_starts(folders);
        assert_true(restore(folders, true, &done, &err));
        assert_file(folders->to, "oauth_main.json", "{\"a\":1}");
        assert_int_equal(rows_in(folders->to), 1);
        assert_true(is_anywhere(folders->to, "oauth_old.json", "{}"));
        assert_true(is_anywhere(folders->to, "oauth_main.json", "{\"old\":1}"));
    }
    assert_file(folders->to, "oauth_main.json", "{\"a\":1}");
}

/* Files cannot grow beyond that. */
static void a_full_disk_changes_nothing(void **state)
{
    struct folders *folders = *state;
    struct rlimit before;
    struct rlimit limit;
    struct backup_restore done;
    struct err err;
    bool ok;

    back_up(folders);
    unit_write(folders->to, "oauth_old.json", "{}");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 8192;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ok = restore(folders, true, &done, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_DFL);
    assert_false(ok);
    unit_assert_part(err.text, "relay.db");
    assert_file(folders->to, "oauth_old.json", "{}");
    assert_false(is_there(folders->to, "oauth_main.json"));
}

/* ---- links -------------------------------------------------------------- */

/* Whoever owns the folder may have put them there. */
static void links_in_the_way_are_not_followed(void **state)
{
    struct folders *folders = *state;
    char *stage = mem_strdup(unit_path(folders->to, BACKUP_STAGE));
    char *victim = unit_folder_new();
    struct backup_restore done = { .file = folders->file,
                                   .data_dir = folders->to,
                                   .force = true };
    struct err err;

    back_up(folders);
    unit_write(victim, "tea", "hot");
    assert_int_equal(mkdir(unit_path(victim, "db"), 0700), 0);
    unit_write(victim, "db/tea", "hot");
    assert_int_equal(symlink(victim, stage), 0);
    assert_false(backup_restore(&done, &err));
    unit_assert_part(err.text, "restoring must be a folder");
    assert_file(victim, "tea", "hot");
    assert_file(victim, "db/tea", "hot");
    assert_int_equal(unlink(stage), 0);

    assert_int_equal(mkdir(stage, 0700), 0);
    assert_int_equal(symlink(victim, unit_path(stage, "db")), 0);
    assert_int_equal(symlink(victim, unit_path(stage, "more")), 0);
    assert_true(restore(folders, true, &done, &err));
    assert_file(victim, "tea", "hot");
    assert_file(victim, "db/tea", "hot");
    unit_folder_free(victim);
    mem_free(stage);
}

/* As another user would, as soon as it is there. */
struct swapper {
    const char *stage;
    const char *away; /* a folder */
    const char *victim;
    atomic_bool ends;
    int swaps;
};

static void *exchange(void *arg)
{
    struct swapper *swapper = arg;
    char away[4096];

    while (!atomic_load(&swapper->ends)) {
        (void)snprintf(away, sizeof(away), "%s/%d", swapper->away,
                       swapper->swaps);
        if (rename(swapper->stage, away) == 0)
            swapper->swaps += symlink(swapper->victim, swapper->stage) == 0;
    }
    return NULL;
}

static void restore_beside(struct folders *folders, struct swapper *swapper)
{
    struct backup_restore done = { .file = folders->file,
                                   .data_dir = folders->to,
                                   .force = true };
    struct unit_capture log = unit_capture_begin(2);
    pthread_t thread;
    struct err err;
    int whole = 0;

    assert_int_equal(pthread_create(&thread, NULL, exchange, swapper), 0);
    for (int i = 0; i < 20; i++) {
        whole += backup_restore(&done, &err); /* or not */
        (void)unlink(swapper->stage);
    }
    atomic_store(&swapper->ends, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    mem_free(unit_capture_end(&log));
    assert_in_range(whole, 0, 20);
}

static void what_is_put_in_the_way_meanwhile_is_not_followed(void **state)
{
    struct folders *folders = *state;
    char *victim = unit_folder_new();
    char *stage = mem_strdup(unit_path(folders->to, BACKUP_STAGE));
    struct swapper swapper = { .stage = stage,
                               .away = folders->elsewhere,
                               .victim = victim };

    back_up(folders);
    unit_write(victim, "tea", "hot");
    assert_int_equal(mkdir(unit_path(victim, "db"), 0700), 0);
    unit_write(victim, "db/tea", "hot");
    unit_write(victim, "db/relay.db", "no database");
    restore_beside(folders, &swapper);
    assert_file(victim, "tea", "hot");
    assert_file(victim, "db/tea", "hot");
    assert_file(victim, "db/relay.db", "no database");
    assert_int_equal(unit_file_count(victim), 2);
    unit_folder_free(victim);
    mem_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_that_did_not_end_is_noticed_and_can_be_repeated),
        TEST(links_in_the_way_are_not_followed),
        TEST(what_is_put_in_the_way_meanwhile_is_not_followed),
        TEST(one_that_was_killed_loses_nothing),
        TEST(a_full_disk_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
