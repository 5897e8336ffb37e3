// SPDX-License-Identifier: MIT
/* What a request body asks for, as far as its price and its limits go.  Gathered by
   a sift while the body passes by, so that the look at a whole body (scan.h) and the
   look ahead at its parts (scan_ahead.h) cannot differ.  Pure.

   Names and texts may be escaped in any way.  When a member comes twice the last one
   counts, as in most JSON readers.  Behind a fault in the text nothing is added: such
   a body has no bound (price.h), and Anthropic refuses it. */
#pragma once

#include "usage/sift.h"

/* A member that is absent, that holds what was expected, or anything else. */
enum scan_fact { SCAN_ABSENT, SCAN_TOLD, SCAN_ODD };

/* The tool that is being read. */
struct scan_tool {
    bool is_server; /* Anthropic runs it */
    bool bounded;   /* by `uses` */
    uint64_t uses;
};

struct scan_facts {
    enum scan_fact model_is; /* ODD: no text, empty, over SIFT_TEXT_MAX bytes or
                                with escapes of other than ASCII characters */
    bool model_again; /* it is named more than once: readers may differ */
    enum scan_fact max_tokens_is; /* ODD: no plain count */
    bool stream;                  /* "stream": true */
    bool caches;          /* a "cache_control" that is not null, anywhere */
    bool caches_1h;       /* a "ttl": "1h" anywhere */
    bool tools_unbounded; /* a server tool without max_uses */
    bool has_servers;     /* MCP servers, which bring tools of their own */
    bool unmeasured;      /* content whose tokens the bytes of the body do not
                             bound: documents, references to tools */
    uint64_t max_tokens;  /* if TOLD; else 0 */
    uint64_t tool_uses;   /* the max_uses of server tools, added up */
    uint64_t images;      /* image blocks anywhere */
    struct scan_tool tool;
    char model[SIFT_TEXT_MAX + 1]; /* unescaped, if TOLD; else empty */
};

/* What else is found, and is the business of whoever feeds the sift. */
enum scan_item {
    SCAN_ITEM_END,   /* of the object that the body is */
    SCAN_ITEM_PROXY, /* a proxy_config at the top level: the first byte of it */
    SCAN_ITEMS,
};

/* A sift that finds all this; its last two are sift_init()'s. */
void scan_facts_sift(struct sift *sift, sift_fn found, void *arg);
/* Everything that was found is given to the facts, which begin as zeros. */
void scan_facts_take(struct scan_facts *facts, const struct sift_found *found);
