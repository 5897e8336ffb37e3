// SPDX-License-Identifier: MIT
/* The list of candidates. */
#include "import/candidate.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"

void import_list_init(struct import_list *list)
{
    *list = (struct import_list){ 0 };
}

void import_list_done(struct import_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        json_doc_free(list->at[i].doc);
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

/* What does not fit is cut. */
__attribute__((format(printf, 3, 0))) static void append(char *out, size_t size,
                                                         const char *format,
                                                         va_list arguments)
{
    size_t len = strlen(out);

    if (len > 0 && len + 10 < size) {
        (void)snprintf(out + len, size - len, "; ");
        len += 2;
    }
    (void)vsnprintf(out + len, size - len, format, arguments);
}

void import_refuse(struct import_candidate *candidate, const char *format, ...)
{
    va_list arguments;

    if (candidate->why_not[0])
        return;
    va_start(arguments, format);
    append(candidate->why_not, sizeof(candidate->why_not), format, arguments);
    va_end(arguments);
}

void import_is_foreign(struct import_candidate *candidate, const char *format,
                       ...)
{
    va_list arguments;

    candidate->foreign = true;
    candidate->why_not[0] = 0;
    va_start(arguments, format);
    append(candidate->why_not, sizeof(candidate->why_not), format, arguments);
    va_end(arguments);
}

void import_hint(struct import_candidate *candidate, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    append(candidate->hints, sizeof(candidate->hints), format, arguments);
    va_end(arguments);
}
