// SPDX-License-Identifier: MIT
/* Sealing small secrets at rest. */
#include "crypto/seal.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/random.h"

#define PREFIX "sealed:v1:"
#define NONCE_LEN 12
#define TAG_LEN 16
#define HEAD_LEN (sizeof(PREFIX) - 1 + SEAL_ID_LEN + 1)

/* Nonces drawn ahead; each is used once. */
#define NONCES 16
struct nonces {
    pthread_mutex_t lock;
    unsigned char at[NONCES][NONCE_LEN];
    size_t left;
};

struct seal {
    unsigned char key[SEAL_KEY_LEN];
    char id[SEAL_ID_LEN + 1];
    struct nonces *nonces;
};

/* With the lock held. */
static void draw(struct nonces *nonces)
{
    random_bytes(nonces->at, sizeof(nonces->at));
    nonces->left = NONCES;
}

static void take_nonce(struct nonces *nonces, unsigned char out[NONCE_LEN])
{
    (void)pthread_mutex_lock(&nonces->lock);
    if (nonces->left == 0)
        draw(nonces);
    memcpy(out, nonces->at[--nonces->left], NONCE_LEN);
    (void)pthread_mutex_unlock(&nonces->lock);
}

void seal_prepare(const struct seal *seal)
{
    (void)pthread_mutex_lock(&seal->nonces->lock);
    if (seal->nonces->left < NONCES / 2)
        draw(seal->nonces);
    (void)pthread_mutex_unlock(&seal->nonces->lock);
}

static struct seal *make(struct str key)
{
    struct seal *seal = MEM_NEW(struct seal);
    unsigned char hash[HASH_SHA256_LEN];

    memcpy(seal->key, key.at, SEAL_KEY_LEN);
    seal->nonces = MEM_NEW(struct nonces);
    (void)pthread_mutex_init(&seal->nonces->lock, NULL);
    hash_sha256(key, hash);
    text_hex(hash, SEAL_ID_LEN / 2, seal->id);
    return seal;
}

struct seal *seal_new_random(void)
{
    unsigned char key[SEAL_KEY_LEN];
    struct seal *seal;

    random_bytes(key, sizeof(key));
    seal = make((struct str){ (const char *)key, sizeof(key) });
    mem_wipe(key, sizeof(key));
    return seal;
}

struct seal *seal_new(struct str secret, struct err *err)
{
    struct seal *seal = NULL;
    struct buf key;

    buf_init_secret(&key, SEAL_KEY_LEN);
    if (base64_decode(&key, secret) && key.len == SEAL_KEY_LEN) {
        seal = make(buf_str(&key));
    } else {
        err_set(err, ERR_CONFIG,
                "RELAY_SECRET must be 32 bytes in base64; `claude-relay secret "
                "new` makes one");
    }
    buf_done(&key);
    return seal;
}

void seal_free(struct seal *seal)
{
    if (!seal)
        return;
    (void)pthread_mutex_destroy(&seal->nonces->lock);
    mem_free(seal->nonces);
    mem_wipe(seal, sizeof(*seal));
    mem_free(seal);
}

bool seal_is_sealed(struct str text)
{
    return str_starts(text, STR(PREFIX));
}

/* The key id of a sealed text; empty if it has none. */
static struct str id_of(struct str text)
{
    bool whole = text.len > HEAD_LEN && seal_is_sealed(text) &&
                 text.at[HEAD_LEN - 1] == ':';

    return whole ? str_sub(text, sizeof(PREFIX) - 1, SEAL_ID_LEN) : STR_EMPTY;
}

bool seal_is_ours(const struct seal *seal, struct str text)
{
    return seal && str_eq(id_of(text), str_of(seal->id));
}

/* ---- the cipher --------------------------------------------------------- */

/* What OpenSSL is given is in order: only a lack of memory could fail. */
static void must(int rc)
{
    if (rc != 1)
        abort();
}

static void encrypt(const struct seal *seal, struct str label, struct str clear,
                    unsigned char *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    unsigned char *text = out + NONCE_LEN;
    int len = 0;

    take_nonce(seal->nonces, out);
    must(EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, seal->key, out));
    must(EVP_EncryptUpdate(ctx, NULL, &len, (const unsigned char *)label.at,
                           (int)label.len));
    must(EVP_EncryptUpdate(ctx, text, &len, (const unsigned char *)clear.at,
                           (int)clear.len));
    must(EVP_EncryptFinal_ex(ctx, text + len, &len));
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN,
                             text + clear.len));
    EVP_CIPHER_CTX_free(ctx);
}

/* `in`: nonce, text, tag. */
static bool decrypt(const struct seal *seal, struct str label, struct str in,
                    unsigned char *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    const unsigned char *bytes = (const unsigned char *)in.at;
    size_t text_len = in.len - NONCE_LEN - TAG_LEN;
    unsigned char tag[TAG_LEN];
    int len = 0;
    bool ok;

    memcpy(tag, bytes + NONCE_LEN + text_len, TAG_LEN);
    must(EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, seal->key, bytes));
    must(EVP_DecryptUpdate(ctx, NULL, &len, (const unsigned char *)label.at,
                           (int)label.len));
    must(EVP_DecryptUpdate(ctx, out, &len, bytes + NONCE_LEN, (int)text_len));
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag));
    ok = EVP_DecryptFinal_ex(ctx, out + len, &len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

/* ---- texts -------------------------------------------------------------- */

void seal_close(const struct seal *seal, struct str label, struct str clear,
                struct buf *out)
{
    size_t len = NONCE_LEN + clear.len + TAG_LEN;
    unsigned char *bytes = mem_alloc(len);

    encrypt(seal, label, clear, bytes);
    buf_printf(out, PREFIX "%s:", seal->id);
    base64url_encode(out, bytes, len);
    mem_free(bytes);
}

static bool open_bytes(const struct seal *seal, struct str label,
                       struct str bytes, struct buf *out)
{
    char *room;
    size_t len;

    if (bytes.len < NONCE_LEN + TAG_LEN)
        return false;
    len = bytes.len - NONCE_LEN - TAG_LEN;
    room = buf_room(out, len + 1); /* never NULL for nothing */
    if (!room || !decrypt(seal, label, bytes, (unsigned char *)room))
        return false;
    buf_grow(out, len);
    return true;
}

bool seal_open(const struct seal *seal, struct str label, struct str sealed,
               struct buf *out, struct err *err)
{
    struct str id = id_of(sealed);
    struct buf bytes;
    bool ok;

    if (!seal)
        return err_set(err, ERR_CONFIG,
                       "it is sealed, and RELAY_SECRET is not set: set the one "
                       "it was sealed with");
    if (id.len > 0 && !seal_is_ours(seal, sealed))
        return err_set(err, ERR_CONFIG,
                       "it was sealed with another RELAY_SECRET (key " STR_FMT
                       ") than the one that is set (key %s): set that one",
                       STR_ARG(id), seal->id);
    buf_init_secret(&bytes, sealed.len);
    ok = id.len > 0 && base64url_decode(&bytes, str_from(sealed, HEAD_LEN)) &&
         open_bytes(seal, label, buf_str(&bytes), out);
    buf_done(&bytes);
    return ok || err_set(err, ERR_CONFIG,
                         "it is damaged, or was sealed for another place: "
                         "restore the file from a backup, or sign in again");
}
