// SPDX-License-Identifier: MIT
/* What the decoder of br may take. */
#include "base/unpack_brotli.h"

#include <brotli/encode.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/unpack.h"
#include "unit.h"

#define MB (1024u * 1024)
#define ROOM 16384u

/* In one part, that says at once what it comes to; the window is the largest one. */
static struct buf pack(struct str text)
{
    size_t size = BrotliEncoderMaxCompressedSize(text.len);
    struct buf packed;

    buf_init(&packed, size);
    assert_true(BrotliEncoderCompress(5, BROTLI_MAX_WINDOW_BITS,
                                      BROTLI_MODE_GENERIC, text.len,
                                      (const uint8_t *)text.at, &size,
                                      (uint8_t *)buf_room(&packed, size)));
    buf_grow(&packed, size);
    return packed;
}

/* A text of words; `kinds` of them make it longer than it packs. */
static struct buf words(size_t size, uint64_t kinds)
{
    struct buf text;
    uint64_t seed = 7;

    buf_init(&text, size + 64);
    while (text.len < size) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        (void)buf_printf(&text, "word%llu ",
                         (unsigned long long)((seed >> 33) % kinds));
    }
    return text;
}

struct reading {
    struct buf out;
    size_t most; /* that was held */
};

/* The last answer. */
static enum unpack_brotli_answer read_all(struct unpack_brotli *brotli,
                                          struct str packed, size_t piece,
                                          struct reading *reading)
{
    enum unpack_brotli_answer answer = UNPACK_BROTLI_HUNGRY;
    char room[ROOM];

    for (size_t at = 0; at < packed.len; at += piece) {
        struct unpack_brotli_step step = { .packed = str_sub(packed, at, piece),
                                           .room = room,
                                           .size = ROOM };

        do {
            answer = unpack_brotli_take(brotli, &step);
            buf_add(&reading->out, (struct str){ room, step.filled });
            if (unpack_brotli_size(brotli) > reading->most)
                reading->most = unpack_brotli_size(brotli);
        } while (answer == UNPACK_BROTLI_MORE);
    }
    return answer;
}

static void reading_init(struct reading *reading)
{
    *reading = (struct reading){ .most = 0 };
    buf_init(&reading->out, 32 * MB);
}

/* Its decoder would fill 16 MB before it gives a byte. */
static void a_bomb_waits_and_takes_nothing(void **state)
{
    struct buf text, packed;
    struct reading reading;

    (void)state;
    buf_init(&text, 16 * MB);
    memset(buf_room(&text, 16 * MB), ' ', 16 * MB);
    buf_grow(&text, 16 * MB);
    packed = pack(buf_str(&text));
    for (size_t piece = 1; piece <= 1000; piece += 999) {
        struct unpack_brotli *brotli = unpack_brotli_new();

        reading_init(&reading);
        assert_int_equal(read_all(brotli, buf_str(&packed), piece, &reading),
                         UNPACK_BROTLI_HUNGRY);
        assert_true(unpack_brotli_waits(brotli));
        assert_false(unpack_brotli_is_whole(brotli));
        assert_int_equal(reading.out.len, 0);
        assert_true(reading.most < 64 * 1024);
        buf_done(&reading.out);
        unpack_brotli_free(brotli);
    }
    buf_done(&text);
    buf_done(&packed);
}

/* Its ring is 4 MB, and later 8: as soon as so much is paid for it is read. */
static void what_is_paid_for_is_read(void **state)
{
    static const size_t pieces[] = { 100, 16384, 8 * MB };
    struct buf text = words(3 * MB, 1000000);
    struct buf packed = pack(buf_str(&text));

    (void)state;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        struct unpack_brotli *brotli = unpack_brotli_new();
        struct reading reading;

        reading_init(&reading);
        assert_int_equal(read_all(brotli, buf_str(&packed), pieces[i],
                                  &reading),
                         UNPACK_BROTLI_HUNGRY);
        assert_true(unpack_brotli_is_whole(brotli));
        assert_true(str_eq(buf_str(&reading.out), buf_str(&text)));
        assert_true(reading.most < 6 * MB);
        buf_done(&reading.out);
        unpack_brotli_free(brotli);
    }
    buf_done(&text);
    buf_done(&packed);
}

