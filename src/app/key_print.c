// SPDX-License-Identifier: MIT
/* What commands print of keys and groups. */
#include "app/key_print.h"

#include <stdio.h>

#include "base/buf.h"

#define TEXT_MAX (16u * 1024 * 1024)

static struct str text_of(const struct json_doc *doc, const char *member,
                          struct str otherwise)
{
    (void)json_doc_get_str(doc, member, &otherwise);
    return otherwise;
}

static unsigned long long id_of(const struct json_doc *doc)
{
    uint64_t id = 0;

    (void)json_doc_get_u64(doc, "id", &id);
    return id;
}

static void write_doc(const struct json_doc *doc, bool indented)
{
    struct buf text;

    buf_init_secret(&text, TEXT_MAX);
    if (json_doc_write(doc, indented, &text))
        (void)printf(STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
}

void key_print_json(const struct json_doc *doc)
{
    write_doc(doc, true);
    (void)printf("\n");
}

void key_print_new(const struct json_doc *doc, struct str base_url)
{
    struct str key = text_of(doc, "key", STR_EMPTY);
    struct str name = text_of(doc, "name", STR_EMPTY);

    (void)printf("The key of \"" STR_FMT "\" (id %llu), shown this once:\n\n"
                 "  " STR_FMT "\n\n"
                 "For Claude Code on this machine:\n"
                 "  export ANTHROPIC_BASE_URL=" STR_FMT
                 " ANTHROPIC_AUTH_TOKEN=" STR_FMT "\n",
                 STR_ARG(name), id_of(doc), STR_ARG(key), STR_ARG(base_url),
                 STR_ARG(key));
}

void key_print_line(const struct json_doc *doc)
{
    struct str name = text_of(doc, "name", STR_EMPTY);
    struct str state = text_of(doc, "state", STR_EMPTY);
    struct str prefix = text_of(doc, "prefix", STR_EMPTY);
    struct str last = text_of(doc, "last4", STR_EMPTY);
    struct str group = text_of(doc, "group", STR("-"));
    struct str owner = text_of(doc, "owner", STR("-"));
    struct str used = text_of(doc, "last_used_at", STR("never used"));

    (void)printf("%6llu  %-24.*s %-9.*s " STR_FMT "..." STR_FMT
                 "  %-16.*s %-16.*s " STR_FMT "\n",
                 id_of(doc), STR_ARG(name), STR_ARG(state), STR_ARG(prefix),
                 STR_ARG(last), STR_ARG(group), STR_ARG(owner), STR_ARG(used));
}

void key_print_group_line(const struct json_doc *doc)
{
    struct str name = text_of(doc, "name", STR_EMPTY);

    (void)printf("%6llu  %-24.*s ", id_of(doc), STR_ARG(name));
    write_doc(json_doc_get(doc, "limits"), false);
    (void)printf("\n");
}

/* ---- all of one ---------------------------------------------------------- */

static bool print_member(void *arg, struct str name, struct json_doc *value)
{
    struct str text;

    (void)arg;
    if (json_doc_is_null(value))
        return true;
    (void)printf("%-14.*s ", STR_ARG(name));
    if (json_doc_as_str(value, &text))
        (void)printf(STR_FMT, STR_ARG(text));
    else
        write_doc(value, false);
    (void)printf("\n");
    return true;
}

void key_print_all(const struct json_doc *doc)
{
    (void)json_doc_each((struct json_doc *)(uintptr_t)doc, print_member, NULL);
}
