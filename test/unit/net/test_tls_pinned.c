// SPDX-License-Identifier: MIT
/* TLS that trusts one file, or the system later: two streams of one loop shake hands. */
#include <fcntl.h>
#include <string.h>

#include "base/mem.h"
#include "net/stream.h"
#include "net/tls.h"
#include "sim/certificate.h"
#include "unit.h"
#include "wire.h"

struct side {
    struct stream *stream;
    enum stream_status secured; /* STREAM_AGAIN: not yet */
};

struct scene {
    char *folder;
    char *cert;
    char *key;
    struct loop *loop;
    struct tls *server_tls;
    struct side client;
    struct side server;
};

static int scene_open(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct err err;

    scene->folder = unit_folder_new();
    scene->cert = mem_strdup(unit_path(scene->folder, "cert"));
    scene->key = mem_strdup(unit_path(scene->folder, "key"));
    assert_true(certificate_write(scene->cert, scene->key, &err));
    scene->server_tls = tls_server_new(scene->cert, scene->key, &err);
    scene->loop = loop_new();
    *state = scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *scene = *state;

    tls_free(scene->server_tls);
    loop_free(scene->loop);
    mem_free(scene->cert);
    mem_free(scene->key);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static void ready(void *arg, unsigned what)
{
    struct side *side = arg;

    (void)what;
    if (side->secured == STREAM_AGAIN)
        side->secured = stream_secure(side->stream);
    if (side->secured != STREAM_AGAIN)
        stream_want(side->stream, 0);
}

static bool is_decided(void *arg)
{
    const struct side *client = arg;

    return client->secured != STREAM_AGAIN;
}

static void start(struct scene *scene, struct side *side, int fd)
{
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    *side = (struct side){ .secured = STREAM_AGAIN };
    side->stream = stream_new(scene->loop, fd, ready, side);
}

/* What the client makes of the server. */
static enum stream_status meet(struct scene *scene, struct tls *tls)
{
    struct tls_slot *slot = tls_slot_new();
    int ends[2];

    wire_pair(ends);
    start(scene, &scene->server, ends[0]);
    stream_start_server_tls(scene->server.stream, scene->server_tls);
    start(scene, &scene->client, ends[1]);
    stream_start_client_tls(scene->client.stream, tls, slot, "localhost");
    scene->client.secured = stream_secure(scene->client.stream);
    wire_until(scene->loop, is_decided, &scene->client);
    stream_free(scene->client.stream);
    stream_free(scene->server.stream);
    tls_slot_free(slot);
    return scene->client.secured;
}

/* The system's authorities, and the relay's, are not trusted beside it. */
static void the_file_alone_is_trusted(void **state)
{
    struct scene *scene = *state;
    struct err err;
    struct tls *tls = tls_client_pinned(scene->cert, &err);

    assert_int_equal(meet(scene, tls), STREAM_OK);
    tls_free(tls_ref(tls));
    assert_int_equal(meet(scene, tls), STREAM_OK);
    tls_free(tls);
    assert_true(certificate_write(scene->cert, scene->key, &err)); /* another */
    tls = tls_client_pinned(scene->cert, &err);
    assert_int_equal(meet(scene, tls), STREAM_BROKEN);
    tls_free(tls);
}

/* What the system trusts is read by whoever comes first; the file counts anyway. */
static void trust_that_comes_later_is_the_same(void **state)
{
    struct scene *scene = *state;
    struct err err;
    struct tls *tls = tls_client_later(scene->cert, &err);

    assert_int_equal(meet(scene, tls), STREAM_OK);
    assert_int_equal(meet(scene, tls), STREAM_OK);
    tls_free(tls);
    tls = tls_client_later(NULL, &err);
    assert_int_equal(meet(scene, tls), STREAM_BROKEN);
    tls_free(tls);
    assert_null(tls_client_later("/not/there", &err));
    unit_assert_part(err.text, "UPSTREAM_CA_FILE");
}

static void what_holds_no_certificate_is_refused(void **state)
{
    struct scene *scene = *state;
    struct err err;

    assert_null(tls_client_pinned(scene->key, &err));
    unit_assert_part(err.text, "must be a PEM file with certificates: ");
    unit_write(scene->folder, "cert", "");
    assert_null(tls_client_pinned(scene->cert, &err));
    assert_null(tls_client_pinned("/not/there", &err));
    assert_null(strstr(err.text, "there"));
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(the_file_alone_is_trusted),
        ROW(trust_that_comes_later_is_the_same),
        ROW(what_holds_no_certificate_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
