// SPDX-License-Identifier: MIT
/* What a crash left of a file that was about to be replaced. */
#include "store/rescue.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/mem.h"
#include "store/temporary.h"
#include "unit.h"

#define NO_BASE "0000000000000000-"
#define OTHER_BASE "00112233445566ff-"

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

/* "{" begins what is whole, "?" what cannot be opened. */
static enum rescue_verdict judge(void *arg, const char *path, struct err *err)
{
    FILE *file = fopen(path, "re");
    int first = file ? fgetc(file) : EOF;

    (void)arg;
    if (file)
        (void)fclose(file);
    (void)err_set(err, ERR_IO, "sealed with another secret");
    if (first == '?')
        return RESCUE_LOCKED;
    return first == '{' ? RESCUE_WHOLE : RESCUE_PART;
}

static char third(const char *path)
{
    FILE *file = fopen(path, "re");
    char text[4] = "";
    size_t len = file ? fread(text, 1, 3, file) : 0;

    if (file)
        (void)fclose(file);
    return len == 3 ? text[2] : '\0';
}

/* A digit as the third character is the tokens; 0 says nothing of its time, and 9
   replaced 1, 2 and 3. */
static enum rescue_order compare(void *arg, const char *file,
                                 const char *leftover)
{
    char mine = third(file);
    char others = third(leftover);

    (void)arg;
    if (mine == others || mine < '0' || mine > '9' || others < '0' ||
        others > '9')
        return RESCUE_SAME;
    if (mine == '0' || others == '0')
        return RESCUE_UNLIKE;
    if (mine == '9' && others <= '3')
        return RESCUE_SPENT;
    return others > mine ? RESCUE_LATER : RESCUE_EARLIER;
}

/* The tokens only. */
static bool take(void *arg, const char *file, const char *leftover,
                 struct err *err)
{
    FILE *out = fopen(file, "r+e");

    (void)arg;
    (void)err;
    (void)fseek(out, 2, SEEK_SET);
    (void)fputc(third(leftover), out);
    return fclose(out) == 0;
}

static bool rescue(const char *folder, bool removed)
{
    struct unit_capture log = unit_capture_begin(2);
    struct err err;
    bool ok = rescue_file(&(struct rescue){ .folder = folder,
                                            .name = "a.json",
                                            .removed = removed,
                                            .judge = judge,
                                            .compare = compare,
                                            .take = take },
                          &err);

    mem_free(unit_capture_end(&log));
    return ok;
}

