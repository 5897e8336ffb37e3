// SPDX-License-Identifier: MIT
/* The table of formats; the last takes what no other knows. */
#include "import/formats.h"

#include "base/reason.h"

#include <stdio.h>

#define PLACE_MAX 96

const struct import_format *const import_formats[] = {
    &import_crs,         &import_sub2api, &import_cliproxyapi,
    &import_claude_code, &import_seed,    NULL,
};

const struct import_format *import_format_named(struct str name)
{
    for (size_t i = 0; import_formats[i]; i++) {
        if (str_eq(name, str_of(import_formats[i]->name)))
            return import_formats[i];
    }
    return NULL;
}

const struct import_format *import_format_of(const struct json_doc *doc,
                                             struct err *err)
{
    for (size_t i = 0; import_formats[i]; i++) {
        if (import_formats[i]->is(doc))
            return import_formats[i];
    }
    REASON_SET(err, IMPORT_UNRECOGNISED);
    return NULL;
}

bool import_is_json(struct str file)
{
    return file.len > 5 && str_eq(str_from(file, file.len - 5), STR(".json"));
}

bool import_too_many(struct err *err)
{
    return REASON_SET(err, IMPORT_OVER_MAX, IMPORT_MAX);
}

struct import_candidate *import_add_item(const struct import_source *source,
                                         const struct json_doc *item,
                                         const char *list, size_t index)
{
    struct import_candidate *candidate;
    char place[PLACE_MAX];
    struct str name;

    (void)snprintf(place, sizeof(place), "%.64s[%zu]", list, index);
    if (!json_doc_get_str(item, "name", &name) || name.len == 0)
        name = str_of(place);
    candidate = import_list_add(source->list, name);
    if (candidate && !json_doc_is_object(item))
        IMPORT_SAY(import_refuse, candidate, IMPORT_MEMBER_NOT_OBJECT, "",
                   place);
    return candidate;
}
