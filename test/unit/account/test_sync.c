// SPDX-License-Identifier: MIT
/* Keeping the accounts in step with a store, which is scripted: it says what the
   test has put into it, counts what it is asked, and waits at a gate. */
#include "account/sync.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "base/mem.h"
#include "unit.h"

#define DOCS 4

struct document {
    const char *key;
    const char *text; /* NULL: not there; "!...": it cannot be read */
    bool removed;     /* on purpose */
};

struct scene {
    struct store_driver driver;
    pthread_mutex_t gate; /* held by the test: the store's thread waits */
    pthread_mutex_t lock; /* guards the script */
    struct document docs[DOCS];
    bool unlistable;
    char asked[200];
    struct store *store;
    struct loop *loop;
    struct accounts *accounts;
    struct sync *sync;
    const char *spent; /* a grant's account */
    char restored[20];
    char removed[20];
    unsigned shown;
    unsigned wanted;
};

/* ---- the script --------------------------------------------------------- */

static struct scene *scene_of(struct store_driver *driver)
{
    return CONTAINER_OF(driver, struct scene, driver);
}

static struct document *document(struct scene *scene, const char *key)
{
    for (size_t i = 0; i < DOCS; i++) {
        if (scene->docs[i].key && strcmp(scene->docs[i].key, key) == 0)
            return &scene->docs[i];
    }
    return NULL;
}

static void note(struct scene *scene, const char *key)
{
    (void)snprintf(scene->asked + strlen(scene->asked),
                   sizeof(scene->asked) - strlen(scene->asked), "%s ", key);
}

static bool read_doc(struct store_driver *driver, const char *key,
                     struct json_doc **doc, struct err *err)
{
    struct scene *scene = scene_of(driver);
    const char *text;
    bool ok = true;

    (void)pthread_mutex_lock(&scene->gate);
    (void)pthread_mutex_unlock(&scene->gate);
    (void)pthread_mutex_lock(&scene->lock);
    note(scene, key);
    text = document(scene, key) ? document(scene, key)->text : NULL;
    *doc = NULL;
    if (text && text[0] == '!')
        ok = err_set(err, ERR_IO, "%s", text + 1);
    else if (text)
        *doc = json_doc_parse(str_of(text), err);
    (void)pthread_mutex_unlock(&scene->lock);
    return ok;
}

static bool was_removed(struct store_driver *driver, const char *key)
{
    struct scene *scene = scene_of(driver);
    bool removed;

    (void)pthread_mutex_lock(&scene->lock);
    removed = document(scene, key) && document(scene, key)->removed;
    (void)pthread_mutex_unlock(&scene->lock);
    return removed;
}

static bool list(struct store_driver *driver,
                 void (*visit)(void *arg, const char *key), void *arg,
                 struct err *err)
{
    struct scene *scene = scene_of(driver);

    (void)pthread_mutex_lock(&scene->lock);
    note(scene, "list");
    (void)pthread_mutex_unlock(&scene->lock);
    if (scene->unlistable)
        return err_set(err, ERR_IO, "no such folder");
    for (size_t i = 0; i < DOCS; i++) {
        if (scene->docs[i].text)
            visit(arg, scene->docs[i].key);
    }
    return true;
}

static void free_driver(struct store_driver *driver)
{
    (void)driver;
}

static bool is_spent(void *arg, const struct account *account)
{
    const struct scene *scene = arg;

    return scene->spent && strcmp(scene->spent, account->grant) == 0;
}

static void restore(void *arg, const char *name)
{
    struct scene *scene = arg;

    (void)snprintf(scene->restored, sizeof(scene->restored), "%s", name);
}

static void removed(void *arg, const char *name)
{
    struct scene *scene = arg;

    (void)snprintf(scene->removed, sizeof(scene->removed), "%s", name);
}

static void shown(void *arg)
{
    struct scene *scene = arg;

    scene->shown++;
    if (scene->shown == scene->wanted)
        loop_stop(scene->loop);
}

/* ---- the scene ---------------------------------------------------------- */

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->driver = (struct store_driver){ .read = read_doc,
                                           .was_removed = was_removed,
                                           .list = list,
                                           .free = free_driver };
    (void)pthread_mutex_init(&scene->gate, NULL);
    (void)pthread_mutex_init(&scene->lock, NULL);
    scene->store = store_over(&scene->driver);
    scene->loop = loop_new();
    scene->accounts = accounts_new();
    scene->sync = sync_new(&(struct sync_options){ .loop = scene->loop,
                                                   .store = scene->store,
                                                   .accounts = scene->accounts,
                                                   .again_ms = 20,
                                                   .is_spent = is_spent,
                                                   .restore = restore,
                                                   .removed = removed,
                                                   .shown = shown,
                                                   .arg = scene });
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    sync_free(scene->sync);
    store_stop(scene->store);
    loop_free(scene->loop);
    store_free(scene->store);
    accounts_free(scene->accounts);
    (void)pthread_mutex_destroy(&scene->gate);
    (void)pthread_mutex_destroy(&scene->lock);
    mem_free(scene);
    return 0;
}

