// SPDX-License-Identifier: MIT
/* Random bytes. */
#include "crypto/random.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/text.h"

#define HEX_MAX 64

void random_bytes(void *out, size_t len)
{
    unsigned char *at = out;

    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);

        if (got < 0 && errno != EINTR)
            abort();
        if (got > 0) {
            at += got;
            len -= (size_t)got;
        }
    }
}

void random_hex(size_t len, char *out)
{
    unsigned char bytes[HEX_MAX];

    assert(len <= sizeof(bytes));
    random_bytes(bytes, len);
    text_hex(bytes, len, out);
    mem_wipe(bytes, sizeof(bytes));
}

uint64_t random_below(uint64_t limit)
{
    uint64_t number;

    random_bytes(&number, sizeof(number));
    return number % limit;
}
