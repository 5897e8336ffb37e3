// SPDX-License-Identifier: MIT
/* Sealing small secrets at rest with AES-256-GCM.  A sealed text is
       sealed:v1:<key id>:<base64url of nonce (12) | ciphertext | tag (16)>
   where the key id is the first 8 hex digits of the key's SHA-256, and a label
   (which document, which member) is bound to it: a sealed text that was moved
   elsewhere does not open.  Any thread. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct seal;

#define SEAL_KEY_LEN 32
#define SEAL_ID_LEN 8
/* How much longer a sealed text is, at most, than 4/3 of the clear one. */
#define SEAL_OVERHEAD 80

/* From RELAY_SECRET: 32 bytes in base64.  NULL and err if it is something else. */
struct seal *seal_new(struct str secret, struct err *err);
/* With a key that nobody else has, for what need not outlive the process. */
struct seal *seal_new_random(void);
/* Wipes the key.  NULL is fine. */
void seal_free(struct seal *seal);

/* Have random numbers ready for a document, so that sealing it needs no system
   call. */
void seal_prepare(const struct seal *seal);

/* Does it begin as sealed texts do? */
bool seal_is_sealed(struct str text);
/* Was this text sealed with this key?  (false if `seal` is NULL) */
bool seal_is_ours(const struct seal *seal, struct str text);

/* Append the sealed form, which must fit (asserted). */
void seal_close(const struct seal *seal, struct str label, struct str clear,
                struct buf *out);
/* Append the clear text to a secret buffer.  `seal` may be NULL: then nothing
   opens.  err says whether the secret is missing, is another one, or the text is
   damaged. */
bool seal_open(const struct seal *seal, struct str label, struct str sealed,
               struct buf *out, struct err *err) MUST_CHECK;
