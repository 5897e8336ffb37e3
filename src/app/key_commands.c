// SPDX-License-Identifier: MIT
/* Relay keys and their groups, by the management API of the running relay, or of this
   process on the folder. */
#include "app/key_commands.h"

#include <stdio.h>
#include <string.h>

#include "app/banner.h"
#include "app/folder_look.h"
#include "app/invocation.h"
#include "app/key_arguments.h"
#include "app/key_print.h"
#include "app/key_show.h"
#include "app/key_table.h"
#include "app/remote.h"
#include "app/running.h"
#include "app/terminal.h"

#define PATH_LEN_MAX 65536
#define PAGE_MAX "200"
#define KEYS "/admin/api/keys"
#define TAGS "/admin/api/tags"
#define GROUPS "/admin/api/groups"
#define CHANGING (KEY_OPTIONS_EDIT | KEY_OPTIONS_GROUP_EDIT)

/* What a command is about, and what comes of it. */
struct doing {
    const struct config *config;
    struct remote *remote;
    const struct row *row;
    const struct key_arguments *arguments;
};

struct row {
    const char *name;
    enum key_options options;
    const char *root;
    const char *method;
    const char *suffix; /* behind the name in the path; NULL: no name there */
    const char *done;   /* what to say: Key "a" DONE */
    int (*run)(const struct doing *doing);
};

static bool is_of_keys(const struct doing *doing)
{
    return strcmp(doing->row->root, KEYS) == 0;
}

/* ---- asking -------------------------------------------------------------- */

static bool call(const struct doing *doing, struct str path,
                 const struct json_doc *body, struct json_doc **answer,
                 struct err *err)
{
    struct remote_call call = { .method = doing->row->method,
                                .path = path,
                                .body = body };
    bool ok = remote_call(doing->remote, &call, err);

    if (ok)
        *answer = call.answer;
    else
        json_doc_free(call.answer);
    return ok;
}

/* With the members that were given; without any there is no body. */
static bool call_named(const struct doing *doing, struct json_doc **answer,
                       struct err *err)
{
    const struct row *row = doing->row;
    const struct json_doc *doc = doing->arguments->doc;
    struct buf path;
    bool ok;

    buf_init(&path, PATH_LEN_MAX);
    buf_add(&path, str_of(row->root));
    if (row->suffix) {
        remote_path(&path, "/",
                    str_sub(str_of(doing->arguments->name), 0, 500));
        buf_add(&path, str_of(row->suffix));
    }
    ok = call(doing, buf_str(&path), json_doc_count(doc) > 0 ? doc : NULL,
              answer, err);
    buf_done(&path);
    return ok;
}

/* ---- what comes of it ---------------------------------------------------- */

/* The relay may listen elsewhere than this command's own settings say. */
static void add_base_url(const struct config *config, struct buf *out)
{
    struct json_doc *running = running_find(config);
    uint64_t port = config->port;
    struct str host = config->host;
    struct banner banner;

    (void)json_doc_get_u64(running, "port", &port);
    (void)json_doc_get_str(running, "host", &host);
    banner = (struct banner){ .host = host.at, .port = (unsigned)port };
    banner_add_own_url(out, &banner);
    json_doc_free(running);
}

/* Whoever made the first key may not expect it. */
static void say_if_first(const struct doing *doing)
{
    struct remote_call call = { .method = "GET", .path = STR(KEYS "?limit=1") };
    uint64_t total = 0;
    struct err err;

    if (remote_call(doing->remote, &call, &err))
        (void)json_doc_get_u64(call.answer, "total", &total);
    json_doc_free(call.answer);
    if (total == 1)
        (void)printf("\nThis is the first key.  From now on everybody needs "
                     "one to use the relay, this machine too,\n"
                     "unless LOOPBACK_WITHOUT_KEY=on is set.\n");
}

/* What is hardly meant; with --json too, where the document has it as well. */
static void warn(const struct json_doc *answer)
{
    const struct json_doc *warnings = json_doc_get(answer, "warnings");
    struct str text;

    for (size_t i = 0; i < json_doc_count(warnings); i++) {
        if (json_doc_as_str(json_doc_at(warnings, i), &text))
            invocation_print(stderr, "Warning: " STR_FMT ".\n", STR_ARG(text));
    }
}

/* Of one that was created or rotated. */
static int show_new(const struct doing *doing)
{
    struct json_doc *answer;
    struct buf url;
    struct err err;

    if (!call_named(doing, &answer, &err))
        return terminal_fail(&err);
    buf_init(&url, PATH_LEN_MAX);
    add_base_url(doing->config, &url);
    if (doing->arguments->json)
        terminal_print(answer);
    else
        key_print_new(answer, buf_str(&url));
    if (!doing->arguments->json && !doing->row->suffix)
        say_if_first(doing);
    warn(answer);
    buf_done(&url);
    json_doc_free(answer);
    return 0;
}

