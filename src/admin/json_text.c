// SPDX-License-Identifier: MIT
/* Members of JSON objects as text. */
#include "admin/json_text.h"

#include <inttypes.h>

#include "base/text.h"

void json_text_name(struct buf *out, const char *name)
{
    buf_printf(out,
               "%s\"%s\":", buf_str(out).at[out->len - 1] == '{' ? "" : ",",
               name);
}

void json_text_str(struct buf *out, const char *name, struct str text)
{
    json_text_name(out, name);
    if (text.len == 0) {
        buf_add(out, STR("null"));
        return;
    }
    buf_add(out, STR("\""));
    text_json_escape(out, text);
    buf_add(out, STR("\""));
}

void json_text_number(struct buf *out, const char *name, int64_t number)
{
    json_text_name(out, name);
    buf_printf(out, "%" PRId64, number);
}

void json_text_u64(struct buf *out, const char *name, uint64_t number)
{
    json_text_name(out, name);
    buf_add_u64(out, number);
}

void json_text_maybe(struct buf *out, const char *name, bool known,
                     uint64_t number)
{
    if (known)
        json_text_u64(out, name, number);
    else
        json_text_str(out, name, STR_EMPTY);
}

void json_text_bool(struct buf *out, const char *name, bool value)
{
    json_text_name(out, name);
    buf_add(out, value ? STR("true") : STR("false"));
}

void json_text_time(struct buf *out, const char *name, uint64_t ms)
{
    char time[TEXT_TIME_MAX];

    if (ms == 0) {
        json_text_str(out, name, STR_EMPTY);
        return;
    }
    text_format_time(ms, time);
    json_text_str(out, name, str_of(time));
}
