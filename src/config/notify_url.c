// SPDX-License-Identifier: MIT
/* Where notices go. */
#include "config/notify_url.h"

#include "base/reason.h"
#include "base/text.h"

#define CHAT_MAX 128

/* It becomes part of a request's head. */
static bool is_visible(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] <= ' ' || text.at[i] > '~')
            return false;
    }
    return true;
}

/* Up to the path or the query, whichever begins first. */
static size_t end_of_authority(struct str text)
{
    size_t begin = str_starts(text, STR("https://")) ? 8 : 7;

    while (begin < text.len && text.at[begin] != '/' && text.at[begin] != '?')
        begin++;
    return begin;
}

static bool read_chat(struct arena *arena, struct str value,
                      struct notify_url *out)
{
    struct buf chat;
    bool ok;

    buf_init(&chat, CHAT_MAX);
    ok = text_url_decode(&chat, value) && chat.len > 0;
    if (ok)
        out->chat = arena_str(arena, buf_str(&chat));
    buf_done(&chat);
    return ok;
}

/* chat_id is taken out of the query, for it belongs into the body. */
static bool take_chat(struct arena *arena, struct notify_url *out,
                      struct err *err)
{
    struct str target = out->target;
    struct str path = str_sub(target, 0, str_index(target, '?'));
    struct str rest = str_from(target, path.len + 1);
    struct str kept = path;
    struct str part;

    while (str_next(&rest, '&', &part)) {
        if (!str_starts(part, STR("chat_id=")))
            kept =
                arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(kept),
                             kept.len == path.len ? "?" : "&", STR_ARG(part));
        else if (!read_chat(arena, str_from(part, 8), out))
            break;
    }
    out->target = kept;
    return out->chat.len > 0 || REASON_SET(err, NOTIFY_URL_TELEGRAM);
}

bool notify_url_parse(struct arena *arena, struct str text,
                      enum notify_format format, struct notify_url *out,
                      struct err *err)
{
    size_t end = end_of_authority(text);
    struct str target = str_from(text, end);

    *out = (struct notify_url){ .chat = STR_EMPTY };
    if (!is_visible(text) || str_index(text, '#') < text.len ||
        !url_parse(arena, str_sub(text, 0, end), &out->url, err))
        return REASON_SET(err, NOTIFY_URL_FORM);
    if (!out->url.tls && !url_is_loopback(&out->url))
        return REASON_SET(err, NOTIFY_URL_NOT_HTTPS);
    out->target =
        arena_printf(arena, "%s" STR_FMT,
                     str_starts(target, STR("/")) ? "" : "/", STR_ARG(target));
    return format != NOTIFY_TELEGRAM || take_chat(arena, out, err);
}
