// SPDX-License-Identifier: MIT
/* What the management API stands on. */
#include "scene.h"

#include "base/mem.h"

#define MAIN "{\"api_key\":\"sk-ant-api03-of-main\"}"

int scene_open(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct admin_options *options = &scene->options;
    struct err err;

    scene->folder = unit_folder_new();
    scene->loop = loop_new();
    scene->config = (struct config){ .data_dir = str_of(scene->folder),
                                     .ca_file = STR("") };
    unit_write(scene->folder, "apikey_main.json", MAIN);
    options->loop = scene->loop;
    options->config = &scene->config;
    scene->callers = (struct caller_sources){ .config = &scene->config,
                                              .admin = &scene->token };
    options->callers = &scene->callers;
    options->store = store_open(scene->folder, NULL, &err);
    assert_non_null(options->store);
    options->accounts = accounts_new();
    assert_true(
        accounts_load(options->accounts, store_driver(options->store), &err));
    options->keeper =
        keeper_new(&(struct keeper_options){ .loop = scene->loop,
                                             .store = options->store,
                                             .accounts = options->accounts,
                                             .config = &scene->config,
                                             .patience_ms = KEEPER_PATIENCE_MS,
                                             .save_at_stop_ms = 1 });
    *state = scene;
    return 0;
}

static void idle(void *arg)
{
    *(bool *)arg = true;
}

static bool is_idle(void *arg)
{
    return *(bool *)arg;
}

int scene_close(void **state)
{
    struct scene *scene = *state;
    struct admin_options *options = &scene->options;
    bool done = false;

    keeper_stop(options->keeper, idle, &done);
    wire_until(scene->loop, is_idle, &done);
    keeper_free(options->keeper);
    store_stop(options->store);
    loop_free(scene->loop);
    accounts_free(options->accounts);
    store_free(options->store);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}
