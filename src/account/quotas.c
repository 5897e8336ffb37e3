// SPDX-License-Identifier: MIT
/* The provider's limits of an account, as its answers tell them. */
#include "account/quotas.h"

#include <string.h>

#include "base/text.h"

#define PREFIX "anthropic-ratelimit-"
#define UNIFIED PREFIX "unified-"

/* Two samples are so far apart, of a window of 5 hours an eleventh of an hour. */
#define SAMPLE_GAP_MS 300000u

/* ---- words --------------------------------------------------------------- */

static const char *const words[] = {
    [QUOTA_UNKNOWN] = "unknown",
    [QUOTA_ALLOWED] = "allowed",
    [QUOTA_WARNING] = "allowed_warning",
    [QUOTA_REJECTED] = "rejected",
};

const char *quota_status_word(enum quota_status status)
{
    return words[status];
}

enum quota_status quota_status_of(struct str word)
{
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_eq(word, str_of(words[i])))
            return (enum quota_status)i;
    }
    return QUOTA_UNKNOWN;
}

struct str quota_family(const struct quota *window)
{
    const char *mark = strchr(window->name, '_');

    return mark ? str_of(mark + 1) : STR_EMPTY;
}

/* ---- finding ------------------------------------------------------------- */

static struct quota *find(struct quotas *windows, struct str name)
{
    for (size_t i = 0; i < windows->count; i++) {
        if (str_eq(str_of(windows->at[i].name), name))
            return &windows->at[i];
    }
    return NULL;
}

const struct quota *quotas_find(const struct quotas *windows, struct str name)
{
    for (size_t i = 0; i < windows->count; i++) {
        if (str_eq(str_of(windows->at[i].name), name))
            return &windows->at[i];
    }
    return NULL;
}

/* NULL if there is no room for another. */
static struct quota *find_or_make(struct quotas *windows, struct str name)
{
    struct quota *window = find(windows, name);

    if (window || windows->count == QUOTAS_MAX || name.len == 0 ||
        name.len > QUOTA_NAME_MAX)
        return window;
    window = &windows->at[windows->count++];
    *window = (struct quota){ .used_ppm = -1 };
    text_copy(window->name, sizeof(window->name), name);
    return window;
}

/* ---- values -------------------------------------------------------------- */

/* "0.12" to 120000; digits beyond the sixth are let go.  -1 if it is no number. */
static int64_t ppm_of(struct str text)
{
    struct str whole;
    struct str rest = text;
    uint64_t value;
    int64_t scale = QUOTA_PPM;

    if (!str_next(&rest, '.', &whole) || !str_to_u64(whole, 1000, &value))
        return -1;
    value *= QUOTA_PPM;
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.at[i] < '0' || rest.at[i] > '9')
            return -1;
        scale /= 10;
        value += (uint64_t)(rest.at[i] - '0') * (uint64_t)scale;
    }
    return (int64_t)value;
}

/* Seconds since 1970, or RFC 3339; 0 if it is neither. */
static uint64_t reset_of(struct str text)
{
    uint64_t value;

    if (str_to_u64(text, UINT32_MAX, &value))
        return value * 1000;
    return text_parse_time(text, &value) ? value : 0;
}

/* ---- learning ------------------------------------------------------------ */

static void take_reset(struct quota *window, struct str value)
{
    uint64_t reset_ms = reset_of(value);

    if (reset_ms == 0)
        return;
    /* Another window: what was used of the one before says nothing of it. */
    if (reset_ms != window->reset_ms)
        window->sample_count = 0;
    window->reset_ms = reset_ms;
}

/* ---- fields -------------------------------------------------------------- */

enum part {
    PART_STATUS,
    PART_RESET,
    PART_UTILIZATION,
    PART_LIMIT,
    PART_REMAINING,
    PARTS,
};

static const char *const ends[PARTS] = {
    [PART_STATUS] = "-status",           [PART_RESET] = "-reset",
    [PART_UTILIZATION] = "-utilization", [PART_LIMIT] = "-limit",
    [PART_REMAINING] = "-remaining",
};

/* "5h" and PART_RESET of "5h-reset"; PARTS if it says nothing of a window. */
static enum part part_of(struct str text, struct str *window)
{
    for (enum part part = 0; part < PARTS; part++) {
        struct str end = str_of(ends[part]);

        if (text.len > end.len &&
            str_ieq(str_from(text, text.len - end.len), end)) {
            *window = str_sub(text, 0, text.len - end.len);
            return part;
        }
    }
    return PARTS;
}

