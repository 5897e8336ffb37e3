// SPDX-License-Identifier: MIT
/* One row for each command: its method, its path, and the members that it takes. */
#include "app/account_care.h"

#include <stdio.h>
#include <string.h>

#include "account/account.h"
#include "app/account_call.h"
#include "app/gateway_arguments.h"
#include "app/invocation.h"
#include "app/terminal.h"

#define MEMBERS_MAX 7

enum form {
    TEXT,
    NUMBER,
    SWITCH, /* on or off */
    WORDS,  /* a text; "none" takes it away */
    LIST, /* texts between commas, also of several such options; "none" is none */
};

struct member {
    const char *option; /* without its -- */
    const char *name;   /* of the member */
    enum form form;
};

struct care {
    const char *word;
    const char *method;
    const char *prefix; /* of the path, in front of the name */
    const char *suffix;
    bool gateway; /* it takes the options of app/gateway_arguments.h too */
    struct member members[MEMBERS_MAX];
};

static const struct care cares[] = {
    { "pause",
      "POST",
      ACCOUNT_CALL_ADMIN,
      "/pause",
      false,
      { { "for", "for", TEXT },
        { "until", "until", TEXT },
        { "note", "note", TEXT } } },
    { "resume", "POST", ACCOUNT_CALL_ADMIN, "/resume", false, { { 0 } } },
    { "clear", "POST", ACCOUNT_CALL_ADMIN, "/clear", false, { { 0 } } },
    { "set",
      "PATCH",
      ACCOUNT_CALL_OAUTH,
      "",
      true,
      { { "priority", "priority", NUMBER },
        { "weight", "weight", NUMBER },
        { "concurrency", "concurrency", NUMBER },
        { "enabled", "enabled", SWITCH },
        { "pool", "pool", SWITCH },
        { "tag", "tags", LIST },
        { "note", "note", WORDS } } },
};

static const struct care *care_of(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(cares); i++) {
        if (strcmp(cares[i].word, word) == 0)
            return &cares[i];
    }
    return NULL;
}

bool account_care_is(const char *word)
{
    return care_of(word) != NULL;
}

/* ---- arguments ----------------------------------------------------------- */

/* "--for=2h", or "--for" and "2h"; NULL: it takes no such option. */
static const struct member *member_of(const struct care *care,
                                      struct str argument)
{
    struct str name = str_sub(argument, 2, str_index(argument, '=') - 2);

    for (size_t i = 0; str_starts(argument, STR("--")) && i < MEMBERS_MAX &&
                       care->members[i].option;
         i++) {
        if (str_eq(name, str_of(care->members[i].option)))
            return &care->members[i];
    }
    return NULL;
}

static void add_texts(struct json_doc *body, const char *member,
                      struct str texts)
{
    struct json_doc *list = json_doc_get(body, member);
    struct str text;

    if (!list) {
        json_doc_set(body, member, json_doc_new_array());
        list = json_doc_get(body, member);
    }
    if (str_eq(texts, STR("none")))
        return;
    while (str_next(&texts, ',', &text))
        json_doc_add(list, json_doc_new_str(str_trim(text)));
}

static bool set_value(struct json_doc *body, const struct member *member,
                      struct str value)
{
    uint64_t number;

    switch (member->form) {
    case TEXT:
        json_doc_set_str(body, member->name, value);
        return true;
    case WORDS:
        json_doc_set(body, member->name,
                     str_eq(value, STR("none")) ? json_doc_new_null()
                                                : json_doc_new_str(value));
        return true;
    case NUMBER:
        if (!str_to_u64(value, UINT32_MAX, &number))
            return false;
        json_doc_set_u64(body, member->name, number);
        return true;
    case SWITCH:
        json_doc_set_bool(body, member->name, str_eq(value, STR("on")));
        return str_eq(value, STR("on")) || str_eq(value, STR("off"));
    case LIST:
        break;
    }
    add_texts(body, member->name, value);
    return true;
}

/* One of its own, or false.  `*at` is behind it. */
static bool fill_one(const struct care *care, int argc, char **argv, int *at,
                     struct json_doc *body)
{
    struct str argument = str_of(argv[(*at)++]);
    size_t equals = str_index(argument, '=');
    const struct member *member = member_of(care, argument);
    struct str value = STR_EMPTY;

    if (member && equals < argument.len)
        value = str_from(argument, equals + 1);
    else if (member && *at < argc)
        value = str_of(argv[(*at)++]);
    return value.len > 0 && set_value(body, member, value);
}

bool account_care_take_tags(int argc, char **argv, int *at,
                            struct json_doc *body)
{
    static const struct care tagging = { .members = {
                                             { "tag", "tags", LIST } } };

