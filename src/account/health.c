// SPDX-License-Identifier: MIT
/* What is known of an account is kept in parts, each with rules of its own. */
#include "account/health.h"

#include <assert.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

/* ---- pauses -------------------------------------------------------------- */

static bool is_on(const struct health_pause *pause, uint64_t now_ms)
{
    return pause->until_ms > now_ms;
}

/* One that lasts longer stays; one that is over leaves nothing. */
static void extend(struct health_pause *pause, const struct health_pause *by,
                   uint64_t now_ms)
{
    uint64_t since_ms = is_on(pause, now_ms) ? pause->since_ms : now_ms;

    if (is_on(pause, now_ms) && pause->until_ms >= by->until_ms)
        return;
    *pause = *by;
    pause->since_ms = since_ms;
}

static struct health_pause pause_of(const char *cause, uint64_t now_ms,
                                    uint64_t until_ms)
{
    struct health_pause pause = { .since_ms = now_ms, .until_ms = until_ms };

    text_copy(pause.cause, sizeof(pause.cause), str_of(cause));
    return pause;
}

/* ---- guesses ------------------------------------------------------------- */

/* How often in a row before it pauses, and for how long: twice as long each time. */
static const struct {
    unsigned after;
    uint64_t first_ms;
    uint64_t most_ms;
} guesses[LESSON_KINDS] = {
    [LESSON_BACKOFF] = { 1, 5000, 60000 },
    [LESSON_EGRESS] = { 1, 60000, 600000 },
    [LESSON_FAILED] = { 3, 10000, 60000 },
};

static uint64_t length_of(enum lesson_kind kind, unsigned times)
{
    uint64_t ms = guesses[kind].first_ms;

    while (times-- > guesses[kind].after && ms < guesses[kind].most_ms)
        ms *= 2;
    return ms < guesses[kind].most_ms ? ms : guesses[kind].most_ms;
}

/* Those that were under way when it was paused say nothing new. */
static void guess(struct health *health, const struct lesson *lesson,
                  uint64_t now_ms)
{
    unsigned times;
    struct health_pause pause;

    if (is_on(&health->taught, now_ms))
        return;
    times = ++health->in_a_row[lesson->kind];
    if (times < guesses[lesson->kind].after)
        return;
    pause = pause_of(lesson->cause, now_ms,
                     now_ms + length_of(lesson->kind, times));
    pause.soft = true;
    extend(&health->taught, &pause, now_ms);
}

/* ---- families ------------------------------------------------------------ */

static const struct health_family *find_family(const struct health *health,
                                               struct str family)
{
    for (size_t i = 0; family.len > 0 && i < HEALTH_FAMILIES; i++) {
        if (!health->families[i].name[0])
            break;
        if (str_eq(str_of(health->families[i].name), family))
            return &health->families[i];
    }
    return NULL;
}

/* Its place, a new one, or that of one whose pause is over; NULL if there is none. */
static struct health_family *family_place(struct health *health,
                                          struct str family, uint64_t now_ms)
{
    struct health_family *over = NULL;

    for (size_t i = 0; i < HEALTH_FAMILIES; i++) {
        struct health_family *each = &health->families[i];

        if (str_eq(str_of(each->name), family))
            return each;
        if (!over && !is_on(&each->pause, now_ms))
            over = each;
        if (!each->name[0])
            break;
    }
    if (!over)
        return NULL;
    *over = (struct health_family){ .pause = { .until_ms = 0 } };
    text_copy(over->name, sizeof(over->name), family);
    return over;
}

/* One whose family nobody knows, or that there is no place for, pauses nobody. */
static struct health_pause *pause_place(struct health *health,
                                        const struct lesson *lesson,
                                        struct str family, uint64_t now_ms)
{
    struct health_family *place;

    if (!lesson->of_family)
        return &health->taught;
    if (family.len == 0 || family.len >= HEALTH_FAMILY_MAX)
        return NULL;
    place = family_place(health, family, now_ms);
    return place ? &place->pause : NULL;
}

static void pause_for(struct health *health, const struct lesson *lesson,
                      struct str family, uint64_t now_ms)
{
    struct health_pause *place = pause_place(health, lesson, family, now_ms);
    struct health_pause pause =
        pause_of(lesson->cause, now_ms, lesson->until_ms);

    assert(lesson->until_ms > now_ms);
    if (place)
        extend(place, &pause, now_ms);
}

/* ---- the clock ----------------------------------------------------------- */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Threads look at it a moment apart. */
#define CLOCK_STEP_MS 10000u

