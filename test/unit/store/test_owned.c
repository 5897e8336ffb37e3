// SPDX-License-Identifier: MIT
/* Whose the files of the data folder are.  Other users take part, so most of it
   needs root. */
#include "store/owned.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/filelock.h"
#include "store/jsonfile.h"
#include "unit.h"

#define SERVICE 12345
#define OTHER 12346

static int open_folder(void **state)
{
    *state = unit_folder_new();
    return 0;
}

static int close_folder(void **state)
{
    unit_folder_free(*state);
    return 0;
}

static void need_root(void)
{
    if (geteuid() != 0)
        skip();
}

static struct stat look(const char *path)
{
    struct stat info;

    assert_int_equal(lstat(path, &info), 0);
    return info;
}

static unsigned mode_of(const char *path)
{
    return look(path).st_mode & 0777;
}

static void give_away(const char *path, uid_t uid)
{
    assert_int_equal(lchown(path, uid, uid), 0);
}

/* As `uid` would find it. */
static bool check_as(uid_t uid, const char *folder, struct err *err)
{
    struct unit_capture log = unit_capture_begin(2);
    bool fine;

    assert_int_equal(seteuid(uid), 0);
    fine = owned_folder(folder, err);
    assert_int_equal(seteuid(0), 0);
    mem_free(unit_capture_end(&log));
    return fine;
}

/* ---- modes -------------------------------------------------------------- */

static void modes_of_our_files_are_mended(void **state)
{
    const char *folder = *state;
    static const char *const names[] = { "oauth_a.json", "admin_token",
                                         ".lock_oauth_a", ".in-use",
                                         ".a.json.0123456789abcdef.tmp" };
    struct unit_capture log = unit_capture_begin(2);
    struct err err;
    char *text;

    unit_write(folder, "notes", "");
    assert_int_equal(chmod(unit_path(folder, "notes"), 0666), 0);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        unit_write(folder, names[i], "");
        assert_int_equal(chmod(unit_path(folder, names[i]), 0666), 0);
    }
    assert_true(owned_folder(folder, &err));
    text = unit_capture_end(&log);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(mode_of(unit_path(folder, names[i])), 0600);
        unit_assert_part(text, names[i]);
    }
    assert_int_equal(mode_of(unit_path(folder, "notes")), 0666);
    mem_free(text);
}

/* In a folder that they could enter, others may have written it. */
static void what_others_could_write_is_refused(void **state)
{
    const char *folder = *state;
    struct unit_capture log = unit_capture_begin(2);
    struct err err;

    unit_write(folder, "oauth_a.json", "{}");
    assert_int_equal(chmod(unit_path(folder, "oauth_a.json"), 0626), 0);
    assert_int_equal(chmod(folder, 0711), 0);
    assert_false(owned_folder(folder, &err));
    unit_assert_part(err.text, "can be changed by other users (mode 626): run");
    assert_int_equal(mode_of(unit_path(folder, "oauth_a.json")), 0626);
    assert_int_equal(mode_of(folder), 0711);
    assert_int_equal(chmod(unit_path(folder, "oauth_a.json"), 0644), 0);
    assert_int_equal(chmod(folder, 0703), 0);
    assert_false(owned_folder(folder, &err));
    unit_assert_part(err.text, "can be changed by other users (mode 703): run");
    assert_int_equal(mode_of(folder), 0703);
    if (geteuid() == 0) {
        assert_int_equal(chown(folder, 0, 54321), 0);
        assert_int_equal(chmod(folder, 0770), 0);
        assert_true(owned_folder(folder, &err)); /* root's own folder's group */
        assert_int_equal(chown(folder, 0, 0), 0);
    }
    /* As where each user has a group, and the umask is 002. */
    assert_int_equal(chmod(unit_path(folder, "oauth_a.json"), 0664), 0);
    assert_int_equal(chmod(folder, 0775), 0);
    assert_true(owned_folder(folder, &err));
    assert_int_equal(mode_of(folder), 0700);
    assert_int_equal(mode_of(unit_path(folder, "oauth_a.json")), 0600);
    mem_free(unit_capture_end(&log));
}

