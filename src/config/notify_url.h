// SPDX-License-Identifier: MIT
/* Where notices go (NOTIFY_URL), and what they are written for (NOTIFY_FORMAT).  Path and
   query are secrets: services put their tokens there.  Pure. */
#pragma once

#include "base/url.h"

/* As people write them. */
enum notify_format {
    NOTIFY_JSON,
    NOTIFY_SLACK,
    NOTIFY_FEISHU,
    NOTIFY_DINGTALK,
    NOTIFY_WECOM,
    NOTIFY_TELEGRAM,
    NOTIFY_NTFY,
    NOTIFY_FORMATS,
};
#define NOTIFY_FORMAT_WORDS                                                    \
    {                                                                          \
        "json", "slack", "feishu", "dingtalk", "wecom", "telegram", "ntfy"     \
    }

struct notify_url {
    struct url url;    /* `prefix` is not used; no host: there is none */
    struct str target; /* path and query, as they are asked for */
    struct str
        chat; /* of Telegram: its chat_id, which is no part of `target` */
};

/* Texts are copied into `arena`.  The text of err repeats nothing of the URL. */
bool notify_url_parse(struct arena *arena, struct str text,
                      enum notify_format format, struct notify_url *out,
                      struct err *err) MUST_CHECK;
