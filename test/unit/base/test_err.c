// SPDX-License-Identifier: MIT
/* Failures and their table. */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "unit.h"

/* Status and type as Anthropic's documentation pairs them. */
static const struct {
    unsigned status;
    const char *type;
} pairs[] = {
    { 400, "invalid_request_error" },
    { 401, "authentication_error" },
    { 402, "billing_error" },
    { 403, "permission_error" },
    { 404, "not_found_error" },
    { 405, "invalid_request_error" },
    { 408, "timeout_error" },
    { 409, "conflict_error" },
    { 413, "request_too_large" },
    { 414, "invalid_request_error" },
    { 415, "invalid_request_error" },
    { 417, "invalid_request_error" },
    { 429, "rate_limit_error" },
    { 431, "invalid_request_error" },
    { 500, "api_error" },
    { 502, "api_error" },
    { 503, "api_error" },
    { 508, "api_error" },
    { 504, "timeout_error" },
    { 529, "overloaded_error" },
};

static const enum err_code codes[] = {
#define ERR(name, status, type, retry) ERR_##name,
#include "base/err.def"
#undef ERR
};

static const char *type_of(unsigned status)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        if (pairs[i].status == status)
            return pairs[i].type;
    }
    return "";
}

static void what_is_not_seen_becomes_a_mark(void **state)
{
    struct err err;

    (void)state;
    err_set(&err, ERR_IO, "%s",
            "a\n\x1b[1m\xe2\x80\xae \xc2\x9b\xc3\xa9 \xff\xe2\x80");
    assert_string_equal(err.text, "a??[1m? ?\xc3\xa9 \xff\xe2\x80");
    errno = ENOENT;
    err_errno(&err, "open %s", "\xe2\x80\x8b");
    assert_string_equal(err.text, "open ?: No such file or directory");
}

static void every_code_has_a_status_and_its_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        assert_int_equal(codes[i], i);
        assert_string_equal(err_type(codes[i]), type_of(err_status(codes[i])));
    }
}

/* docs/api.md: permanent refusals say so, and our own are never 404
   except where nothing is there. */
static void permanent_refusals_are_not_tried_again(void **state)
{
    (void)state;
    assert_false(err_may_retry(ERR_NO_ACCOUNT));
    assert_false(err_may_retry(ERR_NOT_ALLOWED));
    assert_false(err_may_retry(ERR_LOGIN_REQUIRED));
    assert_false(err_may_retry(ERR_TOO_LARGE));
    assert_true(err_may_retry(ERR_CONNECT));
    assert_true(err_may_retry(ERR_TIMEOUT));
    assert_int_equal(err_status(ERR_NO_ACCOUNT), 400);
    assert_int_equal(err_status(ERR_LOGIN_REQUIRED), 401);
}

static void setting_returns_false_and_keeps_code_and_text(void **state)
{
    struct err err;

    (void)state;
    assert_false(err_set(&err, ERR_TLS, "cup %d", 3));
    assert_int_equal(err.code, ERR_TLS);
    assert_string_equal(err.text, "cup 3");
}

static void wrapping_puts_what_was_attempted_in_front(void **state)
{
    struct err err;

    (void)state;
    err_set(&err, ERR_BUSY, "kettle is cold");
    assert_false(err_wrap(&err, "making %s", "tea"));
    assert_string_equal(err.text, "making tea: kettle is cold");
    assert_int_equal(err.code, ERR_BUSY);
}

static void errno_is_spelt_out(void **state)
{
    struct err err;

    (void)state;
    errno = ENOENT;
    assert_false(err_errno(&err, "open %s", "cup"));
    assert_string_equal(err.text, "open cup: No such file or directory");
    assert_int_equal(err.code, ERR_IO);
}