static void set(struct scene *scene, size_t i, const char *key,
                const char *text)
{
    (void)pthread_mutex_lock(&scene->lock);
    scene->docs[i] = (struct document){ .key = key, .text = text };
    (void)pthread_mutex_unlock(&scene->lock);
}

static void wait_shown(struct scene *scene, unsigned count)
{
    scene->wanted = scene->shown + count;
    loop_run(scene->loop);
}

static void assert_asked(struct scene *scene, const char *keys)
{
    assert_string_equal(scene->asked, keys);
    scene->asked[0] = '\0';
}

static void assert_account(struct scene *scene, const char *name,
                           const char *token, const char *file_problem)
{
    struct account *account = accounts_get(scene->accounts, str_of(name));

    if (!account)
        fail_msg("there is no account %s", name);
    unit_assert_str(secret_reveal(account->token), token);
    unit_assert_part(account->file_problem, file_problem);
    if (file_problem[0] == '\0')
        assert_string_equal(account->file_problem, "");
    account_unref(account);
}

#define KEY(text) "{\"api_key\":\"sk-ant-api03-" text "\"}"

static void fill(struct scene *scene)
{
    set(scene, 0, "apikey_a", KEY("a1"));
    set(scene, 1, "apikey_b", KEY("b1"));
    sync_changed(scene->sync, NULL);
    wait_shown(scene, 1);
    assert_asked(scene, "list apikey_a apikey_b ");
}

/* ---- IDLE --------------------------------------------------------------- */

static void one_changed_file_reads_one_file(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    set(scene, 1, "apikey_b", KEY("b2"));
    sync_changed(scene->sync, "apikey_b.json");
    wait_shown(scene, 1);
    assert_asked(scene, "apikey_b ");
    assert_account(scene, "b", "sk-ant-api03-b2", "");
}

static void names_that_are_no_accounts_cost_nothing(void **state)
{
    static const char *const names[] = {
        "relay.db-wal",
        ".lock_oauth_a",
        ".apikey_a.json.0011223344556677.tmp",
        "apikey_a",
        ".json",
        "pkce_00.json",
        "oauth_.json",
        ".in-use",
        "apikey_a.json.bak",
        "db",
        "",
        ".removed_oauth_a",
    };
    struct scene *scene = *state;

    fill(scene);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        sync_changed(scene->sync, names[i]);
    sync_changed(scene->sync, "apikey_a.json");
    wait_shown(scene, 1);
    assert_asked(scene, "apikey_a ");
}

/* ---- ASKED -------------------------------------------------------------- */

static void several_changes_become_one(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    for (int i = 0; i < 100; i++)
        sync_changed(scene->sync, i % 2 ? "apikey_b.json" : "apikey_a.json");
    wait_shown(scene, 1);
    assert_asked(scene, "apikey_a apikey_b ");
}

static void too_much_means_everything(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    sync_changed(scene->sync, "apikey_b.json");
    sync_changed(scene->sync, NULL);
    wait_shown(scene, 1);
    assert_asked(scene, "list apikey_a apikey_b ");
    for (int i = 0; i < 100; i++) {
        char name[40];

        (void)snprintf(name, sizeof(name), "apikey_n%d.json", i);
        sync_changed(scene->sync, name);
    }
    wait_shown(scene, 1);
    assert_asked(scene, "list apikey_a apikey_b ");
}

/* ---- READING ------------------------------------------------------------ */

static void open_gate(void *arg)
{
    struct scene *scene = arg;

    sync_changed(scene->sync, "apikey_a.json");
    sync_changed(scene->sync, "note.txt");
    (void)pthread_mutex_unlock(&scene->gate);
}

static void what_changes_while_it_reads_is_read_again(void **state)
{
    struct scene *scene = *state;
    struct loop_timer *later = loop_timer_new(scene->loop, open_gate, scene);

    fill(scene);
    (void)pthread_mutex_lock(&scene->gate);
    sync_changed(scene->sync, "apikey_b.json");
    loop_timer_set(later, 50);
    wait_shown(scene, 2);
    assert_asked(scene, "apikey_b apikey_a ");
    loop_timer_free(later);
}

static void what_is_read_after_it_was_freed_is_not_shown(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    set(scene, 0, "apikey_a", KEY("a2"));
    sync_changed(scene->sync, "apikey_a.json");
    sync_free(scene->sync);
    scene->sync = NULL;
    assert_account(scene, "a", "sk-ant-api03-a1", "");
}

/* ---- SHOWN -------------------------------------------------------------- */

static void a_file_that_is_away_is_no_removal(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    set(scene, 0, "apikey_a", NULL);
    sync_changed(scene->sync, "apikey_a.json");
    wait_shown(scene, 1);
    assert_account(scene, "a", "sk-ant-api03-a1", "its file is gone");
    /* It comes back, and nobody says so: a volume, say. */
    set(scene, 0, "apikey_a", KEY("a2"));
    wait_shown(scene, 1);
    assert_account(scene, "a", "sk-ant-api03-a2", "");
    assert_asked(scene, "apikey_a apikey_a ");
}

