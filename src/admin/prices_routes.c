// SPDX-License-Identifier: MIT
/* Prices over HTTP.  The file is changed on the store's thread, and what came of it is
   in force when that is answered. */
#include "admin/prices_routes.h"

#include "admin/prices_doc.h"
#include "admin/request.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/shown.h"
#include "relay/unpriced.h"
#include "store/store.h"
#include "usage/model_shown.h"
#include "usage/price_edit.h"
#include "usage/price_file.h"

#define TAG "usage"
/* While another process is at the folder. */
#define AGAIN_MS 20
#define PATIENCE_MS 5000

/* ---- the table ----------------------------------------------------------- */

static void add_model(void *arg, struct str model)
{
    char text[SHOWN_MAX];

    json_doc_add(arg, json_doc_new_str(str_of(model_shown(model, text))));
}

static struct json_doc *file_doc(const struct admin_request *x)
{
    struct str folder = x->admin->options.config->data_dir;

    return json_doc_new_str(
        arena_printf(x->req->arena, STR_FMT "/" PRICE_FILE, STR_ARG(folder)));
}

static struct json_doc *table_doc(const struct admin_request *x)
{
    const struct admin *admin = x->admin;
    struct prices *prices = price_board_take(admin->prices);
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *unpriced = json_doc_new_array();
    char complaint[PRICE_COMPLAINT_MAX];
    bool wrong = price_board_complaint(admin->prices, complaint);

    unpriced_each(admin->options.unpriced, prices, add_model, unpriced);
    json_doc_set_str(doc, "version", str_of(prices_version(prices)));
    json_doc_set(doc, "file", file_doc(x));
    json_doc_set(doc, "problem",
                 wrong ? json_doc_new_str(str_of(complaint))
                       : json_doc_new_null());
    json_doc_set(doc, "models", prices_doc_rows(prices, clock_wall_ms()));
    json_doc_set(doc, "unpriced", unpriced);
    prices_unref(prices);
    return doc;
}

static struct flow_next list(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    return admin_reply(x, table_doc(x));
}

static const struct admin_member one_row[] = {
    { .type = ADMIN_OBJECT,
      .text = "a row",
      .members = prices_doc_row_members },
    ADMIN_END,
};
static const struct admin_member one_model[] = {
    { .type = ADMIN_TEXT, .text = "its name" },
    ADMIN_END,
};
static const struct admin_member table_members[] = {
    { "version", ADMIN_TEXT, ADMIN_REQUIRED, "of the table in force", NULL },
    { "file", ADMIN_TEXT, ADMIN_REQUIRED,
      "in which rows of one's own are, be it there or not", NULL },
    { "problem", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "why that file cannot be used; null: it can, or there is none", NULL },
    { "models", ADMIN_LIST, ADMIN_REQUIRED,
      "the rows, one's own first, each as the file would have it", one_row },
    { "unpriced", ADMIN_LIST, ADMIN_REQUIRED,
      "models used since the start that have no price", one_model },
    ADMIN_END,
};
const struct admin_endpoint prices_routes_list = {
    .first = list,
    .tag = TAG,
    .summary = "The prices in force",
    .answer = table_members,
};

/* ---- changing it --------------------------------------------------------- */

/* What the store's thread is given, and what it brings. */
struct editing {
    struct arena *arena; /* of texts */
    const char *folder;
    struct price_board *board;
    struct json_doc *row; /* NULL: it is removed */
    struct price_edit edit;
    struct price_edited edited;
    bool ok;
    struct err err;
};

/* A row's state. */
struct changing {
    struct store_job *job;
    struct editing *editing; /* the job's, once there is one */
    struct loop_timer *again;
    uint64_t deadline_ms; /* steady */
};

static void drop_editing(void *arg)
{
    struct editing *editing = arg;

    price_edited_done(&editing->edited);
    json_doc_free(editing->row);
    arena_free(editing->arena);
    mem_free(editing);
}

