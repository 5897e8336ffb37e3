// SPDX-License-Identifier: MIT
/* How notices are written. */
#include "notify/format.h"

#include <string.h>

#include "base/shown.h"
#include "base/text.h"
#include "base/token.h"

#define JSON_FIELDS STR("content-type: application/json; charset=utf-8\r\n")
/* A part of the URL that is as long may be a token. */
#define PART_SECRET_MIN 6
/* So many bytes of it are no accident. */
#define SHARED_MIN 5
#define WORDS_MAX 160

/* A document, or text beside fields of its own. */
struct row {
    const char *name;
    struct json_doc *(*doc)(const struct notify_url *to,
                            const struct format_notice *notice);
    /* Members of the answer: a number that is 0 (`ok` NULL), or a true one; and its
       words.  None: the status says it all. */
    const char *codes[2];
    const char *ok;
    const char *words;
    uint64_t apart_ms;
};

/* ---- texts --------------------------------------------------------------- */

/* All of them name the program: some services only take what holds a certain word. */
static void write_text(const struct format_notice *notice, struct buf *out)
{
    buf_printf(out, "claude-relay on %s: ", notice->moment.node);
    event_say(notice->event, notice->end, out);
    (void)!buf_append(out, STR(" "));
    event_say_next(notice->event, notice->end, out);
    while (out->len > 0 && buf_str(out).at[out->len - 1] == ' ')
        out->len--;
}

static void set_text(struct json_doc *doc, const char *member,
                     const struct format_notice *notice)
{
    struct buf text;

    buf_init(&text, FORMAT_BODY_MAX);
    write_text(notice, &text);
    json_doc_set_str(doc, member, buf_str(&text));
    buf_done(&text);
}

/* ---- documents ----------------------------------------------------------- */

static struct json_doc *plain(const struct notify_url *to,
                              const struct format_notice *notice)
{
    (void)to;
    return event_doc(notice->event, notice->end, &notice->moment);
}

/* Slack has marks of its own between < and >: whoever names a key calls nobody. */
static void escape_slack(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];

        if (c == '&')
            buf_add(out, STR("&amp;"));
        else if (c == '<' || c == '>')
            buf_add(out, c == '<' ? STR("&lt;") : STR("&gt;"));
        else
            buf_add(out, str_sub(text, i, 1));
    }
}

static void set_escaped(struct json_doc *doc,
                        const struct format_notice *notice,
                        void (*escape)(struct str text, struct buf *out))
{
    struct buf text;
    struct buf escaped;

    buf_init(&text, FORMAT_BODY_MAX);
    buf_init(&escaped, 5 * FORMAT_BODY_MAX);
    write_text(notice, &text);
    escape(buf_str(&text), &escaped);
    json_doc_set_str(doc, "text", buf_str(&escaped));
    buf_done(&escaped);
    buf_done(&text);
}

static struct json_doc *slack(const struct notify_url *to,
                              const struct format_notice *notice)
{
    struct json_doc *doc = json_doc_new_object();

    (void)to;
    set_escaped(doc, notice, escape_slack);
    return doc;
}

/* Feishu's marks are tags, <at user_id="all">, and how to write one that is none is told
   of no text: a '<' becomes one that begins none. */
static void escape_feishu(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '<')
            buf_add(out, STR("\xef\xbc\x9c")); /* U+FF1C */
        else
            buf_add(out, str_sub(text, i, 1));
    }
}

static struct json_doc *feishu(const struct notify_url *to,
                               const struct format_notice *notice)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *content = json_doc_new_object();

    (void)to;
    json_doc_set_str(doc, "msg_type", STR("text"));
    set_escaped(content, notice, escape_feishu);
    json_doc_set(doc, "content", content);
    return doc;
}

static struct json_doc *dingtalk(const struct notify_url *to,
                                 const struct format_notice *notice)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *text = json_doc_new_object();

    (void)to;
    json_doc_set_str(doc, "msgtype", STR("text"));
    set_text(text, "content", notice);
    json_doc_set(doc, "text", text);
    return doc;
}

static struct json_doc *telegram(const struct notify_url *to,
                                 const struct format_notice *notice)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "chat_id", to->chat);
    set_text(doc, "text", notice);
    return doc;
}

/* ---- the table ----------------------------------------------------------- */

/* Feishu says `code`, and `StatusCode` in older answers. */
static const struct row rows[NOTIFY_FORMATS] = {
    [NOTIFY_JSON] = { .name = "json", .doc = plain },
    [NOTIFY_SLACK] = { .name = "slack", .doc = slack, .apart_ms = 1000 },
    [NOTIFY_FEISHU] = { .name = "feishu",
                        .doc = feishu,
                        .codes = { "code", "StatusCode" },
                        .words = "msg",
                        .apart_ms = 1000 },
    [NOTIFY_DINGTALK] = { .name = "dingtalk",
                          .doc = dingtalk,
                          .codes = { "errcode" },
                          .words = "errmsg",
                          .apart_ms = 3000 },
    [NOTIFY_WECOM] = { .name = "wecom",
                       .doc = dingtalk,
                       .codes = { "errcode" },
                       .words = "errmsg",
                       .apart_ms = 3000 },
    [NOTIFY_TELEGRAM] = { .name = "telegram",
                          .doc = telegram,
                          .ok = "ok",
                          .words = "description",
                          .apart_ms = 3000 },
    [NOTIFY_NTFY] = { .name = "ntfy", .doc = NULL, .apart_ms = 1000 },
};

uint64_t format_apart_ms(enum notify_format format)
{
    return rows[format].apart_ms;
}

