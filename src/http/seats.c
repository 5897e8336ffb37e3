// SPDX-License-Identifier: MIT
/* Places for connections. */
#include "http/seats.h"

size_t seats_kept(size_t max)
{
    return max / 2 < SEATS_KEPT_MAX ? max / 2 : SEATS_KEPT_MAX;
}

enum seat seats_decide(const struct seats_limits *limits,
                       const struct seats *seats, bool near)
{
    size_t open = near ? limits->max : limits->max - limits->kept;

    if (atomic_load(&seats->served) < open)
        return SEAT_SERVE;
    return atomic_load(&seats->turned_away) < limits->turned_away_max
               ? SEAT_TURN_AWAY
               : SEAT_CLOSE;
}
