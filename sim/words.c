// SPDX-License-Identifier: MIT
/* The text of deltas.  Pure. */
#include "sim/words.h"

#include <string.h>

#define NUMBER_LEN 9 /* "#0000001 " */
#define STAMP_DIGITS 18
#define NUMBER_DIGITS 7
#define WORD_MAX 16

static const char filler[] = "lorem ipsum dolor sit amet consectetur ";

static const char *const sentence[] = {
    "Hello", " from",  " the",  " simulated", " upstream:", " every",
    " word", " is",    " an",   " event",     " of",        " its",
    " own,", " and",   " none", " of",        " them",      " means",
    " a",    " thing", " to",   " anybody.",
};

static struct str word_at(uint64_t index)
{
    struct str word = str_of(sentence[index % COUNT_OF(sentence)]);

    /* The first word of the next round stands alone. */
    if (index >= COUNT_OF(sentence) && index % COUNT_OF(sentence) == 0)
        return STR(" Hello");
    return word;
}

static void put_digits(char *at, size_t digits, uint64_t value)
{
    for (size_t i = digits; i > 0; i--) {
        at[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
}

static void fill(char *at, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++)
        at[i] = filler[i % (sizeof(filler) - 1)];
    if (size >= NUMBER_LEN)
        memcpy(at, "#0000000 ", NUMBER_LEN);
}

static size_t head_len(const struct words *words)
{
    return words->stamp ? WORDS_STAMP_LEN : 0;
}

static uint64_t tail_len(const struct words *words)
{
    size_t head = head_len(words);

    return words->size > head ? words->size - head : 0;
}

void words_init(struct words *words, struct arena *arena, uint64_t size,
                bool stamp)
{
    *words = (struct words){ .size = size, .stamp = stamp };
    words->text = arena_alloc(arena, WORDS_STAMP_LEN + WORD_MAX + (size_t)size);
    memcpy(words->text, "[t=000000000000000000]", WORDS_STAMP_LEN);
    fill(words->text + head_len(words), tail_len(words));
}

size_t words_len(const struct words *words, uint64_t index)
{
    if (words->size == 0)
        return head_len(words) + word_at(index).len;
    return head_len(words) + (size_t)tail_len(words);
}

struct str words_at(struct words *words, uint64_t index, uint64_t now_ns)
{
    char *tail = words->text + head_len(words);

    if (words->size == 0 && !words->stamp)
        return word_at(index);
    if (words->stamp)
        put_digits(words->text + 3, STAMP_DIGITS, now_ns);
    if (words->size == 0)
        memcpy(tail, word_at(index).at, word_at(index).len);
    else if (tail_len(words) >= NUMBER_LEN)
        put_digits(tail + 1, NUMBER_DIGITS, index + 1);
    return (struct str){ words->text, words_len(words, index) };
}
