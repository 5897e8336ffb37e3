// SPDX-License-Identifier: MIT
/* What a request body asks for, as far as its price, its limits and its record go.  Gathered by
   a sift while the body passes by, so that the look at a whole body (scan.h) and the
   look ahead at its parts (scan_ahead.h) cannot differ.  Pure.

   Names and texts may be escaped in any way.  When a member comes twice the last one
   counts, as in most JSON readers.  Behind a fault in the text nothing is added: such
   a body has no bound (price.h), and Anthropic refuses it. */
#pragma once

#include "usage/session.h"
#include "usage/sift.h"

/* What keeps anybody from proving what a body may cost at the most, beside the tools,
   servers and content below.  The first one found counts.  Only what is known to cost
   nothing beyond tokens that the body bounds is free of doubt. */
enum scan_doubt {
    SCAN_DOUBT_NONE,
    SCAN_DOUBT_MEMBER, /* a member at the top that is not known */
    SCAN_DOUBT_VALUE,  /* one that is, with a value that is not */
    SCAN_DOUBT_TWICE, /* a member comes twice: readers differ in which counts */
    SCAN_DOUBT_TOOL,  /* a type of tool */
    SCAN_DOUBT_EDIT,  /* a type of context edit */
    SCAN_DOUBT_MODEL, /* nobody has a price for it: for its user to find out */
    SCAN_DOUBT_CONTENT, /* a type of content, which brings tools of its own */
};

#define SCAN_DOUBT_NAME_MAX 63
/* Of more files than so many nothing is told. */
#define SCAN_FILES_MAX 8

/* A member that is absent, that holds what was expected, or anything else. */
enum scan_fact { SCAN_ABSENT, SCAN_TOLD, SCAN_ODD };

/* The tool that is being read. */
struct scan_tool {
    bool is_server; /* Anthropic runs it */
    bool typed;     /* it has a type, */
    bool readable;  /* and a text for one */
    bool bounded;   /* by `uses` */
    bool used;      /* it has a max_uses */
    uint64_t uses;
};

/* The context edit that is being read. */
struct scan_edit {
    bool typed;
    bool readable;
};

struct scan_facts {
    enum scan_fact model_is; /* ODD: no text, empty, over SIFT_TEXT_MAX bytes,
                                with escapes of other than ASCII characters, or
                                a key or token */
    bool model_again; /* it is named more than once: readers may differ */
    enum scan_fact max_tokens_is; /* ODD: no plain count */
    bool stream;                  /* "stream": true */
    bool caches;          /* a "cache_control" that is not null, anywhere */
    bool caches_1h;       /* a "ttl": "1h" anywhere */
    bool tools_unbounded; /* a server tool without max_uses */
    bool asks_speed;      /* a "speed" other than the standard */
    bool asks_geo;        /* an "inference_geo" other than "global" */
    bool has_servers;     /* MCP servers, which bring tools of their own */
    bool unmeasured;      /* content whose tokens the bytes of the body do not
                             bound: documents, references to tools */
    uint64_t max_tokens;  /* if TOLD; else 0 */
    uint64_t tool_uses;   /* the max_uses of server tools, added up */
    uint64_t images;      /* image blocks anywhere */
    uint64_t typed_tools; /* the client's own that Anthropic describes */
    enum scan_doubt doubt;
    bool tentative; /* the doubt goes if the value turns out to be harmless */
    char doubt_name[SCAN_DOUBT_NAME_MAX + 1]; /* the member or type, unescaped;
                         empty if nobody can read it */
    struct scan_tool tool;
    struct scan_edit edit;
    size_t file_count;
    uint64_t
        files[SCAN_FILES_MAX]; /* numbers (hash_number()) of each "file_id",
                                       anywhere */
    unsigned char tools_seen;  /* 2: twice, as the next two */
    unsigned char max_tokens_seen;
    unsigned char servers_seen;
    char model[SIFT_TEXT_MAX + 1]; /* unescaped, if TOLD; else empty */
    char session[SESSION_MAX + 1]; /* in metadata.user_id; or empty */
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

/* Its model has no price here. */
void scan_facts_doubt_model(struct scan_facts *facts);
/* Does nothing bound it: tools, servers, or a doubt? */
bool scan_facts_unbounded(const struct scan_facts *facts);
/* Forget what nothing bounds: as if nothing came of it. */
void scan_facts_bound(struct scan_facts *facts);
