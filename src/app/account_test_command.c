// SPDX-License-Identifier: MIT
/* `claude-relay account test NAME`. */
#include "app/account_test_command.h"

#include <stdio.h>
#include <string.h>

#include "app/account_call.h"
#include "app/invocation.h"
#include "app/terminal.h"
#include "app/way_print.h"
#include "base/visible.h"

#define ANSWER_MAX (1024u * 1024)
/* As much as a person reads. */
#define SHOWN_ANSWER_MAX 2000

/* ---- arguments ----------------------------------------------------------------- */

struct arguments {
    struct str model; /* or empty */
    bool json;
};

/* False: one is none of its own, or lacks its value. */
static bool parse(int argc, char **argv, struct arguments *arguments)
{
    struct str prefix = STR("--model=");

    *arguments = (struct arguments){ .model = STR_EMPTY };
    for (int i = 2; i < argc; i++) {
        struct str argument = str_of(argv[i]);

        if (str_eq(argument, STR("--json")))
            arguments->json = true;
        else if (str_starts(argument, prefix) && argument.len > prefix.len)
            arguments->model = str_from(argument, prefix.len);
        else if (str_eq(argument, STR("--model")) && i + 1 < argc)
            arguments->model = str_of(argv[++i]);
        else
            return false;
    }
    return true;
}

const char *account_test_command_check(int argc, char **argv)
{
    struct arguments arguments;

    return argc >= 2 && parse(argc, argv, &arguments)
               ? NULL
               : "account test needs a name, and takes --model with the name of "
                 "one, and --json";
}

/* ---- what came of it ------------------------------------------------------------ */

/* Of others: nothing in it moves the cursor. */
static void print_text(const char *head, struct str text, const char *end)
{
    struct buf out;

    buf_init(&out, text.len + 1);
    (void)visible_add(&out, text, ' ', SIZE_MAX);
    (void)printf("%s" STR_FMT "%s", head, STR_ARG(buf_str(&out)), end);
    buf_done(&out);
}

static void print_member(const struct json_doc *report, const char *head,
                         const char *member)
{
    struct str text;
    uint64_t number;

    if (json_doc_get_str(report, member, &text))
        print_text(head, text, "");
    else if (json_doc_get_u64(report, member, &number))
        (void)printf("%s%llu", head, (unsigned long long)number);
}

/* The beginning of what was answered: an object, or what was no JSON, as it is. */
static void print_answer(const struct json_doc *report)
{
    const struct json_doc *answer = json_doc_get(report, "answer");
    struct str text;
    struct buf whole;
    struct buf out;
    bool all;

    if (!answer || json_doc_is_null(answer))
        return;
    buf_init(&whole, ANSWER_MAX);
    buf_init(&out, SHOWN_ANSWER_MAX);
    if (!json_doc_as_str(answer, &text))
        text =
            json_doc_write(answer, false, &whole) ? buf_str(&whole) : STR_EMPTY;
    all = visible_add(&out, text, ' ', SHOWN_ANSWER_MAX);
    (void)printf("  " STR_FMT "%s\n", STR_ARG(buf_str(&out)), all ? "" : "...");
    buf_done(&out);
    buf_done(&whole);
}

static void print_what_came(const struct json_doc *report, bool ok)
{
    print_member(report, "Answered: HTTP ", "status");
    print_member(report, ", model ", ok ? "model_answered" : "model");
    print_member(report, ", tokens in ", "input_tokens");
    print_member(report, ", out ", "output_tokens");
    print_member(report, ", request id ", "request_id");
    (void)printf("\n");
    if (!ok)
        print_answer(report);
}

static void print_after(const struct json_doc *report)
{
    struct str next;

    print_member(report, "The account is ", "state");
    print_member(report, " until ", "until");
    print_member(report, ": ", "why");
    (void)printf("\n");
    if (json_doc_get_str(report, "next", &next))
        invocation_print(stdout, "Next: " STR_FMT ".\n", STR_ARG(next));
}

static int print_report(const struct json_doc *report)
{
    bool ok = false;
    uint64_t status;

    (void)json_doc_get_bool(report, "ok", &ok);
    way_print(report);
    if (json_doc_get_u64(report, "status", &status))
        print_what_came(report, ok);
    print_after(report);
    return ok ? 0 : 1;
}

/* ---- asking --------------------------------------------------------------------- */

int account_test_command_run(struct remote *remote, int argc, char **argv)
{
    struct json_doc *body = json_doc_new_object();
    struct remote_call call = { .method = "POST", .body = body };
    struct arguments arguments;
    struct err err;
    int status = 1;
    bool ok = false;

    (void)parse(argc, argv, &arguments);
    if (arguments.model.len > 0)
        json_doc_set_str(body, "model", arguments.model);
    if (!account_call(remote,
                      &(struct account_call){ ACCOUNT_CALL_ADMIN,
                                              str_of(argv[1]), "/test" },
                      &call, &err)) {
        (void)terminal_fail(&err);
    } else if (arguments.json) {
        terminal_print(call.answer);
        (void)json_doc_get_bool(call.answer, "ok", &ok);
        status = ok ? 0 : 1;
    } else {
        status = print_report(call.answer);
    }
    json_doc_free(call.answer);
    json_doc_free(body);
    return status;
}