static void drop(void *state)
{
    struct changing *changing = state;

    store_job_free(changing->job);
    loop_timer_free(changing->again);
}

/* Shown here, so that tables come into force in the order in which they were written. */
static void edit_now(struct store_driver *driver, void *arg)
{
    struct editing *editing = arg;

    (void)driver;
    editing->ok = price_edit_file(editing->folder, &editing->edit,
                                  &editing->edited, &editing->err);
    if (!editing->ok)
        return;
    price_file_show(editing->board, editing->edited.prices
                                        ? prices_ref(editing->edited.prices)
                                        : NULL);
}

static struct editing *editing_new(const struct admin_request *x, bool removes)
{
    struct editing *editing = MEM_NEW(struct editing);

    editing->arena = arena_new();
    editing->folder =
        arena_str(editing->arena, x->admin->options.config->data_dir).at;
    editing->board = x->admin->prices;
    editing->row = removes ? NULL : json_doc_copy(x->body);
    editing->edit = (struct price_edit){
        .model = arena_str(editing->arena, x->match.at[0]),
        .row = editing->row,
        .now_ms = clock_wall_ms(),
    };
    price_edited_init(&editing->edited);
    return editing;
}

static struct flow_next edited(struct flow *flow);

static void start(struct admin_request *x, bool removes)
{
    const struct admin_options *options = &x->admin->options;
    struct changing *changing = x->state;

    store_job_free(changing->job);
    changing->editing = editing_new(x, removes);
    changing->job = store_call(options->store, options->loop,
                               &(struct store_work){ .run = edit_now,
                                                     .drop = drop_editing,
                                                     .arg = changing->editing },
                               admin_wake, x);
}

static struct flow_next start_again(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct changing *changing = x->state;

    start(x, !changing->editing->row);
    return flow_sleep_then(edited);
}

/* By somebody else who holds the folder for a moment. */
static bool is_busy(const struct changing *changing)
{
    return !changing->editing->ok && changing->editing->err.code == ERR_BUSY &&
           clock_steady_ms() < changing->deadline_ms;
}

static void note(struct admin_request *x, const struct editing *editing)
{
    const struct json_doc *before = editing->edited.before;

    if (json_doc_count(before) > 0)
        audit_before(x->audit, json_doc_copy(json_doc_at(before, 0)));
    if (editing->row)
        audit_after(x->audit, json_doc_copy(editing->row));
}

static struct flow_next edited(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct changing *changing = x->state;

    if (!store_job_is_done(changing->job))
        return flow_sleep_then(edited);
    if (is_busy(changing)) {
        loop_timer_set(changing->again, AGAIN_MS);
        return flow_sleep_then(start_again);
    }
    if (!changing->editing->ok) {
        x->err = changing->editing->err;
        return admin_refuse(x);
    }
    note(x, changing->editing);
    return admin_reply(x, table_doc(x));
}

static struct flow_next begin(struct admin_request *x, bool removes)
{
    struct changing *changing = x->state;

    changing->again = loop_timer_new(x->admin->options.loop, admin_wake, x);
    changing->deadline_ms = clock_steady_ms() + PATIENCE_MS;
    start(x, removes);
    return flow_sleep_then(edited);
}

static struct flow_next set(struct flow *flow)
{
    return begin(admin_request_of(flow), false);
}

static struct flow_next take_away(struct flow *flow)
{
    return begin(admin_request_of(flow), true);
}

#define CHANGING                                                               \
    .state_size = sizeof(struct changing), .drop = drop, .tag = TAG,           \
    .answer = table_members

const struct admin_endpoint prices_routes_set = {
    CHANGING,
    .first = set,
    .summary = "Give a model a price of one's own, at once",
    .body_max = ADMIN_BODY,
    .body = prices_doc_set_members,
    .action = "prices.set",
};
const struct admin_endpoint prices_routes_remove = {
    CHANGING,
    .first = take_away,
    .summary = "Take a model's own prices away: the built-in ones count again",
    .body_max = ADMIN_BODY,
    .action = "prices.remove",
};
