// SPDX-License-Identifier: MIT
/* Links to the data folder, and from it; and what takes a file's place between the
   look at it and the opening.  Other users take part, so most of it needs root. */
#include "store/owned.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

#define SERVICE 12345
#define OTHER 12346

/* ---- what happens just before a file is opened ----------------------------- */

static struct {
    const char *path;   /* NULL: nothing */
    const char *target; /* it becomes a link to this; NULL: a pipe */
} swap;

static void swap_now(const char *path)
{
    if (!swap.path || !str_eq(str_of(path), str_of(swap.path)))
        return;
    assert_int_equal(unlink(path), 0);
    if (swap.target)
        assert_int_equal(symlink(swap.target, path), 0);
    else
        assert_int_equal(mkfifo(path, 0644), 0);
    assert_int_equal(chmod(swap.target ? swap.target : path, 0644), 0);
    swap.path = NULL;
}

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
    unsigned mode = 0;
    va_list args;

    if ((flags & O_CREAT) != 0) {
        va_start(args, flags);
        mode = va_arg(args, unsigned);
        va_end(args);
    }
    swap_now(path);
    return __real_open64(path, flags, mode);
}

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

/* A place where all may make links, and a folder with a file, both open. */
struct site {
    char *place;
    char *folder;
    char *file;
    char *link;
};

static struct site make_site(uid_t uid)
{
    struct site site = { .place = unit_folder_new(),
                         .folder = unit_folder_new() };

    site.link = mem_strdup(unit_path(site.place, "data"));
    site.file = mem_strdup(unit_path(site.folder, "site.json"));
    unit_write(site.folder, "site.json", "{}");
    assert_int_equal(chmod(site.place, 01777), 0);
    assert_int_equal(chmod(site.folder, 0755), 0);
    assert_int_equal(chmod(site.file, 0644), 0);
    assert_int_equal(symlink(site.folder, site.link), 0);
    if (geteuid() == 0) {
        give_away(site.folder, uid);
        give_away(site.file, uid);
    }
    return site;
}

static void free_site(struct site *site)
{
    unit_folder_free(site->place);
    unit_folder_free(site->folder);
    mem_free(site->link);
    mem_free(site->file);
}

static void no_mode_is_changed_through_a_link_to_the_folder(void **state)
{
    struct site site = make_site(0);
    struct err err;

    (void)state;
    assert_false(owned_folder(site.link, &err));
    unit_assert_part(err.text, "/data is reached through a link");
    unit_assert_part(err.text, "/data/`; else");
    assert_false(owned_folder(unit_path(site.link, ""), &err));
    assert_false(owned_folder(unit_path(site.link, "."), &err));
    assert_int_equal(mode_of(site.folder), 0755);
    assert_int_equal(chmod(site.folder, 0700), 0);
    assert_true(owned_folder(site.link, &err));
    assert_true(owned_file(unit_path(site.link, "site.json"), &err));
    assert_int_equal(mode_of(site.file), 0644);
    free_site(&site);
}

/* In a folder like /tmp somebody waits for the relay to make its own. */
static void another_users_link_to_our_folder_is_refused(void **state)
{
    struct site site = make_site(SERVICE);
    struct err err;

    (void)state;
    need_root();
    assert_int_equal(chmod(site.folder, 0700), 0);
    give_away(site.link, OTHER);
    assert_false(check_as(SERVICE, site.link, &err));
    unit_assert_part(err.text, "/data is a link of another user (uid 12346)");
    assert_false(check_as(SERVICE, unit_path(site.link, "."), &err));
    assert_false(check_as(0, site.link, &err));
    give_away(site.link, SERVICE);
    assert_true(check_as(SERVICE, site.link, &err));
    free_site(&site);
}

static void root_is_not_led_elsewhere_by_a_service_user(void **state)
{
    struct site site = make_site(0);
    struct err err;

    (void)state;
    need_root();
    give_away(site.place, SERVICE);
    give_away(site.link, SERVICE);
    assert_false(check_as(0, site.link, &err));
    unit_assert_part(err.text, "as root it is not followed");
    assert_int_equal(mode_of(site.folder), 0755);
    assert_int_equal(mode_of(site.file), 0644);
    give_away(site.folder, SERVICE);
    assert_int_equal(chmod(site.folder, 0700), 0);
    assert_true(check_as(0, site.link, &err));
    free_site(&site);
}

/* Root would write new tokens to it. */
static void root_follows_no_account_of_a_service_user_elsewhere(void **state)
{
    const char *folder = *state;
    struct site site = make_site(0);
    char *path = mem_strdup(unit_path(folder, "oauth_a.json"));
    struct err err;

    need_root();
    give_away(folder, SERVICE);
    assert_int_equal(symlink(site.file, path), 0);
    give_away(path, SERVICE);
    assert_false(owned_file(path, &err));
    unit_assert_part(err.text, "as root it is not followed");
    assert_false(check_as(0, folder, &err));
    give_away(site.file, SERVICE);
    assert_true(owned_file(path, &err));
    assert_int_equal(unlink(site.file), 0);
    assert_false(owned_file(path, &err)); /* it would be made there */
    mem_free(path);
    free_site(&site);
}

static void a_link_leads_to_no_folder_that_others_can_write(void **state)
{
    const char *folder = *state;
    struct site site = make_site(0);
    char *path = mem_strdup(unit_path(folder, "oauth_a.json"));
    struct err err;

    assert_int_equal(symlink(site.file, path), 0);
    assert_true(owned_file(path, &err));
    assert_int_equal(chmod(site.folder, 0777), 0);
    assert_false(owned_file(path, &err));
    unit_assert_part(err.text, "can be changed by other users (mode 777)");
    unit_assert_part(err.text, "site.json");
    assert_false(owned_folder(folder, &err));
    assert_int_equal(chmod(site.folder, 01777), 0);
    assert_true(owned_file(path, &err));
    mem_free(path);
    free_site(&site);
}

/* ---- what takes a file's place -------------------------------------------- */

static void what_became_a_link_keeps_its_targets_mode(void **state)
{
    const char *folder = *state;
    struct site site = make_site(0);
    char *path = mem_strdup(unit_path(folder, "oauth_a.json"));
    struct err err;

    unit_write(folder, "oauth_a.json", "{}");
    assert_int_equal(chmod(path, 0644), 0);
    swap.target = site.file;
    swap.path = path;
    assert_false(owned_file(path, &err));
    assert_null(swap.path);
    assert_int_equal(mode_of(site.file), 0644);
    mem_free(path);
    free_site(&site);
}

static void what_became_a_pipe_keeps_its_mode(void **state)
{
    const char *folder = *state;
    char *path = mem_strdup(unit_path(folder, "oauth_a.json"));
    struct err err;

    unit_write(folder, "oauth_a.json", "{}");
    assert_int_equal(chmod(path, 0644), 0);
    swap.target = NULL;
    swap.path = path;
    assert_true(owned_file(path, &err));
    assert_null(swap.path);
    assert_int_equal(mode_of(path), 0644);
    mem_free(path);
}

#define FOLDER(test)                                                           \
    cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER(no_mode_is_changed_through_a_link_to_the_folder),
        FOLDER(another_users_link_to_our_folder_is_refused),
        FOLDER(root_is_not_led_elsewhere_by_a_service_user),
        FOLDER(root_follows_no_account_of_a_service_user_elsewhere),
        FOLDER(a_link_leads_to_no_folder_that_others_can_write),
        FOLDER(what_became_a_link_keeps_its_targets_mode),
        FOLDER(what_became_a_pipe_keeps_its_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