/* Of `told`. */
enum { TOLD_LIMIT = 1, TOLD_REMAINING = 2, TOLD_BOTH = 3 };

/* How much is left of an API key's comes in two fields, in either order. */
static void take_amount(struct quota *window, struct str value, bool limit)
{
    uint64_t *amount = limit ? &window->limit : &window->remaining;

    if (!str_to_u64(value, UINT64_MAX / QUOTA_PPM, amount))
        return;
    window->told |= limit ? TOLD_LIMIT : TOLD_REMAINING;
    if (window->told == TOLD_BOTH && window->limit > 0)
        window->used_ppm = window->remaining >= window->limit
                               ? 0
                               : (int64_t)((window->limit - window->remaining) *
                                           QUOTA_PPM / window->limit);
}

static void take_part(struct quota *window, enum part part, struct str value)
{
    switch (part) {
    case PART_STATUS:
        window->status = quota_status_of(value);
        break;
    case PART_RESET:
        take_reset(window, value);
        break;
    case PART_UTILIZATION:
        window->used_ppm = ppm_of(value);
        break;
    case PART_LIMIT:
    case PART_REMAINING:
        take_amount(window, value, part == PART_LIMIT);
        break;
    case PARTS:
        break;
    }
}

/* Of all windows together. */
static bool take_whole(struct quotas *windows, struct str part,
                       struct str value)
{
    if (str_ieq(part, STR("representative-claim")))
        text_copy(windows->decisive, sizeof(windows->decisive), value);
    else if (str_ieq(part, STR("status")))
        windows->status = quota_status_of(value);
    else if (str_ieq(part, STR("reset")))
        windows->reset_ms = reset_of(value);
    else
        return false;
    return true;
}

/* They are called by how long they last; `overage` is what is paid beside the plan. */
static bool is_of_a_plan(struct str name)
{
    return name.len > 0 && name.at[0] >= '0' && name.at[0] <= '9';
}

static bool take_field(struct quotas *windows, const struct header *field,
                       uint64_t now_ms)
{
    bool unified = str_istarts(field->name, STR(UNIFIED));
    struct str text =
        str_from(field->name, (unified ? sizeof(UNIFIED) : sizeof(PREFIX)) - 1);
    struct quota *window;
    struct str name = STR_EMPTY;
    enum part part = part_of(text, &name);

    if (unified && take_whole(windows, text, field->value))
        return true;
    if (part == PARTS || (unified && !is_of_a_plan(name)))
        return false;
    window = find_or_make(windows, name);
    if (!window)
        return false;
    if (window->seen_ms != now_ms)
        window->told = 0;
    window->seen_ms = now_ms;
    take_part(window, part, field->value);
    return true;
}

/* The newest is written over until the one before it is old enough. */
static void add_sample(struct quota *window, uint64_t now_ms)
{
    size_t count = window->sample_count;
    struct quota_sample sample = { now_ms, window->used_ppm };

    if (window->used_ppm < 0)
        return;
    if (count > 1 && window->samples[count - 1].at_ms <
                         window->samples[count - 2].at_ms + SAMPLE_GAP_MS) {
        window->samples[count - 1] = sample;
        return;
    }
    if (count == QUOTA_SAMPLES) {
        memmove(&window->samples[0], &window->samples[1],
                (count - 1) * sizeof(window->samples[0]));
        count--;
    }
    window->samples[count] = sample;
    window->sample_count = count + 1;
}

/* What one answer says of all together holds for that answer alone. */
static void begin_answer(struct quotas *windows)
{
    windows->decisive[0] = '\0';
    windows->status = QUOTA_UNKNOWN;
    windows->reset_ms = 0;
}

bool quotas_learn(struct quotas *windows, const struct headers *headers,
                  bool amounts, uint64_t now_ms)
{
    struct str prefix = amounts ? STR(PREFIX) : STR(UNIFIED);
    bool learnt = false;

    begin_answer(windows);
    for (size_t i = 0; i < headers->count; i++) {
        if (str_istarts(headers->at[i].name, prefix))
            learnt |= take_field(windows, &headers->at[i], now_ms);
    }
    if (learnt)
        windows->seen_ms = now_ms;
    for (size_t i = 0; learnt && i < windows->count; i++) {
        if (windows->at[i].seen_ms == now_ms)
            add_sample(&windows->at[i], now_ms);
    }
    return learnt;
}

/* ---- what follows -------------------------------------------------------- */

