/* Paths: through objects and through values, each kind of end and each thing that can be wrong with a step. */
#include "tests/unit/core_fixture.h"
#include "tests/unit/nomem.h"
#include "tests/unit/tree.h"

#include "daemon/core/dict.h"
#include "daemon/core/list.h"
#include "daemon/core/path.h"

#include <stdio.h>

enum { STEPS_MAX = 70 };

struct bench {
	struct core_fixture fixture;
	struct core *core;
	struct dict *dict, *inner;
	struct list *list;
	struct value_place places[STEPS_MAX];
	struct path path;        /* the last one */
	uint64_t if_version;     /* of the next ones */
	char text[FIXTURE_TEXT]; /* of the last answer */
};

static void
set(struct bench *bench, struct dict *dict, const char *key, struct value value, bool refers)
{
	ck_assert_status(dict_set(bench->core, dict,
			     &(struct dict_item){ .key = TEXT(key), .value = value, .value_refers = refers }),
	    CONCUR_OK);
}

/* The bytes, which the caller frees. */
static uint8_t *
read_value(const char *text, struct value *ret)
{
	struct tree *tree = tree_read(text);
	uint8_t *bytes = tree_value(tree, ret);

	tree_free(tree);
	return bytes;
}

static void
set_text(struct bench *bench, struct dict *dict, const char *key, const char *text)
{
	struct value value;
	uint8_t *bytes = read_value(text, &value);

	set(bench, dict, key, value, false);
	free(bytes);
}

/* dict: plain -> {'a': [1, {'b': 2}], 't': (1, [2])}, inner -> the dict inner, list -> the list, me -> dict itself;
 * inner: n -> 5; list: ['x', the dict inner]. */
static void
bench_init(struct bench *bench)
{
	bench->if_version = 0;
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->dict = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_DICT });
	bench->inner = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_DICT });
	bench->list = fixture_open(&bench->fixture, &(struct object_options){ .kind = KIND_LIST });
	set_text(bench, bench->dict, "plain", "{'a': [1, {'b': 2}], 't': (1, [2])}");
	set(bench, bench->dict, "inner", REFERENCE(object_id((struct object *)bench->inner)), true);
	set(bench, bench->dict, "list", REFERENCE(object_id((struct object *)bench->list)), true);
	set(bench, bench->dict, "me", REFERENCE(object_id((struct object *)bench->dict)), true);
	set(bench, bench->inner, "n", INTEGER(5), false);
	ck_assert_status(list_extend(bench->core, bench->list,
			     (const struct list_item[]){ { TEXT("x"), false },
				 { REFERENCE(object_id((struct object *)bench->inner)), true } },
			     2),
	    CONCUR_OK);
}

static void
bench_fini(struct bench *bench)
{
	/* It refers to itself. */
	ck_assert_status(dict_kind.clear(bench->core, (struct object *)bench->dict), CONCUR_OK);
	fixture_fini(&bench->fixture);
}

/* A path whose steps are a tuple in Python's notation; `*ret_bytes` and `steps` are what it borrows. */
static struct path *
path_of(struct bench *bench, const char *text, struct value *steps, uint8_t **ret_bytes)
{
	static const bool refers[STEPS_MAX];
	struct value_walk walk;
	struct value tuple;

	*ret_bytes = read_value(text, &tuple);
	bench->path = (struct path){ .object = (struct object *)bench->dict,
		.steps = steps,
		.refers = refers,
		.places = bench->places,
		.if_version = bench->if_version };
	value_walk_begin(&walk, &tuple);
	while (value_walk_next(&walk, &steps[bench->path.count]))
		bench->path.count++;
	return &bench->path;
}

static enum concur_status
get(struct bench *bench, const char *path, struct blob **ret)
{
	struct value steps[STEPS_MAX];
	uint8_t *bytes;
	enum concur_status status = path_get(bench->core, path_of(bench, path, steps, &bytes), ret);

	free(bytes);
	return status;
}

/* What a get says: the value, "nothing", or the status and the step. */
static const char *
got(struct bench *bench, const char *path)
{
	enum concur_status status;
	struct blob *blob;

	status = get(bench, path, &blob);
	if (status != CONCUR_OK)
		snprintf(bench->text, sizeof bench->text, "%s at step %zu", status_name(status), bench->path.failed);
	else
		strcpy(bench->text, blob ? "" : "nothing");
	if (blob)
		fixture_show_blob(bench->text, sizeof bench->text, blob);
	blob_unref(blob);
	return bench->text;
}

