// SPDX-License-Identifier: MIT
/* The running program. */
#include "app/app.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "admin/gateway_members.h"
#include "admin/me_turns.h"
#include "app/banner.h"
#include "app/capacity.h"
#include "app/control.h"
#include "app/data_folder.h"
#include "app/ending.h"
#include "app/looks.h"
#include "app/place.h"
#include "app/running.h"
#include "app/self_call.h"
#include "app/worker.h"
#include "base/cidr.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/text.h"
#include "base/trim.h"
#include "crypto/seal.h"
#include "net/peers.h"
#include "notify/notifier.h"
#include "relay/request_log.h"
#include "relay/unpriced.h"
#include "store/filelock.h"
#include "usage/series.h"
#include "usage/tally_share.h"

struct app {
    const struct config *config;
    const struct invocation *invocation;
    struct place place;
    int ended_by; /* the first signal, or 0 */
    struct data_folder *folder;
    struct control *control;
    struct admin_token admin_token;
    struct admin_token scraper;
    struct seal *cursors;   /* of holders of keys */
    struct me_turns *turns; /* likewise */
    struct failures *failures;
    struct sessions *sessions;
    struct caller_sources callers;
    struct admin_facts facts;
    struct peers *peers;
    struct unpriced *unpriced;
    struct series *series;
    struct notifier *notifier;
    struct looks looks;
    struct seats seats; /* of all workers */
    struct request_ids ids;
    struct capacity capacity;
    struct worker **workers;
    size_t worker_count;
    atomic_bool nothing_more; /* is sent by any worker */
    int running;              /* what running_announce() gave */
    int ending;               /* what ending_begin() gave */
};

/* ---- workers ------------------------------------------------------------ */

/* As many open files as MAX_CONNECTIONS needs, or as there can be. */
static rlim_t raise_file_limit(uint64_t need)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return need;
    limit.rlim_cur = need < limit.rlim_max ? need : limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

static bool find_capacity(struct app *app, struct err *err)
{
    const struct config *config = app->config;
    rlim_t files = raise_file_limit(capacity_need(config));

    if (!capacity_of(config, files, &app->capacity, err))
        return false;
    if (app->capacity.seats.max < config->max_connections)
        log_line(LOG_WARN,
                 "the system allows %llu open files: at most %zu connections "
                 "are served at once, not MAX_CONNECTIONS=%llu, which needs "
                 "%llu: raise the limit (ulimit -n, LimitNOFILE=)",
                 (unsigned long long)files, app->capacity.seats.max,
                 (unsigned long long)config->max_connections,
                 (unsigned long long)capacity_need(config));
    return true;
}

/* Each loop's own `loop` is added to them. */
static struct admin_options admin_options_of(struct app *app)
{
    return (struct admin_options){ .config = app->config,
                                   .callers = &app->callers,
                                   .store = app->place.store,
                                   .records = app->place.records,
                                   .accounts = app->place.accounts,
                                   .keys = app->place.keys,
                                   .audit = app->place.audit,
                                   .ledger = app->place.ledger,
                                   .zone = app->place.zone,
                                   .keeper = app->place.keeper,
                                   .prices = app->place.prices,
                                   .unpriced = app->unpriced,
                                   .series = app->series,
                                   .tls = app->place.tls,
                                   .proxy = app->place.proxy,
                                   .notifier = app->notifier,
                                   .notices = app->place.notices,
                                   .outgoing = app->place.outgoing,
                                   .running = app->looks.running,
                                   .attention = app->looks.attention,
                                   .main_loop = app->place.loop,
                                   .live = app->looks.live,
                                   .ids = &app->ids,
                                   .log = request_log,
                                   .cursors = app->cursors,
                                   .turns = app->turns,
                                   .facts = &app->facts };
}

static bool add_worker(struct app *app, uint16_t port, bool first,
                       struct err *err)
{
    const struct config *config = app->config;
    struct worker_options options = {
        .peers = app->peers,
        .server = { .listen = { .host = config->host.at,
                                .port = port,
                                .shared = !first,
                                .fd_max = app->capacity.fd_max },
                    .seats = app->capacity.seats,
                    .shared = &app->seats,
                    .ids = &app->ids,
                    .log = request_log,
                    .log_arg = &app->callers,
                    .outgoing = app->place.outgoing,
                    .strangers_close = true },
        .relay = { .config = config,
                   .callers = &app->callers,
                   .keys = app->place.keys,
                   .accounts = app->place.accounts,
                   .keeper = app->place.keeper,
                   .prices = app->place.prices,
                   .tls = app->place.tls,
                   .proxy = app->place.proxy,
                   .ledger = app->place.ledger,
                   .outgoing = app->place.outgoing,
                   .running = app->looks.running,
                   .ending = &app->nothing_more,
                   .unpriced = app->unpriced,
                   .fd_max = app->capacity.fd_max },
        .admin = admin_options_of(app),
    };
    struct worker *worker = worker_new(&options, err);

    if (!worker)
        return false;
    app->workers[app->worker_count++] = worker;
    return true;
}

