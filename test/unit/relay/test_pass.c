// SPDX-License-Identifier: MIT
/* What passes between client and upstream. */
#include "relay/pass.h"

#include "fields.h"
#include "http/parser.h"

#define OAUTH_CREDENTIAL                                                       \
    {                                                                          \
        .header = STR("authorization"), .prefix = STR("Bearer "),              \
        .token = STR("T"), .beta = STR("oauth-2025-04-20")                     \
    }
#define KEY_CREDENTIAL                                                         \
    {                                                                          \
        .header = STR("x-api-key"), .prefix = STR_EMPTY, .token = STR("K")     \
    }

#define LINE "POST /v1/messages?beta=true HTTP/1.1\r\n"
#define VERSION "anthropic-version: 2023-06-01\r\n"
#define BEARER "authorization: Bearer T\r\n"
#define KEY "x-api-key: K\r\n"
#define END "\r\n"

/* A request with what every case shares. */
static struct pass_request request_of(const struct headers *headers, bool oauth)
{
    struct pass_credential bearer = OAUTH_CREDENTIAL;
    struct pass_credential key = KEY_CREDENTIAL;

    return (struct pass_request){
        .method = STR("POST"),
        .target = STR("/v1/messages?beta=true"),
        .host = STR("api.example"),
        .headers = headers,
        .credential = oauth ? bearer : key,
        .version = STR("2023-06-01"),
        .length_kind = PASS_LENGTH_NONE,
    };
}

static void assert_head(const struct pass_request *request, const char *want)
{
    struct buf out;

    buf_init(&out, 1000000);
    pass_request(request, &out);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
}