static int show(const struct doing *doing)
{
    struct json_doc *answer;
    struct err err;

    if (!call_named(doing, &answer, &err))
        return terminal_fail(&err);
    if (doing->arguments->json)
        terminal_print(answer);
    else if (doing->row->done)
        (void)printf("%s \"%s\" %s.\n", is_of_keys(doing) ? "Key" : "Group",
                     doing->arguments->name, doing->row->done);
    else
        key_show(answer);
    warn(answer);
    json_doc_free(answer);
    return 0;
}

/* ---- lists --------------------------------------------------------------- */

static bool add_parameter(void *arg, struct str name, struct json_doc *value)
{
    struct buf *path = arg;
    struct str text = STR_EMPTY;

    (void)json_doc_as_str(value, &text);
    buf_add(path,
            str_index(buf_str(path), '?') < path->len ? STR("&") : STR("?"));
    buf_add(path, name);
    remote_path(path, "=", str_sub(text, 0, 500));
    return true;
}

static const char *list_member(const struct doing *doing)
{
    return is_of_keys(doing) ? "keys" : "groups";
}

/* What a list has come to. */
struct listing {
    struct json_doc *all; /* for --json */
    struct key_table table;
    size_t count;
};

static void take_list(const struct doing *doing, const struct json_doc *list,
                      struct listing *listing)
{
    size_t count = json_doc_count(list);

    listing->count += count;
    if (!doing->arguments->json && count > 0)
        key_table_print(&listing->table, list);
    for (size_t i = 0; doing->arguments->json && i < count; i++)
        json_doc_add(listing->all, json_doc_copy(json_doc_at(list, i)));
}

/* One page; `*query` then asks for the next, if there is one. */
static bool take_page(const struct doing *doing, struct json_doc *query,
                      struct listing *listing, bool *more, struct err *err)
{
    struct json_doc *page;
    struct str next;
    struct buf path;
    bool ok;

    buf_init(&path, PATH_LEN_MAX);
    buf_add(&path, str_of(doing->row->root));
    (void)json_doc_each(query, add_parameter, &path);
    ok = call(doing, buf_str(&path), NULL, &page, err);
    buf_done(&path);
    if (!ok)
        return false;
    take_list(doing, json_doc_get(page, list_member(doing)), listing);
    *more = json_doc_get_str(page, "next_cursor", &next);
    if (*more)
        json_doc_set_str(query, "cursor", next);
    json_doc_free(page);
    return true;
}

/* Nothing is no error, but should not look like one. */
static void say_none(const struct doing *doing)
{
    bool asked = json_doc_count(doing->arguments->doc) > 0;

    if (!is_of_keys(doing))
        invocation_print(stdout, "There are no groups yet: make one with "
                                 "`claude-relay key group create interns`.\n");
    else if (asked)
        (void)printf("No key matches.\n");
    else
        invocation_print(stdout, "There are no keys yet: make one with "
                                 "`claude-relay key create alice`.\n");
}

static int list(const struct doing *doing)
{
    struct json_doc *whole = json_doc_new_object();
    struct listing listing = { .all = json_doc_new_array() };
    struct json_doc *query = json_doc_copy(doing->arguments->doc);
    struct err err;
    bool more = true;
    bool ok = true;

    json_doc_set_str(query, "limit", STR(PAGE_MAX));
    if (is_of_keys(doing))
        key_table_begin_keys(&listing.table);
    else
        key_table_begin_groups(&listing.table);
    while (ok && more)
        ok = take_page(doing, query, &listing, &more, &err);
    json_doc_set(whole, list_member(doing), listing.all);
    if (ok && doing->arguments->json)
        terminal_print(whole);
    else if (ok && listing.count == 0)
        say_none(doing);
    key_table_done(&listing.table);
    json_doc_free(query);
    json_doc_free(whole);
    return ok ? 0 : terminal_fail(&err);
}

/* ---- tags ---------------------------------------------------------------- */

static void print_tags(const struct json_doc *tags)
{
    for (size_t i = 0; i < json_doc_count(tags); i++) {
        const struct json_doc *one = json_doc_at(tags, i);
        struct str tag = STR_EMPTY;
        uint64_t keys = 0;

        (void)json_doc_get_str(one, "tag", &tag);
        (void)json_doc_get_u64(one, "keys", &keys);
        (void)printf("%7llu  " STR_FMT "\n", (unsigned long long)keys,
                     STR_ARG(tag));
    }
}

static int list_tags(const struct doing *doing)
{
    struct json_doc *answer;
    struct err err;

    if (!call(doing, str_of(doing->row->root), NULL, &answer, &err))
        return terminal_fail(&err);
    if (doing->arguments->json)
        terminal_print(answer);
    else if (json_doc_count(json_doc_get(answer, "tags")) == 0)
        (void)printf("No key has a tag.\n");
    else
        print_tags(json_doc_get(answer, "tags"));
    json_doc_free(answer);
    return 0;
}