static void find_peers(struct app *app)
{
    app->unpriced = unpriced_new();
    app->series = series_new(app->place.zone);
    app->peers = peers_new(NULL);
    if (peers_way(app->peers) == PEERS_PROC)
        log_line(LOG_INFO,
                 "who is at the other end of a connection is looked up in "
                 "/proc/self/net/tcp, which is slower (%s)",
                 peers_trouble(app->peers));
    if (peers_way(app->peers) == PEERS_NEITHER)
        log_line(LOG_WARN,
                 "the system does not say who is at the other end of a "
                 "connection, so nobody counts as this machine (%s); allow "
                 "AF_NETLINK sockets, or mount /proc",
                 peers_trouble(app->peers));
}

static void begin_notices(struct app *app)
{
    app->notifier = notifier_new(
        &(struct notifier_options){ .loop = app->place.loop,
                                    .config = app->config,
                                    .board = app->place.notices,
                                    .accounts = app->place.accounts,
                                    .ring = keys_ring(app->place.keys),
                                    .ledger = app->place.ledger,
                                    .tls = app->place.tls,
                                    .proxy = app->place.proxy,
                                    .outgoing = app->place.outgoing });
}

static void begin_looks(struct app *app)
{
    looks_begin(&app->looks, &(struct looks_options){ .place = &app->place,
                                                      .notifier = app->notifier,
                                                      .sessions = app->sessions,
                                                      .facts = &app->facts });
}

static bool add_workers(struct app *app, uint16_t port, struct err *err)
{
    size_t count = capacity_workers(app->config);

    find_peers(app);
    begin_notices(app);
    begin_looks(app);
    app->workers = mem_zalloc(count * sizeof(struct worker *));
    if (!add_worker(app, port, true, err))
        return false;
    for (size_t i = 1; i < count; i++) {
        if (!add_worker(app, worker_port(app->workers[0]), false, err))
            return false;
    }
    return true;
}

/* ---- what it knows of itself -------------------------------------------- */

static size_t in_flight(void *arg)
{
    const struct app *app = arg;
    size_t sum = 0;

    for (size_t i = 0; i < app->worker_count; i++)
        sum += worker_in_flight(app->workers[i]);
    return sum;
}

static void sum_up(void *arg, struct tally_share *sum)
{
    const struct app *app = arg;

    for (size_t i = 0; i < app->worker_count; i++)
        tally_share_sum(sum, worker_share(app->workers[i]));
}

static size_t keys_there_are(void *arg)
{
    const struct app *app = arg;

    return keyring_count(keys_ring(app->place.keys));
}

/* While no worker runs. */
static void know_itself(struct app *app)
{
    const char *hosts[DOORS_MAX];
    size_t count = worker_hosts(app->workers[0], hosts);

    app->facts = (struct admin_facts){ .started_ms = clock_steady_ms(),
                                       .port = worker_port(app->workers[0]),
                                       .started_wall_ms = clock_wall_ms(),
                                       .arg = app,
                                       .share = sum_up,
                                       .seats = &app->seats,
                                       .seats_max = app->capacity.seats.max,
                                       .in_flight = in_flight,
                                       .keys = keys_there_are };
    for (size_t i = 0; i < count && i < ADMIN_ADDRESSES_MAX; i++)
        admin_facts_add_address(&app->facts, hosts[i],
                                worker_port(app->workers[0]));
}

static bool is_itself(void *arg, const struct url *url)
{
    struct app *app = arg;
    const struct admin_options options = admin_options_of(app);

    return gateway_members_lead_here(&options, url);
}

/* ---- running ------------------------------------------------------------ */

static void caught(void *arg, int number)
{
    struct app *app = arg;

    if (app->ended_by) {
        place_say_again(&app->place, number);
        return;
    }
    app->ended_by = number;
    log_line(LOG_INFO, "%s: stopping", stop_signals_name(number));
    loop_stop(app->place.loop);
}

/* The first account that can be used, or why the first one cannot. */
struct finding {
    char name[ACCOUNT_NAME_MAX + 1];
    struct err trouble;
};

static void keep_first(void *arg, const struct account *account)
{
    struct finding *first = arg;
    struct err err;

    if (first->name[0])
        return;
    if (account_is_usable(account, clock_wall_ms(), &err))
        text_copy(first->name, sizeof(first->name), str_of(account->name));
    else if (!first->trouble.text[0])
        first->trouble = err;
}

/* It is a help, and the signals that end the relay wait behind it. */
#define BANNER_WAIT_MS 1000

static void print_banner(const struct app *app)
{
    char folder[4096];
    struct finding first = { .name = "" };
    struct banner banner = {
        .host = app->config->host.at,
        .port = worker_port(app->workers[0]),
        .accounts = accounts_count(app->place.accounts),
        .needs_key = caller_needs_key(&app->callers),
        .invocation = app->invocation,
        .folder = getcwd(folder, sizeof(folder)),
    };
    const char *hosts[DOORS_MAX];
    struct buf text;

    if (worker_hosts(app->workers[0], hosts) > 1)
        banner.also = hosts[1];
    accounts_each(app->place.accounts, keep_first, &first);
    banner.account = str_of(first.name);
    if (banner.accounts > 0 && !first.name[0])
        banner.trouble = first.trouble.text;
    buf_init(&text, BANNER_MAX);
    banner_add(&text, &banner);
    if (!out_within(STDOUT_FILENO, buf_str(&text), BANNER_WAIT_MS))
        log_line(LOG_WARN, "what to do next could not be printed: standard "
                           "output takes no more");
    buf_done(&text);
}

