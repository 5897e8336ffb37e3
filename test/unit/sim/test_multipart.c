// SPDX-License-Identifier: MIT
/* multipart/form-data, however it is cut. */
#include "sim/multipart.h"

#include "unit.h"

#define TYPE "multipart/form-data; boundary=XX"
#define BODY                                                                   \
    "--XX\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nuser\r\n" \
    "--XX\r\nContent-Disposition: form-data; name=\"file\"; "                  \
    "filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n"                   \
    "one\r\n--X two\r\n\r\n--XX--\r\n"

static void collect(void *arg, struct str bytes)
{
    buf_add(arg, bytes);
}

/* Feeds `body` in pieces of `step` bytes. */
static enum multipart_state run(const char *type, struct str body, size_t step,
                                struct multipart *multipart, struct buf *got)
{
    struct arena *arena = arena_new();
    enum multipart_state state;

    buf_init(got, 65536);
    if (!multipart_init(multipart, arena, str_of(type))) {
        arena_free(arena);
        return MULTIPART_BAD;
    }
    multipart->content = collect;
    multipart->arg = got;
    for (size_t at = 0; at < body.len; at += step)
        multipart_feed(multipart, str_sub(body, at, step));
    state = multipart->state;
    if (multipart->has_file)
        buf_printf(got, "|" STR_FMT "|" STR_FMT, STR_ARG(multipart->filename),
                   STR_ARG(multipart->mime_type));
    multipart_done(multipart);
    arena_free(arena);
    return state;
}

static void the_file_is_found_however_the_body_is_cut(void **state)
{
    struct multipart multipart;
    struct buf got;

    (void)state;
    for (size_t step = 1; step <= STR(BODY).len; step++) {
        assert_int_equal(run(TYPE, STR(BODY), step, &multipart, &got),
                         MULTIPART_DONE);
        unit_assert_str(buf_str(&got), "one\r\n--X two\r\n|a.txt|text/plain");
        buf_done(&got);
    }
}

static void odd_bodies_have_no_file_or_no_end(void **state)
{
    static const struct {
        const char *type;
        const char *body;
        enum multipart_state want;
    } cases[] = {
        { "application/json", "{}", MULTIPART_BAD },
        { "multipart/form-data", "--XX--", MULTIPART_BAD },
        { "multipart/form-data; boundary=", "--XX--", MULTIPART_BAD },
        { TYPE, "", MULTIPART_SEEKING },
        { TYPE, "--XX--", MULTIPART_DONE },
        { TYPE, "--XXYY\r\n", MULTIPART_BAD },
        { TYPE, "--XX\r\nno end of the head", MULTIPART_HEAD },
        { TYPE, "--XX\r\n\r\n\r\n--XX--", MULTIPART_DONE },
    };
    struct multipart multipart;
    struct buf got;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(run(cases[i].type, str_of(cases[i].body), 3,
                             &multipart, &got),
                         cases[i].want);
        assert_false(multipart.has_file);
        buf_done(&got);
    }
}

static void a_quoted_boundary_and_no_type_are_fine(void **state)
{
    struct multipart multipart;
    struct buf got;

    (void)state;
    assert_int_equal(
        run("Multipart/Form-Data; boundary=\"a b\"; x=y",
            STR("--a b\r\nContent-Disposition: form-data; filename=f\r\n\r\n"
                "\r\n--a b--"),
            1, &multipart, &got),
        MULTIPART_DONE);
    unit_assert_str(buf_str(&got), "|f|application/octet-stream");
    buf_done(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_is_found_however_the_body_is_cut),
        cmocka_unit_test(odd_bodies_have_no_file_or_no_end),
        cmocka_unit_test(a_quoted_boundary_and_no_type_are_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
