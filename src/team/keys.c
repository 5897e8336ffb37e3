// SPDX-License-Identifier: MIT
/* Relay keys, put together. */
#include "team/keys.h"

#include "base/mem.h"
#include "store/mark.h"
#include "team/key_load.h"
#include "team/use_flush.h"

#define LOOK_EVERY_MS 1000

struct keys {
    struct keys_options options;
    uint64_t others; /* sql_others() before all was loaded */
    struct unsaved *unsaved;
    struct counters *all;
    struct keyring *ring;
    struct key_changes *changes;
    struct use_flush *flush;
};

static bool run_look(struct sql *sql, void *arg, struct err *err)
{
    struct keys *keys = arg;

    return sql_others(sql, &keys->others, err);
}

/* What is written from now on may not be among what is loaded. */
static bool look(struct keys *keys, struct err *err)
{
    return records_do(keys->options.records,
                      &(struct records_work){
                          .run = run_look, .arg = keys, .looks = true },
                      err);
}

static bool run_load(struct sql *sql, void *arg, struct err *err)
{
    return key_load(sql, arg, err);
}

static bool load(struct keys *keys, struct err *err)
{
    struct key_load into = { .ring = keys->ring,
                             .zones = keys->options.zones,
                             .zone = keys->options.zone,
                             .unsaved = keys->unsaved,
                             .all = keys->all };

    return records_do(keys->options.records,
                      &(struct records_work){
                          .run = run_load, .arg = &into, .reads = true },
                      err);
}

static void begin(struct keys *keys)
{
    const struct keys_options *options = &keys->options;

    keys->changes = key_changes_new(&(struct key_changes_options){
        .loop = options->loop,
        .records = options->records,
        .ring = keys->ring,
        .zones = options->zones,
        .zone = options->zone,
        .unsaved = keys->unsaved,
        .data_dir = options->data_dir,
        .others = keys->others,
        .look_every_ms = options->watches ? LOOK_EVERY_MS : 0 });
    keys->flush =
        use_flush_new(&(struct use_flush_options){ .loop = options->loop,
                                                   .records = options->records,
                                                   .ring = keys->ring,
                                                   .unsaved = keys->unsaved });
}

/* Keys that were made before there was a mark. */
static bool mark(const struct keys *keys, struct err *err)
{
    return !keys->options.data_dir || keyring_count(keys->ring) == 0 ||
           mark_set(keys->options.data_dir, err);
}

struct keys *keys_open(const struct keys_options *options, struct err *err)
{
    struct keys *keys = MEM_NEW(struct keys);

    keys->options = *options;
    keys->unsaved = unsaved_new();
    keys->all = counters_new(keys->unsaved, SUBJECT_ALL);
    keys->ring = keyring_new();
    if (!look(keys, err) || !load(keys, err) || !mark(keys, err)) {
        keys_free(keys);
        return NULL;
    }
    begin(keys);
    return keys;
}

void keys_stop(struct keys *keys)
{
    if (!keys)
        return;
    key_changes_stop(keys->changes);
    use_flush_stop(keys->flush);
}

void keys_free(struct keys *keys)
{
    if (!keys)
        return;
    key_changes_free(keys->changes);
    use_flush_free(keys->flush);
    keyring_free(keys->ring);
    counters_unref(keys->all);
    unsaved_free(keys->unsaved);
    mem_free(keys);
}

struct keyring *keys_ring(struct keys *keys)
{
    return keys->ring;
}

struct key_changes *keys_changes(struct keys *keys)
{
    return keys->changes;
}

struct counters *keys_all(struct keys *keys)
{
    return keys->all;
}

struct use_flush *keys_flush(struct keys *keys)
{
    return keys->flush;
}

const struct zone *keys_zone(const struct keys *keys)
{
    return keys->options.zone;
}