static const char *
said(struct bench *bench, enum concur_status status, bool missing)
{

	if (status == CONCUR_OK)
		return missing ? "nothing" : "done";
	snprintf(bench->text, sizeof bench->text, "%s at step %zu", status_name(status), bench->path.failed);
	return bench->text;
}

static const char *
put(struct bench *bench, const char *path, const char *value_text)
{
	uint8_t *bytes, *value_bytes;
	struct value steps[STEPS_MAX], value;
	enum concur_status status;
	bool missing;

	value_bytes = read_value(value_text, &value);
	status = path_set(bench->core, path_of(bench, path, steps, &bytes), &value, false, &missing);
	free(bytes);
	free(value_bytes);
	return said(bench, status, missing);
}

static const char *
removed(struct bench *bench, const char *path)
{
	struct value steps[STEPS_MAX];
	enum concur_status status;
	uint8_t *bytes;
	bool missing;

	status = path_delete(bench->core, path_of(bench, path, steps, &bytes), &missing);
	free(bytes);
	return said(bench, status, missing);
}

START_TEST(get_goes_through_objects_and_values)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(got(&bench, "('inner', 'n')"), "5");
	ck_assert_str_eq(got(&bench, "('list', 0)"), "'x'");
	ck_assert_str_eq(got(&bench, "('list', -1, 'n')"), "5");
	ck_assert_str_eq(got(&bench, "('plain', 'a', 1, 'b')"), "2");
	ck_assert_str_eq(got(&bench, "('plain', 't', 1)"), "[2]");
	ck_assert_str_eq(got(&bench, "('me', 'me', 'me', 'inner', 'n')"), "5");
	bench_fini(&bench);
}
END_TEST

START_TEST(get_of_missing_key_is_nothing)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(got(&bench, "('no',)"), "nothing");
	ck_assert_str_eq(got(&bench, "('no', 'a')"), "nothing");
	ck_assert_str_eq(got(&bench, "('plain', 'no', 'b')"), "nothing");
	ck_assert_str_eq(got(&bench, "('inner', 'no', 'b')"), "nothing");
	bench_fini(&bench);
}
END_TEST

START_TEST(wrong_step_is_named)
{
	struct bench bench;
	struct object *lock;

	bench_init(&bench);
	lock = fixture_open(&bench.fixture, &(struct object_options){ .kind = KIND_LOCK });
	set(&bench, bench.dict, "lock", REFERENCE(object_id(lock)), true);
	ck_assert_str_eq(got(&bench, "('list', 2)"), "INDEX_ERROR at step 2");
	ck_assert_str_eq(got(&bench, "('list', 'x')"), "TYPE_ERROR at step 2");
	ck_assert_str_eq(got(&bench, "('plain', 'a', 2)"), "INDEX_ERROR at step 3");
	ck_assert_str_eq(got(&bench, "('plain', 'a', 'x')"), "TYPE_ERROR at step 3");
	ck_assert_str_eq(got(&bench, "('inner', 'n', 'x')"), "TYPE_ERROR at step 3");
	ck_assert_str_eq(got(&bench, "('lock', 'x')"), "TYPE_ERROR at step 2");
	object_destroy(bench.core, (struct object *)bench.inner);
	ck_assert_str_eq(got(&bench, "('inner', 'n')"), "NOT_FOUND at step 2");
	ck_assert_str_eq(put(&bench, "('list', 1, 'n')", "1"), "NOT_FOUND at step 3");
	bench_fini(&bench);
}
END_TEST

