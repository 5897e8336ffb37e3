// SPDX-License-Identifier: MIT
/* How long all rest, and where a session stays meanwhile. */
#include "relay/candidates.h"

#include "candidates_scene.h"

#define UNKNOWN UINT64_MAX

static const struct {
    struct given given[4]; /* the session is bound to the first */
    const char *owner;
    uint64_t in_ms;
    bool is_guest;
} pools[] = {
    { { { POOLED, FINE }, { POOLED, FINE } }, NULL, 0, false },
    { { { POOLED, PAUSED }, { POOLED, FINE } }, NULL, 0, false },
    { { { POOLED, SOFT }, { POOLED, FINE } }, NULL, 0, false },
    { { { POOLED, BLOCKED }, { POOLED, FINE } }, NULL, 0, false },
    { { { OFF, FINE }, { POOLED, FINE } }, NULL, 0, false },
    { { { APART, FINE }, { POOLED, FINE } }, NULL, 0, false },
    { { { NULL, FINE } }, NULL, UNKNOWN, false },
    /* only this request cannot have it now */
    { { { ONE_AT_ONCE, FULL }, { POOLED, FINE } }, NULL, 0, true },
    { { { GLM, FINE }, { POOLED, FINE } }, NULL, 0, true },
    { { { POOLED, FINE }, { POOLED, FINE } }, "b", 0, true },
    /* all rest, some of them for a guess */
    { { { POOLED, PAUSED }, { POOLED, SOON } }, NULL, HOUR_MS / 6, false },
    { { { POOLED, SOON }, { POOLED, PAUSED } }, NULL, HOUR_MS / 6, false },
    { { { POOLED, PAUSED }, { POOLED, SOFT } }, NULL, 5000, false },
    { { { POOLED, SOFT } }, NULL, 5000, false },
    { { { POOLED, SOFT }, { ONE_AT_ONCE, FULL } }, NULL, 1000, false },
    { { { POOLED, LOGIN } }, NULL, UNKNOWN, false },
    /* others' pauses do not matter */
    { { { APART, SOON }, { POOLED, PAUSED } }, NULL, HOUR_MS, false },
    { { { GLM, SOON }, { POOLED, PAUSED } }, NULL, HOUR_MS, true },
};

static void check_pool(size_t i, const struct candidates_ask *ask)
{
    struct candidates c;
    uint64_t in_ms;

    candidates_look(&c, ask);
    if (!candidates_opens_in_ms(&c, &in_ms))
        in_ms = UNKNOWN;
    if (in_ms != pools[i].in_ms)
        fail_msg("case %zu: %llu", i, (unsigned long long)in_ms);
    if (candidates_is_guest(&c) != pools[i].is_guest)
        fail_msg("case %zu: a guest or not", i);
    candidates_done(&c);
}

static void a_pool_rests_or_has_a_guest(void **state)
{
    struct key_scene scene;

    (void)state;
    scene_begin(&scene);
    for (size_t i = 0; i < COUNT_OF(pools); i++) {
        struct accounts *accounts = accounts_new();
        struct arena *arena = arena_new();
        struct key *key = scene_key(&scene, 1, "alice", POOL);
        const char *owner = pools[i].owner;

        fill(accounts, pools[i].given);
        bindings_put(accounts_bindings(accounts), 7, bindings_account(STR("a")),
                     NOW_MS);
        check_pool(i, &(struct candidates_ask){
                          .accounts = accounts,
                          .key = key,
                          .model = STR("claude-opus-5"),
                          .session = 7,
                          .owner = owner ? bindings_account(str_of(owner)) : 0,
                          .takes_place = true,
                          .now_ms = NOW_MS,
                          .arena = arena });
        leave(accounts);
        key_unref(key);
        arena_free(arena);
        accounts_free(accounts);
    }
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_rests_or_has_a_guest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
