/* A core with objects that refer to each other. */
#include "tests/unit/cycle_bench.h"

#include "daemon/core/cell.h"
#include "daemon/core/dict.h"
#include "daemon/core/list.h"
#include "daemon/core/queue.h"
#include "daemon/core/set.h"

void
cycle_bench_init(struct cycle_bench *bench)
{
	fixture_init(&bench->fixture);
	bench->core = &bench->fixture.core;
	bench->client = fixture_session(&bench->fixture, 1);
}

void
cycle_bench_fini(struct cycle_bench *bench)
{
	fixture_fini(&bench->fixture);
}

struct object *
cycle_bench_open_with(struct cycle_bench *bench, enum kind_id kind, const char *name, enum lifetime lifetime)
{
	struct value text = TEXT(name ? name : "");
	struct object_open open = { .name = name ? &text : NULL, .creator = bench->client };
	struct object *object;
	bool created;

	open.options = (struct object_options){ .kind = kind, .lifetime = lifetime };
	ck_assert_status(object_open(bench->core, &open, &object, &created), CONCUR_OK);
	ck_assert_int_eq(session_ref(bench->core, bench->client, object), 0);
	return object;
}

struct object *
cycle_bench_open(struct cycle_bench *bench, enum kind_id kind)
{
	return cycle_bench_open_with(bench, kind, NULL, LIFETIME_DEFAULT);
}

void
cycle_bench_let_go(struct cycle_bench *bench, const struct object *object)
{
	ck_assert(session_unref(bench->core, bench->client, object_id(object)));
}

void
cycle_bench_pass(struct cycle_bench *bench)
{
	bench->core->now_ns += PAUSE;
	fixture_settle(&bench->fixture);
}

bool
cycle_bench_lives(struct cycle_bench *bench, uint64_t id)
{
	return object_find(bench->core, id) != NULL;
}

void
cycle_bench_refer(struct cycle_bench *bench, struct object *from, const struct object *to)
{
	struct dict_item entry = { TEXT("key"), REFERENCE(object_id(to)), false, true };
	struct list_item item = { entry.value, true };
	struct ask ask = fixture_ask(bench->client, 1, 1, 0);
	struct result result = { 0 };
	enum concur_status status;
	int64_t added;

	switch (from->kind->id) {
	case KIND_DICT:
		status = dict_set(bench->core, (struct dict *)from, &entry);
		break;
	case KIND_LIST:
		status = list_extend(bench->core, (struct list *)from, &item, 1);
		break;
	case KIND_SET:
		status = set_add(bench->core, (struct set *)from, &(struct set_item){ entry.value, true }, 1, &added);
		break;
	case KIND_QUEUE:
		status = queue_put(bench->core, (struct queue *)from, &ask,
		    &(struct queue_load){ &entry.value, &item.refers, 1, 0, 0, NULL }, &result);
		break;
	default:
		status = cell_set(bench->core, (struct cell *)from, &entry.value, true, NULL);
	}
	ck_assert_status(status, CONCUR_OK);
}

void
cycle_bench_insert(struct cycle_bench *bench, struct object *list, int64_t index, struct value value, bool refers)
{
	ck_assert_status(list_insert(bench->core, (struct list *)list, index, &(struct list_item){ value, refers }),
	    CONCUR_OK);
}

void
cycle_bench_drop(struct cycle_bench *bench, struct object *list, int64_t index)
{
	struct blob *blob;

	ck_assert_status(list_pop(bench->core, (struct list *)list, index, &blob), CONCUR_OK);
	blob_unref(blob);
}
