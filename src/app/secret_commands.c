// SPDX-License-Identifier: MIT
/* `claude-relay secret ...`: making RELAY_SECRET and changing it.  Secrets come from
   the terminal or standard input, never from the command line, which others can
   see. */
#include "app/secret_commands.h"

#include <stdio.h>
#include <string.h>

#include "app/command_audit.h"
#include "app/commands.h"
#include "app/folder_look.h"
#include "app/invocation.h"
#include "app/terminal.h"
#include "base/base64.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "store/embedded.h"

#define PLAIN "plain"

static int usage(const char *problem)
{
    (void)fprintf(stderr, "claude-relay: %s\n", problem);
    invocation_print_usage(stderr, STR(SECRET_COMMANDS_USAGE));
    (void)fprintf(stderr, "An empty line means no secret.\n");
    return 2;
}

/* ---- secret new --------------------------------------------------------- */

static int print_new(void)
{
    unsigned char key[SEAL_KEY_LEN];
    struct buf text;

    random_bytes(key, sizeof(key));
    buf_init_secret(&text, 2 * sizeof(key));
    base64_encode(&text, key, sizeof(key));
    (void)printf(STR_FMT "\n", STR_ARG(buf_str(&text)));
    invocation_print(stderr,
                     "Keep it safe, and set RELAY_SECRET to it in .env; if one "
                     "is set already, run `claude-relay secret rotate` "
                     "first.\n");
    buf_done(&text);
    mem_wipe(key, sizeof(key));
    return 0;
}

/* ---- secret rotate ------------------------------------------------------ */

/* A person who only pressed Enter may not have meant that. */
static bool confirm_plain(struct err *err)
{
    char line[TERMINAL_LINE_MAX];
    struct str word;

    if (!terminal_is_there())
        return true;
    if (terminal_ask(
            "No secret: tokens will be stored unencrypted.  Type \"" PLAIN
            "\" to go on: ",
            false, line, &word) &&
        str_eq(word, STR(PLAIN)))
        return true;
    return err_set(err, ERR_CONFIG, "nothing was changed");
}

/* `*next` stays NULL if there shall be no secret. */
static bool ask_next(struct seal **next, struct err *err)
{
    char line[TERMINAL_LINE_MAX];
    struct str secret;
    bool ok;

    if (!terminal_ask("New secret (not shown; empty for none): ", true, line,
                      &secret))
        return err_set(
            err, ERR_CONFIG,
            "no secret was entered: type it, or pipe it into standard "
            "input (an empty line for none)");
    if (secret.len > 0)
        *next = seal_new(secret, err);
    ok = secret.len > 0 ? *next != NULL : confirm_plain(err);
    mem_wipe(line, sizeof(line));
    return ok;
}

static void report(const char *folder, size_t count, bool sealed)
{
    (void)printf("Documents that were %s in %s: %zu\n",
                 sealed ? "sealed again" : "made plain", folder, count);
    if (sealed)
        (void)printf("Now set RELAY_SECRET to the new secret in .env, "
                     "before you start the relay.\n");
    else
        (void)printf(
            "Now remove RELAY_SECRET from .env and from the "
            "environment: with it, the next start seals them again.\n");
}

/* Neither of the secrets is any of it. */
static void note_rotated(const struct config *config, size_t count, bool sealed)
{
    struct json_doc *is = json_doc_new_object();

    json_doc_set_u64(is, "documents", count);
    json_doc_set_bool(is, "sealed", sealed);
    command_audit(config, &(struct command_act){ .action = "secret.rotate",
                                                 .target = STR_EMPTY,
                                                 .is = is });
}

static bool reseal(const struct config *config, const struct seal *now,
                   const struct seal *next, struct err *err)
{
    const char *folder = config->data_dir.at;
    size_t count;

    if (embedded_reseal(folder, now, next, &count, err)) {
        note_rotated(config, count, next != NULL);
        report(folder, count, next != NULL);
        return true;
    }
    if (count > 0)
        (void)err_wrap(err,
                       "%zu documents were changed; run it again with the same "
                       "new secret to finish",
                       count);
    return false;
}

static int rotate(const struct config *config)
{
    struct str secret = config->relay_secret;
    struct seal *now = NULL;
    struct seal *next = NULL;
    struct err err;
    bool ok;

    if (secret.len > 0)
        now = seal_new(secret, &err);
    ok = (secret.len == 0 || now) && folder_look(config, &err) &&
         ask_next(&next, &err) && reseal(config, now, next, &err);
    seal_free(now);
    seal_free(next);
    return ok ? 0 : terminal_fail(&err);
}

/* ---- choosing ----------------------------------------------------------- */

int secret_commands_run(int argc, char **argv, const struct config *config)
{
    const char *what = argc > 0 ? argv[0] : "";

    if (argc == 1 && strcmp(what, SECRET_COMMANDS_NEW) == 0)
        return print_new();
    if (argc == 1 && strcmp(what, "rotate") == 0)
        return rotate(config);
    if (argc > 1)
        return usage(
            "secret new and rotate take no arguments: others could see a "
            "secret on the command line");
    return usage("secret needs new or rotate");
}
