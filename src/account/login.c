// SPDX-License-Identifier: MIT
/* The end of a login: a code becomes tokens. */
#include "account/login.h"

#include "account/pending.h"
#include "account/token_call.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/text.h"

struct login {
    struct flow flow;
    struct keeper_wait *wait;
    struct arena *arena;
    const struct account_kind *kind; /* of the account */
    struct oauth_paste said;
    struct proxy *proxy; /* of the request or the pending login, or NULL */
    struct store_job *job;
    struct json_doc *pending;
    struct token_call *call;
    struct keeper_wait *adopting;
    struct json_doc *tokens;
    struct err err;
    bool spoilt; /* the refresh token that came cannot be one */
    bool failed;
};

static struct flow_next begin(struct flow *flow);
static struct flow_next check(struct flow *flow);
static struct flow_next look(struct flow *flow);
static struct flow_next judge(struct flow *flow);
static struct flow_next adopted(struct flow *flow);
static struct flow_next cleaned(struct flow *flow);

static struct login *login_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct login, flow);
}

static const struct keeper_options *options_of(const struct login *login)
{
    return &login->wait->keeper->options;
}

static void wake(void *arg)
{
    struct login *login = arg;

    flow_wake(&login->flow);
}

static struct flow_next fail(struct login *login)
{
    login->failed = true;
    return flow_finish();
}

static void start_job_on(struct login *login, enum store_op op, const char *key)
{
    store_job_free(login->job);
    login->job = store_start(options_of(login)->store, options_of(login)->loop,
                             &(struct store_request){ .op = op, .key = key },
                             wake, login);
}

/* On the pending login. */
static void start_job(struct login *login, enum store_op op)
{
    char key[PENDING_KEY_MAX];

    pending_key(login->said.state, key);
    start_job_on(login, op, key);
}

/* ---- READING ------------------------------------------------------------ */

static bool take_code(struct login *login)
{
    const struct json_doc *change = login->wait->change;
    struct str pasted = STR_EMPTY;

    login->said.state = STR_EMPTY;
    (void)json_doc_get_str(change, "authorization_code", &pasted);
    (void)json_doc_get_str(change, "state", &login->said.state);
    if (!oauth_parse_paste(login->arena, pasted, &login->said, &login->err))
        return false;
    return oauth_state_is_valid(login->said.state) ||
           REASON_SET(&login->err, LOGIN_STATE_MISSING);
}

static struct flow_next begin(struct flow *flow)
{
    struct login *login = login_of(flow);

    if (!take_code(login))
        return fail(login);
    start_job(login, STORE_OP_READ);
    return flow_sleep_then(check);
}

/* The name may be taken by an account of another kind. */
static bool check_name(struct login *login, struct account *account)
{
    bool fine = !account || account->kind == login->kind;

    return fine || REASON_SET(&login->err, LOGIN_NAME_HAS_KEY, account->name);
}

/* What this request says, before what the login began with, before what the
   account has. */
static bool take_proxy(struct login *login, const struct account *account)
{
    const struct json_doc *config =
        json_doc_get(login->wait->change, "proxy_config");

    if (!config || json_doc_is_null(config))
        config = json_doc_get(login->pending, "proxy_config");
    if (!config || json_doc_is_null(config)) {
        login->proxy = proxy_ref(account ? account->proxy : NULL);
        return true;
    }
    login->proxy = proxy_from_json(config, &login->err);
    login->err.code = ERR_BAD_REQUEST;
    return login->proxy != NULL;
}

static void exchange(struct login *login)
{
    const struct keeper_options *options = options_of(login);
    struct oauth_client client = oauth_client_of(options->config);
    struct oauth_exchange said = { .code = login->said.code,
                                   .state = login->said.state,
                                   .verifier = STR_EMPTY,
                                   .setup = pending_is_setup(login->pending) };
    struct buf body;

    (void)json_doc_get_str(login->pending, "code_verifier", &said.verifier);
    buf_init_secret(&body, RENEWAL_BODY_MAX);
    oauth_exchange_body(&client, &said, &body);
    login->call = token_call_start(
        &(struct token_call_options){
            .keeper = login->wait->keeper,
            .renewal = login->kind->renewal,
            .name = login->wait->name,
            .proxy = proxy_choose(options->proxy, login->proxy, NULL),
            .body = buf_str(&body) },
        wake, login);
    buf_done(&body);
}

static struct flow_next check(struct flow *flow)
{
    struct login *login = login_of(flow);
    struct account *account;
    char key[ACCOUNT_KEY_MAX];
    bool fine;

    if (!store_job_is_done(login->job))
        return flow_sleep_then(check);
    if (store_job_error(login->job)) {
        login->err = *store_job_error(login->job);
        return fail(login);
    }
    login->pending = store_job_take_doc(login->job);
    if (!login->pending || !pending_is_alive(login->pending, clock_wall_ms())) {
        REASON_SET(&login->err, LOGIN_STATE_UNKNOWN);
        return fail(login);
    }
    account =
        accounts_get(options_of(login)->accounts, str_of(login->wait->name));
    fine = check_name(login, account) && take_proxy(login, account);
    account_unref(account);
    if (!fine)
        return fail(login);
    account_key(login->kind, str_of(login->wait->name), key);
    start_job_on(login, STORE_OP_READ, key);
    return flow_sleep_then(look);
}

