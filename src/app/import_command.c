// SPDX-License-Identifier: MIT
/* Importing accounts: read, planned, and made one by one like any new account. */
#include "app/import_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/account.h"
#include "admin/gateway_members.h"
#include "app/commands.h"
#include "app/folder_look.h"
#include "app/import_read.h"
#include "app/invocation.h"
#include "app/remote.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/shown.h"
#include "base/text.h"
#include "import/said.h"

#define PATH_SIZE 4096
#define SAID_MAX 8192
#define CLAUDE_CODE_FILE ".claude/.credentials.json"

struct arguments {
    bool dry_run;
    const char *from;
    const char *prefix;
    const char *path;
    const char *name;
};

struct import {
    const struct arguments *arguments;
    const struct config *config;
    struct remote *remote; /* NULL: a dry run on a folder that is not there */
    struct import_reading reading;
    struct import_list list;
    struct import_row *rows;
    struct import_tally tally;
};

/* ---- arguments -------------------------------------------------------------- */

/* "--from crs" and "--from=crs". */
static bool take_option(int argc, char **argv, int *i, const char *name,
                        const char **value)
{
    size_t len = strlen(name);

    if (strncmp(argv[*i], name, len) != 0)
        return false;
    if (argv[*i][len] == '=') {
        *value = argv[*i] + len + 1;
        return true;
    }
    if (argv[*i][len] != 0 || *i + 1 >= argc)
        return false;
    *value = argv[++*i];
    return true;
}

/* The argument that is not understood, or NULL. */
static const char *parse(int argc, char **argv, struct arguments *arguments)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--dry-run") == 0)
            arguments->dry_run = true;
        else if (take_option(argc, argv, &i, "--from", &arguments->from) ||
                 take_option(argc, argv, &i, "--prefix", &arguments->prefix))
            continue;
        else if ((argv[i][0] == '-' && argv[i][1]) || arguments->name)
            return argv[i];
        else if (arguments->path)
            arguments->name = argv[i];
        else
            arguments->path = argv[i];
    }
    return NULL;
}

static bool find_default(const struct import_format *format,
                         char path[PATH_SIZE], struct err *err)
{
    const char *home = getenv("HOME");

    if (format && format != &import_claude_code)
        return err_set(err, ERR_CONFIG,
                       "--from %s needs a FILE, a FOLDER or -, which is "
                       "standard input",
                       format->name);
    return (home && snprintf(path, PATH_SIZE, "%s/" CLAUDE_CODE_FILE, home) <
                        PATH_SIZE) ||
           err_set(err, ERR_CONFIG,
                   "HOME is not set: name the file or folder to import");
}

static const char *prefix_of(const struct arguments *arguments)
{
    return arguments->prefix ? arguments->prefix : "";
}

/* ---- reading ---------------------------------------------------------------- */

static bool read_all(struct import *import, struct err *err)
{
    const struct arguments *arguments = import->arguments;
    char path[PATH_SIZE];
    char text[SHOWN_MAX];

    import->reading.list = &import->list;
    import->reading.now_ms = clock_wall_ms();
    if (!import_ask_check(&(struct import_ask){ .name = arguments->name,
                                                .prefix =
                                                    prefix_of(arguments) },
                          err))
        return false;
    if (arguments->from) {
        import->reading.format = import_format_named(str_of(arguments->from));
        if (!import->reading.format)
            return err_set(err, ERR_CONFIG,
                           "--from \"%s\" is unknown: it is crs, sub2api, "
                           "cliproxyapi, claude-code or seed",
                           shown(str_of(arguments->from), text));
    }
    if (arguments->path)
        return import_read(&import->reading, arguments->path, err);
    if (!find_default(import->reading.format, path, err))
        return false;
    import->reading.format = &import_claude_code;
    return import_read(&import->reading, path, err);
}

/* ---- making ----------------------------------------------------------------- */

static bool ask(const struct import *import, struct str path,
                const struct import_candidate *candidate,
                const struct import_row *row, struct err *err)
{
    struct json_doc *body = json_doc_new_object();
    struct remote_call call = { .method = "POST", .path = path, .body = body };
    bool ok;

    json_doc_set_str(body, "name", str_of(row->name));
    json_doc_set_str(body, "kind", str_of(candidate->kind->name));
    json_doc_set(body, "document", json_doc_copy(candidate->doc));
    ok = remote_call(import->remote, &call, err);
    json_doc_free(call.answer);
    json_doc_free(body);
    return ok;
}

