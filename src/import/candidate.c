// SPDX-License-Identifier: MIT
/* The list of candidates. */
#include "import/candidate.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/reason_doc.h"
#include "base/text.h"

void import_list_init(struct import_list *list)
{
    *list = (struct import_list){ 0 };
}

void import_list_done(struct import_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        json_doc_free(list->at[i].doc);
        json_doc_free(list->at[i].hint_docs);
    }
    mem_free(list->at);
    import_list_init(list);
}

struct import_candidate *import_list_add(struct import_list *list,
                                         struct str there)
{
    struct import_candidate *candidate;

    if (list->count == IMPORT_MAX)
        return NULL;
    if (list->count == list->cap) {
        list->cap = list->cap > 0 ? 2 * list->cap : 16;
        list->at = mem_realloc(list->at, list->cap * sizeof(list->at[0]));
    }
    candidate = &list->at[list->count++];
    *candidate = (struct import_candidate){ .doc = json_doc_new_object() };
    text_copy(candidate->there, sizeof(candidate->there), there);
    return candidate;
}

void import_refuse(struct import_candidate *candidate, const struct err *why)
{
    if (!candidate->why_not.text[0])
        candidate->why_not = *why;
}

void import_is_foreign(struct import_candidate *candidate,
                       const struct err *whose)
{
    candidate->foreign = true;
    candidate->why_not = *whose;
}

/* What does not fit is cut. */
static void append(char *out, size_t size, const char *text)
{
    size_t len = strlen(out);

    (void)snprintf(out + len, size - len, "%s%s",
                   len > 0 && len + 10 < size ? "; " : "", text);
}

void import_hint(struct import_candidate *candidate, const struct err *what)
{
    append(candidate->hints, sizeof(candidate->hints), what->text);
    if (!candidate->hint_docs)
        candidate->hint_docs = json_doc_new_array();
    json_doc_add(candidate->hint_docs, reason_doc(what));
}
