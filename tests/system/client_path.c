/* Paths through the client library and a real daemon. */
#include "tests/system/client.h"

#define PATH(...)                                       \
	((const struct concur_value[]){ __VA_ARGS__ }), \
	    sizeof((const struct concur_value[]){ __VA_ARGS__ }) / sizeof(struct concur_value)

struct bench {
	concur_session *session;
	concur_dict *dict, *inner;
	concur_object *object; /* dict */
};

/* dict: plain -> {'a': [1, 2]}, inner -> a dict of its own. */
static void
bench_init(struct bench *bench)
{
	bench->session = client_session();
	ck_ok(concur_dict_open(bench->session, NULL, NULL, &bench->dict));
	ck_ok(concur_dict_open(bench->session, NULL, NULL, &bench->inner));
	bench->object = CONCUR_OBJECT(bench->dict);
	ck_ok(concur_dict_set(bench->dict, CV("inner"), concur_reference(CONCUR_OBJECT(bench->inner))));
	ck_ok(concur_path_set(bench->object, PATH(CV("plain")), CMAP(CV("a"), CLIST(CV(1), CV(2)))));
}

static void
bench_fini(struct bench *bench)
{
	concur_free(bench->dict);
	concur_free(bench->inner);
	concur_close(bench->session);
}

START_TEST(path_calls_do_what_they_say)
{
	struct concur_value value;
	struct bench bench;

	bench_init(&bench);
	ck_ok(concur_path_set(bench.object, PATH(CV("inner"), CV("x")), CV("y")));
	ck_ok(concur_dict_get(bench.inner, CV("x"), &value));
	ck_assert_str_eq(value.bytes, "y");
	concur_value_free(&value);
	ck_ok(concur_path_add(bench.object, PATH(CV("plain"), CV("a"), CV(-1)), CV(5), &value));
	ck_assert_int_eq(value.integer, 7);
	ck_ok(concur_path_delete(bench.object, PATH(CV("plain"), CV("a"), CV(0))));
	ck_ok(concur_path_get(bench.object, PATH(CV("plain"), CV("a"), CV(0)), &value));
	ck_assert_int_eq(value.integer, 7);
	ck_status(client_end(concur_path_get_begin(bench.object, PATH(CV("no"), CV("a")))), CONCUR_NOT_THERE);
	bench_fini(&bench);
}
END_TEST

START_TEST(path_that_can_not_be_is_refused)
{
	struct concur_value value, steps[65];
	struct bench bench;

	bench_init(&bench);
	for (size_t i = 0; i < UNIT_COUNT(steps); i++)
		steps[i] = CV("inner");
	ck_status(concur_path_get(bench.object, steps, 65, &value), CONCUR_TOO_LARGE);
	ck_status(concur_path_get(bench.object, steps, 64, &value), CONCUR_NOT_THERE);
	ck_status(concur_path_get(bench.object, NULL, 0, &value), CONCUR_VALUE_ERROR);
	ck_status(concur_path_get(bench.object, PATH(CLIST(CV(1))), &value), CONCUR_UNHASHABLE);
	ck_status(concur_path_get(bench.object, PATH(CV("plain"), CV("a"), CV(2)), &value), CONCUR_INDEX_ERROR);
	ck_assert_ptr_nonnull(strstr(concur_message(), "step 3 of the path"));
	bench_fini(&bench);
}
END_TEST

START_TEST(reference_that_a_path_gives_counts_for_the_receiver)
{
	struct concur_value value;
	struct bench bench;
	int64_t len;
	concur_object *found;

	bench_init(&bench);
	ck_ok(concur_dict_delete(bench.dict, CV("inner")));
	ck_ok(concur_path_set(bench.object, PATH(CV("plain"), CV("r")), concur_reference(CONCUR_OBJECT(bench.inner))));
	concur_free(bench.inner);
	ck_ok(concur_path_get(bench.object, PATH(CV("plain"), CV("r")), &value));
	ck_ok(concur_clear(bench.dict));
	ck_ok(concur_object_take(bench.session, &value, &found));
	ck_ok(concur_object_len(found, &len));
	bench.inner = concur_object_dict(found);
	concur_value_free(&value);
	bench_fini(&bench);
}
END_TEST

START_TEST(step_that_only_the_client_can_compare_is_told_with_candidates)
{
	static const struct concur_opaque stored = { "c", "A", 1, NULL, 0 }, asked = { "c", "a", 1, NULL, 0 };
	struct concur_value key = { .kind = CONCUR_VALUE_OPAQUE }, ask = key, value;
	struct concur_candidates candidates;
	concur_future *future;
	struct bench bench;

	bench_init(&bench);
	key.opaque = &stored;
	ask.opaque = &asked;
	ck_ok(concur_dict_set(bench.inner, key, CV(2)));
	future = concur_path_get_begin(bench.object, PATH(CV("inner"), ask));
	ck_ok(concur_future_candidates(future, &candidates));
	ck_assert_ptr_nonnull(strstr(concur_message(), "step 2 of the path: compare with the candidates"));
	concur_future_free(future);
	ck_assert_uint_eq(candidates.count, 1);
	ck_assert_uint_eq(candidates.step, 2);
	ck_assert_uint_eq(candidates.cursor, 0);
	ck_ok(concur_path_get(bench.object, PATH(CV("inner"), candidates.items[0]), &value));
	ck_assert_int_eq(value.integer, 2);
	/* And if it is not equal: */
	ck_ok(concur_if_version(bench.session, candidates.version));
	ck_ok(concur_path_set(bench.object, PATH(CV("inner"), ask), CV(3)));
	ck_ok(concur_if_version(bench.session, candidates.version));
	ck_status(concur_path_set(bench.object, PATH(CV("inner"), ask), CV(4)), CONCUR_CHANGED);
	ck_ok(concur_path_get(bench.object, PATH(CV("inner"), ask), &value));
	ck_assert_int_eq(value.integer, 3);
	concur_candidates_free(&candidates);
	bench_fini(&bench);
}
END_TEST

START_TEST(candidates_of_a_map_are_its_opaque_keys)
{
	static const struct concur_opaque stored = { "c", "A", 1, NULL, 0 }, asked = { "c", "a", 1, NULL, 0 };
	struct concur_value key = { .kind = CONCUR_VALUE_OPAQUE }, ask = key, value;
	struct concur_candidates candidates;
	concur_future *future;
	struct bench bench;

	bench_init(&bench);
	key.opaque = &stored;
	ask.opaque = &asked;
	ck_ok(concur_path_set(bench.object, PATH(CV("plain")), CMAP(CV("x"), CV(1), key, CV(2))));
	future = concur_path_set_begin(bench.object, PATH(CV("plain"), ask), CV(3));
	ck_ok(concur_future_candidates(future, &candidates));
	concur_future_free(future);
	ck_assert_uint_eq(candidates.count, 1);
	ck_assert_uint_eq(candidates.step, 2);
	ck_ok(concur_path_set(bench.object, PATH(CV("plain"), candidates.items[0]), CV(3)));
	ck_ok(concur_path_get(bench.object, PATH(CV("plain"), key), &value));
	ck_assert_int_eq(value.integer, 3);
	concur_candidates_free(&candidates);
	bench_fini(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		path_calls_do_what_they_say,
		path_that_can_not_be_is_refused,
		reference_that_a_path_gives_counts_for_the_receiver,
		step_that_only_the_client_can_compare_is_told_with_candidates,
		candidates_of_a_map_are_its_opaque_keys,
		NULL,
	};

	return unit_run("client_path", tests);
}