/* Nor one that became a link after it was looked at: it is opened without following
   any. */
static void what_a_link_leads_to_keeps_its_mode(void **state)
{
    const char *folder = *state;
    char *elsewhere = unit_folder_new();
    char *target = mem_strdup(unit_path(elsewhere, "target"));
    struct err err;

    unit_write(elsewhere, "target", "{}");
    assert_int_equal(chmod(target, 0644), 0);
    assert_int_equal(symlink(target, unit_path(folder, "oauth_a.json")), 0);
    assert_int_equal(symlink(target, unit_path(folder, "admin_token")), 0);
    assert_int_equal(symlink("nowhere", unit_path(folder, "x.json")), 0);
    assert_true(owned_folder(folder, &err));
    assert_true(owned_file(unit_path(folder, "admin_token"), &err));
    assert_int_equal(mode_of(target), 0644);
    unit_folder_free(elsewhere);
    mem_free(target);
}

static void what_is_no_regular_file_keeps_its_mode(void **state)
{
    const char *folder = *state;
    struct err err;

    assert_int_equal(mkfifo(unit_path(folder, "oauth_a.json"), 0644), 0);
    assert_int_equal(mkdir(unit_path(folder, "oauth_b.json"), 0755), 0);
    assert_true(owned_folder(folder, &err));
    assert_true(owned_file(unit_path(folder, "oauth_a.json"), &err));
    assert_int_equal(mode_of(unit_path(folder, "oauth_a.json")), 0644);
    assert_int_equal(mode_of(unit_path(folder, "oauth_b.json")), 0755);
}

/* ---- whose -------------------------------------------------------------- */

static void another_users_file_is_refused(void **state)
{
    static const char *const names[] = { "oauth_a.json", "admin_token",
                                         ".lock_oauth_a", "anything" };
    const char *folder = *state;
    struct err err;

    need_root();
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *path = unit_path(folder, names[i]);

        unit_write(folder, names[i], "{}");
        assert_true(owned_folder(folder, &err));
        give_away(path, OTHER);
        assert_false(owned_folder(folder, &err));
        unit_assert_part(err.text, path);
        unit_assert_part(err.text, "belongs to another user (uid 12346)");
        unit_assert_part(err.text, "chown 0 ");
        assert_false(owned_file(path, &err));
        assert_int_equal(err.code, ERR_IO);
        assert_int_equal(unlink(path), 0);
    }
}

static void another_users_link_is_refused_and_so_is_where_it_leads(void **state)
{
    const char *folder = *state;
    char *elsewhere = unit_folder_new();
    char *target = mem_strdup(unit_path(elsewhere, "target"));
    char *path = mem_strdup(unit_path(folder, "oauth_a.json"));
    struct err err;

    need_root();
    unit_write(elsewhere, "target", "{}");
    assert_int_equal(symlink(target, path), 0);
    give_away(path, OTHER);
    assert_false(owned_folder(folder, &err));
    give_away(path, 0);
    assert_true(owned_folder(folder, &err));
    give_away(target, OTHER);
    assert_false(owned_folder(folder, &err));
    give_away(target, 0);
    assert_int_equal(chmod(target, 0666), 0);
    assert_false(owned_file(path, &err));
    unit_assert_part(err.text, "chmod go-w");
    unit_folder_free(elsewhere);
    mem_free(target);
    mem_free(path);
}

static void a_folder_is_its_users_alone(void **state)
{
    const char *folder = *state;
    struct err err;

    need_root();
    give_away(folder, SERVICE);
    assert_true(check_as(SERVICE, folder, &err));
    assert_true(check_as(0, folder, &err));
    assert_int_equal(chmod(folder, 0777), 0);
    assert_false(check_as(OTHER, folder, &err));
    unit_assert_part(err.text, "belongs to another user (uid 12345)");
    assert_int_equal(mode_of(folder), 0777);
    assert_false(check_as(SERVICE, folder, &err));
    unit_assert_part(err.text, "chmod go-w");
    assert_int_equal(chmod(folder, 0755), 0);
    assert_true(check_as(SERVICE, folder, &err));
    assert_int_equal(mode_of(folder), 0700);
}