static const struct {
    const char *fields;
    bool oauth;
    const char *want;
} head_cases[] = {
    { "", false, LINE "host: api.example\r\n" VERSION KEY END },
    { "", true,
      LINE
      "anthropic-beta: oauth-2025-04-20\r\nhost: api.example\r\n" VERSION BEARER
          END },
    /* order, spelling and odd values stay; Host stays where it was */
    { "X-B: 1\nhOST: localhost:3000\nx-b: 2\nUSER-Agent: a  b\t c\nX-b: \n"
      "Anthropic-Version: 2026-10-21\n",
      false,
      LINE "X-B: 1\r\nhOST: api.example\r\nx-b: 2\r\nUSER-Agent: a  b\t c\r\n"
           "X-b: \r\nAnthropic-Version: 2026-10-21\r\n" KEY END },
    /* the client's version wins, even if it is empty or strange */
    { "Host: a\nanthropic-version: \n", false,
      LINE "Host: api.example\r\nanthropic-version: \r\n" KEY END },
    /* exactly one credential, whatever came */
    { "Host: a\nAuthorization: Bearer cr_x\nX-Api-Key: cr_y\n"
      "authorization: Basic z\nx-api-key: sk-ant-api03-own\n",
      true,
      LINE
      "Host: api.example\r\nanthropic-beta: oauth-2025-04-20\r\n" VERSION BEARER
          END },
    { "Host: a\nAuthorization: Bearer cr_x\nX-Api-Key: cr_y\n", false,
      LINE "Host: api.example\r\n" VERSION KEY END },
    /* anthropic-beta: the client's list first, byte for byte */
    { "Host: a\nAnthropic-Beta: x ,y,\nX-Z: 1\n", true,
      LINE "Host: api.example\r\nAnthropic-Beta: x ,y,,oauth-2025-04-20\r\n"
           "X-Z: 1\r\n" VERSION BEARER END },
    { "Host: a\nanthropic-beta: x\nX-Z: 1\nANTHROPIC-BETA: y\n", true,
      LINE "Host: api.example\r\nanthropic-beta: x\r\nX-Z: 1\r\n"
           "ANTHROPIC-BETA: y,oauth-2025-04-20\r\n" VERSION BEARER END },
    { "Host: a\nanthropic-beta: \n", true,
      LINE
      "Host: api.example\r\nanthropic-beta: oauth-2025-04-20\r\n" VERSION BEARER
          END },
    { "Host: a\nanthropic-beta: oauth-2025-04-20 , x\nanthropic-beta: y\n",
      true,
      LINE "Host: api.example\r\nanthropic-beta: oauth-2025-04-20 , x\r\n"
           "anthropic-beta: y\r\n" VERSION BEARER END },
    { "Host: a\nanthropic-beta: x , y\n", false,
      LINE "Host: api.example\r\nanthropic-beta: x , y\r\n" VERSION KEY END },
    /* what Connection names goes */
    { "Host: a\nConnection: close, X-Hop\nX-HOP: 1\nX-Hop2: 2\n", false,
      LINE "Host: api.example\r\nX-Hop2: 2\r\n" VERSION KEY END },
    { "X-First: 1\nHost: a\nconnection: x-first\nConnection:  ,,x-last ,\n"
      "X-Last: 1\n",
      false, LINE "Host: api.example\r\n" VERSION KEY END },
    { "Host: a\nConnection: close\nClose: 1\nX: 1\n", false,
      LINE "Host: api.example\r\nX: 1\r\n" VERSION KEY END },
    { "Host: a\nConnection: Keep-Alive\nKeep-Alive: 1\nX: 1\n", false,
      LINE "Host: api.example\r\nX: 1\r\n" VERSION KEY END },
    /* but not what the API, the framing or the credential needs */
    { "Host: a\nConnection: host, anthropic-version, anthropic-beta, "
      "content-type, content-encoding, authorization, x-api-key\n"
      "Anthropic-Version: v\nanthropic-beta: b\nContent-Type: c\n"
      "Content-Encoding: gzip\nAuthorization: Bearer x\n",
      true,
      LINE "Host: api.example\r\nAnthropic-Version: v\r\n"
           "anthropic-beta: b,oauth-2025-04-20\r\nContent-Type: c\r\n"
           "Content-Encoding: gzip\r\n" BEARER END },
    /* what the strict reader refuses would do no harm either */
    { "Host: a\nHost: b\n", false,
      LINE "Host: api.example\r\n" VERSION KEY END },
    { "Content-Length: 5\ncontent-length: 6\nTransfer-Encoding: chunked\n"
      "Host: a\n",
      false, LINE "Host: api.example\r\n" VERSION KEY END },
};

static void the_head_is_the_clients_with_our_credential(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(head_cases); i++) {
        struct fields fields;
        struct pass_request request =
            request_of(fields_read(&fields, head_cases[i].fields),
                       head_cases[i].oauth);

        assert_head(&request, head_cases[i].want);
    }
}

#define LOGIN "Bearer sk-ant-oat01-CANARY"

static const struct {
    const char *fields;
    const char *want;
} login_cases[] = {
    { "Host: a\nAuthorization: " LOGIN "\nX: 1\n",
      LINE "Host: api.example\r\nAuthorization: " LOGIN "\r\nX: 1\r\n" END },
    /* no version, no flag is added */
    { "Host: a\nanthropic-beta: x\nauthorization: " LOGIN "\n",
      LINE "Host: api.example\r\nanthropic-beta: x\r\n"
           "authorization: " LOGIN "\r\n" END },
    /* what does not pass still does not, and one credential leaves */
    { "Host: a\nCookie: c\nVia: v\nX-Account-Name: n\nx-api-key: k\n"
      "Authorization: " LOGIN "\nProxy-Authorization: p\n",
      LINE "Host: api.example\r\nAuthorization: " LOGIN "\r\n" END },
    /* Connection cannot take it away */
    { "Host: a\nConnection: authorization, x\nX: 1\n"
      "Authorization: " LOGIN "\n",
      LINE "Host: api.example\r\nAuthorization: " LOGIN "\r\n" END },
};

