// SPDX-License-Identifier: MIT
/* Tar files: what is written is read again, and what is not whole is said. */
#include "store/tar.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/tar_internal.h"
#include "unit.h"

struct scene {
    char *folder;
    int fd;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->fd = open(unit_path(scene->folder, "x.tar"), O_RDWR | O_CREAT, 0600);
    assert_true(scene->fd >= 0);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    (void)close(scene->fd);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static void add(struct scene *scene, const char *name, const char *content)
{
    struct tar_file file = { .name = name,
                             .mtime_s = 1700000000,
                             .size = strlen(content),
                             .content = content };
    struct err err;

    assert_true(tar_add(scene->fd, &file, &err));
}

static struct tar_reader from_start(struct scene *scene)
{
    assert_int_equal(lseek(scene->fd, 0, SEEK_SET), 0);
    return tar_reader_of(scene->fd);
}

static void expect(struct tar_reader *tar, const char *name,
                   const char *content)
{
    char text[2048];
    struct tar_entry entry;
    struct err err;
    size_t len;
    bool more;

    assert_true(tar_next(tar, &entry, &more, &err));
    assert_true(more);
    assert_string_equal(entry.name, name);
    assert_int_equal(entry.size, strlen(content));
    assert_true(tar_read(tar, text, sizeof(text), &len, &err));
    unit_assert_str((struct str){ text, len }, content);
    assert_true(tar_read(tar, text, sizeof(text), &len, &err));
    assert_int_equal(len, 0);
}

static void expect_end(struct tar_reader *tar)
{
    struct tar_entry entry;
    struct err err;
    bool more;

    assert_true(tar_next(tar, &entry, &more, &err));
    assert_false(more);
}

static void what_is_written_is_read_again(void **state)
{
    struct scene *scene = *state;
    char hundred[101];
    char longest[TAR_NAME_MAX + 1];
    char block[TAR_BLOCK + 1];
    struct tar_reader tar;
    struct err err;

    memset(hundred, 'h', 100);
    hundred[100] = '\0';
    memset(longest, 'l', TAR_NAME_MAX);
    longest[TAR_NAME_MAX] = '\0';
    memset(block, 'b', TAR_BLOCK);
    block[TAR_BLOCK] = '\0';
    add(scene, "a.json", "{}");
    add(scene, "empty", "");
    add(scene, hundred, block);
    add(scene, longest, "long");
    assert_true(tar_end(scene->fd, &err));
    tar = from_start(scene);
    expect(&tar, "a.json", "{}");
    expect(&tar, "empty", "");
    expect(&tar, hundred, block);
    expect(&tar, longest, "long");
    expect_end(&tar);
}

/* What nobody wants to read is passed over. */
static void the_next_one_comes_without_reading(void **state)
{
    struct scene *scene = *state;
    struct tar_reader tar;
    struct tar_entry entry;
    struct err err;
    bool more;

    add(scene, "a", "much of it");
    add(scene, "b", "more");
    assert_true(tar_end(scene->fd, &err));
    tar = from_start(scene);
    assert_true(tar_next(&tar, &entry, &more, &err));
    expect(&tar, "b", "more");
}

static void a_file_of_a_descriptor_is_copied(void **state)
{
    struct scene *scene = *state;
    struct tar_file file = { .name = "x", .size = 5 };
    struct tar_reader tar;
    struct err err;

    unit_write(scene->folder, "from", "hello");
    file.fd = open(unit_path(scene->folder, "from"), O_RDONLY);
    assert_true(tar_add(scene->fd, &file, &err));
    /* It has become shorter meanwhile. */
    assert_false(tar_add(scene->fd, &file, &err));
    unit_assert_part(err.text, "shorter");
    (void)close(file.fd);
    tar = from_start(scene);
    expect(&tar, "x", "hello");
}

/* ---- what others write -------------------------------------------------- */

static void put_header(struct scene *scene, struct tar_header *header)
{
    (void)snprintf(header->checksum, sizeof(header->checksum), "%06o",
                   tar_checksum(header));
    assert_int_equal(write(scene->fd, header, sizeof(*header)), TAR_BLOCK);
}

static void put_block(struct scene *scene, const char *text)
{
    char block[TAR_BLOCK] = "";

    (void)snprintf(block, sizeof(block), "%s", text);
    assert_int_equal(write(scene->fd, block, sizeof(block)), TAR_BLOCK);
}

static void gnu_tar_is_read_too(void **state)
{
    struct scene *scene = *state;
    struct tar_header folder = { .name = "./", .size = "0", .type = '5' };
    struct tar_header longer = { .name = "././@LongLink",
                                 .size = "00000000010",
                                 .type = 'L' };
    struct tar_header file = { .name = "cut", .size = "2", .type = '0' };
    struct tar_header large = { .name = "./b", .type = '\0' };
    struct tar_header prefixed = {
        .name = "c", .size = "0", .type = '0', .magic = "ustar", .prefix = "dir"
    };
    struct tar_reader tar;
    struct err err;

    large.size[0] = (char)0x80;
    large.size[11] = 1;
    put_header(scene, &folder);
    put_header(scene, &longer);
    put_block(scene, "./whole");
    put_header(scene, &file);
    put_block(scene, "{}");
    put_header(scene, &large);
    put_block(scene, "x");
    put_header(scene, &prefixed);
    assert_true(tar_end(scene->fd, &err));
    tar = from_start(scene);
    expect(&tar, "whole", "{}");
    expect(&tar, "b", "x");
    expect(&tar, "dir/c", "");
    expect_end(&tar);
}

static void refused(struct scene *scene, const char *part)
{
    struct tar_reader tar = from_start(scene);
    struct tar_entry entry;
    struct err err = { .code = ERR_INTERNAL };
    bool more = true;
    bool ok = true;

    while (ok && more)
        ok = tar_next(&tar, &entry, &more, &err);
    assert_false(ok);
    assert_int_equal(err.code, ERR_BROKEN);
    unit_assert_part(err.text, part);
}

static void what_is_no_file_is_refused(void **state)
{
    static const char types[] = { '1', '2', '3', '4', '6', '7', 'K', 'S' };
    struct scene *scene = *state;

    for (size_t i = 0; i < sizeof(types); i++) {
        struct tar_header header = { .name = "x",
                                     .size = "0",
                                     .type = types[i] };

        assert_int_equal(ftruncate(scene->fd, 0), 0);
        assert_int_equal(lseek(scene->fd, 0, SEEK_SET), 0);
        put_header(scene, &header);
        refused(scene, "x is neither file nor folder");
    }
}

static void wrong_headers_are_refused(void **state)
{
    static const struct tar_header headers[] = {
        { .name = "x", .size = "9z", .type = '0' },
        { .name = "x", .size = "-1", .type = '0' },
        { .name = "x", .size = "", .type = '0' },
        { .name = "x", .size = "\xff\xff\xff\xff", .type = '0' },
        { .name = "x", .size = "77777777777", .type = 'x' },
        { .name = "x", .size = "77777777777", .type = 'L' },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        struct tar_header header = headers[i];

        assert_int_equal(ftruncate(scene->fd, 0), 0);
        assert_int_equal(lseek(scene->fd, 0, SEEK_SET), 0);
        put_header(scene, &header);
        refused(scene, "no tar file, or damaged");
    }
}

static void wrong_records_are_refused(void **state)
{
    static const char *const records[] = {
        "9 path=x",         "0 path=x\n",
        "3 path=x\n",       "99 path=x\n",
        "path=x\n",         " path=x\n",
        "11 size=1x\n\n",   "18446744073709551616 path=x\n",
        "12 size=-1\n\n\n",
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(records); i++) {
        struct tar_header header = { .name = "x", .type = 'x' };

        assert_int_equal(ftruncate(scene->fd, 0), 0);
        assert_int_equal(lseek(scene->fd, 0, SEEK_SET), 0);
        (void)snprintf(header.size, sizeof(header.size), "%o",
                       (unsigned)strlen(records[i]));
        put_header(scene, &header);
        put_block(scene, records[i]);
        refused(scene, "no tar file, or damaged");
    }
}

/* Whatever the length, it is never taken for a whole one. */
static void one_that_was_cut_off_is_refused(void **state)
{
    struct scene *scene = *state;
    off_t whole;
    struct err err;

    add(scene, "a.json", "{\"a\":1}");
    whole = lseek(scene->fd, 0, SEEK_CUR);
    assert_true(tar_end(scene->fd, &err));
    for (off_t len = whole; len >= 0; len -= 100) {
        assert_int_equal(ftruncate(scene->fd, len), 0);
        refused(scene, "it ends too early");
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read_again),
        TEST(the_next_one_comes_without_reading),
        TEST(a_file_of_a_descriptor_is_copied),
        TEST(gnu_tar_is_read_too),
        TEST(what_is_no_file_is_refused),
        TEST(wrong_headers_are_refused),
        TEST(wrong_records_are_refused),
        TEST(one_that_was_cut_off_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
