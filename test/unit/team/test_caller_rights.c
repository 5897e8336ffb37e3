// SPDX-License-Identifier: MIT
/* What callers may: every cell of the table. */
#include "caller_desk.h"

enum place { NONE, FINE, MAY_PROXY };

/* For every caller: RELAY, MANAGE, LOOK, SCRAPE, PROXY. */
static const struct {
    enum caller_kind kind;
    enum place key;
    size_t keys; /* that exist */
    bool loopback_without_key;
    bool admin_loopback;
    const char *peer;
    bool may[RIGHTS];
} cells[] = {
#define ROW(kind, key, keys, without, loopback, peer, ...)                     \
    {                                                                          \
        kind, key, keys, without, loopback, peer,                              \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }
    ROW(CALLER_STRANGER, NONE, 0, false, true, HERE, 0, 0, 0, 0, 0),
    ROW(CALLER_STRANGER, NONE, 0, true, true, HERE, 0, 0, 0, 0, 0),
    ROW(CALLER_STRANGER, NONE, 1, false, true, HERE, 0, 0, 0, 0, 0),
    ROW(CALLER_STRANGER, NONE, 1, true, true, HERE, 0, 0, 0, 0, 0),
    ROW(CALLER_STRANGER, NONE, 1, true, true, AWAY, 0, 0, 0, 0, 0),
    ROW(CALLER_MACHINE, NONE, 0, false, true, HERE, 1, 1, 1, 1, 1),
    ROW(CALLER_MACHINE, NONE, 0, false, false, HERE, 1, 0, 1, 0, 1),
    ROW(CALLER_MACHINE, NONE, 1, false, true, HERE, 0, 1, 1, 1, 1),
    ROW(CALLER_MACHINE, NONE, 1, false, false, HERE, 0, 0, 1, 0, 1),
    ROW(CALLER_MACHINE, NONE, 1, true, true, HERE, 1, 1, 1, 1, 1),
    ROW(CALLER_MACHINE, NONE, 1, true, false, HERE, 1, 0, 1, 0, 1),
    ROW(CALLER_KEY, FINE, 1, false, true, AWAY, 1, 0, 0, 0, 0),
    ROW(CALLER_KEY, FINE, 1, true, true, AWAY, 1, 0, 0, 0, 0),
    ROW(CALLER_KEY, MAY_PROXY, 1, false, true, AWAY, 1, 0, 0, 0, 1),
    ROW(CALLER_KEY, FINE, 1, false, true, HERE, 1, 0, 0, 0, 1),
    ROW(CALLER_KEY, FINE, 1, true, false, HERE, 1, 0, 0, 0, 1),
    ROW(CALLER_ADMIN, NONE, 0, false, true, AWAY, 0, 1, 1, 1, 1),
    ROW(CALLER_ADMIN, NONE, 1, true, false, AWAY, 0, 1, 1, 1, 1),
    ROW(CALLER_ADMIN, NONE, 1, true, false, HERE, 0, 1, 1, 1, 1),
    ROW(CALLER_SCRAPER, NONE, 0, false, true, HERE, 0, 0, 0, 1, 0),
    ROW(CALLER_SCRAPER, NONE, 1, true, false, AWAY, 0, 0, 0, 1, 0),
    ROW(CALLER_OWN_LOGIN, NONE, 0, false, true, HERE, 1, 0, 0, 0, 1),
    ROW(CALLER_OWN_LOGIN, NONE, 1, true, true, HERE, 1, 0, 0, 0, 1),
    ROW(CALLER_OWN_LOGIN, FINE, 1, false, true, AWAY, 1, 0, 0, 0, 0),
    ROW(CALLER_OWN_LOGIN, MAY_PROXY, 1, false, true, AWAY, 1, 0, 0, 0, 1),
#undef ROW
};

static void every_caller_has_its_rights_and_no_more(void **state)
{
    struct key *const keys[] = {
        [NONE] = NULL, [FINE] = &key_fine, [MAY_PROXY] = &key_proxied
    };
    struct desk desk;

    (void)state;
    open_desk(&desk);
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        struct caller caller = { .sources = &desk.sources,
                                 .req = &desk.req,
                                 .key = keys[cells[i].key],
                                 .kind = cells[i].kind };

        come(&desk, cells[i].peer, LOCAL);
        ring.count = cells[i].keys;
        desk.config.admin_loopback = cells[i].admin_loopback;
        desk.config.loopback_without_key = cells[i].loopback_without_key;
        for (size_t right = 0; right < RIGHTS; right++) {
            struct err err = { .text = "" };

            if (caller_may(&caller, (enum right)right, &err) !=
                cells[i].may[right])
                fail_msg("row %zu, right %zu", i, right);
            if (cells[i].may[right])
                continue;
            assert_int_equal(err_status(err.code),
                             cells[i].key == NONE &&
                                     cells[i].kind != CALLER_OWN_LOGIN
                                 ? 401
                                 : 403);
            assert_false(err_may_retry(err.code));
            assert_true(err.text[0]);
        }
    }
    close_desk(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_caller_has_its_rights_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