static bool is_told(const struct quota *window, uint64_t now_ms)
{
    return window->seen_ms == now_ms && window->reset_ms > now_ms;
}

/* Whose a window that rejects is, from the one that explains a refusal best. */
enum whose {
    WHOSE_ACCOUNT,
    WHOSE_ASKED,   /* of the family that was asked, by its name */
    WHOSE_PERHAPS, /* of one whose name says nothing, and it may be that */
    WHOSE_OTHER,
    WHOSES,
};

static bool is_a_family(struct str name)
{
    static const char *const families[] = { "opus", "sonnet", "haiku" };

    for (size_t i = 0; i < COUNT_OF(families); i++) {
        if (str_ieq(name, str_of(families[i])))
            return true;
    }
    return false;
}

/* "seven_day_oi" decides, or nothing is said of which one does. */
static bool may_decide(const struct quotas *windows, struct str name)
{
    struct str decisive = str_of(windows->decisive);

    return windows->status == QUOTA_REJECTED &&
           (decisive.len == 0 ||
            (decisive.len > name.len &&
             str_ieq(str_from(decisive, decisive.len - name.len), name)));
}

static enum whose whose_of(const struct quotas *windows,
                           const struct quota *window, struct str family)
{
    struct str name = quota_family(window);

    if (name.len == 0)
        return WHOSE_ACCOUNT;
    if (str_ieq(name, family))
        return WHOSE_ASKED;
    return family.len > 0 && !is_a_family(name) && may_decide(windows, name)
               ? WHOSE_PERHAPS
               : WHOSE_OTHER;
}

static void extend(uint64_t *until_ms, uint64_t by_ms)
{
    if (by_ms > *until_ms)
        *until_ms = by_ms;
}

/* Of windows that reject, by whose they are. */
static void find_resets(const struct quotas *windows, uint64_t now_ms,
                        struct str family, uint64_t until_ms[WHOSES])
{
    for (size_t i = 0; i < windows->count; i++) {
        const struct quota *window = &windows->at[i];

        if (window->status == QUOTA_REJECTED && is_told(window, now_ms))
            extend(&until_ms[whose_of(windows, window, family)],
                   window->reset_ms);
    }
}

static uint64_t find_spent(const struct quotas *windows, uint64_t now_ms)
{
    uint64_t until_ms = 0;

    for (size_t i = 0; i < windows->count; i++) {
        const struct quota *window = &windows->at[i];

        if ((window->told & TOLD_REMAINING) && window->remaining == 0 &&
            is_told(window, now_ms))
            extend(&until_ms, window->reset_ms);
    }
    return until_ms;
}

static bool is_allowed(const struct quotas *windows)
{
    return windows->status == QUOTA_ALLOWED || windows->status == QUOTA_WARNING;
}

struct quota_rejection quotas_rejection(const struct quotas *windows,
                                        uint64_t now_ms, struct str family)
{
    struct quota_rejection found = { .spent_ms = find_spent(windows, now_ms) };
    uint64_t until_ms[WHOSES] = { 0 };
    enum whose whose = WHOSE_ACCOUNT;

    if (windows->seen_ms != now_ms || is_allowed(windows))
        return found;
    find_resets(windows, now_ms, family, until_ms);
    while (whose < WHOSE_OTHER && until_ms[whose] == 0)
        whose++;
    if (whose < WHOSE_OTHER) {
        found.until_ms = until_ms[whose];
        found.of_family = whose != WHOSE_ACCOUNT;
    } else if (until_ms[WHOSE_OTHER] > 0) {
        found.beside_ms = until_ms[WHOSE_OTHER];
    } else if (windows->status == QUOTA_REJECTED &&
               windows->reset_ms > now_ms) {
        found.until_ms = windows->reset_ms;
    }
    return found;
}

/* What was told of one that began anew since says nothing. */
static int64_t used_of(const struct quota *window, uint64_t now_ms)
{
    bool is_over = window->reset_ms > 0 && window->reset_ms <= now_ms;

    return is_over || window->used_ppm < 0 ? 0 : window->used_ppm;
}

uint64_t quotas_spare_ppm(const struct quotas *windows, uint64_t now_ms)
{
    int64_t most = 0;

    for (size_t i = 0; i < windows->count; i++) {
        const struct quota *window = &windows->at[i];

        if (quota_family(window).len == 0 && used_of(window, now_ms) > most)
            most = used_of(window, now_ms);
    }
    return most < QUOTA_PPM ? (uint64_t)(QUOTA_PPM - most) : 0;
}