START_TEST(set_changes_what_is_there_or_makes_the_last_key)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(put(&bench, "('new',)", "1"), "done");
	ck_assert_str_eq(put(&bench, "('inner', 'm')", "[3]"), "done");
	ck_assert_str_eq(put(&bench, "('list', 0)", "'y'"), "done");
	ck_assert_str_eq(put(&bench, "('plain', 'a', -1, 'c')", "{'d': None}"), "done");
	ck_assert_str_eq(put(&bench, "('plain', 'a', 0)", "'one'"), "done");
	ck_assert_str_eq(put(&bench, "('plain', 't', 1, 0)", "9"), "done");
	ck_assert_str_eq(got(&bench, "('new',)"), "1");
	ck_assert_str_eq(got(&bench, "('inner', 'm')"), "[3]");
	ck_assert_str_eq(got(&bench, "('list', 0)"), "'y'");
	ck_assert_str_eq(got(&bench, "('plain', 't', 1)"), "[9]");
	ck_assert_str_eq(got(&bench, "('plain', 'a', 0)"), "'one'");
	ck_assert_str_eq(got(&bench, "('plain', 'a', 1, 'b')"), "2");
	ck_assert_str_eq(got(&bench, "('plain', 'a', 1, 'c', 'd')"), "None");
	bench_fini(&bench);
}
END_TEST

START_TEST(set_that_is_refused_changes_nothing)
{
	static const char deep[] = "[[[[[[[[[[1]]]]]]]]]]"; /* 11 levels */
	struct bench bench;
	uint64_t version, inner_version;

	bench_init(&bench);
	version = ((struct object *)bench.dict)->version;
	inner_version = ((struct object *)bench.inner)->version;
	ck_assert_str_eq(put(&bench, "('no', 'b')", "1"), "nothing");
	ck_assert_str_eq(put(&bench, "('plain', 'no', 'b')", "1"), "nothing");
	ck_assert_str_eq(put(&bench, "('plain', 'a', 2)", "1"), "INDEX_ERROR at step 3");
	ck_assert_str_eq(put(&bench, "('plain', 't', 0)", "1"), "TYPE_ERROR at step 3");
	ck_assert_str_eq(removed(&bench, "('plain', 't', 0)"), "TYPE_ERROR at step 3");
	bench.fixture.limits.depth_max = 13;
	ck_assert_str_eq(put(&bench, "('plain', 'a', 1, 'b')", deep), "TOO_LARGE at step 0");
	ck_assert_str_eq(bench.core->limit, "depth_max");
	bench.fixture.limits.depth_max = 14;
	bench.fixture.limits.frame_max = 60;
	ck_assert_str_eq(put(&bench, "('plain', 'a', 1, 'b')", deep), "TOO_LARGE at step 0");
	ck_assert_str_eq(bench.core->limit, "frame_max");
	ck_assert_uint_eq(((struct object *)bench.dict)->version, version);
	ck_assert_uint_eq(((struct object *)bench.inner)->version, inner_version);
	bench.fixture.limits.frame_max = 1 << 20;
	ck_assert_str_eq(put(&bench, "('plain', 'a', 1, 'b')", deep), "done");
	bench_fini(&bench);
}
END_TEST

START_TEST(set_keeps_counting_references_in_what_it_rebuilds)
{
	struct bench bench;
	struct value steps[] = { TEXT("plain"), TEXT("r") };
	const bool refers[2] = { false };
	struct path path;
	bool missing;

	bench_init(&bench);
	path = (struct path){ .object = (struct object *)bench.dict,
		.steps = steps,
		.refers = refers,
		.count = 2,
		.places = bench.places };
	uint64_t before = ((struct object *)bench.inner)->inner;
	ck_assert_status(path_set(bench.core, &path, &REFERENCE(object_id((struct object *)bench.inner)), true,
			     &missing),
	    CONCUR_OK);
	ck_assert_uint_eq(((struct object *)bench.inner)->inner, before + 1);
	/* Another change of the same value, which knows nothing of the reference. */
	ck_assert_str_eq(put(&bench, "('plain', 'x')", "1"), "done");
	ck_assert_uint_eq(((struct object *)bench.inner)->inner, before + 1);
	ck_assert_str_eq(got(&bench, "('plain', 'r', 'n')"), "5");
	ck_assert_str_eq(put(&bench, "('plain', 'r', 'n')", "6"), "done");
	ck_assert_str_eq(got(&bench, "('inner', 'n')"), "6");
	ck_assert_str_eq(removed(&bench, "('plain', 'r')"), "done");
	ck_assert_uint_eq(((struct object *)bench.inner)->inner, before);
	bench_fini(&bench);
}
END_TEST