/* Without a folder there is nobody to ask: what an import would make first knows no more
   than its settings either. */
static bool try_alone(const struct import *import,
                      const struct import_candidate *candidate, struct err *err)
{
    const struct admin_options options = { .config = import->config };

    return gateway_members_check(&options, candidate->doc, err);
}

static bool make(const struct import *import,
                 const struct import_candidate *candidate,
                 const struct import_row *row, struct err *err)
{
    if (!import->remote)
        return try_alone(import, candidate, err);
    return ask(import,
               import->arguments->dry_run ? STR("/admin/api/accounts/check")
                                          : STR("/admin/api/accounts"),
               candidate, row, err);
}

static void carry_out(struct import *import,
                      const struct import_candidate *candidate,
                      struct import_row *row)
{
    struct buf said;
    struct err err;

    if (row->outcome == IMPORT_TAKE && !make(import, candidate, row, &err)) {
        row->outcome = IMPORT_REFUSED;
        row->why = err;
    }
    import_said_count(&import->tally, row);
    buf_init(&said, SAID_MAX);
    import_said_row(&said, candidate, row, import->arguments->dry_run);
    invocation_print(stdout, STR_FMT, STR_ARG(buf_str(&said)));
    buf_done(&said);
}

static void carry_out_all(struct import *import)
{
    struct buf said;

    for (size_t i = 0; i < import->list.count; i++)
        carry_out(import, &import->list.at[i], &import->rows[i]);
    buf_init(&said, SAID_MAX);
    import_said_end(&said, &import->tally, import->reading.format,
                    import->arguments->dry_run);
    invocation_print(stdout, STR_FMT, STR_ARG(buf_str(&said)));
    buf_done(&said);
}

/* ---- the command ------------------------------------------------------------ */

/* What there is; nothing, if there is no relay. */
static bool plan(struct import *import, struct err *err)
{
    struct remote_call call = { .method = "GET",
                                .path = STR("/admin/api/accounts") };
    const struct arguments *arguments = import->arguments;

    if (import->remote && !remote_call(import->remote, &call, err)) {
        json_doc_free(call.answer);
        return false;
    }
    import->rows =
        import_plan(&import->list,
                    &(struct import_ask){
                        .prefix = prefix_of(arguments),
                        .name = arguments->name,
                        .unnamed = import->reading.format->name,
                        .accounts = json_doc_get(call.answer, "accounts") },
                    err);
    json_doc_free(call.answer);
    return import->rows != NULL;
}

/* A dry run only asks, and makes no folder. */
static bool reach(struct import *import, struct err *err)
{
    const struct config *config = import->config;
    bool dry_run = import->arguments->dry_run;
    struct err none;

    if (dry_run && !folder_look(config, &none))
        return true;
    if (dry_run) {
        import->remote = remote_ask(config, true, err);
        return import->remote != NULL;
    }
    folder_look_say_new(config);
    import->remote = remote_open(config, err);
    if (import->remote)
        remote_say_where(import->remote);
    return import->remote != NULL;
}

/* Whoever did not say it learns it. */
static void say_format(const struct import *import)
{
    const struct import_format *format = import->reading.format;

    if (!import->arguments->from)
        (void)fprintf(stderr, "Read as --from %s (%s).\n", format->name,
                      format->from);
}

static int run(struct import *import)
{
    struct err err;
    int status = 1;

    if (read_all(import, &err) && reach(import, &err) && plan(import, &err)) {
        say_format(import);
        carry_out_all(import);
        status = import_said_status(&import->tally);
    } else {
        (void)terminal_fail(&err);
    }
    return import->remote ? remote_close(import->remote, status) : status;
}

int import_command_run(int argc, char **argv, const struct config *config)
{
    struct arguments arguments = { 0 };
    struct import import = { .arguments = &arguments, .config = config };
    const char *bad = parse(argc, argv, &arguments);
    int status;

    if (bad)
        return commands_usage_error("account import does not take", bad);
    import_list_init(&import.list);
    status = run(&import);
    mem_free(import.rows);
    import_list_done(&import.list);
    return status;
}
