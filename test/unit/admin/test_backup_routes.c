// SPDX-License-Identifier: MIT
/* How long a backup waits for whoever reads it. */
#include "admin/backup_routes.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "admin_scene.h"
#include "base/mem.h"

static const struct {
    const char *name;
    uint64_t elapsed_ms;
    uint64_t bytes;
    uint64_t wait_ms;
} waits[] = {
    { "the first part", 0, 32768, 120000 },
    { "fast ones may stand still all the same", 10000, 1000000000, 120000 },
    { "as fast as it has to be", 1000000, 16000000, 120000 },
    { "half as fast", 200000, 1600000, 20000 },
    { "a drip", 119000, 0, 1000 },
    { "a drip, for too long", 120000, 0, 0 },
    { "not fast enough for ever", 86400000, 1000000, 0 },
};

static void a_drip_does_not_last(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(waits); i++) {
        uint64_t wait_ms =
            backup_routes_wait_ms(120000, waits[i].elapsed_ms, waits[i].bytes);

        if (wait_ms != waits[i].wait_ms)
            fail_msg("%s: %llu ms", waits[i].name, (unsigned long long)wait_ms);
    }
}

/* ---- one that does not read ---------------------------------------------- */

static const struct admin_row rows[] = {
    ADMIN_ROW("POST", "/backup", PUBLIC, backup_routes_post),
};

/* More than the kernel takes for somebody who reads nothing. */
#define FILES 24
#define FILE_SIZE 900000u

static char *folder;
static struct config config;

static void write_much(void)
{
    char *content = mem_alloc(FILE_SIZE);
    char name[32];

    memset(content, 'x', FILE_SIZE - 1);
    content[FILE_SIZE - 1] = '\0';
    memcpy(content, "{\"pad\":\"", 8);
    memcpy(content + FILE_SIZE - 3, "\"}", 2);
    for (unsigned i = 0; i < FILES; i++) {
        (void)snprintf(name, sizeof(name), "pad_%u.json", i);
        unit_write(folder, name, content);
    }
    mem_free(content);
}

static int open_scene(void **state)
{
    struct admin_scene *scene;

    (void)signal(SIGPIPE, SIG_IGN);
    folder = unit_folder_new();
    write_much();
    config = (struct config){ .data_dir = str_of(folder) };
    (void)admin_scene_open(state, rows, COUNT_OF(rows));
    scene = *state;
    scene->callers.config = &config;
    scene->admin->options.config = &config;
    return 0;
}

static int close_scene(void **state)
{
    (void)admin_scene_close(state);
    unit_folder_free(folder);
    return 0;
}

static const char question[] = "POST /backup HTTP/1.1\r\nHost: h\r\n"
                               "Content-Length: 0\r\n\r\n";

static bool is_read(void *arg)
{
    const struct admin *admin = arg;

    return admin->backups == 1;
}

static bool nobody_reads(void *arg)
{
    const struct admin *admin = arg;

    return admin->backups == 0;
}

/* By hand: the wire of the scene would read whatever comes. */
static void ask_and_read_nothing(const struct admin_scene *scene)
{
    assert_int_equal(send(scene->client.fd, question, sizeof(question) - 1, 0),
                     sizeof(question) - 1);
}

static void one_that_stands_still_gives_its_place_back(void **state)
{
    struct admin_scene *scene = *state;

    scene->admin->backup_ms = WIRE_CALM_MS;
    ask_and_read_nothing(scene);
    wire_until(scene->loop, is_read, scene->admin);
    wire_until(scene->loop, nobody_reads, scene->admin);
    wire_expect_end(&scene->client);
    assert_int_equal(wire_count(&scene->client, "200 OK"), 1);
    assert_int_equal(wire_count(&scene->client, "\r\n0\r\n\r\n"), 0);
}

static void one_that_reads_gets_all(void **state)
{
    struct admin_scene *scene = *state;

    wire_send(&scene->client, question);
    wire_expect(&scene->client, "\r\n0\r\n\r\n");
    assert_int_equal(scene->admin->backups, 0);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drip_does_not_last),
        TEST(one_that_stands_still_gives_its_place_back),
        TEST(one_that_reads_gets_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