/* Parts that are sent on each for itself: the ring grows, is refused when a large one
   comes, and what was given is not given twice. */
static void what_was_given_is_not_given_again(void **state)
{
    BrotliEncoderState *encoder = BrotliEncoderCreateInstance(NULL, NULL, NULL);
    struct buf text = words(3 * MB, 100000);
    struct str parts[2] = { str_sub(buf_str(&text), 0, 3000),
                            str_from(buf_str(&text), 3000) };
    struct unpack_brotli *brotli = unpack_brotli_new();
    struct reading reading;
    struct buf packed;
    bool waited = false;

    (void)state;
    reading_init(&reading);
    buf_init(&packed, 8 * MB);
    for (size_t i = 0; i < 2; i++) {
        size_t in = parts[i].len;
        size_t room = 4 * MB;
        const uint8_t *from = (const uint8_t *)parts[i].at;
        uint8_t *to = (uint8_t *)buf_room(&packed, room);

        assert_true(BrotliEncoderCompressStream(encoder,
                                                i ? BROTLI_OPERATION_FINISH
                                                  : BROTLI_OPERATION_FLUSH,
                                                &in, &from, &room, &to, NULL));
        buf_grow(&packed, 4 * MB - room);
        if (i == 0) {
            (void)read_all(brotli, buf_str(&packed), 7, &reading);
            assert_true(str_eq(buf_str(&reading.out), parts[0]));
            assert_true(reading.most < 64 * 1024);
            buf_consume(&packed, packed.len);
        }
    }
    for (struct str rest = buf_str(&packed); rest.len > 0;
         rest = str_from(rest, 500)) {
        (void)read_all(brotli, str_sub(rest, 0, 500), 500, &reading);
        waited |= unpack_brotli_waits(brotli);
    }
    assert_true(waited);
    assert_true(unpack_brotli_is_whole(brotli));
    assert_true(str_eq(buf_str(&reading.out), buf_str(&text)));
    BrotliEncoderDestroyInstance(encoder);
    unpack_brotli_free(brotli);
    buf_done(&reading.out);
    buf_done(&text);
    buf_done(&packed);
}

/* Rings double: of what nothing was written to nothing is counted. */
static void what_is_held_is_what_came(void **state)
{
    struct buf text = words(600 * 1024, 10000);
    struct buf packed = pack(buf_str(&text));
    struct unpack_brotli *brotli = unpack_brotli_new();
    struct reading reading;

    (void)state;
    reading_init(&reading);
    (void)read_all(brotli, buf_str(&packed), 1400, &reading);
    assert_true(unpack_brotli_is_whole(brotli));
    assert_in_range(reading.most, text.len, text.len + 400 * 1024);
    unpack_brotli_free(brotli);
    buf_done(&reading.out);
    buf_done(&text);
    buf_done(&packed);
}

static void what_is_behind_the_end_is_damage(void **state)
{
    struct buf packed = pack(STR("some text"));
    struct unpack_brotli *brotli = unpack_brotli_new();
    struct reading reading;

    (void)state;
    reading_init(&reading);
    assert_int_equal(read_all(brotli, buf_str(&packed), 1, &reading),
                     UNPACK_BROTLI_HUNGRY);
    assert_true(unpack_brotli_is_whole(brotli));
    assert_int_equal(read_all(brotli, STR("x"), 1, &reading),
                     UNPACK_BROTLI_DAMAGED);
    unit_assert_str(buf_str(&reading.out), "some text");
    unpack_brotli_free(brotli);
    unpack_brotli_free(NULL);
    buf_done(&reading.out);
    buf_done(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bomb_waits_and_takes_nothing),
        cmocka_unit_test(what_is_paid_for_is_read),
        cmocka_unit_test(what_was_given_is_not_given_again),
        cmocka_unit_test(what_is_held_is_what_came),
        cmocka_unit_test(what_is_behind_the_end_is_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
