// SPDX-License-Identifier: MIT
/* The parser against public cases, where they are: $TESTDATA, or the folder
   shared/testdata beside the source tree.  A clone without them passes too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "messages.h"
#include "unit.h"

#define FILE_MAX (16u * 1024 * 1024)

static bool read_file(const char *name, struct buf *out)
{
    const char *folder = getenv("TESTDATA");
    char path[4096];
    FILE *file;
    size_t got;

    (void)snprintf(path, sizeof(path), "%s/%s",
                   folder ? folder : TESTDATA_DEFAULT, name);
    buf_init(out, FILE_MAX);
    file = fopen(path, "re");
    if (!file) {
        print_message("no %s here: skipped\n", name);
        return false;
    }
    got = fread(buf_room(out, FILE_MAX), 1, FILE_MAX, file);
    buf_grow(out, got);
    (void)fclose(file);
    return true;
}

static int value_of(char c)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(letters, c) : NULL;

    return found ? (int)(found - letters) : -1;
}

static void decode_base64(struct str text, struct buf *out)
{
    unsigned bits = 0;
    unsigned held = 0;

    buf_init(out, FILE_MAX);
    for (size_t i = 0; i < text.len && value_of(text.at[i]) >= 0; i++) {
        bits = (bits << 6) | (unsigned)value_of(text.at[i]);
        held += 6;
        if (held >= 8) {
            char c = (char)((bits >> (held - 8)) & 0xffu);

            held -= 8;
            buf_add(out, (struct str){ &c, 1 });
        }
    }
}

/* One JSON document a line; `member` holds bytes in base64. */
static bool next_case(struct str *left, const char *member,
                      struct json_doc **doc, struct buf *raw)
{
    struct str line;
    struct str text;
    struct err err;

    if (!str_next(left, '\n', &line) || line.len == 0)
        return false;
    *doc = json_doc_parse(line, &err);
    assert_non_null(*doc);
    assert_true(json_doc_get_str(*doc, member, &text));
    decode_base64(text, raw);
    return true;
}

static bool member_is(const struct json_doc *doc, const char *member,
                      const char *value)
{
    struct str text;

    return json_doc_get_str(doc, member, &text) && str_eq(text, str_of(value));
}

static void no_accept(const struct json_doc *doc, struct str raw, size_t step)
{
    enum parser_kind kind =
        member_is(doc, "kind", "response") ? PARSER_RESPONSE : PARSER_REQUEST;
    struct messages got;
    struct str id = STR_EMPTY;

    messages_read(&got, kind, raw, step);
    (void)json_doc_get_str(doc, "id", &id);
    if (!got.refused && !got.unfinished)
        fail_msg("accepted in steps of %zu: " STR_FMT, step, STR_ARG(id));
    messages_done(&got);
}

/* The same bytes behind a good request. */
static void no_accept_behind(const struct json_doc *doc, struct str raw)
{
    struct buf both;

    if (!member_is(doc, "kind", "request"))
        return;
    buf_init(&both, FILE_MAX);
    buf_add(&both, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    buf_add(&both, raw);
    no_accept(doc, buf_str(&both), 0);
    no_accept(doc, buf_str(&both), 1);
    buf_done(&both);
}

static void rejects_of_llhttp_are_rejected(void **state)
{
    struct buf file;
    struct buf raw;
    struct str left;
    struct json_doc *doc;
    unsigned count = 0;
    unsigned rejects = 0;

    (void)state;
    if (!read_file("llhttp_cases.jsonl", &file))
        return;
    left = buf_str(&file);
    while (next_case(&left, "raw_b64", &doc, &raw)) {
        count++;
        if (member_is(doc, "expect_parser", "reject")) {
            rejects++;
            no_accept(doc, buf_str(&raw), 0);
            no_accept(doc, buf_str(&raw), 1);
            no_accept_behind(doc, buf_str(&raw));
        }
        json_doc_free(doc);
        buf_done(&raw);
    }
    buf_done(&file);
    print_message("llhttp_cases.jsonl: %u cases, %u of them rejects\n", count,
                  rejects);
    assert_true(rejects > 50);
}

/* The bytes of a mutation, with a body that would smuggle a second request. */
static void complete_mutation(struct str head, struct buf *out)
{
    static const char mark[] = "__REPLACE_CL__";
    static const char body[] = "1\r\nA\r\n0\r\n\r\n";
    const char *at = memmem(head.at, head.len, mark, sizeof(mark) - 1);
    size_t front = at ? (size_t)(at - head.at) : head.len;

    buf_init(out, FILE_MAX);
    buf_add(out, str_sub(head, 0, front));
    if (at) {
        buf_printf(out, "%zu", sizeof(body) - 1);
        buf_add(out, str_from(head, front + sizeof(mark) - 1));
    }
    buf_add(out, STR("\r\n"));
    buf_add(out, STR(body));
}

/* Mutations carry a length, so whatever reads as chunked as well is refused; what
   is accepted must have been taken by its length, and be one request. */
static void check_mutation(struct str raw, size_t step, unsigned *accepted)
{
    struct messages got;

    messages_read(&got, PARSER_REQUEST, raw, step);
    if (!got.refused) {
        ++*accepted;
        assert_int_equal(got.complete, 1);
        assert_false(got.unfinished);
        assert_false(str_contains(buf_str(&got.heads), STR("chunked")));
    }
    messages_done(&got);
}

static void mutations_of_chunked_do_not_pass(void **state)
{
    struct buf file;
    struct buf head;
    struct buf raw;
    struct str left;
    struct json_doc *doc;
    unsigned count = 0;
    unsigned accepted = 0;

    (void)state;
    if (!read_file("smuggler_mutations.jsonl", &file))
        return;
    left = buf_str(&file);
    while (next_case(&left, "header_b64", &doc, &head)) {
        count++;
        complete_mutation(buf_str(&head), &raw);
        check_mutation(buf_str(&raw), 0, &accepted);
        check_mutation(buf_str(&raw), 1, &accepted);
        json_doc_free(doc);
        buf_done(&head);
        buf_done(&raw);
    }
    buf_done(&file);
    print_message("smuggler_mutations.jsonl: %u cases, %u accepted by length\n",
                  count, accepted / 2);
    assert_true(count > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rejects_of_llhttp_are_rejected),
        cmocka_unit_test(mutations_of_chunked_do_not_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