START_TEST(delete_takes_away_what_is_there)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(removed(&bench, "('plain', 'a', 0)"), "done");
	ck_assert_str_eq(got(&bench, "('plain', 'a', 0, 'b')"), "2");
	ck_assert_str_eq(removed(&bench, "('plain', 'a', 0, 'b')"), "done");
	ck_assert_str_eq(removed(&bench, "('plain', 'a', 0, 'b')"), "nothing");
	ck_assert_str_eq(removed(&bench, "('no', 'b')"), "nothing");
	ck_assert_str_eq(removed(&bench, "('inner', 'n')"), "done");
	ck_assert_str_eq(removed(&bench, "('inner', 'n')"), "nothing");
	ck_assert_str_eq(removed(&bench, "('list', 0)"), "done");
	ck_assert_uint_eq(list_kind.len((struct object *)bench.list), 1);
	bench_fini(&bench);
}
END_TEST

/* The sum, or what is wrong. */
static const char *
added(struct bench *bench, const char *path, const char *number_text)
{
	struct value steps[STEPS_MAX], number;
	uint8_t *bytes, *number_bytes = read_value(number_text, &number);
	struct blob *sum;
	enum concur_status status = path_add(bench->core, path_of(bench, path, steps, &bytes), &number, &sum);

	const char *complaint = sum ? NULL : said(bench, status, true);

	*bench->text = sum ? '\0' : *bench->text;
	if (sum)
		fixture_show_blob(bench->text, sizeof bench->text, sum);
	blob_unref(sum);
	free(bytes);
	free(number_bytes);
	return complaint ? complaint : bench->text;
}

START_TEST(add_gives_the_sum_and_counts_from_0)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_str_eq(added(&bench, "('inner', 'n')", "2"), "7");
	ck_assert_str_eq(added(&bench, "('plain', 'a', 1, 'b')", "0.5"), "2.5");
	ck_assert_str_eq(added(&bench, "('plain', 'count')", "3"), "3");
	ck_assert_str_eq(got(&bench, "('plain', 'count')"), "3");
	ck_assert_str_eq(added(&bench, "('no', 'b')", "3"), "nothing");
	ck_assert_str_eq(added(&bench, "('list', 0)", "3"), "TYPE_ERROR at step 2");
	ck_assert_str_eq(added(&bench, "('inner', 'n')", "9223372036854775807"), "OVERFLOW at step 2");
	ck_assert_str_eq(got(&bench, "('inner', 'n')"), "7");
	bench_fini(&bench);
}
END_TEST

START_TEST(change_without_memory_leaves_all_as_it_was)
{
	struct bench bench;
	unsigned good = 0;

	bench_init(&bench);
	for (;; good++) {
		struct value steps[STEPS_MAX];
		struct blob *sum;
		uint8_t *bytes;
		struct path *path = path_of(&bench, "('plain', 'a', 1, 'b')", steps, &bytes);
		struct value one = INTEGER(1);
		enum concur_status status;
		bool failed;

		nomem_arm(good);
		status = path_add(bench.core, path, &one, &sum);
		failed = nomem_disarm();
		free(bytes);
		blob_unref(sum);
		ck_assert_status(status, failed ? CONCUR_NO_MEMORY : CONCUR_OK);
		ck_assert_str_eq(got(&bench, "('plain', 'a', 1, 'b')"), failed ? "2" : "3");
		if (!failed)
			break;
	}
	ck_assert_uint_ge(good, 3);
	bench_fini(&bench);
}
END_TEST

/* inner and what the dict has under 'plain' get a key that only the client can compare. */
static void
set_opaque_keys(struct bench *bench)
{
	struct value key;
	uint8_t *bytes = read_value("opaque('p')", &key);

	set_text(bench, bench->dict, "plain", "{opaque('p'): {'n': 1}, 'a': 2}");
	ck_assert_status(dict_set(bench->core, bench->inner, &(struct dict_item){ .key = key, .value = INTEGER(3) }),
	    CONCUR_OK);
	free(bytes);
}