static void a_clients_own_login_passes_and_nothing_is_added(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(login_cases); i++) {
        struct fields fields;
        struct pass_request request =
            request_of(fields_read(&fields, login_cases[i].fields), true);

        request.own_login = true;
        request.beta = STR("a,b");
        assert_head(&request, login_cases[i].want);
    }
}

static void configured_flags_are_added_for_every_account(void **state)
{
    struct fields fields;
    struct pass_request request =
        request_of(fields_read(&fields, "Host: a\nanthropic-beta: b\n"), false);

    (void)state;
    request.beta = STR("a, b,c");
    assert_head(&request, LINE
                "Host: api.example\r\nanthropic-beta: b,a,c\r\n" VERSION KEY
                    END);
    request.headers = fields_read(&fields, "Host: a\n");
    assert_head(&request, LINE
                "Host: api.example\r\nanthropic-beta: a,b,c\r\n" VERSION KEY
                    END);
}

static const struct {
    const char *fields;
    enum pass_length kind;
    uint64_t length;
    const char *want;
} length_cases[] = {
    { "Host: a\nX: 1\n", PASS_LENGTH_NONE, 0,
      "Host: api.example\r\nX: 1\r\n" VERSION },
    { "Content-Length: 5\nHost: a\n", PASS_LENGTH_NONE, 0,
      "Host: api.example\r\n" VERSION },
    /* ours, in the place and spelling of the client's */
    { "CONTENT-Length: 5\nHost: a\n", PASS_LENGTH_KNOWN, 3,
      "CONTENT-Length: 3\r\nHost: api.example\r\n" VERSION },
    { "Content-Length: 0\nHost: a\n", PASS_LENGTH_KNOWN, 0,
      "Content-Length: 0\r\nHost: api.example\r\n" VERSION },
    { "Content-Length: 1\nHost: a\ncontent-length: 1\n", PASS_LENGTH_KNOWN, 7,
      "Content-Length: 7\r\nHost: api.example\r\n" VERSION },
    { "Host: a\nConnection: content-length\nContent-Length: 5\n",
      PASS_LENGTH_KNOWN, 5,
      "Host: api.example\r\nContent-Length: 5\r\n" VERSION },
    /* a chunked body that was kept whole goes with its length */
    { "Host: a\nTransfer-Encoding: chunked\n", PASS_LENGTH_KNOWN,
      18446744073709551614u,
      "Host: api.example\r\n" VERSION "content-length: 18446744073709551614"
      "\r\n" },
    /* one that is passed on as it comes stays chunked */
    { "Host: a\nTransfer-Encoding: chunked\n", PASS_LENGTH_CHUNKED, 0,
      "Host: api.example\r\n" VERSION "transfer-encoding: chunked\r\n" },
    { "Host: a\nTransfer-Encoding: chunked\nContent-Length: 5\n",
      PASS_LENGTH_CHUNKED, 5,
      "Host: api.example\r\n" VERSION "transfer-encoding: chunked\r\n" },
    { "Host: a\nConnection: transfer-encoding\nTransfer-Encoding: chunked\n",
      PASS_LENGTH_CHUNKED, 5,
      "Host: api.example\r\n" VERSION "transfer-encoding: chunked\r\n" },
};

static void there_is_one_framing_and_it_is_ours(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(length_cases); i++) {
        struct fields fields;
        struct pass_request request =
            request_of(fields_read(&fields, length_cases[i].fields), false);
        struct arena *arena = arena_new();

        request.length_kind = length_cases[i].kind;
        request.length = length_cases[i].length;
        assert_head(
            &request,
            arena_printf(arena, LINE "%s" KEY END, length_cases[i].want).at);
        arena_free(arena);
    }
}

