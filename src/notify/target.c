// SPDX-License-Identifier: MIT
/* The place that notices go to. */
#include "notify/target.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/text.h"
#include "net/own.h"
#include "notify/format.h"

struct target {
    struct notify_target shown; /* the first: it is what others have */
    atomic_int refs;
    struct arena *arena; /* of its texts */
};

struct notify_board {
    const struct config *config;
    bool fixed;
    pthread_mutex_t lock;
    struct target *target; /* or NULL */
};

/* ---- targets ------------------------------------------------------------- */

static struct target *target_of(const struct notify_target *shown)
{
    return (struct target *)(uintptr_t)shown;
}

void notify_target_ref(const struct notify_target *shown)
{
    if (shown)
        (void)atomic_fetch_add(&target_of(shown)->refs, 1);
}

void notify_target_unref(const struct notify_target *shown)
{
    struct target *target = target_of(shown);

    if (!target || atomic_fetch_sub(&target->refs, 1) > 1)
        return;
    arena_free(target->arena);
    mem_free(target);
}

static struct target *target_new(void)
{
    struct target *target = MEM_NEW(struct target);

    atomic_init(&target->refs, 1);
    target->arena = arena_new_secret();
    return target;
}

/* Texts stay the configuration's. */
static struct target *from_options(const struct config *config)
{
    struct target *target = target_new();

    target->shown = (struct notify_target){
        .format = (enum notify_format)config->notify_format,
        .to = config->notify,
        .length = config->notify_url.len,
    };
    return target;
}

static bool read_format(const struct json_doc *doc, enum notify_format *format,
                        struct err *err)
{
    struct str word = STR("json");

    (void)json_doc_get_str(doc, NOTIFY_TARGET_FORMAT, &word);
    *format = format_of(word);
    return *format < NOTIFY_FORMATS ||
           err_set(err, ERR_CONFIG, "its format is not known");
}

static struct target *from_doc(const struct config *config,
                               const struct json_doc *doc, struct err *err)
{
    struct target *target = target_new();
    struct notify_target *shown = &target->shown;
    struct str url = STR_EMPTY;
    struct str since = STR_EMPTY;

    (void)json_doc_get_str(doc, NOTIFY_TARGET_URL, &url);
    shown->length = url.len;
    shown->since_ms = 1;
    if (json_doc_get_str(doc, NOTIFY_TARGET_SINCE, &since))
        (void)text_parse_time(since, &shown->since_ms);
    if (read_format(doc, &shown->format, err) &&
        config_check_notify(config, target->arena,
                            &(struct config_notify){ url, shown->format },
                            &shown->to, err))
        return target;
    notify_target_unref(shown);
    return NULL;
}

/* ---- the board ----------------------------------------------------------- */

struct notify_board *notify_board_new(const struct config *config)
{
    struct notify_board *board = MEM_NEW(struct notify_board);

    board->config = config;
    (void)pthread_mutex_init(&board->lock, NULL);
    board->fixed = config->notify.url.host.len > 0;
    if (board->fixed)
        board->target = from_options(config);
    return board;
}

void notify_board_free(struct notify_board *board)
{
    if (!board)
        return;
    if (board->target)
        notify_target_unref(&board->target->shown);
    (void)pthread_mutex_destroy(&board->lock);
    mem_free(board);
}

const struct notify_target *notify_board_take(struct notify_board *board)
{
    struct target *target;

    if (!board)
        return NULL;
    (void)pthread_mutex_lock(&board->lock);
    target = board->target;
    notify_target_ref(target ? &target->shown : NULL);
    (void)pthread_mutex_unlock(&board->lock);
    return target ? &target->shown : NULL;
}

bool notify_board_is_fixed(const struct notify_board *board)
{
    return board->fixed;
}

static bool is_same(const struct target *one, const struct target *other)
{
    const struct notify_target *a = &one->shown;
    const struct notify_target *b = &other->shown;

    return a->format == b->format && a->since_ms == b->since_ms &&
           a->to.url.tls == b->to.url.tls && a->to.url.port == b->to.url.port &&
           str_eq(a->to.url.host, b->to.url.host) &&
           str_eq(a->to.target, b->to.target) && str_eq(a->to.chat, b->to.chat);
}

/* The same is shown as the same: whoever sends begins anew with another. */
static void show(struct notify_board *board, struct target *target)
{
    struct target *gone;

    (void)pthread_mutex_lock(&board->lock);
    gone = board->target;
    if (gone && target && is_same(gone, target))
        gone = target;
    else
        board->target = target;
    (void)pthread_mutex_unlock(&board->lock);
    if (gone)
        notify_target_unref(&gone->shown);
}

static bool is_kept(const struct json_doc *doc)
{
    struct str url;

    return json_doc_get_str(doc, NOTIFY_TARGET_URL, &url) && url.len > 0;
}

void notify_board_load(struct notify_board *board, struct store_driver *driver)
{
    struct target *target = NULL;
    struct json_doc *doc = NULL;
    struct err err;
    bool ok;

    if (board->fixed)
        return;
    ok = driver->read(driver, NOTIFY_TARGET_KEY, &doc, &err);
    if (ok && doc && is_kept(doc)) {
        target = from_doc(board->config, doc, &err);
        ok = target != NULL;
    }
    if (!ok)
        log_line(LOG_WARN,
                 "notices go nowhere: what is kept in " NOTIFY_TARGET_KEY
                 ".json cannot be used: %s; `claude-relay notify set` "
                 "replaces it",
                 err.text);
    json_doc_free(doc);
    show(board, target);
}

/* ---- checking ------------------------------------------------------------ */

/* The relay speaks http:// only, and that is for this machine only: so no name has to be
   looked up. */
static bool leads_back(const struct config *config, const struct url *url,
                       unsigned own_port)
{
    return !url->tls && own_port > 0 && url->port == own_port &&
           own_reaches(config->host.at, url->host.at);
}

bool notify_target_check(const struct config *config,
                         const struct notify_offer *offer, struct err *err)
{
    struct arena *arena = arena_new_secret();
    const struct config_notify asked = { offer->url, offer->format };
    struct notify_url to;
    bool ok = config_check_notify(config, arena, &asked, &to, err);

    if (ok && leads_back(config, &to.url, offer->own_port))
        ok = REASON_SET(err, NOTIFY_URL_IS_RELAY, offer->own_port);
    arena_free(arena);
    return ok;
}