static void a_folder_of_roots_that_all_may_write_is_refused(void **state)
{
    const char *folder = *state;
    struct err err;

    need_root();
    assert_int_equal(chmod(folder, 0755), 0);
    assert_true(check_as(SERVICE, folder, &err));
    assert_int_equal(chmod(folder, 0777), 0);
    assert_false(check_as(SERVICE, folder, &err));
    unit_assert_part(err.text, "can be changed by other users (mode 777)");
}

static void a_shared_folder_that_others_may_write_is_refused(void **state)
{
    const char *folder = *state;
    struct unit_capture log = unit_capture_begin(2);
    struct err err;

    assert_int_equal(chmod(folder, 01777), 0);
    assert_false(owned_folder(folder, &err));
    unit_assert_part(err.text, "give DATA_DIR one of its own");
    assert_int_equal(mode_of(folder), 0777);
    assert_int_equal(chmod(folder, 0775), 0);
    assert_int_equal(mkdir(unit_path(folder, "project"), 0755), 0);
    assert_false(owned_folder(folder, &err));
    assert_int_equal(chmod(folder, 0755), 0);
    assert_true(owned_folder(folder, &err));
    assert_int_equal(mode_of(folder), 0755);
    mem_free(unit_capture_end(&log));
}

/* What others keep in a folder with other uses is theirs; what we read is not. */
static void in_a_shared_folder_only_our_files_count(void **state)
{
    const char *folder = *state;
    struct err err;

    need_root();
    assert_int_equal(mkdir(unit_path(folder, "project"), 0755), 0);
    unit_write(folder, "notes", "");
    give_away(unit_path(folder, "notes"), OTHER);
    assert_true(owned_folder(folder, &err));
    unit_write(folder, "oauth_a.json", "{}");
    give_away(unit_path(folder, "oauth_a.json"), OTHER);
    assert_false(owned_folder(folder, &err));
}

static void a_missing_file_is_fine_and_a_missing_folder_is_not(void **state)
{
    struct err err;

    assert_true(owned_file(unit_path(*state, "none.json"), &err));
    assert_false(owned_file("/nonexistent/data/none.json", &err));
    assert_false(owned_folder("/nonexistent/data", &err));
    unit_assert_part(err.text, "/nonexistent/data");
}

static void a_database_folder_of_others_is_refused(void **state)
{
    const char *folder = *state;
    char *db = mem_strdup(unit_path(folder, "db"));
    struct err err;

    assert_int_equal(mkdir(db, 0700), 0);
    assert_true(owned_folder(folder, &err));
    assert_int_equal(chmod(db, 0770), 0);
    assert_false(owned_folder(folder, &err));
    unit_assert_part(err.text, "/db can be changed by other users (mode 770)");
    assert_int_equal(chmod(db, 0700), 0);
    if (geteuid() == 0) {
        give_away(db, OTHER);
        assert_false(owned_folder(folder, &err));
        unit_assert_part(err.text, "/db belongs to another user");
    }
    mem_free(db);
}

/* ---- what is made ------------------------------------------------------- */

static void what_root_makes_becomes_the_folders_owners(void **state)
{
    const char *folder = *state;
    char *inner = mem_strdup(unit_path(folder, "data/"));
    struct err err;
    int fd;

    need_root();
    assert_true(jsonfile_write(folder, "before.json", STR("{}"), true, &err));
    give_away(folder, SERVICE);
    assert_true(jsonfile_write(folder, "a.json", STR("{}"), true, &err));
    assert_true(jsonfile_write(folder, "before.json", STR("{}"), false, &err));
    fd = filelock_take(unit_path(folder, ".lock_a"), FILELOCK_TRY, &err);
    assert_true(fd >= 0);
    filelock_release(fd);
    assert_true(jsonfile_make_folder(inner, &err));
    assert_int_equal(look(unit_path(folder, "a.json")).st_uid, SERVICE);
    assert_int_equal(look(unit_path(folder, "a.json")).st_gid, SERVICE);
    assert_int_equal(look(unit_path(folder, "before.json")).st_uid, SERVICE);
    assert_int_equal(look(unit_path(folder, ".lock_a")).st_uid, SERVICE);
    assert_int_equal(look(inner).st_uid, SERVICE);
    mem_free(inner);
}