static const struct {
    const char *prefix;
    const char *path;
    const char *query;
    const char *want;
} target_cases[] = {
    { "", "/v1/messages", "", "/v1/messages" },
    { "", "/v1/messages", "?beta=true", "/v1/messages?beta=true" },
    { "/p/q", "/v1/models/%41", "", "/p/q/v1/models/%41" },
    { "", "/v1/messages", "?account=a", "/v1/messages" },
    { "", "/v1/messages", "?", "/v1/messages?" },
    { "", "/v1/messages", "?account=a&beta=true", "/v1/messages?beta=true" },
    { "/p", "/v1/files", "?limit=1&account=a&x=%2F+%zz&&y",
      "/p/v1/files?limit=1&x=%2F+%zz&&y" },
    { "", "/v1/files", "?Account=a", "/v1/files?Account=a" },
};

static void the_target_is_prefix_path_and_query(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(target_cases); i++) {
        struct arena *arena = arena_new();

        unit_assert_str(pass_target(arena, str_of(target_cases[i].prefix),
                                    str_of(target_cases[i].path),
                                    str_of(target_cases[i].query)),
                        target_cases[i].want);
        arena_free(arena);
    }
}

static const struct {
    const char *fields;
    const char *want;
} response_cases[] = {
    { "", "" },
    { "Date: x\nContent-Type: text/event-stream; charset=utf-8\n"
      "Transfer-Encoding: chunked\nConnection: keep-alive\nrequest-id: r\n"
      "Set-Cookie: a=1\nset-cookie: b=2\nCF-RAY: c\nVia: 1.1 x\n"
      "x-should-retry: true\nX-Empty: \n",
      "Date: x\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
      "request-id: r\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nCF-RAY: c\r\n"
      "Via: 1.1 x\r\nx-should-retry: true\r\nX-Empty: \r\n" },
    { "CONTENT-Length: 0012\nContent-Encoding: br\n",
      "CONTENT-Length: 0012\r\nContent-Encoding: br\r\n" },
    { "Connection: close, x-hop, content-length, content-type\nX-Hop: 1\n"
      "Content-Length: 3\nContent-Type: a\n",
      "Content-Length: 3\r\nContent-Type: a\r\n" },
    { "Keep-Alive: timeout=5\nProxy-Authenticate: Basic\nTE: x\nTrailer: y\n"
      "Upgrade: h2c\nretry-after: 7\n",
      "retry-after: 7\r\n" },
    /* never both framings */
    { "Content-Length: 3\nTransfer-Encoding: chunked\nX: 1\n", "X: 1\r\n" },
    { "X: 1\ntransfer-encoding: chunked\ncontent-length: 3\n", "X: 1\r\n" },
};

static void answers_pass_but_for_their_connection(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(response_cases); i++) {
        struct fields fields;
        struct buf out;

        buf_init(&out, 10000);
        pass_response(fields_read(&fields, response_cases[i].fields), STR_EMPTY,
                      &out);
        unit_assert_str(buf_str(&out), response_cases[i].want);
        buf_done(&out);
    }
}

/* Spaces around a value are the sender's affair (RFC 9110 5.5). */
static void every_field_has_one_form_however_it_was_spaced(void **state)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nA: 1\r\nB:2\r\nC:  3\r\nD: "
                               "4 \r\nE: 5\r\nF:\r\nG: \r\nH:\t6\r\nI: 7\r\n"
                               "J: 8\r\n\r\n";
    struct parser *parser = parser_new(PARSER_RESPONSE);
    struct arena *arena = arena_new();
    struct buf out;

    (void)state;
    buf_init(&out, 10000);
    parser_begin(parser, arena, false);
    assert_int_equal(parser_feed(parser, STR(text)), sizeof(text) - 1);
    pass_response(&parser_head(parser)->headers, STR_EMPTY, &out);
    unit_assert_str(buf_str(&out),
                    "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: \r\nG: \r\n"
                    "H: 6\r\nI: 7\r\nJ: 8\r\n");
    buf_done(&out);
    parser_free(parser);
    arena_free(arena);
}

