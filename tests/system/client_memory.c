/* The client library without memory, against a daemon: every call is repeated with its first, second ... allocation
 * failing until it passes. A failure is NO_MEMORY, and leaves a session that goes on. */
#include "tests/system/client.h"
#include "tests/unit/nomem.h"

#include <string.h>

enum { LARGE = 100000 }; /* bytes of a text that no buffer of the library has room for at first */

struct bench {
	concur_session *session;
	concur_dict *dict;
	concur_list *list;
	concur_queue *queue;
	concur_lock *lock;
	concur_cell *cell;
	char large[LARGE + 1];
};

static void
bench_init(struct bench *bench)
{
	memset(bench->large, 'x', LARGE);
	bench->large[LARGE] = '\0';
	bench->session = client_session();
	ck_ok(concur_dict_open(bench->session, "dict", NULL, &bench->dict));
	ck_ok(concur_list_open(bench->session, "list", NULL, &bench->list));
	ck_ok(concur_queue_open(bench->session, "queue", NULL, &bench->queue));
	ck_ok(concur_lock_open(bench->session, "lock", NULL, &bench->lock));
	ck_ok(concur_cell_open(bench->session, "cell", NULL, &bench->cell));
	ck_ok(concur_dict_set(bench->dict, CV("a"), CLIST(CV(1), CLIST(CV("deep"), CV(2.5)), CV("three"))));
	ck_ok(concur_list_append(bench->list, CV("item")));
	ck_ok(concur_cell_set(bench->cell, CV(bench->large)));
}

static void
bench_fini(struct bench *bench)
{
	concur_free(bench->dict);
	concur_free(bench->list);
	concur_free(bench->queue);
	concur_free(bench->lock);
	concur_free(bench->cell);
	concur_close(bench->session);
}

/* -- calls --------------------------------------------------------------------------------------------------------
 *
 * Each frees what it was given. What it takes stays there, so that it can be repeated. */

static enum concur_status
run_connect(struct bench *bench)
{
	concur_session *session;
	enum concur_status status = concur_connect(concur_url(bench->session), NULL, &session);

	if (status == CONCUR_OK)
		concur_close(session);
	return status;
}

static enum concur_status
run_open(struct bench *bench)
{
	concur_dict *dict;
	enum concur_status status = concur_dict_open(bench->session, "dict", NULL, &dict);

	if (status == CONCUR_OK)
		concur_free(dict);
	return status;
}

static enum concur_status
run_pipe_new(struct bench *bench)
{
	struct concur_ends ends;
	enum concur_status status = concur_pipe_new(bench->session, NULL, NULL, &ends);

	if (status != CONCUR_OK)
		return status;
	concur_free(ends.end[0]);
	concur_free(ends.end[1]);
	return CONCUR_OK;
}

static enum concur_status
run_set(struct bench *bench)
{
	return concur_dict_set(bench->dict, CV("b"), CLIST(CV(1), CMAP(CV("k"), CTUPLE(CV(2), CV(true)))));
}

static enum concur_status
run_set_large(struct bench *bench)
{
	return concur_dict_set(bench->dict, CV("c"), CV(bench->large));
}

static enum concur_status
run_get(struct bench *bench)
{
	struct concur_value value = { 0 };
	enum concur_status status = concur_dict_get(bench->dict, CV("a"), &value);

	concur_value_free(&value);
	return status;
}

static enum concur_status
run_get_large(struct bench *bench)
{
	struct concur_value value = { 0 };
	enum concur_status status = concur_cell_get(bench->cell, &value);

	concur_value_free(&value);
	return status;
}

static enum concur_status
run_page(struct bench *bench)
{
	struct concur_values values = { 0 };
	enum concur_status status = concur_dict_page(bench->dict, 0, 0, &values);

	concur_values_free(&values);
	return status;
}

static enum concur_status
run_slice(struct bench *bench)
{
	struct concur_values values = { 0 };
	enum concur_status status = concur_list_get_slice(bench->list, CONCUR_SLICE_ALL, &values);

	concur_values_free(&values);
	return status;
}

/* Where the answer can not be unpacked for want of memory, the future still has it. */
static enum concur_status
run_put_and_get(struct bench *bench)
{
	struct concur_value value = { 0 };
	concur_future *future;
	enum concur_status status = concur_queue_put(bench->queue, CV("an item"), 0), first = CONCUR_OK;

	if (status != CONCUR_OK)
		return status;
	while (!(future = concur_queue_get_begin(bench->queue, 0)) ||
	    concur_future_wait(future, CONCUR_FOREVER) == CONCUR_NO_MEMORY) {
		first = CONCUR_NO_MEMORY;
		concur_future_free(future);
	}
	status = concur_future_value(future, &value);
	if (status == CONCUR_NO_MEMORY) {
		first = status;
		status = concur_future_value(future, &value);
	}
	concur_future_free(future);
	concur_value_free(&value);
	return status == CONCUR_OK ? first : status;
}

