// SPDX-License-Identifier: MIT
/* What is known of an account, as it is kept. */
#include "account/vitals_json.h"

#include <string.h>

#include "base/text.h"

/* ---- out ----------------------------------------------------------------- */

static struct json_doc *pause_doc(const struct health_pause *pause)
{
    struct json_doc *doc;

    if (pause->until_ms == 0)
        return json_doc_new_null();
    doc = json_doc_new_object();
    json_doc_set_u64(doc, "since", pause->since_ms);
    json_doc_set_u64(doc, "until", pause->until_ms);
    json_doc_set_bool(doc, "soft", pause->soft);
    json_doc_set_str(doc, "cause", str_of(pause->cause));
    return doc;
}

static struct json_doc *mark_doc(const struct health_mark *mark)
{
    struct json_doc *doc;

    if (mark->since_ms == 0)
        return json_doc_new_null();
    doc = json_doc_new_object();
    json_doc_set_u64(doc, "since", mark->since_ms);
    json_doc_set_bool(doc, "found", mark->found);
    return doc;
}

static struct json_doc *families_doc(const struct health *health)
{
    struct json_doc *all = json_doc_new_object();

    for (size_t i = 0; i < HEALTH_FAMILIES; i++) {
        const struct health_family *family = &health->families[i];

        if (family->name[0])
            json_doc_set(all, family->name, pause_doc(&family->pause));
    }
    return all;
}

static struct json_doc *quota_doc(const struct quota *window)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *samples = json_doc_new_array();

    json_doc_set_str(doc, "name", str_of(window->name));
    json_doc_set_str(doc, "status", str_of(quota_status_word(window->status)));
    if (window->used_ppm >= 0)
        json_doc_set_u64(doc, "used_ppm", (uint64_t)window->used_ppm);
    json_doc_set_u64(doc, "reset", window->reset_ms);
    json_doc_set_u64(doc, "seen", window->seen_ms);
    for (size_t i = 0; i < window->sample_count; i++) {
        struct json_doc *sample = json_doc_new_object();

        json_doc_set_u64(sample, "at", window->samples[i].at_ms);
        json_doc_set_u64(sample, "used_ppm",
                         (uint64_t)window->samples[i].used_ppm);
        json_doc_add(samples, sample);
    }
    json_doc_set(doc, "samples", samples);
    return doc;
}

static struct json_doc *quotas_doc(const struct quotas *windows)
{
    struct json_doc *all = json_doc_new_array();

    for (size_t i = 0; i < windows->count; i++)
        json_doc_add(all, quota_doc(&windows->at[i]));
    return all;
}

struct json_doc *vitals_to_json(const struct vitals_copy *copy)
{
    const struct health *health = &copy->health;
    struct json_doc *doc = json_doc_new_object();

    json_doc_set(doc, "taught", pause_doc(&health->taught));
    json_doc_set(doc, "off", mark_doc(&health->off));
    json_doc_set(doc, "signed_out", mark_doc(&health->signed_out));
    json_doc_set_u64(doc, "cleared", copy->cleared_ms);
    json_doc_set(doc, "families", families_doc(health));
    json_doc_set_str(doc, "stopped",
                     str_of(health_state_word(health->stopped)));
    json_doc_set_bool(doc, "stopped_soft", health->stopped_soft);
    json_doc_set_u64(doc, "stopped_at", health->stopped_ms);
    json_doc_set_str(doc, "stopped_cause", str_of(health->stopped_cause));
    json_doc_set_str(doc, "last_error", str_of(health->last_error));
    json_doc_set_u64(doc, "last_error_at", health->last_error_ms);
    json_doc_set(doc, "windows", quotas_doc(&copy->windows));
    return doc;
}

/* ---- in ------------------------------------------------------------------ */

static uint64_t number(const struct json_doc *doc, const char *member)
{
    uint64_t value = 0;

    (void)json_doc_get_u64(doc, member, &value);
    return value;
}

static void text(const struct json_doc *doc, const char *member, char *out,
                 size_t size)
{
    struct str value = STR_EMPTY;

    (void)json_doc_get_str(doc, member, &value);
    text_copy(out, size, value);
}

