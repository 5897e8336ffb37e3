// SPDX-License-Identifier: MIT
/* An answer that is read whole.  The call is replaced by a script of pieces. */
#include "relay/gather.h"

#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

struct piece {
    enum call_data got;
    const char *framed;
    const char *plain;
};

static struct {
    const struct piece *next;
    size_t flood; /* so many more bytes of 'x' come, a chunk at a time */
    parser_body_fn body;
    void *arg;
} script;

void call_on_body(struct call *call, parser_body_fn body, void *arg)
{
    (void)call;
    script.body = body;
    script.arg = arg;
}

static enum call_data flood(struct str *bytes)
{
    static char chunk[100000];

    if (script.flood == 0)
        return CALL_END;
    memset(chunk, 'x', sizeof(chunk));
    bytes->at = chunk;
    bytes->len = script.flood < sizeof(chunk) ? script.flood : sizeof(chunk);
    script.flood -= bytes->len;
    script.body(script.arg, *bytes);
    return CALL_DATA;
}

enum call_data call_read(struct call *call, struct str *bytes)
{
    const struct piece *piece = script.next;

    (void)call;
    *bytes = STR_EMPTY;
    if (!piece)
        return flood(bytes);
    script.next++;
    if (piece->got == CALL_DATA) {
        *bytes = str_of(piece->framed);
        script.body(script.arg, str_of(piece->plain));
    }
    return piece->got;
}

#define MAX 4000000u
#define LIST "{\"data\":[]}"

static const struct {
    struct piece pieces[5];
    unsigned waits;
    enum gather_state state;
    const char *framed;
    const char *plain;
} cases[] = {
    { { { CALL_DATA, LIST, LIST }, { CALL_END, "", "" } },
      0,
      GATHER_WHOLE,
      LIST,
      LIST },
    { { { CALL_AGAIN, "", "" },
        { CALL_DATA, "5\r\n{\"dat\r\n", "{\"dat" },
        { CALL_AGAIN, "", "" },
        { CALL_DATA, "6\r\na\":[]}\r\n0\r\n\r\n", "a\":[]}" },
        { CALL_END, "", "" } },
      2,
      GATHER_WHOLE,
      "5\r\n{\"dat\r\n6\r\na\":[]}\r\n0\r\n\r\n",
      LIST },
    { { { CALL_END, "", "" } }, 0, GATHER_WHOLE, "", "" },
    { { { CALL_DATA, LIST, LIST }, { CALL_CUT, "", "" } },
      0,
      GATHER_PART,
      LIST,
      LIST },
};

static void what_came_is_whole_or_a_part(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct gather *gather;
        enum gather_state got;
        unsigned waits = 0;

        script.next = cases[i].pieces;
        gather = gather_start(NULL, MAX);
        got = gather_read(gather);
        for (; got == GATHER_WAITING; waits++)
            got = gather_read(gather);
        assert_int_equal(got, cases[i].state);
        assert_int_equal(waits, cases[i].waits);
        unit_assert_str(gather_came(gather, false), cases[i].framed);
        unit_assert_str(gather_came(gather, true), cases[i].plain);
        assert_null(script.body); /* the call's bytes are others' again */
        gather_free(gather);
    }
}

static void a_flood_is_given_back_in_time(void **state)
{
    static const size_t sizes[] = { MAX, MAX + 1, 64u * 1024 * 1024 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct gather *gather;
        size_t came;

        script.next = NULL;
        script.flood = sizes[i];
        gather = gather_start(NULL, MAX);
        assert_int_equal(gather_read(gather),
                         sizes[i] <= MAX ? GATHER_WHOLE : GATHER_PART);
        came = gather_came(gather, false).len;
        assert_int_equal(came + script.flood, sizes[i]);
        assert_true(came <= MAX + 100000);
        gather_free(gather);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_came_is_whole_or_a_part),
        cmocka_unit_test(a_flood_is_given_back_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