static void set_time(const char *path, long s)
{
    struct timespec times[2] = { { .tv_sec = s }, { .tv_sec = s } };

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* A leftover of a.json; `base` may be that of the file as it is now. */
static void leave(const char *folder, const char *base, const char *text,
                  long time_s)
{
    char now[TEMPORARY_BASE_LEN + 1];
    static unsigned number;
    struct stat info;
    char name[100];

    temporary_base(stat(unit_path(folder, "a.json"), &info) == 0 ? &info : NULL,
                   now);
    (void)snprintf(name, sizeof(name), ".a.json.%s%s%016x.tmp",
                   strcmp(base, "now") == 0 ? now : base,
                   strcmp(base, "now") == 0 ? "-" : "", number++);
    unit_write(folder, name, text);
    set_time(unit_path(folder, name), time_s);
}

static void write_doc(const char *folder, const char *text)
{
    unit_write(folder, "a.json", text);
    set_time(unit_path(folder, "a.json"), 1000);
}

/* ---- one of them -------------------------------------------------------- */

static const struct {
    const char *name;
    const char *doc; /* at 1000 s; NULL: none */
    const char *base;
    const char *text;
    long time_s;
    bool removed;
    const char *want; /* of the file; NULL: none */
    size_t files;     /* afterwards, the file with them */
} rows[] = {
    { "it was to replace this very file", "{old", "now", "{new", 1001, false,
      "{new", 1 },
    { "likewise, and the clock went back", "{old", "now", "{new", 900, false,
      "{new", 1 },
    { "it was to replace another, and is newer", "{old", OTHER_BASE, "{new",
      1001, false, "{new", 1 },
    { "it was overtaken", "{new", OTHER_BASE, "{old", 999, false, "{new", 1 },
    { "in the same moment", "{old", OTHER_BASE, "{new", 1000, false, "{new",
      1 },
    { "of a relay that wrote no base", "{old", "", "{new", 1001, false, "{new",
      1 },
    { "likewise, overtaken", "{new", "", "{old", 999, false, "{new", 1 },
    { "the file was being made", NULL, "now", "{new", 900, false, "{new", 1 },
    { "the file is away", NULL, OTHER_BASE, "{new", 900, false, "{new", 1 },
    { "the file was removed on purpose", NULL, OTHER_BASE, "{new", 2000, true,
      NULL, 0 },
    { "likewise, and it was made again", NULL, NO_BASE, "{new", 2000, true,
      "{new", 1 },
    { "likewise, and the clock went back", NULL, NO_BASE, "{new", 2, true,
      "{new", 1 },
    { "likewise, and it is not whole", NULL, NO_BASE, "new", 2000, true, NULL,
      0 },
    { "it is not whole", "{old", "now", "new", 1001, false, "{old", 1 },
    { "it is empty", "{old", "now", "", 1001, false, "{old", 1 },
    { "it is not whole, and was to be made", NULL, "now", "new", 1001, false,
      NULL, 0 },
    { "it cannot be opened", "{old", "now", "?new", 1001, false, "{old", 2 },
    { "likewise, overtaken", "{old", "", "?new", 999, false, "{old", 2 },
    { "the file is broken: it is kept", "old", OTHER_BASE, "{new", 999, false,
      "{new", 2 },
    { "the file is sealed with another secret", "?old", OTHER_BASE, "{new", 999,
      false, "?old", 2 },
    { "likewise, and it is newer: the file is kept", "?old", OTHER_BASE, "{new",
      1001, false, "{new", 2 },
    { "likewise, of this very file", "?old", "now", "{new", 1001, false, "{new",
      1 },
    { "later tokens, and the file was edited", "{a1edited", OTHER_BASE, "{b2",
      999, false, "{a2edited", 1 },
    { "likewise, whatever the times", "{a1edited", OTHER_BASE, "{b2", 1001,
      false, "{a2edited", 1 },
    { "earlier tokens", "{a2", OTHER_BASE, "{b1", 999, false, "{a2", 2 },
    { "spent tokens", "{a9", OTHER_BASE, "{b1", 999, false, "{a9", 1 },
    { "spent tokens, and a later time", "{a9", OTHER_BASE, "{b1", 1001, false,
      "{a9", 1 },
    { "earlier tokens, and a later time", "{a2", OTHER_BASE, "{b1", 1001, false,
      "{a2", 2 },
    { "other tokens", "{a0", OTHER_BASE, "{b1", 999, false, "{a0", 2 },
    { "other tokens, and a later time", "{a0edited", OTHER_BASE, "{b1", 1001,
      false, "{a1edited", 1 },
    { "other tokens, of this very file", "{a3", "now", "{b1", 999, false, "{b1",
      1 },
};

static void what_is_whole_and_newer_gets_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *folder = unit_folder_new();
        char *text;

        if (rows[i].doc)
            write_doc(folder, rows[i].doc);
        leave(folder, rows[i].base, rows[i].text, rows[i].time_s);
        assert_true(rescue_is_needed(folder, "a.json"));
        assert_true(rescue(folder, rows[i].removed));
        if (unit_file_count(folder) != rows[i].files)
            fail_msg("%s: %zu files", rows[i].name, unit_file_count(folder));
        if (rows[i].want) {
            text = unit_read(folder, "a.json");
            if (strcmp(text, rows[i].want) != 0)
                fail_msg("%s: %s", rows[i].name, text);
            mem_free(text);
        }
        unit_folder_free(folder);
    }
}

/* ---- several ------------------------------------------------------------ */

static void assert_doc(const char *folder, const char *want)
{
    char *text = unit_read(folder, "a.json");

    assert_string_equal(text, want);
    mem_free(text);
}

static void of_several_the_newest_counts(void **state)
{
    write_doc(*state, "{old");
    leave(*state, "now", "{2", 1002);
    leave(*state, "now", "{3", 1003);
    leave(*state, OTHER_BASE, "{1", 1001);
    leave(*state, "now", "part", 1004);
    leave(*state, "now", "?kept", 1005);
    assert_true(rescue(*state, false));
    assert_doc(*state, "{3");
    assert_int_equal(unit_file_count(*state), 2);
}

/* The first that is put into place is no reason to drop the other. */
static void of_several_that_were_made_after_a_removal_each_counts(void **state)
{
    leave(*state, NO_BASE, "{b2", 900);
    leave(*state, NO_BASE, "{b1", 901);
    leave(*state, OTHER_BASE, "{b3", 902);
    assert_true(rescue(*state, true));
    assert_doc(*state, "{b2");
    assert_int_equal(unit_file_count(*state), 1);
}

