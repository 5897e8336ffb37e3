// SPDX-License-Identifier: MIT
/* Finding rows. */
#include "http/router.h"

#include "base/mem.h"
#include "unit.h"

static const struct thing {
    unsigned number; /* the row stands anywhere in an element */
    struct router_row route;
} things[] = {
    { 0, ROUTER_ROW("GET", "/") },
    { 1, ROUTER_ROW("GET", "/things") },
    { 2, ROUTER_ROW("POST", "/things") },
    { 3, ROUTER_ROW("GET", "/things/best") },
    { 4, ROUTER_ROW("GET", "/things/:name") },
    { 5, ROUTER_ROW("DELETE", "/things/:name") },
    { 6, ROUTER_ROW("POST", "/things/:name/parts/:") },
    { 7, ROUTER_ROW("GET", "/files/*") },
    { 8, ROUTER_ROW("PUT", "/:/rest/*") },
    { 9, ROUTER_ROW("GET", "/slash/") },
    { 10, ROUTER_ROW("GET", "/a*") },
    { 11, ROUTER_ROW("GET", "/*/middle") },
};

#define NOTHING 98 /* an unknown path */
#define WRONG 99   /* a wrong method */

static const struct {
    const char *method;
    const char *path;
    size_t row;
    const char *taken; /* joined by '|'; or the methods that are allowed */
} cases[] = {
    { "GET", "/", 0, "" },
    { "POST", "/", WRONG, "GET" },
    { "GET", "", NOTHING, "" },
    { "GET", "//", NOTHING, "" },
    { "GET", "*", NOTHING, "" },
    { "GET", "things", NOTHING, "" },
    { "GET", "/things", 1, "" },
    { "POST", "/things", 2, "" },
    { "PUT", "/things", WRONG, "GET, POST" },
    { "get", "/things", WRONG, "GET, POST" },
    { "", "/things", WRONG, "GET, POST" },
    { "GET", "/things/", NOTHING, "" },
    { "GET", "/thing", NOTHING, "" },
    { "GET", "/thingss", NOTHING, "" },
    { "GET", "/Things", NOTHING, "" },
    { "GET", "//things", NOTHING, "" },
    { "GET", "/things//", NOTHING, "" },
    { "GET", "/things/x", 4, "x" },
    { "GET", "/things/best", 3, "" },
    { "DELETE", "/things/best", 5, "best" },
    { "DELETE", "/things/x%2Fy", 5, "x%2Fy" },
    { "PATCH", "/things/x", WRONG, "GET, DELETE" },
    { "PATCH", "/things/best", WRONG, "GET, DELETE" },
    { "GET", "/things/x/", NOTHING, "" },
    { "GET", "/things/:name", 4, ":name" },
    { "POST", "/things/x/parts/y", 6, "x|y" },
    { "POST", "/things//parts/y", NOTHING, "" },
    { "POST", "/things/x/parts/", NOTHING, "" },
    { "POST", "/things/x/parts", NOTHING, "" },
    { "POST", "/things/x/parts/y/z", NOTHING, "" },
    { "GET", "/files/a", 7, "a" },
    { "GET", "/files/a/b//c/", 7, "a/b//c/" },
    { "GET", "/files//", 7, "/" },
    { "GET", "/files/", NOTHING, "" },
    { "GET", "/files", NOTHING, "" },
    { "PUT", "/x/rest/y/z", 8, "x|y/z" },
    { "PUT", "//rest/y", NOTHING, "" },
    { "GET", "/slash/", 9, "" },
    { "GET", "/slash", NOTHING, "" },
    { "GET", "/a*", 10, "" },
    { "GET", "/ab", NOTHING, "" },
    { "GET", "/*/middle", 11, "" },
    { "GET", "/x/middle", NOTHING, "" },
};

static const struct router router = ROUTER_OVER(things, route);

static struct str joined(struct arena *arena, const struct router_match *match)
{
    struct str all = STR_EMPTY;

