// SPDX-License-Identifier: MIT
/* Reading what is compressed, in pieces. */
#include "base/unpack.h"

#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "sim/compress.h"
#include "unit.h"

#define TEXT_MAX (1u << 20)

static struct unpack_room room = { .max = 64 * TEXT_MAX };

static const struct {
    enum directive_encoding encoding;
    const char *name;
} codings[] = {
    { ENCODING_GZIP, "gzip" },
    { ENCODING_DEFLATE, "deflate" },
    { ENCODING_BR, "br" },
    { ENCODING_ZSTD, "zstd" },
};

/* `parts` of a text that repeats itself little, each sent on at once. */
static void pack(enum directive_encoding encoding, size_t parts, size_t size,
                 struct buf *text, struct buf *packed)
{
    struct compress *compress = compress_new(encoding);
    uint64_t seed = 7;

    buf_init(text, 2 * TEXT_MAX);
    buf_init(packed, 2 * TEXT_MAX);
    for (size_t part = 0; part < parts; part++) {
        size_t from = text->len;

        for (size_t i = 0; i < size; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            buf_add(text, (struct str){ &"abcdefgh \n\"{}:,1"[seed >> 60], 1 });
        }
        compress_add(compress, str_from(buf_str(text), from), part + 1 == parts,
                     packed);
    }
    compress_free(compress);
}

static void take(void *arg, struct str bytes)
{
    buf_add(arg, bytes);
}

/* Each piece in a block of its own. */
static bool feed(struct unpack *unpack, struct str piece, struct buf *out)
{
    char *mem = mem_strndup(piece.at, piece.len);
    bool ok = unpack_feed(unpack, (struct str){ mem, piece.len }, take, out);

    mem_free(mem);
    return ok;
}

static void check(const char *name, struct str packed, size_t size,
                  struct str want)
{
    struct unpack *unpack = unpack_new(str_of(name), &room);
    struct buf out;

    buf_init(&out, 2 * TEXT_MAX);
    for (size_t at = 0; at < packed.len; at += size)
        assert_true(feed(unpack, str_sub(packed, at, size), &out));
    if (!str_eq(buf_str(&out), want))
        fail_msg("%s in pieces of %zu: %zu bytes of %zu", name, size, out.len,
                 want.len);
    buf_done(&out);
    unpack_free(unpack);
}

static void what_was_packed_comes_out(void **state)
{
    static const size_t sizes[] = { 1, 7, 100, 4096, TEXT_MAX };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct buf text, packed;

        pack(codings[i].encoding, 3, 30000, &text, &packed);
        for (size_t j = 0; j < COUNT_OF(sizes); j++)
            check(codings[i].name, buf_str(&packed), sizes[j], buf_str(&text));
        buf_done(&text);
        buf_done(&packed);
    }
}

/* A stream is read as it comes, not at its end. */
static void what_has_come_is_told_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct compress *compress = compress_new(codings[i].encoding);
        struct unpack *unpack = unpack_new(str_of(codings[i].name), &room);
        struct buf packed, out;

        buf_init(&packed, TEXT_MAX);
        buf_init(&out, TEXT_MAX);
        compress_add(compress, STR("event: message_start\n"), false, &packed);
        assert_true(feed(unpack, buf_str(&packed), &out));
        unit_assert_str(buf_str(&out), "event: message_start\n");
        compress_free(compress);
        unpack_free(unpack);
        buf_done(&packed);
        buf_done(&out);
    }
}

/* More than fits into one step, of a part that is not the last. */
static void much_may_come_of_little(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct compress *compress = compress_new(codings[i].encoding);
        struct buf text;
        struct buf packed;

        buf_init(&text, TEXT_MAX);
        buf_init(&packed, TEXT_MAX);
        while (text.len < 200000)
            buf_add(&text, STR("event: content_block_delta\n\n"));
        compress_add(compress, buf_str(&text), false, &packed);
        check(codings[i].name, buf_str(&packed), TEXT_MAX, buf_str(&text));
        buf_done(&text);
        buf_done(&packed);
        compress_free(compress);
    }
}

/* Nothing is told afterwards. */
static void damage_ends_the_reading(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct unpack *unpack = unpack_new(str_of(codings[i].name), &room);
        struct buf text, packed, out;
        bool ok = true;

        pack(codings[i].encoding, 1, 30000, &text, &packed);
        buf_init(&out, TEXT_MAX);
        memset(packed.mem + packed.len / 2, 0xff, packed.len / 2);
        for (size_t at = 0; at < packed.len; at += 50)
            ok = feed(unpack, str_sub(buf_str(&packed), at, 50), &out);
        assert_false(ok);
        packed.len = out.len;
        assert_false(feed(unpack, STR("\x1f\x8b"), &out));
        assert_int_equal(out.len, packed.len);
        unpack_free(unpack);
        buf_done(&text);
        buf_done(&packed);
        buf_done(&out);
    }
}