static void fields_of_a_beginning_can_be_left_out(void **state)
{
    struct fields fields;
    struct buf out;

    (void)state;
    buf_init(&out, 10000);
    pass_response(fields_read(&fields, "Date: x\nTea-Pot: 1\nTEA-CUP: 2\n"
                                       "Tea: 3\nContent-Length: 3\n"),
                  STR("tea-"), &out);
    unit_assert_str(buf_str(&out),
                    "Date: x\r\nTea: 3\r\nContent-Length: 3\r\n");
    buf_done(&out);
}

static void a_resized_answer_has_one_length(void **state)
{
    struct fields fields;
    struct buf out;

    (void)state;
    buf_init(&out, 10000);
    pass_response_resized(fields_read(&fields,
                                      "Date: x\nContent-LENGTH: 3\n"
                                      "request-id: r\ncontent-length: 3\n"
                                      "Transfer-Encoding: chunked\n"
                                      "Connection: close, x-hop\nX-Hop: 1\n"),
                          STR_EMPTY, 1234, &out);
    unit_assert_str(buf_str(&out),
                    "Date: x\r\nrequest-id: r\r\ncontent-length: 1234\r\n");
    buf_done(&out);
}

static void no_compression_is_asked_where_the_relay_reads(void **state)
{
    struct fields fields;
    struct pass_request request =
        request_of(fields_read(&fields, "Host: a\nAccept-Encoding: gzip\n"
                                        "accept: x\naccept-ENCODING: br\n"),
                   false);

    (void)state;
    assert_head(&request,
                LINE "Host: api.example\r\nAccept-Encoding: gzip\r\n"
                     "accept: x\r\naccept-ENCODING: br\r\n" VERSION KEY END);
    request.uncompressed = true;
    assert_head(&request,
                LINE "Host: api.example\r\naccept: x\r\n" VERSION KEY END);
}

/* 46 characters, as a relay key has. */
#define CANARY_OF(start) start "CANARY-0123456789_ABCDEFGHIJKLMNOPQRSTUVWXY"
#define CANARY CANARY_OF("cr_")
#define FINE "X-Fine: 1\n"

static const struct {
    const char *fields;
    bool own_login;
    const char *want; /* between Host and what is added */
} key_cases[] = {
    { "Authorization: Bearer " CANARY "\n" FINE, false, "X-Fine: 1\r\n" },
    { "authorization: " CANARY "\n" FINE, false, "X-Fine: 1\r\n" },
    { "x-api-key: " CANARY "\n" FINE, false, "X-Fine: 1\r\n" },
    { "X-Api-Key: " CANARY "\n" FINE "X-Api-Key: " CANARY "\n", false,
      "X-Fine: 1\r\n" },
    { "X-API-KEY: Bearer " CANARY "\nAuthorization: Bearer " CANARY "\n" FINE,
      false, "X-Fine: 1\r\n" },
    { "Proxy-Authorization: Bearer " CANARY "\n" FINE, false, "X-Fine: 1\r\n" },
    { "Cookie: key=" CANARY "\n" FINE, false, "X-Fine: 1\r\n" },
    { "Connection: x-api-key, authorization\nx-api-key: " CANARY "\n" FINE,
      false, "X-Fine: 1\r\n" },
    /* where it was put by mistake */
    { "X-Goog-Api-Key: " CANARY "\n" FINE, false, "X-Fine: 1\r\n" },
    { "X-Auth-Token: Bearer " CANARY "\n" FINE, false, "X-Fine: 1\r\n" },
    { "Referer: http://h/?key=" CANARY "&x=1\n" FINE, false, "X-Fine: 1\r\n" },
    { "anthropic-beta: " CANARY "\n" FINE, false, "X-Fine: 1\r\n" },
    { "X-A: cr_cr_" CANARY "\n" FINE, false, "X-Fine: 1\r\n" },
    { "Authorization: Bearer sk-ant-oat01-x, " CANARY "\n" FINE, true,
      "X-Fine: 1\r\n" },
    { "Authorization: Bearer sk-ant-oat01-x\nx-api-key: " CANARY "\n" FINE,
      true, "Authorization: Bearer sk-ant-oat01-x\r\nX-Fine: 1\r\n" },
    /* escaped, and as a field's name */
    { "Referer: http://h/%zz%63r_" CANARY_OF("") "\n" FINE, false,
      "X-Fine: 1\r\n" },
    { CANARY ": 1\n" FINE, false, "X-Fine: 1\r\n" },
    { "X-" CANARY ": 1\n" FINE, false, "X-Fine: 1\r\n" },
    { "anthropic-" CANARY ":\n" FINE, true, "X-Fine: 1\r\n" },
    { "X-%63r_" CANARY_OF("") ": 1\n" FINE, false, "X-Fine: 1\r\n" },
    /* what only looks a little like one passes */
    { "X-A: cr_short\nX-B: " CANARY_OF("CR_") "\nX-C: cr-0123456789\n", false,
      "X-A: cr_short\r\nX-B: " CANARY_OF("CR_") "\r\nX-C: cr-0123456789\r\n" },
};

