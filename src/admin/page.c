// SPDX-License-Identifier: MIT
/* The page over HTTP. */
#include "admin/page.h"

#include <stdio.h>

#include "admin/page_files.h"
#include "admin/reply.h"
#include "base/reason.h"
#include "http/etag.h"
#include "http/response.h"

/* The page can reach credentials: it loads nothing foreign, runs nothing that stands
   in a document, is shown in nobody's frame, and is read by nobody else's page. */
#define GUARD                                                                       \
    "content-security-policy: default-src 'self'; base-uri 'none'; "                \
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'\r\n" REPLY_GUARD \
    "referrer-policy: no-referrer\r\n"                                              \
    "cross-origin-opener-policy: same-origin\r\n"
#define KEEP                                                                   \
    "cache-control: public, max-age=31536000, immutable\r\n"                   \
    "vary: accept-encoding\r\n"
#define ASK "cache-control: no-cache\r\nvary: accept, accept-encoding\r\n"

/* An entity tag stands for the bytes that go out: packed ones have their own. */
static const char *etag_for(const struct page_file *file, bool packed,
                            char out[ETAG_MAX])
{
    (void)snprintf(out, ETAG_MAX, "\"%s%s\"", file->tag, packed ? "-z" : "");
    return out;
}

static void send_unchanged(struct request *req, struct str fields)
{
    response_start(req, &(struct response_head){ .status = 304,
                                                 .reason = response_reason(304),
                                                 .fields = fields });
    response_end(req);
}

static void send_file(struct request *req, const struct page_file *file,
                      const char *caching)
{
    bool packed = file->packed_len > 0 && page_files_take_gzip(&req->headers);
    char etag[ETAG_MAX];
    struct str body = { (const char *)(packed ? file->packed : file->plain),
                        packed ? file->packed_len : file->plain_len };
    struct str fields =
        arena_printf(req->arena, GUARD "%setag: %s\r\n%s", caching,
                     etag_for(file, packed, etag),
                     packed ? "content-encoding: gzip\r\n" : "");

    if (etag_is_known(&req->headers, etag))
        send_unchanged(req, fields);
    else
        response_send(req, 200, str_of(file->type), fields, body);
}

static void refuse(struct request *req)
{
    struct err err;

    REASON_SET(&err, PAGE_FILE_GONE);
    reply_error(req, &err);
}

static bool wants_html(const struct request *req)
{
    const struct str *accept = headers_get(&req->headers, STR("accept"));

    return accept && str_contains(*accept, STR("text/html"));
}

static bool is_reading(const struct request *req)
{
    return str_eq(req->method, STR("GET")) || request_is_head(req);
}

bool page_handle(struct request *req)
{
    const struct page_file *file;

    if (!is_reading(req))
        return false;
    switch (page_files_find(req->path, wants_html(req), &file)) {
    case PAGE_NOT_HERE:
        return false;
    case PAGE_MOVED:
        response_send(req, 302, STR("text/plain"),
                      arena_printf(req->arena, GUARD ASK "location: %s\r\n",
                                   page_files_moved(req->path)),
                      STR_EMPTY);
        break;
    case PAGE_SHELL:
        send_file(req, file, ASK);
        break;
    case PAGE_ASSET:
        send_file(req, file, KEEP);
        break;
    case PAGE_GONE:
        refuse(req);
        break;
    }
    return true;
}