const char *format_name(enum notify_format format)
{
    return rows[format].name;
}

enum notify_format format_of(struct str name)
{
    for (size_t i = 0; i < NOTIFY_FORMATS; i++) {
        if (str_eq(name, str_of(rows[i].name)))
            return (enum notify_format)i;
    }
    return NOTIFY_FORMATS;
}

/* ---- writing ------------------------------------------------------------- */

static void write_ntfy(const struct format_notice *notice, struct buf *fields,
                       struct buf *body)
{
    buf_printf(fields,
               "content-type: text/plain; charset=utf-8\r\ntitle: "
               "claude-relay: %s%s\r\n",
               event_rows[notice->event->kind].title,
               notice->end == EVENT_HOLDS ? "" : ": over");
    write_text(notice, body);
}

void format_write(enum notify_format format, const struct notify_url *to,
                  const struct format_notice *notice, struct buf *fields,
                  struct buf *body)
{
    struct json_doc *doc;

    if (!rows[format].doc) {
        write_ntfy(notice, fields, body);
        return;
    }
    doc = rows[format].doc(to, notice);
    (void)!json_doc_write(doc, false, body);
    json_doc_free(doc);
    buf_add(fields, JSON_FIELDS);
}

/* ---- judging ------------------------------------------------------------- */

/* Of URLs as services give them: anybody knows these. */
static bool is_public(struct str part)
{
    static const char *const names[] = { "access_token",      "cgi-bin",
                                         "message_thread_id", "open-apis",
                                         "sendMessage",       "webhook" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_eq(part, str_of(names[i])))
            return true;
    }
    return false;
}

/* Spelt in one way: unescaped, a plus as the space that it may be, and lower case. */
static void fold(struct str text, struct buf *out)
{
    struct buf plain;

    buf_init(&plain, text.len);
    token_unescape(&plain, text);
    for (size_t i = 0; i < plain.len; i++) {
        char c = buf_str(&plain).at[i];

        if (c == '+')
            c = ' ';
        else if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        buf_add(out, (struct str){ &c, 1 });
    }
    buf_done(&plain);
}

/* Does the text (folded) have some of it, be it not all? */
static bool repeats(struct str text, struct str secret)
{
    struct buf folded;
    bool found = false;

    buf_init(&folded, secret.len);
    fold(secret, &folded);
    for (size_t i = 0; !found && i + SHARED_MIN <= folded.len; i++)
        found = str_contains(text, str_sub(buf_str(&folded), i, SHARED_MIN));
    buf_done(&folded);
    return found;
}

static bool is_between_parts(char c)
{
    return strchr("/?&=:", c) != NULL;
}

/* Does the text (folded) repeat what may be a token of the URL? */
static bool tells_of(struct str text, struct str target)
{
    size_t begin = 0;

    for (size_t i = 0; i <= target.len; i++) {
        struct str part = str_sub(target, begin, i - begin);

        if (i < target.len && !is_between_parts(target.at[i]))
            continue;
        if (part.len >= PART_SECRET_MIN && !is_public(part) &&
            repeats(text, part))
            return true;
        begin = i + 1;
    }
    return false;
}

static bool is_shown(const struct notify_url *to, struct str words)
{
    struct buf folded;
    bool shown;

    if (words.len == 0 || words.len > WORDS_MAX)
        return false;
    buf_init(&folded, words.len);
    fold(words, &folded);
    shown = !tells_of(buf_str(&folded), to->target) &&
            !repeats(buf_str(&folded), to->chat) &&
            (to->chat.len == 0 || !str_contains(words, to->chat));
    buf_done(&folded);
    return shown;
}

/* What the answer says of itself. */
struct said {
    const char *code_name; /* NULL: no code */
    uint64_t code;
    bool ok;
    struct str words;
};

static void read_answer(const struct row *row, const struct json_doc *doc,
                        struct said *said)
{
    for (size_t i = 0; i < COUNT_OF(row->codes) && row->codes[i]; i++) {
        if (!said->code_name &&
            json_doc_get_u64(doc, row->codes[i], &said->code))
            said->code_name = row->codes[i];
    }
    said->ok = said->code_name && said->code == 0;
    if (row->ok)
        (void)json_doc_get_bool(doc, row->ok, &said->ok);
    (void)json_doc_get_str(doc, row->words, &said->words);
}

static void refuse(const struct notify_url *to, unsigned status,
                   const struct said *said, struct err *err)
{
    char text[SHOWN_MAX];
    bool shows = is_shown(to, said->words);
    const char *words = shows ? shown_open(said->words, text) : "";

    if (said->code_name)
        err_set(err, ERR_BAD_RESPONSE, "it was answered %u, %s %llu%s%s",
                status, said->code_name, (unsigned long long)said->code,
                shows ? ": " : "", words);
    else
        err_set(err, ERR_BAD_RESPONSE, "it was answered %u%s%s", status,
                shows ? ": " : "", words);
}

static bool says_so(const struct row *row)
{
    return row->ok || row->codes[0];
}

bool format_judge(enum notify_format format, const struct notify_url *to,
                  unsigned status, struct str body, struct err *err)
{
    const struct row *row = &rows[format];
    struct said said = { .words = STR_EMPTY };
    struct json_doc *doc = NULL;
    struct err ignored;
    bool taken = status >= 200 && status < 300;

    if (says_so(row)) {
        doc = json_doc_parse(body, &ignored);
        read_answer(row, doc, &said);
        taken = taken && said.ok;
    }
    if (!taken)
        refuse(to, status, &said, err);
    json_doc_free(doc);
    return taken;
}
