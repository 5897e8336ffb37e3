// SPDX-License-Identifier: MIT
/* The rows of the management API: every one can be reached, and says all that there
   is to say of it. */
#include "admin/routes.h"

#include <string.h>

#include "unit.h"

static void none_can_be_freed(void **state)
{
    (void)state;
    admin_free(NULL);
}

static void every_row_is_found_by_its_own_path(void **state)
{
    size_t count;
    const struct admin_row *rows = admin_rows(&count);
    struct router router = { .rows = &rows[0].route,
                             .size = sizeof(rows[0]),
                             .count = count,
                             .head = true };

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct router_match match;

        assert_int_equal(router_find(&router, rows[i].route.method,
                                     rows[i].route.pattern, &match),
                         ROUTER_FOUND);
        if (match.row != i)
            fail_msg(STR_FMT " " STR_FMT " is hidden by row %zu",
                     STR_ARG(rows[i].route.method),
                     STR_ARG(rows[i].route.pattern), match.row);
    }
}

/* Names differ, and lists have one unnamed row. */
static void check_members(const struct admin_member *members, bool elements,
                          const struct admin_row *row)
{
    size_t count = 0;

    for (const struct admin_member *m = members; m && m->text; m++, count++) {
        if (!m->text[0] || elements != !m->name)
            fail_msg(STR_FMT ": %s", STR_ARG(row->route.pattern), m->text);
        for (const struct admin_member *n = members; !elements && n < m; n++)
            assert_string_not_equal(n->name, m->name);
        if (m->members)
            check_members(m->members, m->type == ADMIN_LIST, row);
    }
    assert_true(!elements || count == 1);
}

static void every_row_says_what_it_is(void **state)
{
    size_t count;
    const struct admin_row *rows = admin_rows(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const struct admin_endpoint *endpoint = rows[i].endpoint;

        assert_true(endpoint->first && endpoint->tag && endpoint->summary);
        assert_true(!endpoint->body || endpoint->body_max > 0);
        assert_true(!endpoint->drop || endpoint->state_size > 0);
        check_members(endpoint->query, false, &rows[i]);
        check_members(endpoint->body, false, &rows[i]);
        check_members(endpoint->answer, false, &rows[i]);
    }
}

/* An action is a kind and a word: "key.create". */
static bool is_action(const char *text)
{
    const char *dot = strchr(text, '.');

    return dot && dot > text && dot[1] && !strchr(dot + 1, '.');
}

static void every_change_is_audited(void **state)
{
    size_t count;
    const struct admin_row *rows = admin_rows(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const char *action = rows[i].endpoint->action;
        bool looks = str_eq(rows[i].route.method, STR("GET")) ||
                     rows[i].right == ADMIN_LOOK;

        if (looks == (action != NULL) || (action && !is_action(action)))
            fail_msg(STR_FMT " " STR_FMT ": action %s",
                     STR_ARG(rows[i].route.method),
                     STR_ARG(rows[i].route.pattern), action ? action : "none");
        for (size_t k = 0; action && k < i; k++) {
            if (rows[k].endpoint->action)
                assert_string_not_equal(action, rows[k].endpoint->action);
        }
    }
}

/* Parameters of a path have names, which documents show. */
static void every_parameter_of_a_path_is_named(void **state)
{
    size_t count;
    const struct admin_row *rows = admin_rows(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct str pattern = rows[i].route.pattern;
        struct str segment;

        while (str_next(&pattern, '/', &segment))
            assert_false(str_eq(segment, STR(":")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_can_be_freed),
        cmocka_unit_test(every_row_is_found_by_its_own_path),
        cmocka_unit_test(every_row_says_what_it_is),
        cmocka_unit_test(every_change_is_audited),
        cmocka_unit_test(every_parameter_of_a_path_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
