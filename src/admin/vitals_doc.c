// SPDX-License-Identifier: MIT
/* What is said of how an account is. */
#include "admin/vitals_doc.h"

#include "account/vitals.h"
#include "admin/json_text.h"
#include "base/text.h"

/* ---- what it has --------------------------------------------------------- */

static const struct admin_member pause_members[] = {
    { "family", ADMIN_TEXT, ADMIN_REQUIRED, "as in names of models: opus",
      NULL },
    { "since", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "until", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "why", ADMIN_TEXT, ADMIN_REQUIRED, "why it is so", NULL },
    ADMIN_END,
};
const struct admin_member vitals_doc_pauses[] = {
    { .type = ADMIN_OBJECT, .text = "one", .members = pause_members },
    ADMIN_END,
};

static const struct admin_member sample_members[] = {
    { "at", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "used_ppm", ADMIN_NUMBER, ADMIN_REQUIRED, "in millionths", NULL },
    ADMIN_END,
};
static const struct admin_member one_sample[] = {
    { .type = ADMIN_OBJECT, .text = "one", .members = sample_members },
    ADMIN_END,
};
static const struct admin_member window_members[] = {
    { "name", ADMIN_TEXT, ADMIN_REQUIRED, "5h, 7d, requests, ...", NULL },
    { "status", ADMIN_TEXT, ADMIN_REQUIRED,
      "allowed, allowed_warning, rejected or unknown", NULL },
    { "used_ppm", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "how much of it is used, in millionths", NULL },
    { "resets_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "when it begins anew (RFC 3339)", NULL },
    { "seen_at", ADMIN_TEXT, ADMIN_REQUIRED, "when an answer told it last",
      NULL },
    { "runs_out_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "when it is used up if it goes on like this; null: not before it begins "
      "anew, or not known",
      NULL },
    { "at_reset_ppm", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "how much will be used when it begins anew if it goes on like this; "
      "null: not known",
      NULL },
    { "samples", ADMIN_LIST, ADMIN_REQUIRED,
      "how much was used since it began, the newest last", one_sample },
    ADMIN_END,
};
const struct admin_member vitals_doc_windows[] = {
    { .type = ADMIN_OBJECT, .text = "one", .members = window_members },
    ADMIN_END,
};

const struct admin_member vitals_doc_error[] = {
    { "at", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "text", ADMIN_TEXT, ADMIN_REQUIRED, "what it was", NULL },
    ADMIN_END,
};

/* ---- the state ----------------------------------------------------------- */

static const struct health none;

/* Without a token that has not expired, what keeps the next one from coming counts. */
static struct health_view view_of(const struct account *account,
                                  const struct vitals_copy *copy,
                                  uint64_t now_wall_ms)
{
    const struct health_file file = { .disabled = account->disabled,
                                      .login_required =
                                          account->login_required };

    struct health_view view =
        health_view(&copy->health, &file, STR_EMPTY, now_wall_ms);

    return view.state == HEALTH_READY &&
                   account_needs_refresh(account, now_wall_ms)
               ? vitals_copy_view_token(copy, now_wall_ms)
               : view;
}

static const char *state_of(const struct account *account,
                            const struct health_view *view,
                            uint64_t now_wall_ms)
{
    struct err ignored;

    if (view->state == HEALTH_READY &&
        !account_is_usable(account, now_wall_ms, &ignored))
        return "unusable";
    return health_state_word(view->state);
}

static void copy_vitals(const struct account *account, uint64_t now_wall_ms,
                        struct vitals_copy *copy)
{
    *copy = (struct vitals_copy){ .health = none };
    if (account->vitals)
        vitals_copy(account->vitals, copy);
    health_mend(&copy->health, now_wall_ms);
}

const char *vitals_doc_state(const struct account *account,
                             uint64_t now_wall_ms)
{
    struct vitals_copy copy;
    struct health_view view;

    copy_vitals(account, now_wall_ms, &copy);
    view = view_of(account, &copy, now_wall_ms);
    return state_of(account, &view, now_wall_ms);
}

/* ---- members ------------------------------------------------------------- */

/* 0: null. */
static void set_time(struct json_doc *doc, const char *member, uint64_t at_ms)
{
    char text[TEXT_TIME_MAX];

    if (at_ms == 0) {
        json_doc_set(doc, member, json_doc_new_null());
        return;
    }
    text_format_time(at_ms, text);
    json_doc_set_str(doc, member, str_of(text));
}

/* Negative: null. */
static void set_ppm(struct json_doc *doc, const char *member, int64_t ppm)
{
    if (ppm < 0)
        json_doc_set(doc, member, json_doc_new_null());
    else
        json_doc_set_u64(doc, member, (uint64_t)ppm);
}

static void set_text(struct json_doc *doc, const char *member, const char *text)
{
    json_doc_set(doc, member,
                 text[0] ? json_doc_new_str(str_of(text))
                         : json_doc_new_null());
}

static struct json_doc *families_doc(const struct health *health,
                                     uint64_t now_wall_ms)
{
    struct json_doc *list = json_doc_new_array();

    for (size_t i = 0; i < HEALTH_FAMILIES; i++) {
        const struct health_pause *pause = &health->families[i].pause;
        struct json_doc *doc;

        if (pause->until_ms <= now_wall_ms)
            continue;
        doc = json_doc_new_object();
        json_doc_set_str(doc, "family", str_of(health->families[i].name));
        set_time(doc, "since", pause->since_ms);
        set_time(doc, "until", pause->until_ms);
        json_doc_set_str(doc, "why", str_of(pause->cause));
        json_doc_add(list, doc);
    }
    return list;
}

static struct json_doc *samples_doc(const struct quota *window)
{
    struct json_doc *list = json_doc_new_array();

    for (size_t i = 0; i < window->sample_count; i++) {
        struct json_doc *doc = json_doc_new_object();

        set_time(doc, "at", window->samples[i].at_ms);
        json_doc_set_u64(doc, "used_ppm",
                         (uint64_t)window->samples[i].used_ppm);
        json_doc_add(list, doc);
    }
    return list;
}

/* It began anew since: of the present one nothing was heard. */
static bool is_over(const struct quota *window, uint64_t now_wall_ms)
{
    return window->reset_ms > 0 && window->reset_ms <= now_wall_ms;
}

static struct json_doc *quota_doc(const struct quota *told,
                                  uint64_t now_wall_ms)
{
    const struct quota unknown = { .used_ppm = -1, .seen_ms = told->seen_ms };
    const struct quota *window = is_over(told, now_wall_ms) ? &unknown : told;
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "name", str_of(told->name));
    json_doc_set_str(doc, "status", str_of(quota_status_word(window->status)));
    set_ppm(doc, "used_ppm", window->used_ppm);
    set_time(doc, "resets_at", window->reset_ms);
    set_time(doc, "seen_at", window->seen_ms);
    set_time(doc, "runs_out_at", quota_runs_out_ms(window, now_wall_ms));
    set_ppm(doc, "at_reset_ppm", quota_at_reset_ppm(window, now_wall_ms));
    json_doc_set(doc, "samples", samples_doc(window));
    return doc;
}

