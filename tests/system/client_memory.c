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
	struct concur_ends ends;
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
	ck_ok(concur_pipe_new(bench->session, NULL, NULL, &bench->ends));
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
	concur_free(bench->ends.end[0]);
	concur_free(bench->ends.end[1]);
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

/* The item that a get was refused for want of memory stands in its place again. `size` is that of what is put. */
static enum concur_status
put_and_get_at_once(struct bench *bench, size_t size)
{
	struct concur_value item = concur_bytes(CONCUR_VALUE_DATA, bench->large, size), value = { 0 };
	enum concur_status status = concur_queue_put(bench->queue, item, 0), first;

	if (status != CONCUR_OK)
		return status;
	first = concur_queue_get(bench->queue, 0, &value);
	if (first == CONCUR_NO_MEMORY)
		status = concur_queue_get(bench->queue, 0, &value);
	else
		status = first;
	if (status == CONCUR_OK && value.size != size)
		status = CONCUR_BAD_REPLY;
	concur_value_free(&value);
	return status == CONCUR_OK ? first : status;
}

static enum concur_status
run_get_small(struct bench *bench)
{
	return put_and_get_at_once(bench, 8);
}

/* Its body is copied out of the buffer of what is received. */
static enum concur_status
run_get_middle(struct bench *bench)
{
	return put_and_get_at_once(bench, 1000);
}

/* Its body is received into a block of its own. */
static enum concur_status
run_get_whole(struct bench *bench)
{
	return put_and_get_at_once(bench, strlen(bench->large));
}

static enum concur_status
run_get_many(struct bench *bench)
{
	const struct concur_value items[] = { CV(1), CV("two"), CV(3.0) };
	struct concur_values values = { 0 };
	enum concur_status status = concur_queue_put_many(bench->queue, items, UNIT_COUNT(items), 0), first;

	if (status != CONCUR_OK)
		return status;
	first = concur_queue_get_many(bench->queue, 9, 0, &values);
	status = first == CONCUR_NO_MEMORY ? concur_queue_get_many(bench->queue, 9, 0, &values) : first;
	if (status == CONCUR_OK &&
	    (values.count != UNIT_COUNT(items) || !concur_value_same(&values.items[1], &items[1])))
		status = CONCUR_BAD_REPLY;
	concur_values_free(&values);
	return status == CONCUR_OK ? first : status;
}

static enum concur_status
run_recv(struct bench *bench)
{
	struct concur_value value = { 0 };
	enum concur_status status = concur_pipe_send(bench->ends.end[1], CV("hello"), 0), first;

	if (status != CONCUR_OK)
		return status;
	first = concur_pipe_recv(bench->ends.end[0], 0, &value);
	status = first == CONCUR_NO_MEMORY ? concur_pipe_recv(bench->ends.end[0], 0, &value) : first;
	concur_value_free(&value);
	return status == CONCUR_OK ? first : status;
}

/* A future that is freed gives back what there was no memory to receive. */
static enum concur_status
run_get_later(struct bench *bench)
{
	struct concur_value item = concur_bytes(CONCUR_VALUE_DATA, bench->large, 1000);
	enum concur_status status = concur_queue_put(bench->queue, item, 0), first = CONCUR_OK;
	concur_future *future;

	if (status != CONCUR_OK)
		return status;
	while (!(future = concur_queue_get_begin(bench->queue, 0)) ||
	    (status = concur_future_wait(future, CONCUR_FOREVER)) == CONCUR_NO_MEMORY) {
		first = CONCUR_NO_MEMORY;
		concur_future_free(future);
	}
	concur_future_free(future);
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
	{ "get_small", run_get_small, 3 },
	{ "get_middle", run_get_middle, 4 },
	{ "get_whole", run_get_whole, 4 },
	{ "get_many", run_get_many, 3 },
	{ "recv", run_recv, 3 },
	{ "get_later", run_get_later, 3 },
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

/* Another session finds what it would have found had nobody tried to get it. */
START_TEST(get_without_any_memory_gives_the_item_back_to_its_place)
{
	struct concur_value value = { 0 };
	struct concur_queue_state state;
	struct bench bench;
	concur_session *other;
	concur_queue *queue;
	const char *first = "first, and longer than what a call keeps in itself, which is not more than 64 bytes";
	unsigned good = 0;
	bool failed = true;

	bench_init(&bench);
	ck_ok(concur_connect(concur_url(bench.session), NULL, &other));
	ck_ok(concur_queue_open(other, "queue", NULL, &queue));
	for (; failed; good++) {
		enum concur_status status;

		ck_ok(concur_queue_put(bench.queue, CV(first), 0));
		ck_ok(concur_queue_put(bench.queue, CV("second"), 0));
		nomem_starve(good);
		status = concur_queue_get(bench.queue, 0, &value);
		failed = nomem_disarm();
		ck_assert_int_eq(status, failed ? CONCUR_NO_MEMORY : CONCUR_OK);
		ck_ok(concur_ping(bench.session));
		ck_ok(concur_queue_state(queue, &state));
		ck_assert_uint_eq(state.size, failed ? 2 : 1);
		ck_assert_uint_eq(state.in_doubt, 0);
		for (; failed && state.size; state.size--) {
			ck_ok(concur_queue_get(queue, 0, &value));
			ck_assert_int_eq(*value.bytes, state.size == 2 ? 'f' : 's');
			concur_value_free(&value);
		}
	}
	ck_assert_uint_ge(good, 3);
	concur_value_free(&value);
	concur_free(queue);
	concur_close(other);
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
	tcase_add_test(tcase, get_without_any_memory_gives_the_item_back_to_its_place);
	tcase_set_timeout(tcase, 0);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