static enum concur_status
run_acquire(struct bench *bench)
{
	struct concur_grant grant;
	enum concur_status status = concur_lock_acquire(bench->lock, 0, &grant), first;

	if (status != CONCUR_OK)
		return status;
	/* Without the memory to say so it is not released. */
	first = concur_lock_release(bench->lock);
	return first == CONCUR_NO_MEMORY && concur_lock_release(bench->lock) != CONCUR_OK ? CONCUR_BAD_REPLY : first;
}

static enum concur_status
run_info(struct bench *bench)
{
	struct concur_listing listing = { 0 };
	enum concur_status status = concur_object_info(CONCUR_OBJECT(bench->queue), &listing);

	concur_listing_free(&listing);
	return status;
}

static enum concur_status
run_list(struct bench *bench)
{
	struct concur_listing listing = { 0 };
	enum concur_status status = concur_manager_list(bench->session, CONCUR_KIND_NONE, 0, 0, &listing);

	concur_listing_free(&listing);
	return status;
}

static enum concur_status
run_corked(struct bench *bench)
{
	enum concur_status status = CONCUR_OK;
	concur_future *futures[4];

	concur_cork(bench->session);
	for (size_t i = 0; i < UNIT_COUNT(futures); i++)
		futures[i] = concur_dict_set_begin(bench->dict, CV("d"), CV(bench->large));
	concur_uncork(bench->session);
	for (size_t i = 0; i < UNIT_COUNT(futures); i++) {
		enum concur_status one = concur_future_wait(futures[i], CONCUR_FOREVER);

		status = one == CONCUR_OK ? status : one;
		concur_future_free(futures[i]);
	}
	return status;
}

static enum concur_status
run_context(struct bench *bench)
{
	concur_context *context;
	enum concur_status status = concur_context_new(bench->session, &context);

	if (status != CONCUR_OK)
		return status;
	status = concur_context_use(bench->session, context);
	if (status == CONCUR_OK)
		status = concur_context_use(bench->session, NULL);
	concur_context_free(context);
	return status;
}

static enum concur_status
run_copy(struct bench *bench)
{
	struct concur_value value = CLIST(CV(1), CLIST(CV(bench->large)), CV("x")), copy = { 0 };
	enum concur_status status = concur_value_copy(&value, &copy);

	concur_value_free(&copy);
	return status;
}

static enum concur_status
run_any(struct bench *bench)
{
	struct concur_reply reply = { 0 };
	enum concur_status status = concur_call(bench->session, "/concur.v1.Manager/Info", NULL, 0, 0, &reply);

	concur_reply_free(&reply);
	return status;
}

/* -- the test ------------------------------------------------------------------------------------------------------ */

static const struct call_row {
	const char *name;
	enum concur_status (*run)(struct bench *bench);
	unsigned least; /* allocations that it makes for certain */
} rows[] = {
	{ "connect", run_connect, 5 },
	{ "open", run_open, 2 },
	{ "pipe_new", run_pipe_new, 3 },
	{ "set", run_set, 1 },
	{ "set_large", run_set_large, 1 },
	{ "get", run_get, 2 },
	{ "get_large", run_get_large, 2 },
	{ "page", run_page, 2 },
	{ "slice", run_slice, 2 },
	{ "put_and_get", run_put_and_get, 2 },
	{ "acquire", run_acquire, 1 },
	{ "info", run_info, 1 },
	{ "list", run_list, 1 },
	{ "corked", run_corked, 4 },
	{ "context", run_context, 1 },
	{ "copy", run_copy, 1 },
	{ "any", run_any, 1 },
};

/* One run with the nth allocation failing; whether there was an nth. */
static bool
fails_at(struct bench *bench, const struct call_row *row, unsigned nth)
{
	enum concur_status status;
	bool failed;

	nomem_arm(nth);
	status = row->run(bench);
	failed = nomem_disarm();
	ck_assert_msg(status == (failed ? CONCUR_NO_MEMORY : CONCUR_OK), "%s without its allocation %u: %s: %s",
	    row->name, nth, concur_status_name(status), concur_message());
	ck_ok(concur_ping(bench->session));
	return failed;
}

START_TEST(call_without_memory_is_no_memory_and_the_session_goes_on)
{
	const struct call_row *row = &rows[_i];
	struct bench bench;
	struct concur_listing listing;
	unsigned nth = 0;
	int64_t len;

	bench_init(&bench);
	while (fails_at(&bench, row, nth))
		nth++;
	ck_assert_msg(nth >= row->least, "%s makes %u allocations", row->name, nth);
	ck_ok(row->run(&bench));
	/* Nothing that was put or taken by halves is left, nor a handle that was freed. */
	ck_ok(concur_object_info(CONCUR_OBJECT(bench.dict), &listing));
	ck_assert_uint_eq(listing.items[0].refs, 2); /* its name, and the bench's handle */
	concur_listing_free(&listing);
	ck_ok(concur_len(bench.queue, &len));
	ck_assert_int_eq(len, 0);
	ck_ok(concur_lock_acquire(bench.lock, 0, NULL));
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client_memory");
	TCase *tcase = tcase_create("client_memory");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, call_without_memory_is_no_memory_and_the_session_goes_on, 0, (int)UNIT_COUNT(rows));
	tcase_set_timeout(tcase, 0);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
