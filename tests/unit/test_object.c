/* Objects: names, lifetimes, and what refers to them. */
#include "tests/unit/core_fixture.h"

#include "daemon/core/process.h"
#include "daemon/core/cell.h"
#include "daemon/core/dict.h"
#include "daemon/core/list.h"
#include "daemon/core/lock.h"
#include "daemon/core/queue.h"

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct session *client, *other;
};

static void
bench_init(struct bench *bench)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->client = fixture_session(&bench->fixture, 1);
	bench->other = fixture_session(&bench->fixture, 2);
}

static void
bench_fini(struct bench *bench)
{
	fixture_fini(&bench->fixture);
}

/* Opens a list; `name` may be NULL. The id, or 0 if that fails; no reference is taken. */
static uint64_t
open_list(struct bench *bench, const char *name, enum lifetime lifetime)
{
	struct value text = TEXT(name ? name : "");
	struct object_open open = { .name = name ? &text : NULL, .creator = bench->client };
	struct object *object;
	bool created;

	open.options = (struct object_options){ .kind = KIND_LIST, .lifetime = lifetime };
	return object_open(bench->core, &open, &object, &created) == CONCUR_OK ? object_id(object) : 0;
}

static bool
lives(struct bench *bench, uint64_t id)
{
	fixture_turn(&bench->fixture, bench->core->now_ns);
	return object_find(bench->core, id) != NULL;
}

static void
keep(struct bench *bench, struct session *session, uint64_t id)
{
	ck_assert_int_eq(session_ref(bench->core, session, object_find(bench->core, id)), 0);
}

static struct list *
list_at(struct bench *bench, uint64_t id)
{
	return (struct list *)object_find(bench->core, id);
}

/* Appends a reference to the object `id` to the list. */
static void
refer(struct bench *bench, struct list *list, uint64_t id)
{
	struct list_item item = { REFERENCE(id), true };

	ck_assert_status(list_extend(bench->core, list, &item, 1), CONCUR_OK);
}

/* -- opening ----------------------------------------------------------------------------------------------------- */

START_TEST(open_by_name_creates_once)
{
	struct bench bench;
	struct value name = TEXT("n");
	struct object_open open = { .name = &name, .options = { .kind = KIND_LIST } };
	struct object *first, *second;
	bool created;

	bench_init(&bench);
	open.must_exist = true;
	ck_assert_status(object_open(bench.core, &open, &first, &created), CONCUR_NOT_FOUND);
	open.must_exist = false;
	ck_assert_status(object_open(bench.core, &open, &first, &created), CONCUR_OK);
	ck_assert(created);
	ck_assert_status(object_open(bench.core, &open, &second, &created), CONCUR_OK);
	ck_assert(!created);
	ck_assert_ptr_eq(first, second);
	ck_assert_ptr_eq(object_find_name(bench.core, &name), first);
	ck_assert_ptr_eq(object_find(bench.core, object_id(first)), first);
	open.must_create = true;
	ck_assert_status(object_open(bench.core, &open, &second, &created), CONCUR_ALREADY_THERE);
	open.must_create = false;
	open.options.kind = KIND_DICT;
	ck_assert_status(object_open(bench.core, &open, &second, &created), CONCUR_WRONG_KIND);
	bench_fini(&bench);
}
END_TEST

