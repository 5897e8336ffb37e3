// SPDX-License-Identifier: MIT
/* What claude-sim answers. */
#include "bench/form.h"

#include <stdio.h>

#include "base/chars.h"

#define ID_DIGITS 16
#define IDENTITY                                                               \
    "\"model\":\"" FORM_MODEL                                                  \
    "\",\"id\":\"msg_sim_*\",\"type\":\"message\",\"role\":\"assistant\","
#define REASON "\"stop_reason\":\"end_turn\",\"stop_sequence\":null"
#define INPUT                                                                  \
    "\"usage\":{\"input_tokens\":%llu,\"cache_creation_input_tokens\":0,"      \
    "\"cache_read_input_tokens\":0,"
#define USAGE                                                                  \
    INPUT "\"cache_creation\":{\"ephemeral_5m_input_tokens\":0,"               \
          "\"ephemeral_1h_input_tokens\":0},\"output_tokens\":%llu,"           \
          "\"service_tier\":\"standard\"}"

void forms_init(struct forms *forms, uint64_t input_tokens,
                uint64_t output_tokens)
{
    unsigned long long input = input_tokens;
    unsigned long long output = output_tokens;

    (void)snprintf(forms->start, FORM_MAX,
                   ",\"message\":{" IDENTITY
                   "\"content\":[],\"stop_reason\":null,"
                   "\"stop_sequence\":null," USAGE "}}",
                   input, 1ull);
    (void)snprintf(forms->summary, FORM_MAX,
                   ",\"delta\":{" REASON "}," INPUT "\"output_tokens\":%llu}}",
                   input, output);
    (void)snprintf(forms->front, FORM_MAX,
                   "{" IDENTITY "\"content\":[{\"type\":\"text\",\"text\":\"");
    (void)snprintf(forms->back, FORM_MAX, "\"}]," REASON "," USAGE "}", input,
                   output);
}

static bool is_id(struct str text)
{
    static const struct chars hex = { { CHARS_HEX } };

    return text.len == ID_DIGITS && chars_has_all(&hex, text);
}

size_t form_begins(const char *form, struct str text)
{
    struct str rest = text;

    for (; *form; form++) {
        size_t step = *form == '*' ? ID_DIGITS : 1;
        bool fits = *form == '*' ? is_id(str_sub(rest, 0, step))
                                 : rest.len > 0 && rest.at[0] == *form;

        if (!fits)
            return 0;
        rest = str_from(rest, step);
    }
    return text.len - rest.len;
}

bool form_fits(const char *form, struct str text)
{
    return text.len > 0 && form_begins(form, text) == text.len;
}
