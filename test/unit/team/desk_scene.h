// SPDX-License-Identifier: MIT
/* A desk for each test of a file (desk.h): TEST(name) with set_up() and tear_down(). */
#pragma once

#include "desk.h"

static struct counter_desk desk;

static int set_up(void **state)
{
    (void)state;
    counter_desk_open(&desk, true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    counter_desk_close(&desk);
    return 0;
}