START_TEST(open_of_no_kind_is_refused)
{
	const enum kind_id kinds[] = { KIND_NONE, KIND_COUNT, (enum kind_id)0xffff };
	struct bench bench;

	bench_init(&bench);
	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		struct object_open open = { .options = { .kind = kinds[i] } };
		struct object *object;
		bool created;

		ck_assert_status(object_open(bench.core, &open, &object, &created), CONCUR_WRONG_KIND);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(open_past_objects_max_is_refused)
{
	struct bench bench;

	bench_init(&bench);
	bench.fixture.limits.objects_max = 2;
	ck_assert_uint_ne(open_list(&bench, "a", LIFETIME_DEFAULT), 0);
	ck_assert_uint_ne(open_list(&bench, NULL, LIFETIME_DEFAULT), 0);
	ck_assert_uint_eq(open_list(&bench, "b", LIFETIME_DEFAULT), 0);
	ck_assert_str_eq(bench.core->limit, "objects_max");
	ck_assert_uint_ne(open_list(&bench, "a", LIFETIME_DEFAULT), 0);
	/* The anonymous one goes at the turn's end. */
	fixture_settle(&bench.fixture);
	ck_assert_uint_ne(open_list(&bench, "b", LIFETIME_DEFAULT), 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(open_of_every_kind_says_what_it_is)
{
	static const char *const command[] = { "true", NULL };
	const struct process_options process = { .arguments = command };
	static const char *const names[] = { "dict", "list", "queue", "lock", "value", "set", "namespace", "array",
		"pipe", "rlock", "rwlock", "semaphore", "condition", "event", "barrier", "latch", "pool", "process" };
	const unsigned begin_with_one =
	    KIND_BIT(KIND_CELL) | KIND_BIT(KIND_SEMAPHORE) | KIND_BIT(KIND_LATCH) | KIND_BIT(KIND_ARRAY);
	struct bench bench;

	bench_init(&bench);
	for (enum kind_id id = KIND_DICT; id < KIND_COUNT; id++) {
		struct object *object;

		if (!kind_find(id))
			continue;
		object = fixture_open(&bench.fixture,
		    &(struct object_options){ .kind = id,
			.count = 1,
			.typecode = 'i',
			.paired = true,
			.process = &process });

		ck_assert_ptr_eq(object->kind, kind_find(id));
		ck_assert_int_eq(object->kind->id, id);
		ck_assert_str_eq(object->kind->name, names[id - 1]);
		ck_assert_uint_eq(object->kind->len(object), begin_with_one & KIND_BIT(id) ? 1 : 0);
		ck_assert_uint_gt(object->version, object_id(object));
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(next_named_gives_names_in_their_order)
{
	static const char *const names[] = { "c", "a", "b" };
	struct bench bench;
	uint32_t position = 0;

	bench_init(&bench);
	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		open_list(&bench, names[i], LIFETIME_DEFAULT);
	open_list(&bench, NULL, LIFETIME_DEFAULT);
	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		fixture_expect_blob(object_next_named(bench.core, &position)->name, false,
		    ((const char *[]){ "'c'", "'a'", "'b'" })[i]);
	ck_assert_ptr_null(object_next_named(bench.core, &position));
	bench_fini(&bench);
}
END_TEST

/* -- lifetimes --------------------------------------------------------------------------------------------------- */

START_TEST(anonymous_object_lives_while_a_handle_does)
{
	struct bench bench;
	uint64_t lost, kept;

	bench_init(&bench);
	lost = open_list(&bench, NULL, LIFETIME_DEFAULT);
	kept = open_list(&bench, NULL, LIFETIME_DEFAULT);
	keep(&bench, bench.client, kept);
	keep(&bench, bench.client, kept);
	keep(&bench, bench.other, kept);
	ck_assert(!lives(&bench, lost));
	ck_assert(lives(&bench, kept));
	ck_assert(session_unref(bench.core, bench.client, kept));
	session_end(bench.core, bench.other, FAREWELL_DEATH);
	ck_assert(lives(&bench, kept));
	ck_assert(session_unref(bench.core, bench.client, kept));
	ck_assert(!session_unref(bench.core, bench.client, kept));
	ck_assert(!lives(&bench, kept));
	bench_fini(&bench);
}
END_TEST

START_TEST(unreferenced_object_comes_back_within_the_turn)
{
	struct bench bench;
	uint64_t id;

	bench_init(&bench);
	id = open_list(&bench, NULL, LIFETIME_REFCOUNT);
	keep(&bench, bench.client, id);
	ck_assert(session_unref(bench.core, bench.client, id));
	keep(&bench, bench.other, id);
	ck_assert(lives(&bench, id));
	ck_assert(session_unref(bench.core, bench.other, id));
	keep(&bench, bench.client, id);
	ck_assert(session_unref(bench.core, bench.client, id));
	ck_assert(!lives(&bench, id));
	bench_fini(&bench);
}
END_TEST

START_TEST(named_object_lives_until_its_name_goes)
{
	struct bench bench;
	struct value name = TEXT("n");
	uint64_t id, other;

	bench_init(&bench);
	id = open_list(&bench, "n", LIFETIME_DEFAULT);
	other = open_list(&bench, "m", LIFETIME_NAMED);
	ck_assert(lives(&bench, id) && lives(&bench, other));
	keep(&bench, bench.client, other);
	object_forget_name(bench.core, object_find(bench.core, id));
	object_forget_name(bench.core, object_find(bench.core, other));
	object_forget_name(bench.core, object_find(bench.core, other));
	ck_assert_ptr_null(object_find_name(bench.core, &name));
	ck_assert(!lives(&bench, id));
	ck_assert(lives(&bench, other));
	bench_fini(&bench);
}
END_TEST

START_TEST(refcounted_object_takes_its_name_along)
{
	struct bench bench;
	struct value name = TEXT("n");
	uint64_t id;

	bench_init(&bench);
	id = open_list(&bench, "n", LIFETIME_REFCOUNT);
	keep(&bench, bench.client, id);
	ck_assert(lives(&bench, id));
	session_unref(bench.core, bench.client, id);
	ck_assert(!lives(&bench, id));
	ck_assert_ptr_null(object_find_name(bench.core, &name));
	bench_fini(&bench);
}
END_TEST

START_TEST(session_object_lives_exactly_as_long_as_its_creator)
{
	struct bench bench;
	struct value name = TEXT("n");
	uint64_t id;

	bench_init(&bench);
	id = open_list(&bench, "n", LIFETIME_SESSION);
	ck_assert(lives(&bench, id));
	keep(&bench, bench.client, id);
	keep(&bench, bench.other, id);
	session_unref(bench.core, bench.client, id);
	ck_assert(session_unref(bench.core, bench.other, id));
	ck_assert(lives(&bench, id));
	keep(&bench, bench.other, id);
	session_end(bench.core, bench.client, FAREWELL_GOODBYE);
	ck_assert(!lives(&bench, id));
	ck_assert_ptr_null(object_find_name(bench.core, &name));
	ck_assert(session_unref(bench.core, bench.other, id));
	bench_fini(&bench);
}
END_TEST

START_TEST(destroy_ends_it_whatever_refers_to_it)
{
	struct bench bench;
	uint64_t id, holder;
	struct ask ask;
	struct result result = { 0 };
	struct queue *queue;

	bench_init(&bench);
	holder = open_list(&bench, "holder", LIFETIME_DEFAULT);
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE });
	id = object_id((struct object *)queue);
	keep(&bench, bench.client, id);
	refer(&bench, list_at(&bench, holder), id);
	ask = fixture_ask(bench.other, 1, 1, -1);
	ck_assert_status(queue_get(bench.core, queue, &ask, false, 1, &result), CONCUR_PENDING);
	object_destroy(bench.core, (struct object *)queue);
	ck_assert_ptr_null(object_find(bench.core, id));
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:REMOVED");
	fixture_settle(&bench.fixture);
	ck_assert(session_unref(bench.core, bench.client, id));
	ck_assert_status(list_delete_slice(bench.core, list_at(&bench, holder),
			     &(struct list_slice){ .step = 1, .from_start = true, .to_end = true }),
	    CONCUR_OK);
	bench_fini(&bench);
}
END_TEST

START_TEST(destroy_of_object_that_only_its_waiter_keeps_ends_it_once)
{
	struct bench bench;
	struct queue *queue;
	struct ask ask;
	struct result result = { 0 };

	bench_init(&bench);
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE });
	ask = fixture_ask(bench.client, 1, 1, -1);
	ck_assert_status(queue_get(bench.core, queue, &ask, false, 1, &result), CONCUR_PENDING);
	object_unref(bench.core, (struct object *)queue);
	object_destroy(bench.core, (struct object *)queue);
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:REMOVED");
	/* The waiter has given the last reference back. */
	ck_assert(link_empty(&bench.core->unreferenced));
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 0), UINT64_MAX);
	bench_fini(&bench);
}
END_TEST