/* A guess is for seconds from when it was made, the rest until a time that somebody named:
   that stays, whatever the clock said when it was. */
static void mend(struct health_pause *pause, uint64_t most_ms, uint64_t now_ms)
{
    uint64_t until_ms = pause->until_ms;

    if (!is_on(pause, now_ms))
        return;
    if (pause->since_ms > now_ms + CLOCK_STEP_MS) {
        if (pause->soft)
            until_ms = now_ms + (until_ms - least(until_ms, pause->since_ms));
        pause->since_ms = now_ms;
    }
    pause->until_ms = least(until_ms, now_ms + most_ms);
}

static uint64_t guess_most_ms(void)
{
    uint64_t most_ms = 0;

    for (size_t i = 0; i < LESSON_KINDS; i++) {
        if (guesses[i].most_ms > most_ms)
            most_ms = guesses[i].most_ms;
    }
    return most_ms;
}

void health_mend(struct health *health, uint64_t now_ms)
{
    mend(&health->held, HEALTH_HOLD_MAX_MS, now_ms);
    mend(&health->taught,
         health->taught.soft ? guess_most_ms() : LESSON_PAUSE_MAX_MS, now_ms);
    for (size_t i = 0; i < HEALTH_FAMILIES && health->families[i].name[0]; i++)
        mend(&health->families[i].pause, LESSON_PAUSE_MAX_MS, now_ms);
}

/* ---- events -------------------------------------------------------------- */

static void stop(struct health *health, enum health_state state,
                 const struct lesson *lesson, uint64_t now_ms)
{
    if (health->stopped == state)
        return;
    health->stopped = state;
    health->stopped_soft = lesson->soft;
    health->stopped_ms = now_ms;
    text_copy(health->stopped_cause, sizeof(health->stopped_cause),
              str_of(lesson->cause));
}

static void start(struct health *health)
{
    health->stopped = HEALTH_READY;
    health->stopped_soft = false;
    health->stopped_ms = 0;
    health->stopped_cause[0] = '\0';
}

static void keep_error(struct health *health, const struct lesson *lesson,
                       uint64_t now_ms)
{
    if (!lesson->cause)
        return;
    health->last_error_ms = now_ms;
    text_copy(health->last_error, sizeof(health->last_error),
              str_of(lesson->cause));
}

void health_learn(struct health *health, const struct lesson *lesson,
                  struct str family, uint64_t now_ms)
{
    health_mend(health, now_ms);
    keep_error(health, lesson, now_ms);
    if (lesson->kind != LESSON_FAILED)
        health->in_a_row[LESSON_FAILED] = 0;
    switch (lesson->kind) {
    case LESSON_WELL:
        memset(health->in_a_row, 0, sizeof(health->in_a_row));
        if (health->stopped_soft)
            start(health);
        break;
    case LESSON_PAUSE:
        pause_for(health, lesson, family, now_ms);
        break;
    case LESSON_BACKOFF:
    case LESSON_EGRESS:
    case LESSON_FAILED:
        guess(health, lesson, now_ms);
        break;
    case LESSON_LOGIN:
        stop(health, HEALTH_LOGIN_REQUIRED, lesson, now_ms);
        break;
    case LESSON_BLOCKED:
        stop(health, HEALTH_BLOCKED, lesson, now_ms);
        break;
    case LESSON_NONE:
    case LESSON_TOKEN:
    case LESSON_OVERLOADED:
    case LESSON_KINDS:
        break;
    }
}

void health_hold(struct health *health, uint64_t until_ms, struct str why,
                 uint64_t now_ms)
{
    health->held =
        (struct health_pause){ .since_ms = now_ms, .until_ms = until_ms };
    text_copy(health->held.cause, sizeof(health->held.cause), why);
}

void health_resume(struct health *health)
{
    health->held = (struct health_pause){ .until_ms = 0 };
}

static void forget(struct health *health)
{
    start(health);
    memset(health->in_a_row, 0, sizeof(health->in_a_row));
}

void health_clear(struct health *health)
{
    forget(health);
    health->taught = (struct health_pause){ .until_ms = 0 };
    memset(health->families, 0, sizeof(health->families));
}

/* Its limits may be the same ones: it may have signed in again,
   or have another key of the same organization. */
void health_renewed(struct health *health)
{
    forget(health);
    if (health->taught.soft)
        health->taught = (struct health_pause){ .until_ms = 0 };
}

void health_refreshed(struct health *health)
{
    if (health->stopped == HEALTH_LOGIN_REQUIRED)
        start(health);
}