static void rubbish_is_no_trouble(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        for (unsigned seed = 0; seed < 2000; seed++) {
            struct unpack *unpack = unpack_new(str_of(codings[i].name), &room);
            char bytes[64];
            struct buf out;

            buf_init(&out, 16 * TEXT_MAX);
            for (size_t at = 0; at < sizeof(bytes); at++)
                bytes[at] =
                    (char)((seed * 2654435761u + at * 40503u) >> (at % 13));
            (void)feed(unpack, (struct str){ bytes, 17 }, &out);
            (void)feed(unpack, (struct str){ bytes + 17, 47 }, &out);
            unpack_free(unpack);
            buf_done(&out);
        }
    }
}

/* Behind a whole text: in gzip and zstd another one, in the others nothing. */
static void texts_may_follow_each_other(void **state)
{
    static const bool may[] = { true, false, false, true };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct unpack *unpack = unpack_new(str_of(codings[i].name), &room);
        struct buf text, packed, out;

        pack(codings[i].encoding, 1, 100, &text, &packed);
        buf_init(&out, TEXT_MAX);
        assert_true(feed(unpack, buf_str(&packed), &out));
        assert_int_equal(feed(unpack, buf_str(&packed), &out), may[i]);
        assert_int_equal(out.len, may[i] ? 2 * text.len : text.len);
        unpack_free(unpack);
        buf_done(&text);
        buf_done(&packed);
        buf_done(&out);
    }
}

/* Without the two bytes in front and the four behind it. */
static void deflate_may_come_bare(void **state)
{
    struct buf text, packed;

    (void)state;
    pack(ENCODING_DEFLATE, 2, 1000, &text, &packed);
    for (size_t size = 1; size <= 7; size += 3)
        check("deflate", str_sub(buf_str(&packed), 2, packed.len - 6), size,
              buf_str(&text));
    buf_done(&text);
    buf_done(&packed);
}

/* Also if all of the text has come out already. */
static void what_ends_early_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3 * COUNT_OF(codings); i++) {
        struct unpack *unpack = unpack_new(str_of(codings[i / 3].name), &room);
        struct buf text, packed, out;

        pack(codings[i / 3].encoding, 2, 1000, &text, &packed);
        buf_init(&out, TEXT_MAX);
        assert_true(feed(unpack,
                         str_sub(buf_str(&packed), 0,
                                 i % 3 == 0   ? 0
                                 : i % 3 == 1 ? packed.len / 2
                                              : packed.len - 1),
                         &out));
        assert_null(unpack_why(unpack));
        unpack_end(unpack);
        assert_string_equal(unpack_why(unpack),
                            "its compressed bytes end early");
        unpack_end(unpack);
        unpack_free(unpack);
        assert_int_equal(room.held, 0);
        buf_done(&text);
        buf_done(&packed);
        buf_done(&out);
    }
}

static void what_is_whole_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct unpack *unpack = unpack_new(str_of(codings[i].name), &room);
        struct buf text, packed, out;

        pack(codings[i].encoding, 2, 1000, &text, &packed);
        buf_init(&out, TEXT_MAX);
        assert_true(feed(unpack, buf_str(&packed), &out));
        unpack_end(unpack);
        assert_null(unpack_why(unpack));
        unpack_free(unpack);
        buf_done(&text);
        buf_done(&packed);
        buf_done(&out);
    }
}

/* ---- what would cost too much ------------------------------------------- */

/* Spaces, as much as 1 MB a part, packed as well as they can be. */
static void pack_spaces(enum directive_encoding encoding, size_t size,
                        struct buf *packed)
{
    struct compress *compress = compress_new(encoding);
    char *spaces = mem_alloc(TEXT_MAX);

    memset(spaces, ' ', TEXT_MAX);
    buf_init(packed, 2 * TEXT_MAX);
    for (; size > TEXT_MAX; size -= TEXT_MAX)
        compress_add(compress, (struct str){ spaces, TEXT_MAX }, false, packed);
    compress_add(compress, (struct str){ spaces, size }, true, packed);
    compress_free(compress);
    mem_free(spaces);
}

static void count(void *arg, struct str bytes)
{
    *(size_t *)arg += bytes.len;
}

