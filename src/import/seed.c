// SPDX-License-Identifier: MIT
/* Files of this relay's own, older ones too: oauth_NAME.json and apikey_NAME.json.  They
   are taken over as they are, further members included; but which account serves first,
   and which one everybody, is decided here. */
#include "import/formats.h"

#include "account/kinds.h"
#include "base/reason.h"
#include "store/sealed.h"

static const struct account_kind *kind_of_file(struct str file,
                                               struct str *name)
{
    return import_is_json(file)
               ? account_of_key(str_sub(file, 0, file.len - 5), name)
               : NULL;
}

static bool takes(struct str file)
{
    struct str name;

    return kind_of_file(file, &name) != NULL;
}

/* A token or a key, whatever it is worth. */
static bool is(const struct json_doc *doc)
{
    return json_doc_get(doc, "access_token") ||
           json_doc_get(doc, "refresh_token") || json_doc_get(doc, "api_key");
}

/* Taken over as they are, sealed texts would be sealed once more. */
static void check_seal(struct import_candidate *candidate)
{
    struct err err;

    if (!sealed_open(NULL, "", candidate->doc, &err))
        IMPORT_SAY(import_refuse, candidate, IMPORT_SEALED);
}

/* What is no text says nothing. */
static void take_note(struct import_candidate *candidate,
                      const struct json_doc *doc)
{
    struct str note;

    json_doc_remove(candidate->doc, "note");
    if (json_doc_get_str(doc, "note", &note))
        import_note(candidate, (struct import_from){ doc, "" }, "note");
}

/* A person's sign-in serves no keys but those that name it. */
static void leave_others(struct import_candidate *candidate)
{
    bool pooled = false;

    (void)json_doc_get_bool(candidate->doc, "pool", &pooled);
    if (pooled) {
        json_doc_remove(candidate->doc, "pool");
        IMPORT_SAY(import_hint, candidate, IMPORT_POOL_LEFT);
    }
    if (json_doc_count(json_doc_get(candidate->doc, "tags")) == 0)
        return;
    json_doc_remove(candidate->doc, "tags");
    IMPORT_SAY(import_hint, candidate, IMPORT_TAGS_LEFT);
}

static void leave_choice(struct import_candidate *candidate)
{
    candidate->rank =
        import_rank(candidate, (struct import_from){ candidate->doc, "" },
                    "priority", 0);
    json_doc_remove(candidate->doc, "priority");
    if (candidate->rank != 0)
        IMPORT_SAY(import_hint, candidate, IMPORT_PRIORITY_AMONG,
                   (long long)candidate->rank);
    if (candidate->kind->personal)
        leave_others(candidate);
}

static bool read(const struct import_source *source, struct err *err)
{
    struct import_candidate *candidate;
    const struct account_kind *kind;
    struct str name = STR_EMPTY;

    if (!json_doc_is_object(source->doc))
        return REASON_SET(err, IMPORT_NOT_OBJECT);
    kind = kind_of_file(source->file, &name);
    if (!kind) {
        kind = json_doc_get(source->doc, "api_key") ? &account_kind_apikey
                                                    : &account_kind_oauth;
        name = source->file;
    }
    candidate = import_list_add(source->list, name);
    if (!candidate)
        return import_too_many(err);
    candidate->kind = kind;
    json_doc_free(candidate->doc);
    candidate->doc = json_doc_copy(source->doc);
    take_note(candidate, source->doc);
    check_seal(candidate);
    leave_choice(candidate);
    return true;
}

const struct import_format import_seed = {
    .name = "seed",
    .from = "the relay of those files",
    .files = "oauth_NAME.json or apikey_NAME.json",
    .takes = takes,
    .is = is,
    .read = read,
};