/* Of a block of all addresses. */
static void warn_of_trust(const struct cidr_list *trusted)
{
    for (size_t i = 0; i < trusted->count; i++) {
        char block[CIDR_TEXT_MAX];

        if (trusted->at[i].bits > 0)
            continue;
        cidr_format(&trusted->at[i], block);
        log_line(LOG_WARN,
                 "TRUSTED_PROXIES holds %s: whoever connects can say any "
                 "address, so that keys are bound to none, and wrong ones are "
                 "slowed down for none; name your proxies alone",
                 block);
    }
}

static bool tend_folder(struct app *app, struct err *err)
{
    app->failures = failures_new();
    app->sessions = sessions_new();
    app->callers =
        (struct caller_sources){ .config = app->config,
                                 .admin = &app->admin_token,
                                 .keyring = keys_ring(app->place.keys),
                                 .failures = app->failures,
                                 .sessions = app->sessions };
    app->cursors = seal_new_random();
    app->turns = me_turns_new();
    admin_token_scraper(&app->scraper, app->config->metrics_token);
    if (app->scraper.token)
        app->callers.scraper = &app->scraper;
    if (!admin_token_init(&app->admin_token, app->config->admin_token,
                          app->config->data_dir.at, err))
        return false;
    app->folder = data_folder_new(&app->place, err);
    return app->folder != NULL;
}

static bool prepare(struct app *app, uint16_t port, struct err *err)
{
    if (!place_open(&app->place, app->config, PLACE_SERVES, err) ||
        !find_capacity(app, err))
        return false;
    place_watch(&app->place, caught, app);
    warn_of_trust(&app->config->trusted);
    return tend_folder(app, err) && add_workers(app, port, err) &&
           self_call_check(app->config, worker_port(app->workers[0]), err);
}

/* Only a convenience: a relay that cannot write the file still serves. */
static void announce(struct app *app)
{
    unsigned port = worker_port(app->workers[0]);
    struct err err;

    app->running = running_announce(app->config, port, &err);
    if (app->running < 0)
        log_line(LOG_WARN,
                 "commands cannot tell with which settings this relay runs: %s",
                 err.text);
}

/* Once the workers' addresses are known, and before anybody is told that the relay
   runs. */
static void open_control(struct app *app)
{
    struct admin_options options = admin_options_of(app);

    options.loop = app->place.loop;
    app->control = control_new(&options);
}

/* Each worker that ends gives slots back, for which requests of the next one wait:
   these are told that the relay ends, instead of being sent and cut off. */
static void refuse_those_who_wait(struct app *app)
{
    atomic_store(&app->nothing_more, true);
    if (app->callers.keyring)
        keyring_call_waiting(app->callers.keyring);
}

static void run(struct app *app)
{
    know_itself(app);
    accounts_know_self(app->place.accounts, is_itself, app);
    for (size_t i = 0; i < app->worker_count; i++)
        worker_start(app->workers[i]);
    keeper_look(app->place.keeper);
    announce(app);
    open_control(app);
    print_banner(app);
    trim_after_start();
    while (!app->ended_by)
        loop_run(app->place.loop);
    app->ending = ending_begin(app->config->data_dir);
    refuse_those_who_wait(app);
    for (size_t i = 0; i < app->worker_count; i++)
        worker_stop(app->workers[i]);
}

static void release(struct app *app)
{
    control_free(app->control);
    looks_stop(&app->looks);
    notifier_free(app->notifier);
    data_folder_free(app->folder);
    place_finish(&app->place);
    filelock_release(app->ending);
    for (size_t i = 0; i < app->worker_count; i++)
        worker_free(app->workers[i]);
    mem_free(app->workers);
    peers_free(app->peers);
    unpriced_free(app->unpriced);
    series_unref(app->series);
    admin_token_done(&app->admin_token);
    admin_token_done(&app->scraper);
    seal_free(app->cursors);
    failures_free(app->failures);
    sessions_free(app->sessions);
    filelock_release(app->running);
    (void)place_close(&app->place, 0);
    me_turns_free(app->turns); /* with the last question */
    looks_done(&app->looks);
}

bool app_serve(const struct config *config, const struct invocation *invocation,
               uint16_t port, struct app_end *end, struct err *err)
{
    struct app app = {
        .config = config, .invocation = invocation, .running = -1, .ending = -1
    };
    bool ok;

    request_ids_init(&app.ids);
    ending_wait(config->data_dir, ENDING_WAIT_MS);
    ok = prepare(&app, port, err);
    if (ok)
        run(&app);
    release(&app);
    *end = (struct app_end){ .signal = app.ended_by, .lost = app.place.lost };
    return ok;
}