START_TEST(step_among_opaque_keys_asks_the_client_to_compare)
{
	struct bench bench;

	bench_init(&bench);
	set_opaque_keys(&bench);
	ck_assert_str_eq(got(&bench, "('plain', 'a')"), "2");
	ck_assert_str_eq(got(&bench, "('plain', opaque('p'), 'n')"), "1");
	ck_assert_str_eq(got(&bench, "('plain', opaque('q'), 'n')"), "NEEDS_COMPARE at step 2");
	ck_assert_ptr_null(bench.path.keys.dict);
	ck_assert_int_eq(bench.path.keys.map.kind, VALUE_MAP);
	ck_assert_str_eq(got(&bench, "('inner', opaque('p'))"), "3");
	ck_assert_str_eq(got(&bench, "('list', 1, opaque('q'))"), "NEEDS_COMPARE at step 3");
	ck_assert_ptr_eq(bench.path.keys.dict, bench.inner);
	ck_assert_str_eq(put(&bench, "('plain', 'new')", "1"), "NEEDS_COMPARE at step 2");
	ck_assert_str_eq(put(&bench, "('inner', opaque('q'))", "1"), "NEEDS_COMPARE at step 2");
	ck_assert_str_eq(removed(&bench, "('inner', opaque('q'))"), "NEEDS_COMPARE at step 2");
	bench_fini(&bench);
}
END_TEST

START_TEST(step_compared_at_the_version_of_the_path_is_not_there)
{
	struct bench bench;

	bench_init(&bench);
	set_opaque_keys(&bench);
	ck_assert_str_eq(put(&bench, "('list', 1, opaque('q'))", "4"), "NEEDS_COMPARE at step 3");
	/* That of the first object alone says nothing of the others. */
	bench.if_version = bench.path.object->version;
	ck_assert_uint_ne(bench.if_version, bench.path.version);
	ck_assert_str_eq(put(&bench, "('list', 1, opaque('q'))", "4"), "NEEDS_COMPARE at step 3");
	bench.if_version = bench.path.version;
	ck_assert_str_eq(got(&bench, "('list', 1, opaque('q'))"), "nothing");
	ck_assert_str_eq(put(&bench, "('list', 1, opaque('q'))", "4"), "done");
	ck_assert_str_eq(got(&bench, "('list', 1, opaque('p'))"), "CHANGED at step 0");
	bench.if_version = 0;
	ck_assert_str_eq(got(&bench, "('inner', opaque('q'))"), "4");
	ck_assert_str_eq(put(&bench, "('plain', opaque('r'))", "5"), "NEEDS_COMPARE at step 2");
	bench.if_version = bench.path.version;
	ck_assert_str_eq(put(&bench, "('plain', opaque('r'))", "5"), "done");
	bench.if_version = 0;
	ck_assert_str_eq(got(&bench, "('plain', opaque('r'))"), "5");
	bench_fini(&bench);
}
END_TEST

START_TEST(version_of_a_path_that_leads_elsewhere_is_another)
{
	struct bench bench;

	bench_init(&bench);
	set_opaque_keys(&bench);
	ck_assert_str_eq(got(&bench, "('list', 1, opaque('q'))"), "NEEDS_COMPARE at step 3");
	bench.if_version = bench.path.version;
	/* In the middle; the list is older than what it led to. */
	ck_assert_status(list_set(bench.core, bench.list, 1,
			     &(struct list_item){ REFERENCE(object_id((struct object *)bench.list)), true }),
	    CONCUR_OK);
	ck_assert_str_eq(got(&bench, "('list', 1, opaque('q'))"), "CHANGED at step 0");
	ck_assert_status(list_set(bench.core, bench.list, 1, &(struct list_item){ INTEGER(0), false }), CONCUR_OK);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		step_among_opaque_keys_asks_the_client_to_compare,
		step_compared_at_the_version_of_the_path_is_not_there,
		version_of_a_path_that_leads_elsewhere_is_another,
		get_goes_through_objects_and_values,
		get_of_missing_key_is_nothing,
		wrong_step_is_named,
		set_changes_what_is_there_or_makes_the_last_key,
		set_that_is_refused_changes_nothing,
		set_keeps_counting_references_in_what_it_rebuilds,
		delete_takes_away_what_is_there,
		add_gives_the_sum_and_counts_from_0,
		change_without_memory_leaves_all_as_it_was,
		NULL,
	};

	return unit_run("path", tests);
}
