// SPDX-License-Identifier: MIT
/* Answers of the management API. */
#include "admin/reply.h"

#include "base/buf.h"
#include "http/response.h"

#define BODY_MAX (4u * 1024 * 1024)
#define FIELDS_MAX 1024
#define FIELDS "cache-control: no-store\r\nx-content-type-options: nosniff\r\n"

static void send_doc(struct request *req, unsigned status,
                 const struct json_doc *doc, struct str more)
{
    struct buf fields;
    struct buf body;

    buf_init(&fields, FIELDS_MAX);
    buf_init_secret(&body, BODY_MAX);
    buf_add(&fields, STR(FIELDS));
    buf_add(&fields, more);
    if (!json_doc_write(doc, false, &body)) {
        buf_clear(&body);
        buf_add(&body, STR("{\"error\":\"the answer is not UTF-8\"}"));
        status = 500;
    }
    buf_add(&body, STR("\n"));
    response_send(req, status, STR("application/json"), buf_str(&fields),
                  buf_str(&body));
    buf_done(&fields);
    buf_done(&body);
}

void reply_doc(struct request *req, unsigned status, const struct json_doc *doc)
{
    send_doc(req, status, doc, STR_EMPTY);
}

static void send_error(struct request *req, const struct err *err,
                       struct str more)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "error", str_of(err->text));
    send_doc(req, err_status(err->code), doc, more);
    json_doc_free(doc);
}

void reply_error(struct request *req, const struct err *err)
{
    struct str more = STR_EMPTY;

    if (err->code == ERR_NOT_ALLOWED)
        more = STR("www-authenticate: Bearer\r\n");
    send_error(req, err, more);
}

void reply_error_allowing(struct request *req, const struct err *err,
                          struct str allow)
{
    send_error(req, err,
               arena_printf(req->arena, "allow: " STR_FMT "\r\n",
                            STR_ARG(allow)));
}
