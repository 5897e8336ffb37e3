// SPDX-License-Identifier: MIT
/* Accounts a, b, c, ... of which something is known, for candidates. */
#pragma once

#include "account/vitals.h"
#include "accounts.h"
#include "relay/candidates.h"
#include "team/key_scene.h"

#define NOW_MS 1795900000000u
#define HOUR_MS 3600000u
#define POOLED "{\"api_key\":\"sk-ant-api03-x\"}"
#define APART "{\"api_key\":\"sk-ant-api03-x\",\"pool\":false}"
#define PUT "{\"api_key\":\"sk-ant-api03-x\",\"pool\":true}"
#define PUT_OFF                                                                \
    "{\"api_key\":\"sk-ant-api03-x\",\"pool\":true,\"enabled\":false}"
#define OFF "{\"api_key\":\"sk-ant-api03-x\",\"enabled\":false}"
#define ONE_AT_ONCE "{\"api_key\":\"sk-ant-api03-x\",\"concurrency\":1}"

#define GLM                                                                    \
    "{\"api_key\":\"x\",\"base_url\":\"https://g.example\",\"model_map\":{"    \
    "\"claude-sonnet-5\":\"glm-5\"}}"

/* What is known of an account. */
enum known { FINE, PAUSED, SOON, SOFT, LOGIN, BLOCKED, FULL, HELD, OVER };

static void learn(struct vitals *vitals, unsigned status, const char *error,
                  uint64_t retry_after_ms)
{
    struct vitals_answer answer = { .status = status,
                                    .error = str_of(error),
                                    .renewable = true,
                                    .retry_after_ms = retry_after_ms,
                                    .now_ms = NOW_MS };

    (void)vitals_learn(vitals, &answer);
}

static void make_known(struct vitals *vitals, enum known known)
{
    switch (known) {
    case FINE:
        break;
    case PAUSED:
        learn(vitals, 429, "rate_limit_error: x", HOUR_MS);
        break;
    case SOON:
        learn(vitals, 429, "rate_limit_error: x", HOUR_MS / 6);
        break;
    case SOFT:
        learn(vitals, 429, "rate_limit_error: x", 0);
        break;
    case LOGIN:
        learn(vitals, 401, "authentication_error: invalid x-api-key", 0);
        break;
    case BLOCKED:
        learn(vitals, 400,
              "invalid_request_error: Your credit balance is too "
              "low to access the Anthropic API",
              0);
        break;
    case FULL:
        assert_true(vitals_enter(vitals, 1));
        break;
    case HELD:
        vitals_hold(vitals, NOW_MS + HOUR_MS / 2, STR("a CANARY"), NOW_MS);
        break;
    case OVER: /* what was learned is over, the operator's word is not */
        vitals_hold(vitals, NOW_MS + HOUR_MS / 2, STR("a CANARY"), NOW_MS);
        learn(vitals, 429, "rate_limit_error: x", 1);
        break;
    }
}

/* The accounts are a, b, c, ... */
struct given {
    const char *doc;
    enum known known;
};

#define LISTS(names) "{\"accounts\":[" names "]}"
#define POOL "{}"

static void fill(struct accounts *accounts, const struct given *given)
{
    char name[] = "a";

    for (size_t k = 0; k < 4 && given[k].doc; k++, name[0]++) {
        struct account *account;

        accounts_put(accounts,
                     unit_account(&account_kind_apikey, name, given[k].doc),
                     false);
        account = accounts_get(accounts, str_of(name));
        make_known(account->vitals, given[k].known);
        account_unref(account);
    }
}

/* The places that make_known() took. */
static void leave(struct accounts *accounts)
{
    struct account_list *list = accounts_list(accounts);

    for (size_t i = 0; i < list->count; i++) {
        if (vitals_in_flight(list->at[i]->vitals) > 0)
            vitals_leave(list->at[i]->vitals);
    }
    account_list_unref(list);
}
