// SPDX-License-Identifier: MIT
/* Whose account it is. */
#include "app/account_profile.h"

#include <string.h>

#include "app/account_call.h"
#include "app/first_message.h"
#include "app/terminal.h"

const char *account_profile_check(int argc, char **argv)
{
    return (argc == 2 || (argc == 3 && strcmp(argv[2], "--json") == 0))
               ? NULL
               : "account profile needs a name, and takes --json";
}

int account_profile_run(struct remote *remote, int argc, char **argv)
{
    const struct account_call about = { ACCOUNT_CALL_ADMIN, str_of(argv[1]),
                                        "/profile" };
    struct remote_call call = { .method = "GET" };
    struct err err;
    int status = 0;

    if (!account_call(remote, &about, &call, &err))
        status = terminal_fail(&err);
    else if (argc == 3)
        terminal_print(call.answer);
    else
        first_message_print_profile(call.answer);
    json_doc_free(call.answer);
    return status;
}