static struct health_pause pause_from(const struct json_doc *doc)
{
    struct health_pause pause = { .until_ms = 0 };

    if (!doc || !json_doc_is_object(doc))
        return pause;
    pause.since_ms = number(doc, "since");
    pause.until_ms = number(doc, "until");
    (void)json_doc_get_bool(doc, "soft", &pause.soft);
    text(doc, "cause", pause.cause, sizeof(pause.cause));
    return pause;
}

static struct health_mark mark_from(const struct json_doc *doc)
{
    struct health_mark mark = { .since_ms = 0 };

    if (!doc || !json_doc_is_object(doc))
        return mark;
    mark.since_ms = number(doc, "since");
    (void)json_doc_get_bool(doc, "found", &mark.found);
    return mark;
}

static bool take_family(void *arg, struct str name, struct json_doc *value)
{
    struct health *health = arg;
    size_t i = 0;

    while (i < HEALTH_FAMILIES && health->families[i].name[0])
        i++;
    if (i == HEALTH_FAMILIES)
        return false;
    text_copy(health->families[i].name, sizeof(health->families[i].name), name);
    health->families[i].pause = pause_from(value);
    return true;
}

static enum health_state stopped_from(const struct json_doc *doc)
{
    struct str word = STR_EMPTY;

    (void)json_doc_get_str(doc, "stopped", &word);
    if (str_eq(word, str_of(health_state_word(HEALTH_LOGIN_REQUIRED))))
        return HEALTH_LOGIN_REQUIRED;
    return str_eq(word, str_of(health_state_word(HEALTH_BLOCKED)))
               ? HEALTH_BLOCKED
               : HEALTH_READY;
}

static enum quota_status status_from(const struct json_doc *doc)
{
    struct str word = STR_EMPTY;

    (void)json_doc_get_str(doc, "status", &word);
    return quota_status_of(word);
}

static void take_window(struct quotas *windows, const struct json_doc *doc)
{
    const struct json_doc *samples = json_doc_get(doc, "samples");
    struct quota *window = &windows->at[windows->count++];

    *window = (struct quota){ .used_ppm = -1 };
    text(doc, "name", window->name, sizeof(window->name));
    window->status = status_from(doc);
    if (json_doc_get(doc, "used_ppm"))
        window->used_ppm = (int64_t)number(doc, "used_ppm");
    window->reset_ms = number(doc, "reset");
    window->seen_ms = number(doc, "seen");
    for (size_t i = 0; i < json_doc_count(samples) && i < QUOTA_SAMPLES; i++)
        window->samples[window->sample_count++] =
            (struct quota_sample){ number(json_doc_at(samples, i), "at"),
                                   (int64_t)number(json_doc_at(samples, i),
                                                   "used_ppm") };
}

void vitals_from_json(const struct json_doc *doc, struct vitals_copy *copy)
{
    const struct json_doc *windows = json_doc_get(doc, "windows");
    struct health *health = &copy->health;

    memset(copy, 0, sizeof(*copy));
    health->taught = pause_from(json_doc_get(doc, "taught"));
    health->off = mark_from(json_doc_get(doc, "off"));
    health->signed_out = mark_from(json_doc_get(doc, "signed_out"));
    copy->cleared_ms = number(doc, "cleared");
    (void)json_doc_each(json_doc_get(doc, "families"), take_family, health);
    health->stopped = stopped_from(doc);
    (void)json_doc_get_bool(doc, "stopped_soft", &health->stopped_soft);
    health->stopped_ms = number(doc, "stopped_at");
    text(doc, "stopped_cause", health->stopped_cause,
         sizeof(health->stopped_cause));
    text(doc, "last_error", health->last_error, sizeof(health->last_error));
    health->last_error_ms = number(doc, "last_error_at");
    for (size_t i = 0; i < json_doc_count(windows) && i < QUOTAS_MAX; i++)
        take_window(&copy->windows, json_doc_at(windows, i));
}