/* Made by an earlier version, or by hand: the service could not open it. */
static void a_lock_that_root_left_is_given_back(void **state)
{
    const char *folder = *state;
    struct err err;
    int fd;

    need_root();
    unit_write(folder, ".lock_a", "");
    give_away(folder, SERVICE);
    fd = filelock_take(unit_path(folder, ".lock_a"), FILELOCK_TRY, &err);
    assert_true(fd >= 0);
    filelock_release(fd);
    assert_int_equal(look(unit_path(folder, ".lock_a")).st_uid, SERVICE);
}

/* A third user's is not root's to give. */
static void what_another_user_made_stays_that_users(void **state)
{
    const char *folder = *state;
    const char *path;
    struct err err;
    int fd;

    need_root();
    unit_write(folder, "theirs", "");
    give_away(folder, SERVICE);
    path = unit_path(folder, "theirs");
    give_away(path, OTHER);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(owned_give(fd, path, &err));
    assert_int_equal(look(path).st_uid, OTHER);
    assert_int_equal(lchown(path, 0, 0), 0);
    assert_true(owned_give(fd, path, &err));
    assert_int_equal(look(path).st_uid, SERVICE);
    assert_int_equal(close(fd), 0);
}

/* A lock that this user has made of another file of root's. */
static void what_has_other_names_is_not_given_away(void **state)
{
    const char *folder = *state;
    char *real;
    char *lock;
    struct err err;

    need_root();
    unit_write(folder, "real", "");
    real = mem_strdup(unit_path(folder, "real"));
    lock = mem_strdup(unit_path(folder, ".lock_a"));
    assert_int_equal(link(real, lock), 0);
    give_away(folder, SERVICE);
    assert_int_equal(filelock_take(lock, FILELOCK_TRY, &err), -1);
    unit_assert_part(err.text, "other names");
    assert_int_equal(look(real).st_uid, 0);
    mem_free(real);
    mem_free(lock);
}

static void a_lock_that_cannot_be_opened_is_an_error(void **state)
{
    const char *folder = *state;
    struct err err = { .code = ERR_INTERNAL };
    int fd;

    need_root();
    unit_write(folder, ".lock_a", "");
    give_away(folder, SERVICE);
    assert_int_equal(seteuid(SERVICE), 0);
    fd = filelock_take(unit_path(folder, ".lock_a"), FILELOCK_TRY, &err);
    assert_int_equal(seteuid(0), 0);
    assert_true(fd < 0);
    assert_int_equal(err.code, ERR_IO);
    unit_assert_part(err.text, ".lock_a: Permission denied");
}

#define FOLDER(test)                                                           \
    cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER(modes_of_our_files_are_mended),
        FOLDER(what_others_could_write_is_refused),
        FOLDER(what_a_link_leads_to_keeps_its_mode),
        FOLDER(what_is_no_regular_file_keeps_its_mode),
        FOLDER(another_users_file_is_refused),
        FOLDER(another_users_link_is_refused_and_so_is_where_it_leads),
        FOLDER(a_folder_is_its_users_alone),
        FOLDER(a_folder_of_roots_that_all_may_write_is_refused),
        FOLDER(a_shared_folder_that_others_may_write_is_refused),
        FOLDER(in_a_shared_folder_only_our_files_count),
        FOLDER(a_database_folder_of_others_is_refused),
        FOLDER(a_missing_file_is_fine_and_a_missing_folder_is_not),
        FOLDER(what_root_makes_becomes_the_folders_owners),
        FOLDER(a_lock_that_root_left_is_given_back),
        FOLDER(what_has_other_names_is_not_given_away),
        FOLDER(what_another_user_made_stays_that_users),
        FOLDER(a_lock_that_cannot_be_opened_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
