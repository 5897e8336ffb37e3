// SPDX-License-Identifier: MIT
/* Reading a number of JSON. */
#include "account/oauth_number.h"

#define DIGITS_MAX 100000000000000000u /* beyond that, zeros are as good */
#define EXPONENT_MAX 1000000 /* likewise: no text here has so many digits */

struct number {
    uint64_t digits; /* times ten to the `power` */
    int64_t power;
};

static bool is_digit(struct str text)
{
    return text.len > 0 && text.at[0] >= '0' && text.at[0] <= '9';
}

static void add_digit(struct number *number, char digit, bool behind_point)
{
    bool counts = number->digits < DIGITS_MAX;

    if (counts)
        number->digits = number->digits * 10 + (uint64_t)(digit - '0');
    number->power += (counts ? 0 : 1) - (behind_point ? 1 : 0);
}

static bool take_digits(struct str *rest, struct number *number,
                        bool behind_point)
{
    bool any = is_digit(*rest);

    for (; is_digit(*rest); *rest = str_from(*rest, 1))
        add_digit(number, rest->at[0], behind_point);
    return any;
}

/* False if there is a sign of one, and no digit. */
static bool take_exponent(struct str *rest, struct number *number)
{
    int64_t exponent = 0;
    bool below;
    bool any;

    if (!str_istarts(*rest, STR("e")))
        return true;
    *rest = str_from(*rest, 1);
    below = str_starts(*rest, STR("-"));
    if (below || str_starts(*rest, STR("+")))
        *rest = str_from(*rest, 1);
    any = is_digit(*rest);
    for (; is_digit(*rest); *rest = str_from(*rest, 1)) {
        if (exponent < EXPONENT_MAX)
            exponent = exponent * 10 + (rest->at[0] - '0');
    }
    number->power += below ? -exponent : exponent;
    return any;
}

static uint64_t whole_of(struct number number)
{
    uint64_t whole = number.digits;

    for (; number.power < 0 && whole > 0; number.power++)
        whole /= 10;
    for (; number.power > 0 && whole > 0; number.power--) {
        if (whole > UINT64_MAX / 10)
            return UINT64_MAX;
        whole *= 10;
    }
    return whole;
}

bool oauth_number(struct str text, uint64_t *whole)
{
    struct number number = { 0 };
    struct str rest = text;

    if (!take_digits(&rest, &number, false))
        return false;
    if (str_starts(rest, STR("."))) {
        rest = str_from(rest, 1);
        (void)take_digits(&rest, &number, true);
    }
    if (!take_exponent(&rest, &number) || rest.len > 0)
        return false;
    *whole = whole_of(number);
    return true;
}