START_TEST(waiter_keeps_its_object)
{
	struct bench bench;
	struct queue *queue;
	struct ask ask;
	struct result result = { 0 };
	uint64_t id;

	bench_init(&bench);
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE });
	id = object_id((struct object *)queue);
	ask = fixture_ask(bench.client, 1, 1, 50);
	ck_assert_status(queue_get(bench.core, queue, &ask, false, 1, &result), CONCUR_PENDING);
	object_unref(bench.core, (struct object *)queue);
	ck_assert(lives(&bench, id));
	bench.core->now_ns = 50;
	ck_assert(!lives(&bench, id));
	ck_assert_str_eq(fixture_said(&bench.fixture), "1:EMPTY");
	bench_fini(&bench);
}
END_TEST

/* -- references inside values ------------------------------------------------------------------------------------ */

START_TEST(stored_reference_keeps_its_object)
{
	struct bench bench;
	uint64_t holder, id;
	struct blob *blob;

	bench_init(&bench);
	holder = open_list(&bench, "holder", LIFETIME_DEFAULT);
	id = open_list(&bench, NULL, LIFETIME_DEFAULT);
	refer(&bench, list_at(&bench, holder), id);
	refer(&bench, list_at(&bench, holder), id);
	ck_assert(lives(&bench, id));
	ck_assert_status(list_set(bench.core, list_at(&bench, holder), 0, &(struct list_item){ TEXT("x"), false }),
	    CONCUR_OK);
	ck_assert(lives(&bench, id));
	ck_assert_status(list_pop(bench.core, list_at(&bench, holder), -1, &blob), CONCUR_OK);
	blob_unref(blob);
	ck_assert_ptr_nonnull(object_find(bench.core, id));
	ck_assert(!lives(&bench, id));
	bench_fini(&bench);
}
END_TEST