static const struct {
    enum err_code code;
    uint64_t wait_ms;
    unsigned want_s;
} waits[] = {
    { ERR_OAUTH, 0, 0 },
    { ERR_OAUTH, 1, 1 },
    { ERR_OAUTH, 30000, 30 },
    { ERR_OAUTH, 30001, 31 },
    { ERR_TIMEOUT, 2500, 3 },
    { ERR_OAUTH, UINT64_MAX, UINT32_MAX / 1000 + 1 },
    { ERR_BUSY, 0, 1 },
    { ERR_BUSY, 7000, 7 },
    { ERR_LOGIN_REQUIRED, 30000, 0 },
    { ERR_BUDGET, 30000, 0 },
    { ERR_RATE, 30000, 30 },
    { ERR_QUOTA, 30000, 0 },
};

static void a_known_wait_is_rounded_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(waits); i++) {
        struct err err;

        err_set(&err, waits[i].code, "the kettle is hot");
        assert_false(err_retry_after(&err, waits[i].wait_ms));
        assert_int_equal(err_retry_after_s(&err), waits[i].want_s);
        err_wrap(&err, "making tea");
        assert_int_equal(err_retry_after_s(&err), waits[i].want_s);
    }
}

static void a_new_text_forgets_the_wait(void **state)
{
    struct err err;

    (void)state;
    err_set(&err, ERR_OAUTH, "the kettle is hot");
    err_retry_after(&err, 30000);
    err_set(&err, ERR_OAUTH, "the kettle is cold");
    assert_int_equal(err_retry_after_s(&err), 0);
    err_retry_after(&err, 30000);
    errno = EIO;
    err_errno(&err, "making tea");
    assert_int_equal(err_retry_after_s(&err), 0);
}

static void so_it_is_with_when_a_limit_opens(void **state)
{
    struct err err;

    (void)state;
    err_set(&err, ERR_QUOTA, "the kettle is hot");
    assert_int_equal(err.opens_ms, 0);
    assert_false(err_opens_at(&err, 1796000000000));
    err_wrap(&err, "making tea");
    assert_true(err.opens_ms == 1796000000000);
    err_errno(&err, "making tea");
    assert_int_equal(err.opens_ms, 0);
    err_opens_at(&err, 1796000000000);
    err_set(&err, ERR_QUOTA, "the kettle is cold");
    assert_int_equal(err.opens_ms, 0);
}

static void files_that_run_out_are_reported_as_that(void **state)
{
    struct rlimit limit;
    char want[200];
    struct err err;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    (void)snprintf(want, sizeof(want),
                   "open cup: too many open files (limit %llu): raise the "
                   "limit (ulimit -n, LimitNOFILE=)",
                   (unsigned long long)limit.rlim_cur);
    errno = EMFILE;
    assert_false(err_errno(&err, "open cup"));
    assert_string_equal(err.text, want);
    errno = ENFILE;
    assert_false(err_errno(&err, "open cup"));
    assert_string_equal(err.text, "open cup: too many open files on the whole "
                                  "system: raise fs.file-max");
}

static void long_texts_are_cut_and_end(void **state)
{
    struct err err;
    char text[2000];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    err_set(&err, ERR_IO, "%s", text);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    err_wrap(&err, "front");
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    unit_assert_part(err.text, "front: xxx");
    errno = EIO;
    err_errno(&err, "%s", text);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_seen_becomes_a_mark),
        cmocka_unit_test(every_code_has_a_status_and_its_type),
        cmocka_unit_test(permanent_refusals_are_not_tried_again),
        cmocka_unit_test(setting_returns_false_and_keeps_code_and_text),
        cmocka_unit_test(wrapping_puts_what_was_attempted_in_front),
        cmocka_unit_test(errno_is_spelt_out),
        cmocka_unit_test(a_known_wait_is_rounded_up),
        cmocka_unit_test(a_new_text_forgets_the_wait),
        cmocka_unit_test(so_it_is_with_when_a_limit_opens),
        cmocka_unit_test(files_that_run_out_are_reported_as_that),
        cmocka_unit_test(long_texts_are_cut_and_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
