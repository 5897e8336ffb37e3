// SPDX-License-Identifier: MIT
/* How notices are written for who reads them, and how that one says that it took them: a
   table with a row for each NOTIFY_FORMAT.  Pure. */
#pragma once

#include "config/notify_url.h"
#include "notify/event.h"

#define FORMAT_BODY_MAX 16384
#define FORMAT_FIELDS_MAX 512

struct format_notice {
    const struct event *event;
    enum event_end end;
    struct event_moment moment;
};

/* Append the body, and its header fields, each ended by CRLF.  `to` is where it goes. */
void format_write(enum notify_format format, const struct notify_url *to,
                  const struct format_notice *notice, struct buf *fields,
                  struct buf *body);

/* Did it take the notice?  False: err has the status, and the code and words of the
   answer, as far as they hold nothing of `to`.  Several services answer 200 and say in the
   body that they did not. */
bool format_judge(enum notify_format format, const struct notify_url *to,
                  unsigned status, struct str body, struct err *err) MUST_CHECK;

/* So long after one the next may follow: services refuse those who send much. */
uint64_t format_apart_ms(enum notify_format format);
/* "slack" */
const char *format_name(enum notify_format format);
/* NOTIFY_FORMATS if it is none. */
enum notify_format format_of(struct str name);
