// SPDX-License-Identifier: MIT
/* Questions about usage, and what works on them. */
#include "admin/usage_ask.h"

#include "admin/me_turns.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/reason.h"

static void end_turn(struct usage_ask *ask)
{
    me_ticket_end(ask->turn);
    ask->turn = NULL;
}

/* The turn of a client that has left ends here: what it asked was carried through. */
static void drop_ask(void *arg)
{
    struct usage_ask *ask = arg;

    end_turn(ask);
    ask_free(ask->asking);
    ask_answer_done(&ask->answer);
    ask_found_done(&ask->found);
    arena_free(ask->arena);
    mem_free(ask);
}

/* The job's goes with the job. */
void usage_asking_drop(void *state)
{
    struct usage_asking *asking = state;

    if (asking->ask && !asking->job)
        drop_ask(asking->ask);
    records_job_free(asking->job);
    asking->job = NULL;
    asking->ask = NULL;
}

struct usage_ask *usage_asking_new(struct admin_request *x)
{
    const struct admin_options *options = &x->admin->options;
    struct usage_asking *asking = x->state;
    struct usage_ask *ask;

    usage_asking_drop(asking);
    if (!options->records) {
        (void)REASON_SET(&x->err, NOTHING_BOOKED);
        return NULL;
    }
    if (asking->now_ms == 0)
        asking->now_ms = clock_wall_ms();
    ask = MEM_NEW(struct usage_ask);
    ask->arena = arena_new();
    ask->params = (struct usage_params){
        .arena = ask->arena,
        .query = arena_str(ask->arena, x->req->query),
        .zone = options->zone ? options->zone : zone_utc(),
        .now_ms = asking->now_ms,
    };
    asking->ask = ask;
    return ask;
}

void usage_asking_look_for_account(struct admin_request *x,
                                   struct ask_filter *filter)
{
    struct account *account = NULL;

    if (filter->account.len > 0)
        account = accounts_get(x->admin->options.accounts, filter->account);
    filter->account_is_there = account != NULL;
    account_unref(account);
}

void usage_asking_start(struct admin_request *x,
                        bool (*run)(struct sql *sql, void *arg,
                                    struct err *err))
{
    const struct admin_options *options = &x->admin->options;
    struct usage_asking *asking = x->state;

    asking->next = 0;
    asking->job = records_start(options->records, options->loop,
                                &(struct records_work){
                                    .run = run,
                                    .drop = drop_ask,
                                    .arg = asking->ask,
                                    .reads = true,
                                    .patience_ms = RECORDS_PATIENCE_MS },
                                admin_wake, x);
}

/* The job is done, and has let go of it. */
void usage_asking_go_on(struct admin_request *x,
                        bool (*run)(struct sql *sql, void *arg,
                                    struct err *err))
{
    struct usage_asking *asking = x->state;
    struct usage_ask *ask = MEM_NEW(struct usage_ask);

    *ask = *asking->ask;
    *asking->ask = (struct usage_ask){ .arena = NULL };
    records_job_free(asking->job);
    asking->ask = ask;
    usage_asking_start(x, run);
}

bool usage_asking_went_well(struct admin_request *x)
{
    struct usage_asking *asking = x->state;
    const struct err *err = records_job_error(asking->job);

    end_turn(asking->ask);
    if (err)
        x->err = *err;
    return !err;
}