/* A code is good once: it is not spent for tokens that could not be saved, or would
   be used without the proxy that the document may name. */
static struct flow_next look(struct flow *flow)
{
    struct login *login = login_of(flow);
    const char *name = login->wait->name;
    char word[ACCOUNT_WORD_MAX];
    const struct err *err;

    if (!store_job_is_done(login->job))
        return flow_sleep_then(look);
    err = store_job_error(login->job);
    if (err) {
        err_set(&login->err, err->code,
                "the code was not used, since the tokens of account \"%s\" "
                "could not be saved: %s; mend the file, or remove the account "
                "with `claude-relay account remove %s`, and sign in with the "
                "same code",
                name, err->text, account_word(name, word));
        return fail(login);
    }
    json_doc_free(store_job_take_doc(login->job));
    exchange(login);
    return flow_sleep_then(judge);
}

/* ---- EXCHANGING --------------------------------------------------------- */

/* All that the login says of the account; what it does not say stays. */
static void complete_tokens(struct login *login)
{
    const struct json_doc *config =
        json_doc_get(login->wait->change, "proxy_config");
    char now[TEXT_TIME_MAX];

    /* A setup token has none; the old one belongs to another grant. */
    if (!json_doc_get(login->tokens, "refresh_token"))
        json_doc_set(login->tokens, "refresh_token", json_doc_new_null());
    text_format_time(clock_wall_ms(), now);
    json_doc_set_str(login->tokens, "signed_in_at", str_of(now));
    if (!config || json_doc_is_null(config))
        config = json_doc_get(login->pending, "proxy_config");
    if (config && !json_doc_is_null(config))
        json_doc_set(login->tokens, "proxy_config", json_doc_copy(config));
}

static bool take_answer(struct login *login)
{
    struct renewal_answer answer = token_call_take(login->call);

    token_call_free(login->call);
    login->call = NULL;
    login->tokens = answer.patch;
    login->spoilt = answer.spoilt;
    return answer.verdict == RENEWAL_GRANTED ||
           REASON_SET(&login->err, LOGIN_CODE_REFUSED, answer.err.text) ||
           err_as(&login->err, answer.verdict == RENEWAL_REFUSED
                                   ? ERR_OAUTH
                                   : answer.err.code);
}

static struct flow_next judge(struct flow *flow)
{
    struct login *login = login_of(flow);

    if (!token_call_is_done(login->call))
        return flow_sleep_then(judge);
    if (!take_answer(login))
        return fail(login);
    complete_tokens(login);
    login->adopting =
        keeper_ask(login->wait->keeper, options_of(login)->loop,
                   &(struct keeper_question){ .op = KEEPER_ADOPT,
                                              .name = str_of(login->wait->name),
                                              .kind = login->kind,
                                              .patient = true,
                                              .change = login->tokens },
                   wake, login);
    return flow_sleep_then(adopted);
}

/* ---- ADOPTING, CLEANING ------------------------------------------------- */

static struct flow_next adopted(struct flow *flow)
{
    struct login *login = login_of(flow);

    if (!keeper_wait_is_done(login->adopting))
        return flow_sleep_then(adopted);
    if (keeper_wait_error(login->adopting)) {
        login->err = *keeper_wait_error(login->adopting);
        return fail(login);
    }
    log_line(LOG_INFO, "account %s: signed in", login->wait->name);
    if (login->spoilt)
        log_line(LOG_WARN,
                 "account %s: the refresh token that came cannot be one (it "
                 "is too long, or has other characters than visible ASCII): "
                 "the account works until its access token expires",
                 login->wait->name);
    start_job(login, STORE_OP_DISCARD);
    return flow_sleep_then(cleaned);
}

/* One that cannot be removed expires: the provider takes no code twice. */
static struct flow_next cleaned(struct flow *flow)
{
    struct login *login = login_of(flow);

    return store_job_is_done(login->job) ? flow_finish()
                                         : flow_sleep_then(cleaned);
}

static void done(struct flow *flow)
{
    struct login *login = login_of(flow);
    struct keeper *keeper = login->wait->keeper;

    keeper_wait_end(login->wait, login->failed ? &login->err : NULL);
    keeper_wait_free(login->adopting);
    store_job_free(login->job);
    token_call_free(login->call);
    proxy_unref(login->proxy);
    json_doc_free(login->pending);
    json_doc_free(login->tokens);
    arena_free(login->arena);
    mem_free(login);
    keeper_end(keeper);
}

void login_start(struct keeper_wait *wait)
{
    struct login *login = MEM_NEW(struct login);

    login->wait = wait;
    login->kind = account_kind_signing_in();
    login->arena = arena_new();
    keeper_begin(wait->keeper);
    flow_init(&login->flow, begin, done);
    flow_wake(&login->flow);
}
