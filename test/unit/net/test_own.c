// SPDX-License-Identifier: MIT
/* Which addresses lead to this machine. */
#include "net/own.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/macros.h"
#include "unit.h"

static const struct {
    const char *listening;
    const char *host;
    bool reaches;
} cases[] = {
    { "0.0.0.0", "127.0.0.1", true },
    { "0.0.0.0", "127.1.2.3", true },
    { "0.0.0.0", "localhost", true },
    { "0.0.0.0", "LocalHost.", true },
    { "0.0.0.0", "relay.localhost", true },
    { "0.0.0.0", "::1", true },
    { "0.0.0.0", "0.0.0.0", true },
    { "0.0.0.0", "::ffff:127.0.0.1", true },
    { "::", "127.0.0.1", true },
    { "::", "::", true },
    { "0.0.0.0", "192.0.2.1", false },
    { "0.0.0.0", "2001:db8::1", false },
    { "::", "192.0.2.1", false },
    { "127.0.0.1", "127.0.0.1", true },
    { "127.0.0.1", "localhost", true },
    { "127.0.0.1", "0.0.0.0", true },
    { "127.0.0.1", "127.0.0.2", false },
    { "127.0.0.1", "192.0.2.1", false },
    { "localhost", "127.0.0.1", true },
    { "localhost", "::1", true },
    { "::1", "localhost", true },
    { "::1", "127.0.0.1", false },
    { "[::1]", "localhost", true },
    { "[::]", "127.0.0.1", true },
    { "192.0.2.1", "192.0.2.1", true },
    { "192.0.2.1", "127.0.0.1", false },
};

static void what_leads_here_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (own_reaches(cases[i].listening, cases[i].host) != cases[i].reaches)
            fail_msg("%s, %s", cases[i].listening, cases[i].host);
    }
}

/* Whatever addresses this machine has. */
static void every_address_of_an_interface_leads_here(void **state)
{
    char text[INET6_ADDRSTRLEN];
    struct ifaddrs *all;

    (void)state;
    assert_int_equal(getifaddrs(&all), 0);
    for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
        const void *sa = one->ifa_addr;

        if (!sa || one->ifa_addr->sa_family != AF_INET)
            continue;
        assert_non_null(inet_ntop(AF_INET,
                                  &((const struct sockaddr_in *)sa)->sin_addr,
                                  text, sizeof(text)));
        assert_true(own_reaches("0.0.0.0", text));
    }
    freeifaddrs(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_leads_here_is_found),
        cmocka_unit_test(every_address_of_an_interface_leads_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
