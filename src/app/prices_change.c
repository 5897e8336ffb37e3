// SPDX-License-Identifier: MIT
/* Setting and removing prices. */
#include "app/prices_change.h"

#include <stdio.h>
#include <string.h>

#include "app/invocation.h"
#include "app/prices_command.h"
#include "app/remote.h"
#include "app/terminal.h"
#include "base/shown.h"
#include "usage/price.h"

#define PATH_LEN_MAX 1024

enum form {
    DOLLARS, /* of a million tokens: "3.75" */
    FACTOR,  /* a text, as the file has it */
    COUNT,
    WHEN,
};

static const struct {
    const char *option;
    const char *member;
    enum form form;
} options[] = {
    { "--input", "input", DOLLARS },
    { "--output", "output", DOLLARS },
    { "--cache-read", "cache_read", FACTOR },
    { "--cache-write-5m", "cache_write_5m", FACTOR },
    { "--cache-write-1h", "cache_write_1h", FACTOR },
    { "--web-search", "web_search", DOLLARS },
    { "--context-max", "context_max", COUNT },
    { "--output-max", "output_max", COUNT },
    { "--valid-from", "valid_from", WHEN },
};

/* ---- arguments ----------------------------------------------------------- */

static bool set_member(struct json_doc *row, size_t option, struct str value,
                       struct err *err)
{
    const char *member = options[option].member;
    uint64_t number;

    switch (options[option].form) {
    case DOLLARS:
        if (!price_millionths(value, &number) || number > INT64_MAX)
            return err_set(err, ERR_CONFIG,
                           "%s is in dollars, such as 3 or 3.75, with at most "
                           "six decimals",
                           options[option].option);
        json_doc_set_u64(row, member, number);
        return true;
    case COUNT:
        if (!str_to_u64(value, INT64_MAX, &number))
            return err_set(err, ERR_CONFIG, "%s must be a whole number",
                           options[option].option);
        json_doc_set_u64(row, member, number);
        return true;
    case FACTOR:
    case WHEN:
        break;
    }
    json_doc_set_str(row, member, value);
    return true;
}

/* "--input 3" or "--input=3"; moves `*i` over what it used. */
static bool take(struct json_doc *row, int argc, char **argv, int *i,
                 struct err *err)
{
    char text[SHOWN_MAX];

    for (size_t k = 0; k < COUNT_OF(options); k++) {
        size_t len = strlen(options[k].option);
        const char *argument = argv[*i];

        if (strncmp(argument, options[k].option, len) != 0)
            continue;
        if (argument[len] == '=')
            return set_member(row, k, str_of(argument + len + 1), err);
        if (argument[len] == '\0' && *i + 1 < argc)
            return set_member(row, k, str_of(argv[++*i]), err);
    }
    return err_set(err, ERR_CONFIG, "unknown or incomplete argument \"%s\"",
                   shown_argument(str_of(argv[*i]), text));
}

struct json_doc *prices_change_row(int argc, char **argv, struct err *err)
{
    struct json_doc *row = json_doc_new_object();
    bool ok = true;

    for (int i = 0; ok && i < argc; i++)
        ok = take(row, argc, argv, &i, err);
    if (ok && (!json_doc_get(row, "input") || !json_doc_get(row, "output")))
        ok = err_set(err, ERR_CONFIG,
                     "a price has --input and --output, in dollars a million "
                     "tokens");
    if (ok)
        return row;
    json_doc_free(row);
    return NULL;
}

static int complain(const char *problem)
{
    invocation_print(stderr, "claude-relay: %s\n", problem);
    invocation_print_usage(stderr, STR(PRICES_COMMAND_USAGE));
    return 2;
}

/* ---- calls --------------------------------------------------------------- */

static void print_version(const struct json_doc *answer)
{
    struct str version = STR_EMPTY;

    (void)json_doc_get_str(answer, "version", &version);
    (void)printf("Prices " STR_FMT " are in force.\n", STR_ARG(version));
}

static int call(struct remote *remote, const char *method, const char *model,
                const struct json_doc *row)
{
    struct remote_call call = { .method = method, .body = row };
    struct buf path;
    struct err err;
    int status = 0;

    buf_init(&path, PATH_LEN_MAX);
    remote_path(&path, "/admin/api/prices/", str_of(model));
    call.path = buf_str(&path);
    if (remote_call(remote, &call, &err))
        print_version(call.answer);
    else
        status = terminal_fail(&err);
    json_doc_free(call.answer);
    buf_done(&path);
    return status;
}

static int run(const struct config *config, const char *method,
               const char *model, const struct json_doc *row)
{
    struct err err;
    struct remote *remote = remote_open(config, &err);

    if (!remote)
        return terminal_fail(&err);
    remote_say_where(remote);
    return remote_close(remote, call(remote, method, model, row));
}

static bool is_model(const char *argument)
{
    return argument[0] != '\0' && argument[0] != '-' &&
           strlen(argument) <= PATH_LEN_MAX / 8;
}

int prices_change_set(int argc, char **argv, const struct config *config)
{
    struct json_doc *row;
    struct err err;
    int status;

    if (argc == 0 || !is_model(argv[0]))
        return complain("prices set takes a model, such as claude-sonnet-5, "
                        "and its prices");
    row = prices_change_row(argc - 1, argv + 1, &err);
    if (!row)
        return complain(err.text);
    status = run(config, "PUT", argv[0], row);
    json_doc_free(row);
    return status;
}

int prices_change_remove(int argc, char **argv, const struct config *config)
{
    if (argc != 1 || !is_model(argv[0]))
        return complain("prices remove takes one model");
    return run(config, "DELETE", argv[0], NULL);
}
