// SPDX-License-Identifier: MIT
/* Sessions of browsers. */
#include "team/sessions.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/random.h"

#define BYTES 32
#define CSRF "claude-relay csrf "

struct place {
    unsigned char hash[HASH_SHA256_LEN];
    uint64_t ends_steady_ms; /* 0: free */
    struct session session;
};

struct sessions {
    pthread_mutex_t lock;
    uint64_t noted_ms; /* steady: when the bucket of refusals is full again */
    struct place places[SESSIONS_MAX];
};

struct sessions_now sessions_now(void)
{
    return (struct sessions_now){ .steady_ms = clock_steady_ms(),
                                  .wall_ms = clock_wall_ms() };
}

struct sessions *sessions_new(void)
{
    struct sessions *sessions = MEM_NEW(struct sessions);

    (void)pthread_mutex_init(&sessions->lock, NULL);
    return sessions;
}

void sessions_free(struct sessions *sessions)
{
    if (!sessions)
        return;
    (void)pthread_mutex_destroy(&sessions->lock);
    mem_free(sessions);
}

/* ---- texts -------------------------------------------------------------- */

static void encode(const unsigned char bytes[BYTES],
                   char out[SESSION_TEXT_SIZE])
{
    struct buf text;

    buf_init_secret(&text, 2 * SESSION_TEXT_SIZE);
    base64url_encode(&text, bytes, BYTES);
    assert(text.len == SESSION_TEXT_SIZE - 1);
    text_copy(out, SESSION_TEXT_SIZE, buf_str(&text));
    buf_done(&text);
}

static void invent(char text[SESSION_TEXT_SIZE])
{
    unsigned char bytes[BYTES];

    random_bytes(bytes, sizeof(bytes));
    encode(bytes, text);
    mem_wipe(bytes, sizeof(bytes));
}

void session_csrf(struct str text, char out[SESSION_TEXT_SIZE])
{
    unsigned char hash[HASH_SHA256_LEN];
    struct buf both;

    buf_init_secret(&both, 256);
    buf_add(&both, STR(CSRF));
    buf_add(&both, str_sub(text, 0, SESSION_TEXT_SIZE));
    hash_sha256(buf_str(&both), hash);
    buf_done(&both);
    encode(hash, out);
}

/* ---- places ------------------------------------------------------------- */

static bool is_open(const struct place *place, struct sessions_now now)
{
    return place->ends_steady_ms > now.steady_ms &&
           place->session.ends_ms > now.wall_ms;
}

/* Hashes are compared in the open: whoever could learn one from that would not have the
   text. */
static struct place *place_of(struct sessions *sessions, struct str text)
{
    unsigned char hash[HASH_SHA256_LEN];

    if (text.len != SESSION_TEXT_SIZE - 1)
        return NULL;
    hash_sha256(text, hash);
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        struct place *place = &sessions->places[i];

        if (place->ends_steady_ms > 0 &&
            memcmp(place->hash, hash, sizeof(hash)) == 0)
            return place;
    }
    return NULL;
}

/* A free one, or one that is over, or the oldest: those end in the order in which they
   began. */
static struct place *place_for_new(struct sessions *sessions)
{
    struct place *oldest = &sessions->places[0];

    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        if (sessions->places[i].ends_steady_ms < oldest->ends_steady_ms)
            oldest = &sessions->places[i];
    }
    return oldest;
}

/* ---- all ---------------------------------------------------------------- */

void sessions_begin(struct sessions *sessions, const struct addr *from,
                    struct sessions_now now, char text[SESSION_TEXT_SIZE])
{
    struct place *place;

    invent(text);
    (void)pthread_mutex_lock(&sessions->lock);
    place = place_for_new(sessions);
    *place =
        (struct place){ .ends_steady_ms = now.steady_ms + SESSIONS_MS,
                        .session = { .began_ms = now.wall_ms,
                                     .ends_ms = now.wall_ms + SESSIONS_MS } };
    addr_format(from, place->session.from);
    hash_sha256(str_of(text), place->hash);
    (void)pthread_mutex_unlock(&sessions->lock);
}

bool sessions_find(struct sessions *sessions, struct str text,
                   struct sessions_now now, struct session *session)
{
    struct place *place;
    bool found;

    (void)pthread_mutex_lock(&sessions->lock);
    place = place_of(sessions, text);
    found = place && is_open(place, now);
    if (found && session)
        *session = place->session;
    (void)pthread_mutex_unlock(&sessions->lock);
    return found;
}

bool sessions_end(struct sessions *sessions, struct str text)
{
    struct place *place;

    (void)pthread_mutex_lock(&sessions->lock);
    place = place_of(sessions, text);
    if (place)
        *place = (struct place){ .ends_steady_ms = 0 };
    (void)pthread_mutex_unlock(&sessions->lock);
    return place != NULL;
}

size_t sessions_end_all(struct sessions *sessions, struct sessions_now now)
{
    size_t count = 0;

    if (!sessions)
        return 0;
    (void)pthread_mutex_lock(&sessions->lock);
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        count += is_open(&sessions->places[i], now);
        sessions->places[i] = (struct place){ .ends_steady_ms = 0 };
    }
    (void)pthread_mutex_unlock(&sessions->lock);
    return count;
}

size_t sessions_count(struct sessions *sessions, struct sessions_now now)
{
    size_t count = 0;

    if (!sessions)
        return 0;
    (void)pthread_mutex_lock(&sessions->lock);
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        count += is_open(&sessions->places[i], now);
    (void)pthread_mutex_unlock(&sessions->lock);
    return count;
}

/* ---- a list of them ----------------------------------------------------- */

static int by_end(const void *a, const void *b)
{
    const struct place *one = a;
    const struct place *two = b;

    return (one->ends_steady_ms > two->ends_steady_ms) -
           (one->ends_steady_ms < two->ends_steady_ms);
}

/* `take` comes without the lock. */
void sessions_each(struct sessions *sessions, struct sessions_now now,
                   void (*take)(void *arg, const struct session *session),
                   void *arg)
{
    struct place *copy;

    if (!sessions)
        return;
    copy = mem_alloc(sizeof(sessions->places));
    (void)pthread_mutex_lock(&sessions->lock);
    memcpy(copy, sessions->places, sizeof(sessions->places));
    (void)pthread_mutex_unlock(&sessions->lock);
    qsort(copy, SESSIONS_MAX, sizeof(*copy), by_end);
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        if (is_open(&copy[i], now))
            take(arg, &copy[i].session);
    }
    mem_free(copy);
}

/* ---- refusals ----------------------------------------------------------- */

bool sessions_may_note(struct sessions *sessions, uint64_t steady_ms)
{
    const uint64_t full_ms = SESSIONS_NOTED_AT_ONCE * SESSIONS_NOTED_MS;
    bool may;

    (void)pthread_mutex_lock(&sessions->lock);
    if (sessions->noted_ms < steady_ms)
        sessions->noted_ms = steady_ms;
    may = sessions->noted_ms - steady_ms + SESSIONS_NOTED_MS <= full_ms;
    if (may)
        sessions->noted_ms += SESSIONS_NOTED_MS;
    (void)pthread_mutex_unlock(&sessions->lock);
    return may;
}