static struct json_doc *quotas_doc(const struct quotas *windows,
                                   uint64_t now_wall_ms)
{
    struct json_doc *list = json_doc_new_array();

    for (size_t i = 0; i < windows->count; i++)
        json_doc_add(list, quota_doc(&windows->at[i], now_wall_ms));
    return list;
}

static struct json_doc *error_doc(const struct health *health)
{
    struct json_doc *doc;

    if (health->last_error_ms == 0)
        return json_doc_new_null();
    doc = json_doc_new_object();
    set_time(doc, "at", health->last_error_ms);
    json_doc_set_str(doc, "text", str_of(health->last_error));
    return doc;
}

static void set_state(struct json_doc *doc, const struct account *account,
                      const struct vitals_copy *copy, uint64_t now_wall_ms)
{
    struct health_view view = view_of(account, copy, now_wall_ms);

    json_doc_set_str(doc, "state",
                     str_of(state_of(account, &view, now_wall_ms)));
    set_time(doc, "since", view.since_ms);
    set_time(doc, "until", view.until_ms);
    set_text(doc, "why", view.cause);
}

void vitals_doc_set_state(struct json_doc *doc, const struct account *account,
                          uint64_t now_wall_ms)
{
    struct vitals_copy copy;

    copy_vitals(account, now_wall_ms, &copy);
    set_state(doc, account, &copy, now_wall_ms);
}

