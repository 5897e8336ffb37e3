// SPDX-License-Identifier: MIT
/* Importing accounts.  Nothing that exists is replaced, and what is read is left as
   it is. */
#include "app/import_command.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "account/kinds.h"
#include "app/commands.h"
#include "app/folder_look.h"
#include "app/invocation.h"
#include "app/remote.h"
#include "app/terminal.h"
#include "base/shown.h"
#include "base/text.h"
#include "store/jsonfile.h"

#define PATH_SIZE 4096
#define CLAUDE_CODE_FILE ".claude/.credentials.json"
#define CLAUDE_CODE_NAME "claude-code"

struct import {
    struct remote *remote;
    struct json_doc *known; /* the accounts there are */
    bool dry_run;
    unsigned taken;
    unsigned failed;
};

/* ---- one account -------------------------------------------------------- */

static void say(struct import *import, const char *name, const char *what)
{
    invocation_print(stdout, "%-24s %s\n", name, what);
    import->failed++;
}

static bool is_known(const struct import *import, struct str name)
{
    const struct json_doc *all = json_doc_get(import->known, "accounts");
    struct str known;

    for (size_t i = 0; i < json_doc_count(all); i++) {
        if (json_doc_as_str(json_doc_at(all, i), &known) && str_eq(known, name))
            return true;
    }
    return false;
}

static bool make(struct import *import, const struct account *account,
                 const struct json_doc *doc, struct err *err)
{
    struct json_doc *body = json_doc_new_object();
    struct remote_call call = { .method = "POST",
                                .path = STR("/admin/api/accounts"),
                                .body = body };
    bool ok;

    json_doc_set_str(body, "name", str_of(account->name));
    json_doc_set_str(body, "kind", str_of(account->kind->name));
    json_doc_set(body, "document", json_doc_copy(doc));
    ok = remote_call(import->remote, &call, err);
    json_doc_free(call.answer);
    json_doc_free(body);
    return ok;
}

static void save(struct import *import, const struct account *account,
                 const struct json_doc *doc)
{
    struct err err;

    if (!import->dry_run && !make(import, account, doc, &err)) {
        say(import, account->name, err.text);
        return;
    }
    (void)printf("%-24s %-8s %s\n", account->name, account->kind->name,
                 import->dry_run ? "would be imported" : "imported");
    import->taken++;
}

static void take(struct import *import, const struct account_kind *kind,
                 struct str name, const struct json_doc *doc)
{
    struct account *account = account_from_doc(kind, name, doc);

    if (account->problem[0])
        say(import, account->name, account->problem);
    else if (is_known(import, name))
        say(import, account->name, "exists already: left as it is");
    else
        save(import, account, doc);
    account_unref(account);
}

static struct json_doc *parse_file(const char *path, struct err *err)
{
    struct json_doc *doc = NULL;
    struct buf text;

    buf_init_secret(&text, JSONFILE_MAX);
    if (jsonfile_read(path, &text, err))
        doc = json_doc_parse(buf_str(&text), err);
    buf_done(&text);
    return doc;
}

/* ---- a data folder ------------------------------------------------------ */

static void take_file(struct import *import, const char *folder,
                      const char *file)
{
    struct str key = str_of(file);
    const struct account_kind *kind;
    char path[PATH_SIZE];
    struct json_doc *doc;
    struct str name;
    struct err err;

    if (key.len < 5 || !str_eq(str_from(key, key.len - 5), STR(".json")))
        return;
    kind = account_of_key(str_sub(key, 0, key.len - 5), &name);
    if (!kind ||
        snprintf(path, sizeof(path), "%s/%s", folder, file) >= PATH_SIZE)
        return;
    doc = parse_file(path, &err);
    if (doc)
        take(import, kind, name, doc);
    else
        say(import, file, err.text);
    json_doc_free(doc);
}

static bool take_folder(struct import *import, const char *folder,
                        struct err *err)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    if (!dir)
        return err_errno(err, "open the folder %s", folder);
    for (entry = readdir(dir); entry; entry = readdir(dir))
        take_file(import, folder, entry->d_name);
    (void)closedir(dir);
    return true;
}

/* ---- Claude Code's file ------------------------------------------------- */

static void copy_text(const struct json_doc *from, const char *theirs,
                      struct json_doc *to, const char *ours)
{
    struct str text;

    if (json_doc_get_str(from, theirs, &text))
        json_doc_set_str(to, ours, text);
}

