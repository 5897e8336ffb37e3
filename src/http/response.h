// SPDX-License-Identifier: MIT
/* The answer to a request.

       NONE -> HEAD -> BODY -> ended
         \______\_______\____> aborted: the connection is closed where it stands,
                               so that a cut answer looks cut

   response_end() and response_abort() give the request back to the server: it
   must not be touched afterwards.  Loop thread only. */
#pragma once

#include "http/request.h"

enum response_framing {
    RESPONSE_LENGTH,  /* the head carries Content-Length, or there is no body */
    RESPONSE_CHUNKED, /* the writer brings chunk framing itself, byte for byte */
    RESPONSE_CLOSE,   /* the end of the connection ends the body */
};

struct response_head {
    unsigned status;
    struct str reason; /* may be empty */
    /* Complete header fields, each ended by CRLF.  Without `connection` and
       `transfer-encoding`, which the server adds. */
    struct str fields;
    enum response_framing framing;
};

/* The connection closes behind an answer that comes before the whole request
   body was read.
   Queue the head; it leaves with the first body bytes, with response_flush() or
   response_end(). */
void response_start(struct request *req, const struct response_head *head);
void response_write(struct request *req, struct str bytes);
void response_flush(struct request *req);
/* What is written from now on holds a secret: no copy of it stays in memory. */
void response_is_secret(struct request *req);
/* What was written so far leaves now, and not when the loop's turn ends. */
void response_push(struct request *req);
/* The same if nothing else is likely to leave in this turn (stream_hurry()). */
void response_hurry(struct request *req);
void response_end(struct request *req);
void response_abort(struct request *req);
/* As response_abort(), with a TCP reset: for bodies whose end is the end of the
   connection. */
void response_reset(struct request *req);

/* Close the connection behind this answer; before response_start(). */
void response_close_after(struct request *req);

/* Write bytes as they are, and do not count them: in front of or instead of a head
   (claude-sim's faults), framing, or a body that brings it along. */
void response_raw(struct request *req, struct str bytes);
/* So many bytes of the body are in what is written so. */
void response_count(struct request *req, size_t bytes);

/* The standard phrase for a status; empty for an unusual one. */
struct str response_reason(unsigned status);

bool response_started(const struct request *req);
/* How much of the body was written so far, without its framing. */
uint64_t response_bytes(const struct request *req);
/* Bytes waiting for a client that reads slowly. */
size_t response_queued(const struct request *req);

/* A whole small answer in one go: head, body, end.  `fields` are further header
   fields, each ended by CRLF; may be empty. */
void response_send(struct request *req, unsigned status,
                   struct str content_type, struct str fields, struct str body);