void vitals_doc_set(struct json_doc *doc, const struct account *account,
                    uint64_t now_wall_ms)
{
    struct vitals_copy copy;

    copy_vitals(account, now_wall_ms, &copy);
    set_state(doc, account, &copy, now_wall_ms);
    json_doc_set_bool(doc, "held",
                      health_view_held(&copy.health, now_wall_ms).state ==
                          HEALTH_PAUSED);
    json_doc_set_bool(doc, "since_found",
                      view_of(account, &copy, now_wall_ms).found);
    json_doc_set(doc, "families", families_doc(&copy.health, now_wall_ms));
    json_doc_set(doc, "windows", quotas_doc(&copy.windows, now_wall_ms));
    json_doc_set(doc, "last_error", error_doc(&copy.health));
    json_doc_set_u64(doc, "in_flight", copy.in_flight);
}

/* ---- as text ------------------------------------------------------------- */

static void write_window(struct buf *out, const struct quota *told,
                         uint64_t now_wall_ms)
{
    const struct quota unknown = { .used_ppm = -1, .seen_ms = told->seen_ms };
    const struct quota *window = is_over(told, now_wall_ms) ? &unknown : told;

    buf_add(out, STR("{"));
    json_text_str(out, "name", str_of(told->name));
    json_text_str(out, "status", str_of(quota_status_word(window->status)));
    json_text_maybe(out, "used_ppm", window->used_ppm >= 0,
                    (uint64_t)window->used_ppm);
    json_text_time(out, "resets_at", window->reset_ms);
    json_text_time(out, "runs_out_at", quota_runs_out_ms(window, now_wall_ms));
    json_text_time(out, "seen_at", window->seen_ms);
    buf_add(out, STR("}"));
}

static void write_state(struct buf *out, const struct account *account,
                        const struct vitals_copy *copy, uint64_t now_wall_ms)
{
    struct health_view view = view_of(account, copy, now_wall_ms);

    json_text_str(out, "state", str_of(state_of(account, &view, now_wall_ms)));
    json_text_time(out, "since", view.since_ms);
    json_text_bool(out, "since_found", view.found);
    json_text_time(out, "until", view.until_ms);
    json_text_str(out, "why", str_of(view.cause));
}

void vitals_doc_write(struct buf *out, const struct account *account,
                      uint64_t now_wall_ms)
{
    struct vitals_copy copy;

    copy_vitals(account, now_wall_ms, &copy);
    buf_add(out, STR("{"));
    json_text_str(out, "account", str_of(account->name));
    json_text_str(out, "kind", str_of(account->kind->name));
    write_state(out, account, &copy, now_wall_ms);
    json_text_u64(out, "in_flight", copy.in_flight);
    json_text_u64(out, "concurrency", account->concurrency);
    json_text_name(out, "windows");
    buf_add(out, STR("["));
    for (size_t i = 0; i < copy.windows.count; i++) {
        buf_add(out, i > 0 ? STR(",") : STR_EMPTY);
        write_window(out, &copy.windows.at[i], now_wall_ms);
    }
    buf_add(out, STR("]}"));
}
