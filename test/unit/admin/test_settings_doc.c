// SPDX-License-Identifier: MIT
/* The options as a document. */
#include "admin/settings_doc.h"

#include "unit.h"

static struct config_source from(enum config_origin origin, const char *text)
{
    return (struct config_source){ .origin = origin,
                                   .text = str_of(text),
                                   .length = strlen(text),
                                   .file = ".env",
                                   .line = 9 };
}

static struct config settings(void)
{
    struct config config = { .env_file = "/srv/relay/.env" };

    config.sources[CONFIG_AT_PORT] = from(CONFIG_BY_ARGUMENT, "3001");
    config.sources[CONFIG_AT_WORKERS] = from(CONFIG_BY_FILE, "4");
    config.sources[CONFIG_AT_HOST] = from(CONFIG_BY_ENVIRONMENT, "::1");
    config.sources[CONFIG_AT_LOG_LEVEL] = from(CONFIG_BY_DEFAULT, "info");
    config.sources[CONFIG_AT_ADMIN_TOKEN] = (struct config_source){
        .origin = CONFIG_BY_FILE, .length = 43, .file = ".env", .line = 2
    };
    return config;
}

/* One option's document as text; the caller's. */
static void assert_shown(const struct config *config,
                         const struct settings_here *here,
                         enum config_option_number number, const char *want)
{
    struct json_doc *doc = settings_doc(config, here);
    struct json_doc *option = json_doc_copy(
        json_doc_at(json_doc_get(doc, "options"), (size_t)number));
    struct buf out;

    json_doc_set(option, "meaning", json_doc_new_null());
    json_doc_set(option, "allowed", json_doc_new_null());
    buf_init(&out, 4096);
    assert_true(json_doc_write(option, false, &out));
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
    json_doc_free(option);
    json_doc_free(doc);
}

static void assert_option(const struct config *config, enum log_level level,
                          enum config_option_number number, const char *want)
{
    const struct settings_here here = { .log_level = level };

    assert_shown(config, &here, number, want);
}

#define OPTION(name, value, secret, length, standard, origin, place, effect,   \
               how)                                                            \
    "{\"name\":\"" name "\",\"meaning\":null,\"value\":" value                 \
    ",\"is_secret\":" secret ",\"is_set\":true,\"length\":" length             \
    ",\"default\":" standard ",\"origin\":\"" origin "\"," place               \
    ",\"allowed\":null,\"effect\":\"" effect "\",\"command\":\"" how "\"}"
#define NOWHERE "\"file\":null,\"line\":null"

static void each_says_where_and_what_to_do(void **state)
{
    const struct config config = settings();

    (void)state;
    assert_option(&config, LOG_INFO, CONFIG_AT_WORKERS,
                  OPTION("WORKERS", "\"4\"", "false", "null", "\"0\"", "file",
                         "\"file\":\".env\",\"line\":9", "restart",
                         "change line 9 of /srv/relay/.env, and start the "
                         "relay again"));
    assert_option(&config, LOG_INFO, CONFIG_AT_PORT,
                  OPTION("PORT", "\"3001\"", "false", "null", "\"3000\"",
                         "argument", NOWHERE, "restart",
                         "change it on the command line that starts the "
                         "relay, and start the relay again"));
    assert_option(&config, LOG_INFO, CONFIG_AT_HOST,
                  OPTION("HOST", "\"::1\"", "false", "null", "\"0.0.0.0\"",
                         "environment", NOWHERE, "restart",
                         "change it where the relay's environment is set (its "
                         "service, container or shell), and start the relay "
                         "again"));
}

static void a_secret_has_a_length_and_no_value(void **state)
{
    const struct config config = settings();

    (void)state;
    assert_option(&config, LOG_INFO, CONFIG_AT_ADMIN_TOKEN,
                  OPTION("ADMIN_TOKEN", "null", "true", "43", "null", "file",
                         "\"file\":\".env\",\"line\":2", "restart",
                         "change line 2 of /srv/relay/.env, and start the "
                         "relay again"));
}

#define LEVEL(value, origin)                                                   \
    OPTION(                                                                    \
        "LOG_LEVEL", value, "false", "null", "\"info\"", origin, NOWHERE,      \
        "now",                                                                 \
        "`claude-relay log-level debug`, say: it holds until the relay ends")

static void the_level_is_that_of_now(void **state)
{
    const struct config config = settings();

    (void)state;
    assert_option(&config, LOG_INFO, CONFIG_AT_LOG_LEVEL,
                  LEVEL("\"info\"", "default"));
    assert_option(&config, LOG_DEBUG, CONFIG_AT_LOG_LEVEL,
                  LEVEL("\"debug\"", "here"));
}

#define SET_HERE "`claude-relay notify set`, or write NOTIFY_URL into .env"

static void notices_are_where_they_were_sent_here(void **state)
{
    const struct notify_target target = { .format = NOTIFY_SLACK,
                                          .length = 50 };
    struct settings_here here = { .notices = &target };
    struct config config = settings();

    (void)state;
    config.sources[CONFIG_AT_NOTIFY_FORMAT] = from(CONFIG_BY_DEFAULT, "json");
    assert_shown(&config, &here, CONFIG_AT_NOTIFY_URL,
                 OPTION("NOTIFY_URL", "null", "true", "50", "null", "here",
                        NOWHERE, "now", SET_HERE));
    assert_shown(&config, &here, CONFIG_AT_NOTIFY_FORMAT,
                 OPTION("NOTIFY_FORMAT", "\"slack\"", "false", "null",
                        "\"json\"", "here", NOWHERE, "now", SET_HERE));
    here.notices_fixed = true;
    assert_shown(&config, &here, CONFIG_AT_NOTIFY_FORMAT,
                 OPTION("NOTIFY_FORMAT", "\"json\"", "false", "null",
                        "\"json\"", "default", NOWHERE, "restart",
                        "write NOTIFY_FORMAT=... into /srv/relay/.env, and "
                        "start the relay again"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_says_where_and_what_to_do),
        cmocka_unit_test(a_secret_has_a_length_and_no_value),
        cmocka_unit_test(the_level_is_that_of_now),
        cmocka_unit_test(notices_are_where_they_were_sent_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