static void each_that_is_later_counts(void **state)
{
    write_doc(*state, "{a1edited");
    leave(*state, OTHER_BASE, "{b3", 900);
    leave(*state, OTHER_BASE, "{b2", 901);
    assert_true(rescue(*state, false));
    assert_doc(*state, "{a3edited");
    assert_int_equal(unit_file_count(*state), 1);
}

static void other_files_are_not_touched(void **state)
{
    write_doc(*state, "{old");
    unit_write(*state, ".b.json.0011223344556677.tmp", "{b");
    unit_write(*state, ".a.json.tmp", "{somebody's");
    unit_write(*state, ".a.json.00112233445566.tmp", "{somebody's");
    assert_false(rescue_is_needed(*state, "a.json"));
    assert_true(rescue(*state, false));
    assert_doc(*state, "{old");
    assert_int_equal(unit_file_count(*state), 4);
}

static void what_was_kept_before_stays(void **state)
{
    char *text;

    unit_write(*state, "a.json.broken", "older");
    write_doc(*state, "broken");
    leave(*state, OTHER_BASE, "{new", 1000);
    assert_true(rescue(*state, false));
    assert_doc(*state, "{new");
    text = unit_read(*state, "a.json.broken");
    assert_string_equal(text, "older");
    mem_free(text);
    text = unit_read(*state, "a.json.broken-2");
    assert_string_equal(text, "broken");
    mem_free(text);
}

/* Room that somebody reserved, and is about to fill. */
static void one_that_has_an_owner_is_left_alone(void **state)
{
    const char *name = ".a.json.0011223344556677.tmp";
    int fd;

    write_doc(*state, "{old");
    unit_write(*state, name, "{half");
    fd = open(unit_path(*state, name), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    assert_true(rescue(*state, false));
    assert_doc(*state, "{old");
    assert_int_equal(unit_file_count(*state), 2);
    (void)close(fd);
    assert_true(rescue(*state, false));
    assert_doc(*state, "{half");
    assert_int_equal(unit_file_count(*state), 1);
}

/* Killed between link() and unlink(). */
static void two_names_of_one_file_become_one(void **state)
{
    char *path = mem_strdup(unit_path(*state, "a.json"));

    write_doc(*state, "{made");
    assert_int_equal(link(path,
                          unit_path(*state, ".a.json.0011223344556677.tmp")),
                     0);
    assert_true(rescue(*state, false));
    assert_doc(*state, "{made");
    assert_int_equal(unit_file_count(*state), 1);
    mem_free(path);
}

static void what_cannot_be_moved_stays(void **state)
{
    assert_int_equal(mkdir(unit_path(*state, "a.json"), 0700), 0);
    unit_write(*state, ".a.json.0011223344556677.tmp", "{new");
    assert_false(rescue(*state, false));
    assert_int_equal(unit_file_count(*state), 2);
}

static void all_of_a_file_can_be_dropped(void **state)
{
    const char *held = ".a.json.0011223344556677.tmp";
    int fd;

    leave(*state, NO_BASE, "{new", 1000);
    leave(*state, OTHER_BASE, "?locked", 1000);
    unit_write(*state, ".b.json.0011223344556677.tmp", "{b");
    unit_write(*state, held, "{half");
    fd = open(unit_path(*state, held), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    rescue_drop(*state, "a.json");
    assert_int_equal(unit_file_count(*state), 2);
    (void)close(fd);
}

static void add_name(void *arg, struct str name)
{
    (void)snprintf((char *)arg + strlen(arg), 30, STR_FMT " ", STR_ARG(name));
}

static void all_names_are_found(void **state)
{
    char names[100] = "";

    unit_write(*state, ".b.json.0011223344556677.tmp", "");
    unit_write(*state, "c.json", "");
    rescue_each(*state, add_name, names);
    assert_string_equal(names, "b.json ");
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_whole_and_newer_gets_its_place),
        IN_FOLDER(of_several_the_newest_counts),
        IN_FOLDER(of_several_that_were_made_after_a_removal_each_counts),
        IN_FOLDER(each_that_is_later_counts),
        IN_FOLDER(other_files_are_not_touched),
        IN_FOLDER(what_was_kept_before_stays),
        IN_FOLDER(one_that_has_an_owner_is_left_alone),
        IN_FOLDER(two_names_of_one_file_become_one),
        IN_FOLDER(what_cannot_be_moved_stays),
        IN_FOLDER(all_of_a_file_can_be_dropped),
        IN_FOLDER(all_names_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