static void a_removal_that_was_asked_for_removes(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    set(scene, 0, "apikey_a", NULL);
    scene->docs[0].removed = true;
    sync_changed(scene->sync, "apikey_a.json");
    wait_shown(scene, 1);
    assert_null(accounts_get(scene->accounts, STR("a")));
    assert_account(scene, "b", "sk-ant-api03-b1", "");
    assert_string_equal(scene->removed, "a");
}

static void an_empty_folder_removes_nobody(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    set(scene, 0, NULL, NULL);
    set(scene, 1, NULL, NULL);
    sync_changed(scene->sync, NULL);
    wait_shown(scene, 1);
    assert_asked(scene, "list apikey_a apikey_b ");
    assert_account(scene, "a", "sk-ant-api03-a1", "its file is gone");
    assert_account(scene, "b", "sk-ant-api03-b1", "its file is gone");
}

static void a_folder_that_cannot_be_read_is_read_again(void **state)
{
    struct scene *scene = *state;
    char text[ACCOUNTS_COMPLAINT_MAX];

    fill(scene);
    scene->unlistable = true;
    sync_changed(scene->sync, NULL);
    wait_shown(scene, 1);
    assert_true(accounts_complaint(scene->accounts, text));
    unit_assert_part(text, "cannot be read: no such folder");
    assert_account(scene, "a", "sk-ant-api03-a1", "");
    scene->unlistable = false;
    wait_shown(scene, 1);
    assert_false(accounts_complaint(scene->accounts, text));
}

static void a_broken_file_is_looked_at_again(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    set(scene, 1, "apikey_b", "!too many open files");
    sync_changed(scene->sync, "apikey_b.json");
    wait_shown(scene, 1);
    assert_account(scene, "b", "sk-ant-api03-b1", "too many open files");
    set(scene, 1, "apikey_b", KEY("b2"));
    wait_shown(scene, 1);
    assert_account(scene, "b", "sk-ant-api03-b2", "");
}

#define OAUTH(n)                                                               \
    "{\"access_token\":\"at" n "\",\"refresh_token\":\"rt" n                   \
    "\",\"expires_at\":\"2099-01-01T00:00:00Z\"}"

static void an_older_file_does_not_replace_newer_tokens(void **state)
{
    struct scene *scene = *state;
    struct account *old = unit_account(&account_kind_oauth, "c", OAUTH("1"));

    set(scene, 2, "oauth_c", OAUTH("2"));
    sync_changed(scene->sync, NULL);
    wait_shown(scene, 1);
    assert_account(scene, "c", "at2", "");
    set(scene, 2, "oauth_c", OAUTH("1"));
    scene->spent = old->grant;
    sync_changed(scene->sync, "oauth_c.json");
    wait_shown(scene, 1);
    assert_account(scene, "c", "at2", "replaced by an older one");
    assert_string_equal(scene->restored, "c");
    account_unref(old);
}

/* A grant may be known as spent and yet be all there is. */
static void what_memory_has_itself_is_not_older(void **state)
{
    struct scene *scene = *state;
    struct account *same = unit_account(&account_kind_oauth, "c", OAUTH("1"));

    set(scene, 2, "oauth_c", OAUTH("1"));
    scene->spent = same->grant;
    sync_changed(scene->sync, NULL);
    wait_shown(scene, 1);
    sync_changed(scene->sync, NULL);
    wait_shown(scene, 1);
    assert_account(scene, "c", "at1", "");
    assert_string_equal(scene->restored, "");
    account_unref(same);
}

/* A broken file is not newer than a spent grant. */
static void what_was_never_good_is_not_newer(void **state)
{
    struct scene *scene = *state;
    struct account *same = unit_account(&account_kind_oauth, "c", OAUTH("1"));

    set(scene, 2, "oauth_c", "{}");
    sync_changed(scene->sync, NULL);
    wait_shown(scene, 1);
    set(scene, 2, "oauth_c", OAUTH("1"));
    scene->spent = same->grant;
    wait_shown(scene, 1);
    assert_account(scene, "c", "at1", "");
    account_unref(same);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(one_changed_file_reads_one_file),
        SCENE(names_that_are_no_accounts_cost_nothing),
        SCENE(several_changes_become_one),
        SCENE(too_much_means_everything),
        SCENE(what_changes_while_it_reads_is_read_again),
        SCENE(what_is_read_after_it_was_freed_is_not_shown),
        SCENE(a_file_that_is_away_is_no_removal),
        SCENE(a_removal_that_was_asked_for_removes),
        SCENE(an_empty_folder_removes_nobody),
        SCENE(a_folder_that_cannot_be_read_is_read_again),
        SCENE(a_broken_file_is_looked_at_again),
        SCENE(an_older_file_does_not_replace_newer_tokens),
        SCENE(what_memory_has_itself_is_not_older),
        SCENE(what_was_never_good_is_not_newer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