/* {"claudeAiOauth":{"accessToken","refreshToken","expiresAt"(ms),"scopes"}} */
static struct json_doc *convert(const struct json_doc *theirs)
{
    const struct json_doc *login = json_doc_get(theirs, "claudeAiOauth");
    const struct json_doc *scopes = json_doc_get(login, "scopes");
    struct json_doc *ours = json_doc_new_object();
    char until[TEXT_TIME_MAX];
    uint64_t expires_ms;

    copy_text(login, "accessToken", ours, "access_token");
    copy_text(login, "refreshToken", ours, "refresh_token");
    if (json_doc_get_u64(login, "expiresAt", &expires_ms)) {
        text_format_time(expires_ms, until);
        json_doc_set_str(ours, "expires_at", str_of(until));
    }
    if (scopes)
        json_doc_set(ours, "scopes", json_doc_copy(scopes));
    return ours;
}

static bool take_login(struct import *import, const char *path,
                       const char *name, struct err *err)
{
    struct json_doc *theirs = parse_file(path, err);
    struct json_doc *ours;

    if (!theirs)
        return err_wrap(err, "%s", path);
    ours = convert(theirs);
    take(import, &account_kind_oauth, str_of(name), ours);
    json_doc_free(ours);
    json_doc_free(theirs);
    if (import->taken > 0)
        (void)printf("A refresh token works once: from its next refresh on, "
                     "this login belongs to the relay, and Claude Code asks to "
                     "sign in again unless it goes through the relay.\n");
    return true;
}

/* ---- the command -------------------------------------------------------- */

struct arguments {
    bool dry_run;
    const char *from;
    const char *name;
};

/* The argument that is not understood, or NULL. */
static const char *parse(int argc, char **argv, struct arguments *arguments)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--dry-run") == 0)
            arguments->dry_run = true;
        else if (argv[i][0] == '-' || arguments->name)
            return argv[i];
        else if (arguments->from)
            arguments->name = argv[i];
        else
            arguments->from = argv[i];
    }
    return NULL;
}

static bool find_default(char path[PATH_SIZE], struct err *err)
{
    const char *home = getenv("HOME");

    return (home && snprintf(path, PATH_SIZE, "%s/" CLAUDE_CODE_FILE, home) <
                        PATH_SIZE) ||
           err_set(err, ERR_CONFIG,
                   "HOME is not set: name the file or folder to import");
}

static bool import_all(struct import *import, const struct arguments *arguments,
                       struct err *err)
{
    const char *name = arguments->name ? arguments->name : CLAUDE_CODE_NAME;
    char path[PATH_SIZE];
    char text[SHOWN_MAX];
    struct stat info;

    if (!account_name_may_be_made(str_of(name)))
        return err_set(
            err, ERR_CONFIG,
            "\"%s\" is not a valid account name: use " ACCOUNT_NAME_NEW,
            shown(str_of(name), text));
    if (!arguments->from && !find_default(path, err))
        return false;
    if (arguments->from)
        (void)snprintf(path, sizeof(path), "%s", arguments->from);
    if (stat(path, &info) != 0)
        return err_errno(err, "look at %s", shown(str_of(path), text));
    return S_ISDIR(info.st_mode) ? take_folder(import, path, err)
                                 : take_login(import, path, name, err);
}

static bool ask_known(struct import *import, struct err *err)
{
    struct remote_call call = { .method = "GET",
                                .path = STR("/oauth/accounts") };
    bool ok = remote_call(import->remote, &call, err);

    import->known = call.answer;
    return ok;
}

int import_command_run(int argc, char **argv, const struct config *config)
{
    struct arguments arguments = { 0 };
    struct import import = { 0 };
    const char *bad = parse(argc, argv, &arguments);
    struct err err;
    int status;
    bool ok;

    if (bad)
        return commands_usage_error("account import does not take", bad);
    import.dry_run = arguments.dry_run;
    folder_look_say_new(config);
    import.remote = remote_open(config, &err);
    if (!import.remote)
        return terminal_fail(&err);
    remote_say_where(import.remote);
    ok = ask_known(&import, &err) && import_all(&import, &arguments, &err);
    json_doc_free(import.known);
    status = remote_close(import.remote, import.taken > 0 ? 0 : 1);
    if (!ok)
        return terminal_fail(&err);
    (void)printf("%u %s, %u left out.\n", import.taken,
                 import.dry_run ? "would be imported" : "imported",
                 import.failed);
    return status;
}