    return fill_one(&tagging, argc, argv, at, body);
}

/* False: an argument is none of its own, or lacks its value; `*problem` says which, if
   it is one of a gateway. */
static bool fill(const struct care *care, int argc, char **argv,
                 struct gateway_arguments *into, const char **problem)
{
    int at = 2;

    while (at < argc) {
        enum gateway_argument taken =
            care->gateway
                ? gateway_arguments_take(argc, argv, &at, into, problem)
                : GATEWAY_ARGUMENT_NONE;

        if (taken == GATEWAY_ARGUMENT_TAKEN)
            continue;
        if (taken == GATEWAY_ARGUMENT_WRONG)
            return false;
        *problem = NULL;
        if (!fill_one(care, argc, argv, &at, into->body))
            return false;
    }
    return true;
}

static bool asks(const struct gateway_arguments *arguments)
{
    return arguments->asks_key || arguments->asks_proxy;
}

const char *account_care_check(int argc, char **argv)
{
    const struct care *care = care_of(argv[0]);
    struct gateway_arguments into = { .body = json_doc_new_object() };
    const char *problem = NULL;
    bool fine = argc >= 2 && fill(care, argc, argv, &into, &problem);
    bool some = json_doc_count(into.body) > 0 || asks(&into);

    json_doc_free(into.body);
    if (!fine && problem)
        return problem;
    if (strcmp(argv[0], "pause") == 0)
        return fine && some ? NULL
                            : "account pause needs a name, and --for, such as "
                              "2h, or --until, a time; and takes --note";
    if (strcmp(argv[0], "set") == 0)
        return fine && some
                   ? NULL
                   : "account set needs a name, and --priority, "
                     "--weight or --concurrency with a number, --enabled or "
                     "--pool with on or off, --tag with tags between commas, or "
                     "none, --note with a text, or none, --url, --bearer, --map, --tls-ca or --proxy, or "
                     "--api-key -";
    return fine && argc == 2 ? NULL : "account resume and clear need a name";
}

/* ---- running ------------------------------------------------------------- */

static void print_state(const struct json_doc *account)
{
    struct str name = STR_EMPTY;
    struct str state = STR_EMPTY;
    struct str until = STR_EMPTY;
    struct str why = STR_EMPTY;
    struct str warning;

    (void)json_doc_get_str(account, "account", &name);
    (void)json_doc_get_str(account, "state", &state);
    (void)json_doc_get_str(account, "until", &until);
    (void)json_doc_get_str(account, "why", &why);
    invocation_print(stdout,
                     "Account \"" STR_FMT "\": " STR_FMT "%s" STR_FMT
                     "%s" STR_FMT "\n",
                     STR_ARG(name), STR_ARG(state),
                     until.len > 0 ? " until " : "", STR_ARG(until),
                     why.len > 0 ? ": " : "", STR_ARG(why));
    if (json_doc_get_str(account, "warning", &warning))
        invocation_print(stderr, "Warning: " STR_FMT ".\n", STR_ARG(warning));
}

static bool send_call(struct remote *remote, const struct care *care,
                      struct str name, struct remote_call *call,
                      struct err *err)
{
    const struct account_call about = { care->prefix, name, care->suffix };

    call->method = care->method;
    return account_call(remote, &about, call, err);
}

/* Nobody types a secret of an account that is not there. */
static bool ask(struct remote *remote, const struct gateway_arguments *into,
                struct str name, struct err *err)
{
    static const struct care look = { .method = "GET",
                                      .prefix = ACCOUNT_CALL_OAUTH,
                                      .suffix = "/status" };
    struct remote_call call = { .body = NULL };
    bool there;

    if (!asks(into))
        return true;
    there = send_call(remote, &look, name, &call, err);
    json_doc_free(call.answer);
    if (!there)
        return false;
    remote_rest(remote);
    return gateway_arguments_ask(into, err);
}

int account_care_run(struct remote *remote, int argc, char **argv)
{
    const struct care *care = care_of(argv[0]);
    struct gateway_arguments into = { .body = json_doc_new_object() };
    struct remote_call call = { .body = into.body };
    struct str name = str_of(argv[1]);
    const char *problem;
    struct err err;
    bool ok;

    (void)fill(care, argc, argv, &into, &problem); /* it was checked */
    ok = account_name_check(name, ERR_NOT_FOUND, &err) &&
         ask(remote, &into, name, &err);
    if (json_doc_count(into.body) == 0)
        call.body = NULL;
    ok = ok && send_call(remote, care, name, &call, &err);
    if (ok)
        print_state(call.answer);
    json_doc_free(call.answer);
    json_doc_free(into.body);
    return ok ? 0 : terminal_fail(&err);
}