/* ---- what its file says -------------------------------------------------- */

static bool note_mark(struct health_mark *mark, bool is, bool looked,
                      uint64_t now_ms)
{
    if (is == (mark->since_ms > 0))
        return false;
    *mark = (struct health_mark){ .since_ms = is ? now_ms : 0,
                                  .found = is && !looked };
    return true;
}

bool health_note_file(struct health *health, const struct health_file *file,
                      bool looked, uint64_t now_ms)
{
    bool off = note_mark(&health->off, file->disabled, looked, now_ms);
    bool out =
        note_mark(&health->signed_out, file->login_required, looked, now_ms);

    return off || out;
}

/* ---- what is seen -------------------------------------------------------- */

static struct health_view view_of(const struct health_pause *pause)
{
    return (struct health_view){ .state = HEALTH_PAUSED,
                                 .soft = pause->soft,
                                 .since_ms = pause->since_ms,
                                 .until_ms = pause->until_ms,
                                 .cause = pause->cause };
}

/* A soft one gives way; else the one that lasts. */
static const struct health_pause *worse(const struct health_pause *a,
                                        const struct health_pause *b,
                                        uint64_t now_ms)
{
    if (!a || !is_on(a, now_ms))
        return b && is_on(b, now_ms) ? b : NULL;
    if (!b || !is_on(b, now_ms))
        return a;
    if (a->soft != b->soft)
        return a->soft ? b : a;
    return a->until_ms >= b->until_ms ? a : b;
}

static struct health_view view_pauses(const struct health *health,
                                      struct str family, uint64_t now_ms)
{
    const struct health_family *place = find_family(health, family);
    const struct health_pause *own = place ? &place->pause : NULL;
    const struct health_pause *pause =
        worse(worse(&health->held, &health->taught, now_ms), own, now_ms);
    struct health_view view = { .state = HEALTH_READY, .cause = "" };

    if (pause)
        view = view_of(pause);
    view.of_family = pause && pause == own;
    view.held = pause && pause == &health->held;
    return view;
}

struct health_view health_view_held(const struct health *health,
                                    uint64_t now_ms)
{
    struct health_view view = { .state = HEALTH_READY, .cause = "" };

    if (is_on(&health->held, now_ms))
        view = view_of(&health->held);
    view.held = view.state == HEALTH_PAUSED;
    return view;
}

/* A pause that is no guess holds all the same. */
static struct health_view view_stop(const struct health *health,
                                    const struct health_view *pause)
{
    return (struct health_view){
        .state = health->stopped,
        .soft = health->stopped_soft &&
                (pause->state == HEALTH_READY || pause->soft),
        .since_ms = health->stopped_ms,
        .cause = health->stopped_cause,
    };
}

struct health_view health_view(const struct health *health,
                               const struct health_file *file,
                               struct str family, uint64_t now_ms)
{
    struct health_view pause = view_pauses(health, family, now_ms);

    if (file->disabled)
        return (struct health_view){ .state = HEALTH_DISABLED,
                                     .since_ms = health->off.since_ms,
                                     .found = health->off.found,
                                     .cause = "switched off by the operator" };
    if (health->stopped != HEALTH_READY)
        return view_stop(health, &pause);
    if (file->login_required)
        return (struct health_view){ .state = HEALTH_LOGIN_REQUIRED,
                                     .since_ms = health->signed_out.since_ms,
                                     .found = health->signed_out.found,
                                     .cause = "its grant was refused" };
    return pause;
}

/* ---- words --------------------------------------------------------------- */

const char *health_state_word(enum health_state state)
{
    static const char *const words[HEALTH_STATES] = {
        [HEALTH_READY] = "ready",
        [HEALTH_PAUSED] = "paused",
        [HEALTH_LOGIN_REQUIRED] = "login_required",
        [HEALTH_BLOCKED] = "blocked",
        [HEALTH_DISABLED] = "disabled",
    };

    return words[state];
}

static bool is_word(struct str part)
{
    for (size_t i = 0; i < part.len; i++) {
        if (part.at[i] < 'a' || part.at[i] > 'z')
            return false;
    }
    return part.len > 0;
}

/* Numbers and dates are versions. */
struct str health_family_of(struct str model)
{
    struct str rest = model;
    struct str part;

    if (!str_next(&rest, '-', &part) || !str_eq(part, STR("claude")))
        return STR_EMPTY;
    while (str_next(&rest, '-', &part)) {
        if (is_word(part))
            return part;
    }
    return STR_EMPTY;
}