START_TEST(popped_reference_can_be_taken_over_within_the_turn)
{
	struct bench bench;
	uint64_t holder, id;
	struct blob *blob;

	bench_init(&bench);
	holder = open_list(&bench, "holder", LIFETIME_DEFAULT);
	id = open_list(&bench, NULL, LIFETIME_DEFAULT);
	refer(&bench, list_at(&bench, holder), id);
	ck_assert_status(list_pop(bench.core, list_at(&bench, holder), -1, &blob), CONCUR_OK);
	keep(&bench, bench.client, id);
	blob_unref(blob);
	ck_assert(lives(&bench, id));
	bench_fini(&bench);
}
END_TEST

START_TEST(references_in_keys_values_and_cells_are_let_go)
{
	struct bench bench;
	uint64_t key, value, held, waiting;
	struct dict *dict;
	struct cell *cell;
	struct queue *queue;
	struct ask ask;
	struct result result = { 0 };

	bench_init(&bench);
	key = open_list(&bench, NULL, LIFETIME_DEFAULT);
	value = open_list(&bench, NULL, LIFETIME_DEFAULT);
	held = open_list(&bench, NULL, LIFETIME_DEFAULT);
	waiting = open_list(&bench, NULL, LIFETIME_DEFAULT);
	dict = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_DICT });
	cell = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_CELL });
	queue = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_QUEUE, .maxsize = 1 });
	struct dict_item item = { REFERENCE(key), REFERENCE(value), true, true };
	struct value values[] = { REFERENCE(held), REFERENCE(waiting) };
	ck_assert_status(dict_set(bench.core, dict, &item), CONCUR_OK);
	ck_assert_status(dict_set(bench.core, dict, &item), CONCUR_OK);
	ck_assert_status(cell_set(bench.core, cell, &values[0], true, NULL), CONCUR_OK);
	ask = fixture_ask(bench.client, 1, 1, -1);
	ck_assert_status(queue_put(bench.core, queue, &ask, LOAD(values, &(bool){ true }, 1), &result), CONCUR_OK);
	ck_assert_status(queue_put(bench.core, queue, &ask, LOAD(values + 1, &(bool){ true }, 1), &result),
	    CONCUR_PENDING);
	ck_assert(lives(&bench, key) && lives(&bench, value) && lives(&bench, held) && lives(&bench, waiting));

	ck_assert_status(dict_kind.clear(bench.core, (struct object *)dict), CONCUR_OK);
	object_destroy(bench.core, (struct object *)cell);
	session_end(bench.core, bench.client, FAREWELL_DEATH);
	fixture_settle(&bench.fixture);
	ck_assert(!lives(&bench, key) && !lives(&bench, value) && !lives(&bench, waiting));
	ck_assert(lives(&bench, held));
	ck_assert_status(queue_shutdown(bench.core, queue, true), CONCUR_OK);
	fixture_settle(&bench.fixture);
	ck_assert(!lives(&bench, held));
	bench_fini(&bench);
}
END_TEST

START_TEST(chain_of_objects_goes_link_by_link)
{
	enum { LINKS = 50 };
	struct bench bench;
	uint64_t ids[LINKS];

	bench_init(&bench);
	for (unsigned i = 0; i < LINKS; i++) {
		ids[i] = open_list(&bench, NULL, LIFETIME_DEFAULT);
		if (i)
			refer(&bench, list_at(&bench, ids[i]), ids[i - 1]);
	}
	keep(&bench, bench.client, ids[LINKS - 1]);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->objects.count, LINKS);
	session_unref(bench.core, bench.client, ids[LINKS - 1]);
	ck_assert_uint_eq(fixture_turn(&bench.fixture, 0), 0);
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->objects.count, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(object_that_refers_to_itself_is_destroyed_cleanly)
{
	struct bench bench;
	uint64_t id;

	bench_init(&bench);
	id = open_list(&bench, "self", LIFETIME_DEFAULT);
	refer(&bench, list_at(&bench, id), id);
	object_destroy(bench.core, object_find(bench.core, id));
	fixture_settle(&bench.fixture);
	ck_assert_uint_eq(bench.core->bytes, 0);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		open_by_name_creates_once,
		open_of_no_kind_is_refused,
		open_past_objects_max_is_refused,
		open_of_every_kind_says_what_it_is,
		next_named_gives_names_in_their_order,
		anonymous_object_lives_while_a_handle_does,
		unreferenced_object_comes_back_within_the_turn,
		named_object_lives_until_its_name_goes,
		refcounted_object_takes_its_name_along,
		session_object_lives_exactly_as_long_as_its_creator,
		destroy_ends_it_whatever_refers_to_it,
		destroy_of_object_that_only_its_waiter_keeps_ends_it_once,
		waiter_keeps_its_object,
		stored_reference_keeps_its_object,
		popped_reference_can_be_taken_over_within_the_turn,
		references_in_keys_values_and_cells_are_let_go,
		chain_of_objects_goes_link_by_link,
		object_that_refers_to_itself_is_destroyed_cleanly,
		NULL,
	};

	return unit_run("object", tests);
}
