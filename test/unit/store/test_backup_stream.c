// SPDX-License-Identifier: MIT
/* A backup through a pipe: whole, or none, and nothing is left behind. */
#include "store/backup_stream.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "script_sql.h"
#include "store/tar.h"
#include "unit.h"

struct scene {
    char *folder;
    struct records *records;
};

#define PIPE_SIZE (64u * 1024)

/* More than a pipe takes, so that the thread waits for a reader. */
static void write_much(const char *folder)
{
    char *content = mem_alloc(4 * PIPE_SIZE);

    memset(content, 'x', 4 * PIPE_SIZE - 1);
    content[4 * PIPE_SIZE - 1] = '\0';
    memcpy(content, "{\"pad\":\"", 8);
    memcpy(content + 4 * PIPE_SIZE - 3, "\"}", 2);
    unit_write(folder, "pad.json", content);
    mem_free(content);
}

static int begin(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    (void)signal(SIGPIPE, SIG_IGN);
    scene->folder = unit_folder_new();
    scene->records = script_sql_records(scene->folder);
    unit_write(scene->folder, "apikey_main.json", "{\"api_key\":\"k\"}");
    write_much(scene->folder);
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;

    records_stop(scene->records);
    records_free(scene->records);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static void wait_for(struct backup_stream *stream)
{
    struct pollfd fd = { .fd = backup_stream_fd(stream), .events = POLLIN };

    assert_true(poll(&fd, 1, 60000) == 1);
}

/* Reads all of it into `out`. */
static enum backup_stream_got read_all(struct backup_stream *stream, FILE *out,
                                       struct err *err)
{
    char part[4096];
    size_t got;

    for (;;) {
        enum backup_stream_got is;

        wait_for(stream);
        is = backup_stream_read(stream, part, sizeof(part), &got, err);
        if (is == BACKUP_STREAM_SOME)
            assert_int_equal(fwrite(part, 1, got, out), got);
        else if (is != BACKUP_STREAM_NOTHING_YET)
            return is;
    }
}

static void it_is_a_tar_file_with_all(void **state)
{
    struct scene *scene = *state;
    FILE *out = tmpfile();
    struct tar_entry entry;
    struct backup_stream *stream;
    struct tar_reader tar;
    struct err err;
    size_t files = 0;
    bool more = true;

    stream = backup_stream_start(scene->folder, true, &err);
    assert_non_null(stream);
    assert_int_equal(read_all(stream, out, &err), BACKUP_STREAM_END);
    assert_int_equal(fflush(out), 0);
    assert_int_equal(backup_stream_bytes(stream), (uint64_t)ftell(out));
    rewind(out);
    tar = tar_reader_of(fileno(out));
    while (tar_next(&tar, &entry, &more, &err) && more)
        files++;
    assert_false(more);
    assert_int_equal(files, backup_stream_files(stream) + 1); /* and its mark */
    backup_stream_free(stream);
    (void)fclose(out);
}

static size_t files_of(struct scene *scene, bool with_token)
{
    FILE *out = tmpfile();
    struct backup_stream *stream;
    struct err err;
    size_t files;

    stream = backup_stream_start(scene->folder, with_token, &err);
    assert_int_equal(read_all(stream, out, &err), BACKUP_STREAM_END);
    files = backup_stream_files(stream);
    backup_stream_free(stream);
    (void)fclose(out);
    return files;
}

static void the_admin_token_is_in_it_if_wanted(void **state)
{
    struct scene *scene = *state;
    size_t before = files_of(scene, true);

    unit_write(scene->folder, "admin_token", "CANARY-0123456789");
    assert_int_equal(files_of(scene, true), before + 1);
    assert_int_equal(files_of(scene, false), before);
}

static bool is_tidy(const struct scene *scene)
{
    char path[512];
    struct stat info;

    (void)snprintf(path, sizeof(path), "%s/db/.backup-%u", scene->folder,
                   (unsigned)geteuid());
    return lstat(path, &info) != 0;
}

/* Its thread waits when the reader goes. */
static void a_reader_that_goes_leaves_nothing_behind(void **state)
{
    struct scene *scene = *state;
    struct backup_stream *stream;
    struct err err;
    char part[512];
    size_t got;

    stream = backup_stream_start(scene->folder, true, &err);
    assert_non_null(stream);
    wait_for(stream);
    assert_int_equal(backup_stream_read(stream, part, sizeof(part), &got, &err),
                     BACKUP_STREAM_SOME);
    backup_stream_free(stream);
    /* The next one waits for its lock only as long as it takes to end. */
    for (;;) {
        FILE *out = tmpfile();
        enum backup_stream_got is;

        stream = backup_stream_start(scene->folder, true, &err);
        is = read_all(stream, out, &err);
        backup_stream_free(stream);
        (void)fclose(out);
        if (is == BACKUP_STREAM_END)
            break;
        assert_int_equal(err.code, ERR_BUSY);
        (void)usleep(1000);
    }
    assert_true(is_tidy(scene));
}

static void a_reader_that_is_slow_keeps_nobody_waiting(void **state)
{
    struct scene *scene = *state;
    struct backup_stream *slow;
    struct err err;
    char part[512];
    size_t got;
    FILE *out = tmpfile();

    slow = backup_stream_start(scene->folder, true, &err);
    assert_non_null(slow);
    wait_for(slow);
    assert_int_equal(backup_stream_read(slow, part, sizeof(part), &got, &err),
                     BACKUP_STREAM_SOME);
    assert_true(is_tidy(scene));
    assert_true(files_of(scene, true) > 0);
    assert_int_equal(read_all(slow, out, &err), BACKUP_STREAM_END);
    assert_true(backup_stream_bytes(slow) > PIPE_SIZE);
    backup_stream_free(slow);
    (void)fclose(out);
}

static void what_cannot_be_made_is_said(void **state)
{
    FILE *out = tmpfile();
    struct backup_stream *stream;
    struct err err;

    (void)state;
    stream = backup_stream_start("/proc/nowhere", true, &err);
    assert_non_null(stream);
    assert_int_equal(read_all(stream, out, &err), BACKUP_STREAM_FAILED);
    unit_assert_part(err.text, "/proc/nowhere");
    backup_stream_free(stream);
    backup_stream_free(NULL);
    (void)fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_a_tar_file_with_all, begin, end),
        cmocka_unit_test_setup_teardown(the_admin_token_is_in_it_if_wanted,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            a_reader_that_goes_leaves_nothing_behind, begin, end),
        cmocka_unit_test_setup_teardown(
            a_reader_that_is_slow_keeps_nobody_waiting, begin, end),
        cmocka_unit_test(what_cannot_be_made_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
