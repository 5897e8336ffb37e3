// SPDX-License-Identifier: MIT
/* The texts of keys. */
#include "team/key_text.h"

#include <assert.h>

#include "base/base64.h"
#include "base/chars.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/random.h"

#define PREFIX STR("cr_")
#define RANDOM_BYTES 32

struct secret *key_text_new(uint64_t now_wall_ms, struct key_text *out)
{
    unsigned char random[RANDOM_BYTES];
    struct secret *secret;
    struct buf buf;
    struct str text;

    random_bytes(random, sizeof(random));
    buf_init_secret(&buf, 2 * KEY_TEXT_LEN);
    buf_add(&buf, PREFIX);
    base64url_encode(&buf, random, sizeof(random));
    mem_wipe(random, sizeof(random));
    text = buf_str(&buf);
    assert(text.len == KEY_TEXT_LEN);
    *out =
        (struct key_text){ .created_ms = now_wall_ms, .expires_ms = KEY_NEVER };
    hash_sha256(text, out->hash);
    text_copy(out->prefix, sizeof(out->prefix),
              str_sub(text, 0, KEY_PREFIX_LEN));
    text_copy(out->last, sizeof(out->last),
              str_from(text, text.len - KEY_LAST_LEN));
    secret = secret_new(text);
    buf_done(&buf);
    return secret;
}

bool key_text_is_valid(struct str text)
{
    static const struct chars base64url = {
        { CHARS_ALNUM, ['-'] = true, ['_'] = true }
    };

    return text.len == KEY_TEXT_LEN && str_starts(text, PREFIX) &&
           chars_has_all(&base64url, str_from(text, PREFIX.len));
}