    for (size_t i = 0; i < match->count; i++)
        all = arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(all),
                           i > 0 ? "|" : "", STR_ARG(match->at[i]));
    return all;
}

static void rows_are_found_by_method_and_path(void **state)
{
    static const size_t no_row[] = {
        [ROUTER_UNKNOWN] = NOTHING, [ROUTER_WRONG_METHOD] = WRONG
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena *arena = arena_new();
        struct router_match match;
        enum router_verdict verdict =
            router_find(&router, str_of(cases[i].method), str_of(cases[i].path),
                        &match);
        size_t row = verdict == ROUTER_FOUND ? match.row : no_row[verdict];
        struct str text = verdict == ROUTER_FOUND ? joined(arena, &match)
                                                  : str_of(match.allow);

        if ((match.allow[0] != 0) != (verdict == ROUTER_WRONG_METHOD))
            fail_msg("%s %s: %s", cases[i].method, cases[i].path, match.allow);
        if (row != cases[i].row || !str_eq(text, str_of(cases[i].taken)))
            fail_msg("%s %s: row %zu, \"" STR_FMT "\"", cases[i].method,
                     cases[i].path, row, STR_ARG(text));
        arena_free(arena);
    }
}

/* Whatever comes, what was taken lies in the path and nothing is left out. */
static void cut_paths_are_read_to_their_end_only(void **state)
{
    static const char whole[] = "/things/name/parts/y";

    (void)state;
    for (size_t len = 0; len < sizeof(whole); len++) {
        char *path = memcpy(mem_alloc(len + 1), whole, len);
        struct router_match match;
        enum router_verdict verdict =
            router_find(&router, STR("POST"), (struct str){ path, len },
                        &match);

        assert_int_equal(verdict == ROUTER_FOUND,
                         len == 7 || len == sizeof(whole) - 1);
        mem_free(path);
    }
}

static void a_head_is_a_get_where_that_is_wanted(void **state)
{
    struct router both = router;
    struct router_match match;

    (void)state;
    both.head = true;
    assert_int_equal(router_find(&both, STR("HEAD"), STR("/things/best"),
                                 &match),
                     ROUTER_FOUND);
    assert_int_equal(match.row, 3);
    assert_int_equal(router_find(&both, STR("PUT"), STR("/things"), &match),
                     ROUTER_WRONG_METHOD);
    assert_string_equal(match.allow, "GET, HEAD, POST");
    assert_int_equal(router_find(&both, STR("HEAD"), STR("/things/x/parts/y"),
                                 &match),
                     ROUTER_WRONG_METHOD);
    assert_string_equal(match.allow, "POST");
    assert_int_equal(router_find(&router, STR("HEAD"), STR("/things"), &match),
                     ROUTER_WRONG_METHOD);
}

static const struct {
    const char *sent;
    const char *decoded; /* NULL: refused */
} escapes[] = {
    { "plain", "plain" },
    { "max%40home", "max@home" },
    { "a+b", "a+b" },
    { "a%2Fb", "a/b" },
    { "%e4%b8%ad", "\xe4\xb8\xad" },
    { "%252f", "%2f" },
    { "%", NULL },
    { "%4", NULL },
    { "%zz", NULL },
    { "a%00b", NULL },
    { "%00", NULL },
};

static void what_was_taken_is_decoded_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(escapes); i++) {
        struct arena *arena = arena_new();
        struct str path = arena_printf(arena, "/things/%s", escapes[i].sent);
        struct router_match match;
        bool fine;

        assert_int_equal(router_find(&router, STR("GET"), path, &match),
                         ROUTER_FOUND);
        fine = router_decode(arena, &match);
        if (fine != (escapes[i].decoded != NULL))
            fail_msg("%s", escapes[i].sent);
        if (fine)
            unit_assert_str(match.at[0], escapes[i].decoded);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_found_by_method_and_path),
        cmocka_unit_test(cut_paths_are_read_to_their_end_only),
        cmocka_unit_test(a_head_is_a_get_where_that_is_wanted),
        cmocka_unit_test(what_was_taken_is_decoded_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
