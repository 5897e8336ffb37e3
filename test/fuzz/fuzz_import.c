// SPDX-License-Identifier: MIT
/* Accounts that somebody brings: the first byte, a digit, chooses the format, the rest is the
   file.  What must hold: what is taken over has a name of its own that a new account may
   have, and its document is one, before it is written and when it is read again. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "import/formats.h"
#include "import/plan.h"

#define NOW_MS 1767225600000u
#define FORMATS 5
#define TEXT_MAX (64u * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_import.c:%d: does not hold: %s\n", line, claim);
    abort();
}

static void check_document(const struct import_candidate *candidate,
                           const char *name)
{
    struct account *account;
    struct json_doc *again;
    struct buf written;
    struct err err;

    buf_init_secret(&written, TEXT_MAX);
    MUST(json_doc_write(candidate->doc, true, &written));
    again = json_doc_parse(buf_str(&written), &err);
    MUST(again);
    account = account_from_doc(candidate->kind, str_of(name), again);
    MUST(!account->problem[0]);
    account_unref(account);
    json_doc_free(again);
    buf_done(&written);
}

static void check_rows(const struct import_list *list,
                       const struct import_row *rows)
{
    struct json_doc *names = json_doc_new_object();

    for (size_t i = 0; i < list->count; i++) {
        if (rows[i].outcome != IMPORT_TAKE) {
            MUST(rows[i].why.text[0]);
            continue;
        }
        MUST(account_name_may_be_made(str_of(rows[i].name)));
        MUST(!json_doc_get(names, rows[i].name));
        json_doc_set_bool(names, rows[i].name, true);
        check_document(&list->at[i], rows[i].name);
    }
    json_doc_free(names);
}

static void plan(struct import_list *list)
{
    struct import_ask ask = { .prefix = "", .unnamed = "x" };
    struct import_row *rows;
    struct err err;

    rows = import_plan(list, &ask, &err);
    MUST(rows);
    check_rows(list, rows);
    mem_free(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct import_list list;
    struct json_doc *doc;
    struct err err;

    if (size == 0)
        return 0;
    doc =
        json_doc_parse((struct str){ (const char *)data + 1, size - 1 }, &err);
    if (!doc)
        return 0;
    import_list_init(&list);
    (void)import_formats[(uint8_t)(data[0] - '0') % FORMATS]->read(
        &(struct import_source){ .file = STR("claude-a.json"),
                                 .doc = doc,
                                 .now_ms = NOW_MS,
                                 .list = &list },
        &err);
    plan(&list);
    import_list_done(&list);
    json_doc_free(doc);
    return 0;
}