/* In pieces; how much came out. */
static size_t unpack_all(struct unpack *unpack, struct str packed, size_t size)
{
    size_t plain = 0;

    for (size_t at = 0; at < packed.len; at += size)
        (void)unpack_feed(unpack, str_sub(packed, at, size), count, &plain);
    return plain;
}

/* In the middle of its first piece, if that is large. */
static void a_bomb_is_given_up(void **state)
{
    static const size_t sizes[] = { 1, 100, 2 * TEXT_MAX };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(codings) * COUNT_OF(sizes); i++) {
        const char *name = codings[i / COUNT_OF(sizes)].name;
        struct unpack *unpack = unpack_new(str_of(name), &room);
        struct buf packed;
        size_t plain;

        pack_spaces(codings[i / COUNT_OF(sizes)].encoding, 32 * TEXT_MAX,
                    &packed);
        plain =
            unpack_all(unpack, buf_str(&packed), sizes[i % COUNT_OF(sizes)]);
        if (plain > UNPACK_START_MAX + UNPACK_RATIO_MAX * packed.len)
            fail_msg("%s: %zu bytes of %zu", name, plain, packed.len);
        unit_assert_part(unpack_why(unpack), "more than 64 times");
        assert_int_equal(room.held, 0);
        unpack_free(unpack);
        buf_done(&packed);
    }
}

/* A short answer may well be all spaces. */
static void the_beginning_is_free(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct unpack *unpack = unpack_new(str_of(codings[i].name), &room);
        struct buf packed;

        pack_spaces(codings[i].encoding, UNPACK_START_MAX, &packed);
        assert_int_equal(unpack_all(unpack, buf_str(&packed), 10),
                         UNPACK_START_MAX);
        assert_null(unpack_why(unpack));
        unpack_end(unpack);
        assert_null(unpack_why(unpack));
        unpack_free(unpack);
        buf_done(&packed);
    }
}

/* A frame that wants a window of 16 MB, in its second byte after the magic. */
static void a_window_of_zstd_has_its_bound(void **state)
{
    struct unpack *unpack = unpack_new(STR("zstd"), &room);
    size_t plain = 0;

    (void)state;
    assert_false(unpack_feed(unpack,
                             STR("\x28\xb5\x2f\xfd\x00\x70\x09\x00\x00 "),
                             count, &plain));
    unit_assert_part(unpack_why(unpack), "window of more than 8 MB");
    assert_int_equal(plain, 0);
    unpack_free(unpack);
}

/* Whoever needs more of it than is left is not read on; the others are. */
static void all_share_one_room(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct unpack_room little = { .max = 110 * 1024 };
        struct str coding = str_of(codings[i].name);
        struct unpack *all[8];
        size_t last = 0;
        struct buf text, packed;

        pack(codings[i].encoding, 1, 1000, &text, &packed);
        for (size_t j = 0; j < COUNT_OF(all); j++) {
            all[j] = unpack_new(coding, &little);
            (void)unpack_all(all[j], buf_str(&packed), 1000);
            last += unpack_why(all[j]) == NULL;
        }
        assert_in_range(last, 1, 6);
        unit_assert_part(unpack_why(all[last]), "too many compressed answers");
        assert_true(little.held <= little.max);
        for (size_t j = 0; j < COUNT_OF(all); j++)
            unpack_free(all[j]);
        assert_int_equal(little.held, 0);
        buf_done(&text);
        buf_done(&packed);
    }
}

static void codings_have_names(void **state)
{
    static const char *const known[] = { "gzip",    "GZip", " x-gzip ",
                                         "deflate", "br",   "zstd" };
    static const char *const unknown[] = { "",         "identity", "zip",
                                           "gzip, br", "compress", "gzipp" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        struct unpack *unpack = unpack_new(str_of(known[i]), &room);

        assert_non_null(unpack);
        unpack_free(unpack);
    }
    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        assert_null(unpack_new(str_of(unknown[i]), &room));
    unpack_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_comes_out),
        cmocka_unit_test(what_has_come_is_told_at_once),
        cmocka_unit_test(much_may_come_of_little),
        cmocka_unit_test(damage_ends_the_reading),
        cmocka_unit_test(rubbish_is_no_trouble),
        cmocka_unit_test(texts_may_follow_each_other),
        cmocka_unit_test(deflate_may_come_bare),
        cmocka_unit_test(what_ends_early_is_said),
        cmocka_unit_test(what_is_whole_is_whole),
        cmocka_unit_test(a_bomb_is_given_up),
        cmocka_unit_test(the_beginning_is_free),
        cmocka_unit_test(a_window_of_zstd_has_its_bound),
        cmocka_unit_test(all_share_one_room),
        cmocka_unit_test(codings_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
