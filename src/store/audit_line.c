// SPDX-License-Identifier: MIT
/* What changed, for the line of the log. */
#include "store/audit_line.h"

#include "base/text.h"

#define CUT "\xe2\x80\xa6" /* an ellipsis */
/* Behind the last member there is room for what says that it is not. */
#define CUT_MEMBER ",\"" CUT "\":\"" CUT "\""

struct line {
    struct buf *out;
    size_t end;
    bool begun;
    bool cut;
};

static bool write_text(struct str text, struct buf *out)
{
    size_t len = 0;
    size_t letter = 1;

    while (len < text.len && letter > 0) {
        letter = text_utf8_len(str_from(text, len));
        if (len + letter > AUDIT_LINE_TEXT_MAX)
            break;
        len += letter;
    }
    buf_add(out, STR("\""));
    text_json_escape(out, str_sub(text, 0, len));
    buf_add(out, len < text.len ? STR(CUT "\"") : STR("\""));
    return true;
}

static bool write_value(const struct json_doc *value, struct buf *out)
{
    struct str text;

    return json_doc_as_str(value, &text) ? write_text(text, out)
                                         : json_doc_write(value, false, out);
}

static size_t room_of(const struct line *line)
{
    return line->end - line->out->len;
}

/* "name":value, if there is room for it. */
static bool add(struct line *line, struct str name, struct str value)
{
    struct buf escaped;
    bool fits;

    buf_init(&escaped, 8 * name.len + 1);
    text_json_escape(&escaped, name);
    fits = escaped.len + value.len + 4 <= room_of(line);
    if (fits) {
        buf_add(line->out, line->begun ? STR(",\"") : STR("\""));
        buf_add(line->out, buf_str(&escaped));
        buf_add(line->out, STR("\":"));
        buf_add(line->out, value);
        line->begun = true;
    }
    buf_done(&escaped);
    return fits;
}

static bool add_member(void *arg, struct str name, struct json_doc *value)
{
    struct line *line = arg;
    struct buf json;
    bool fits;

    buf_init(&json, (size_t)8 * AUDIT_LINE_MAX);
    fits = write_value(value, &json) && add(line, name, buf_str(&json));
    line->cut = !fits && !add(line, name, STR("\"" CUT "\""));
    buf_done(&json);
    return !line->cut;
}

void audit_line_write(const struct json_doc *doc, struct buf *out)
{
    struct line line = {
        .out = out, .end = out->len + AUDIT_LINE_MAX - sizeof(CUT_MEMBER "}")
    };

    buf_add(out, STR("{"));
    (void)json_doc_each(doc, add_member, &line);
    line.end += sizeof(CUT_MEMBER);
    if (line.cut)
        (void)add(&line, STR(CUT), STR("\"" CUT "\""));
    buf_add(out, STR("}"));
}