static void a_relay_key_goes_nowhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(key_cases); i++) {
        struct fields fields;
        struct pass_request request =
            request_of(fields_read(&fields, key_cases[i].fields), false);
        char want[512];

        request.own_login = key_cases[i].own_login;
        (void)snprintf(want, sizeof(want), LINE "%shost: api.example\r\n%s" END,
                       key_cases[i].want, request.own_login ? "" : VERSION KEY);
        assert_head(&request, want);
    }
}

static const struct {
    const char *query;
    const char *target;
} key_targets[] = {
    { "?key=" CANARY, "/v1/messages" },
    { "?beta=true&key=" CANARY, "/v1/messages?beta=true" },
    { "?key=" CANARY "&beta=true&api_key=" CANARY, "/v1/messages?beta=true" },
    { "?" CANARY "&beta=true", "/v1/messages?beta=true" },
    { "?" CANARY "=1&beta=true&account=a", "/v1/messages?beta=true" },
    { "?key=" CANARY_OF("%63r_") "&beta=true", "/v1/messages?beta=true" },
    { "?key=" CANARY_OF("cr%5F") "&beta=true", "/v1/messages?beta=true" },
    { "?key=Bearer+" CANARY "&beta=true", "/v1/messages?beta=true" },
    { "?key=%zz" CANARY "&beta=true", "/v1/messages?beta=true" },
    { "?key=cr_short&beta=%74rue&&",
      "/v1/messages?key=cr_short&beta=%74rue&&" },
    { "?a=%zz%63r_" CANARY_OF("") "&b", "/v1/messages?b" },
    { "?%2563r_" CANARY_OF("") "=1&b", "/v1/messages?b" },
};

static void nor_does_it_in_the_query(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(key_targets); i++)
        unit_assert_str(pass_target(arena, STR_EMPTY, STR("/v1/messages"),
                                    str_of(key_targets[i].query)),
                        key_targets[i].target);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_is_the_clients_with_our_credential),
        cmocka_unit_test(a_clients_own_login_passes_and_nothing_is_added),
        cmocka_unit_test(a_relay_key_goes_nowhere),
        cmocka_unit_test(nor_does_it_in_the_query),
        cmocka_unit_test(every_field_has_one_form_however_it_was_spaced),
        cmocka_unit_test(a_resized_answer_has_one_length),
        cmocka_unit_test(fields_of_a_beginning_can_be_left_out),
        cmocka_unit_test(no_compression_is_asked_where_the_relay_reads),
        cmocka_unit_test(configured_flags_are_added_for_every_account),
        cmocka_unit_test(there_is_one_framing_and_it_is_ours),
        cmocka_unit_test(the_target_is_prefix_path_and_query),
        cmocka_unit_test(answers_pass_but_for_their_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
