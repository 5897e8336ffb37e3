// SPDX-License-Identifier: MIT
/* The files of the page, as they were embedded (script/embed-web, web/), and which of
   them a path means.  A path is compared, never opened: there is no file system here.
   Pure. */
#pragma once

#include "http/headers.h"

struct page_file {
    const char *name; /* below web/ */
    const char *type;
    const char *tag; /* of the bytes: hex digits */
    const unsigned char *plain;
    size_t plain_len;
    const unsigned char *packed; /* gzip */
    size_t packed_len;           /* 0: packing brings nothing */
};

/* What a path means to whoever loads pages. */
enum page_place {
    PAGE_NOT_HERE, /* it is not the page's */
    PAGE_MOVED,    /* page_files_moved() says where to */
    PAGE_SHELL,    /* a document: asked for again each time */
    PAGE_ASSET,    /* its name changes with its bytes: kept for ever */
    PAGE_GONE,     /* an asset that there is not, or not any more */
};

/* `file` is set for a shell and an asset.  Below /admin/ every path is the page's own
   if a document is wanted (`html`), but for /admin/api/. */
enum page_place page_files_find(struct str path, bool html,
                                const struct page_file **file);
/* Where what has moved is now. */
const char *page_files_moved(struct str path);

/* The nth one there is; NULL behind the last. */
const struct page_file *page_files_at(size_t n);

/* May an answer be packed with gzip, by Accept-Encoding (RFC 9110 section 12.5.3)? */
bool page_files_take_gzip(const struct headers *headers);
