// SPDX-License-Identifier: MIT
/* What is said of the test of an account (admin/account_test.h): the way, step by step,
   what the provider answered, as it is, what that taught, and what to do next.  Never a
   token. */
#pragma once

#include "account/account.h"
#include "admin/row.h"
#include "http/headers.h"

struct probe;

/* The answer's members. */
extern const struct admin_member test_doc_members[];

/* Of an account, before anything was tried.  The caller's. */
struct json_doc *test_doc_new(const struct account *account);
/* One step more, which went well unless it is the last. */
void test_doc_add_step(struct json_doc *report, const char *step, bool ok,
                       uint64_t took_us);
/* The way, as a probe tried it; if that failed, the end.  One that leads back to this
   relay teaches the account. */
void test_doc_set_way(struct json_doc *report, const struct probe *probe,
                      const struct account *account, const char *route,
                      uint64_t now_ms);

struct test_answer {
    const struct account *account;
    struct str model; /* that was asked for */
    uint64_t took_us;
    uint64_t now_ms;           /* wall clock */
    const struct err *failure; /* none came; or NULL, and there are */
    unsigned status;           /* these */
    const struct headers *headers;
    struct str body;
};
/* Is that what a message is answered with? */
bool test_doc_is_message(const struct json_doc *doc);
#define TEST_DOC_ODD                                                           \
    "what was answered is no message: it does not look like Anthropic's API"
/* What the message came to: the account learns from it. */
void test_doc_set_answer(struct json_doc *report,
                         const struct test_answer *answer);

/* Of a list of models, as the API gives it, the first that is a cheap one, else the
   first; `usual` if there is none.  As long as both. */
struct str test_doc_cheap_model(const struct json_doc *list, struct str usual);