/* ---- the tables ---------------------------------------------------------- */

static const struct row keys[] = {
    { "create", KEY_OPTIONS_CREATE, KEYS, "POST", NULL, NULL, show_new },
    { "list", KEY_OPTIONS_LIST, KEYS, "GET", NULL, NULL, list },
    { "tags", KEY_OPTIONS_NONE, TAGS, "GET", NULL, NULL, list_tags },
    { "show", KEY_OPTIONS_NONE, KEYS, "GET", "", NULL, show },
    { "edit", KEY_OPTIONS_EDIT, KEYS, "PATCH", "", "changed", show },
    { "revoke", KEY_OPTIONS_NONE, KEYS, "DELETE", "", "revoked", show },
    { "restore", KEY_OPTIONS_NONE, KEYS, "POST", "/restore", "restored", show },
    { "purge", KEY_OPTIONS_NONE, KEYS, "DELETE", "?purge=true", "purged",
      show },
    { "rotate", KEY_OPTIONS_ROTATE, KEYS, "POST", "/rotate", NULL, show_new },
};

static const struct row groups[] = {
    { "create", KEY_OPTIONS_GROUP, GROUPS, "POST", NULL, "created", show },
    { "list", KEY_OPTIONS_NONE, GROUPS, "GET", NULL, NULL, list },
    { "show", KEY_OPTIONS_NONE, GROUPS, "GET", "", NULL, show },
    { "edit", KEY_OPTIONS_GROUP_EDIT, GROUPS, "PATCH", "", "changed", show },
    { "remove", KEY_OPTIONS_NONE, GROUPS, "DELETE", "", "removed", show },
};

/* ---- choosing ------------------------------------------------------------ */

static int usage(const char *problem)
{
    invocation_print(stderr, "claude-relay: %s\n", problem);
    invocation_print_usage(stderr, STR(KEY_COMMANDS_USAGE));
    return 2;
}

static const struct row *find(const struct row *rows, size_t count,
                              const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

static bool takes_name(const struct row *row)
{
    return row->run != list && row->run != list_tags;
}

static bool lacks_name(const struct row *row,
                       const struct key_arguments *arguments)
{
    return takes_name(row) && (!arguments->name || !*arguments->name);
}

/* A name that is made stands in the body; one that is there, in the path. */
static void name_new(const struct row *row, struct key_arguments *arguments)
{
    if (takes_name(row) && !row->suffix)
        json_doc_set_str(arguments->doc, "name", str_of(arguments->name));
}

/* Working on the folder itself, this process notes what it does, as the relay would;
   here that would be in the way of what is shown. */
static void log_less(const struct config *config)
{
    if (config->log_level == LOG_INFO)
        log_setup(LOG_WARN, (enum log_format)config->log_format);
}

static int run(const struct row *row, const struct key_arguments *arguments,
               const struct config *config)
{
    struct doing doing = { .config = config,
                           .row = row,
                           .arguments = arguments };
    struct err err;

    log_less(config);
    if (strcmp(row->name, "create") == 0)
        folder_look_say_new(config);
    else if (!folder_look(config, &err))
        return terminal_fail(&err);
    doing.remote = remote_open(config, &err);
    if (!doing.remote)
        return terminal_fail(&err);
    if (!arguments->json)
        remote_say_where(doing.remote);
    return remote_close(doing.remote, row->run(&doing));
}

int key_commands_run(int argc, char **argv, const struct config *config)
{
    bool grouped = argc > 0 && strcmp(argv[0], "group") == 0;
    int skip = grouped ? 2 : 1;
    const char *what = argc >= skip ? argv[skip - 1] : "";
    const struct row *row = grouped ? find(groups, COUNT_OF(groups), what)
                                    : find(keys, COUNT_OF(keys), what);
    struct key_arguments arguments;
    struct err err;
    int status;

    if (!row)
        return usage(grouped
                         ? "key group needs create, list, show, edit or "
                           "remove"
                         : "key needs create, list, tags, show, edit, revoke, "
                           "restore, purge, rotate or group");
    if (!key_arguments_parse(&arguments, argc - skip, argv + skip, row->options,
                             &err)) {
        status = usage(err.text);
    } else if (lacks_name(row, &arguments)) {
        status = usage("this needs the name of a key or of a group");
    } else if ((row->options & CHANGING) &&
               json_doc_count(arguments.doc) == 0) {
        status = usage("this needs something to change, such as "
                       "--limit rpm=60");
    } else if (!takes_name(row) && arguments.name) {
        status = usage("a list takes no name: key list has --search");
    } else {
        name_new(row, &arguments);
        status = run(row, &arguments, config);
    }
    key_arguments_done(&arguments);
    return status;
}
