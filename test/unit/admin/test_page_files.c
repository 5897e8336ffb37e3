// SPDX-License-Identifier: MIT
/* The files of the page. */
#include "admin/page_files.h"

#include <stdio.h>

#include "unit.h"

static const struct {
    const char *path;
    bool html;
    enum page_place want;
    const char *name; /* of the file */
} places[] = {
    { "/admin", false, PAGE_MOVED, NULL },
    { "/admin/", false, PAGE_SHELL, "index.html" },
    { "/admin/keys/ci", true, PAGE_SHELL, "index.html" },
    { "/admin/keys/ci", false, PAGE_NOT_HERE, NULL },
    { "/admin/api", true, PAGE_SHELL, "index.html" },
    { "/admin/api/", true, PAGE_NOT_HERE, NULL },
    { "/admin/api/status", true, PAGE_NOT_HERE, NULL },
    { "/admin/../admin/api/status", false, PAGE_NOT_HERE, NULL },
    { "/me", false, PAGE_SHELL, "me.html" },
    { "/me/", true, PAGE_MOVED, NULL },
    { "/me/x", true, PAGE_NOT_HERE, NULL },
    { "/v1/me", true, PAGE_NOT_HERE, NULL },
    { "/Admin/", true, PAGE_NOT_HERE, NULL },
    { "/", true, PAGE_NOT_HERE, NULL },
    { "", true, PAGE_NOT_HERE, NULL },
    { "/admin/assets/", true, PAGE_GONE, NULL },
    { "/admin/assets/0000000000000000/js/main.js", true, PAGE_GONE, NULL },
};

static void a_path_means_one_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        const struct page_file *file;

        if (page_files_find(str_of(places[i].path), places[i].html, &file) !=
                places[i].want ||
            (file != NULL) != (places[i].name != NULL) ||
            (file && strcmp(file->name, places[i].name) != 0))
            fail_msg("%s", places[i].path);
    }
}

/* What a document loads is where its bytes say. */
static struct str base_of(const struct page_file *shell)
{
    struct str text = { (const char *)shell->plain, shell->plain_len };
    size_t at = 0;

    while (!str_starts(str_from(text, at), STR("/admin/assets/")))
        assert_true(++at < text.len);
    return str_sub(text, at, sizeof("/admin/assets/0123456789abcdef/") - 1);
}

static enum page_place ask_below(struct str base, const char *rest)
{
    const struct page_file *file;
    char path[200];

    (void)snprintf(path, sizeof(path), STR_FMT "%s", STR_ARG(base), rest);
    return page_files_find(str_of(path), true, &file);
}

static void an_asset_is_named_byte_for_byte(void **state)
{
    const struct page_file *shell;
    struct str base;

    (void)state;
    page_files_find(STR("/admin/"), true, &shell);
    base = base_of(shell);
    assert_int_equal(ask_below(base, "js/main.js"), PAGE_ASSET);
    assert_int_equal(ask_below(base, "js/main.js/"), PAGE_GONE);
    assert_int_equal(ask_below(base, "js/Main.js"), PAGE_GONE);
    assert_int_equal(ask_below(base, "/js/main.js"), PAGE_GONE);
    assert_int_equal(ask_below(base, "js/../js/main.js"), PAGE_GONE);
    assert_int_equal(ask_below(base, "js%2fmain.js"), PAGE_GONE);
    assert_int_equal(ask_below(base, "../../etc/passwd"), PAGE_GONE);
    assert_int_equal(ask_below(base, ""), PAGE_GONE);
    /* It has one address. */
    assert_int_equal(ask_below(base, "index.html"), PAGE_GONE);
}

static void every_file_has_its_bytes(void **state)
{
    const struct page_file *file;
    size_t n = 0;

    (void)state;
    for (; (file = page_files_at(n)); n++) {
        assert_true(file->plain_len > 0);
        assert_true(file->packed_len < file->plain_len);
        assert_int_equal(strlen(file->tag), 32);
        if (file->packed_len > 0)
            assert_true(file->packed[0] == 0x1f && file->packed[1] == 0x8b);
    }
    assert_true(n > 2);
}

static const struct {
    const char *value; /* of Accept-Encoding */
    bool want;
} packings[] = {
    { "gzip", true },           { "gzip, deflate, br", true },
    { "br, GZIP;q=0.5", true }, { "deflate, gzip ; q=1.0", true },
    { "gzip;q=0", false },      { "gzip; Q=0.000", false },
    { "gzip;q=0.001", true },   { "*", false }, /* it need not be packed */
    { "identity", false },      { "x-gzip", false },
    { "gzipped", false },       { "", false },
};

static void packed_bytes_go_to_whoever_takes_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(packings); i++) {
        struct header field = { STR("accept-encoding"),
                                str_of(packings[i].value) };
        struct headers headers = headers_of(&field, 1);

        if (page_files_take_gzip(&headers) != packings[i].want)
            fail_msg("%s", packings[i].value);
    }
    assert_false(page_files_take_gzip(&(struct headers){ .count = 0 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_means_one_place),
        cmocka_unit_test(an_asset_is_named_byte_for_byte),
        cmocka_unit_test(every_file_has_its_bytes),
        cmocka_unit_test(packed_bytes_go_to_whoever_takes_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
