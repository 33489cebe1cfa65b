/* The cell. It always holds a value; at first null, unless it was created with one. */
#include "daemon/core/cell.h"

#include "daemon/core/store.h"

struct cell {
	struct object object;
	struct blob *value; /* NULL once its contents are freed */
};

static struct cell *
cell_of(struct object *object)
{
	return LINK_ENTRY(object, struct cell, object);
}

static enum concur_status
cell_init(struct core *core, struct object *object, const struct object_options *options)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value null;

	value_set_null(&null, room);
	cell_of(object)->value = store_new(core, object, options->value ? options->value : &null, options->refers);
	return cell_of(object)->value ? CONCUR_OK : CONCUR_NO_MEMORY;
}

struct blob *
cell_get(const struct cell *cell)
{
	return cell->value;
}

enum concur_status
cell_set(struct core *core, struct cell *cell, const struct value *value, bool refers, struct blob **ret_old)
{
	struct blob *blob = store_new(core, &cell->object, value, refers);

	if (!blob)
		return CONCUR_NO_MEMORY;
	if (ret_old) {
		store_take(core, &cell->object, cell->value);
		*ret_old = cell->value;
	} else {
		store_drop(core, &cell->object, cell->value);
	}
	cell->value = blob;
	object_changed(core, &cell->object);
	return CONCUR_OK;
}

enum concur_status
cell_add(struct core *core, struct cell *cell, const struct value *amount)
{
	struct value have = store_value(cell->value), sum;
	uint8_t room[VALUE_SCALAR_MAX];
	enum concur_status status = value_add(&have, amount, room, &sum);

	return status == CONCUR_OK ? cell_set(core, cell, &sum, false, NULL) : status;
}

enum concur_status
cell_compare_exchange(struct core *core, struct cell *cell, const struct value *expected, const struct value *value,
    bool refers, enum outcome *ret)
{
	struct value have = store_value(cell->value);
	enum value_same same = value_equal(&have, expected);

	if (same == VALUE_UNKNOWN)
		return CONCUR_NEEDS_COMPARE;
	if (same == VALUE_DIFFERENT) {
		*ret = OUTCOME_CHANGED;
		return CONCUR_OK;
	}
	*ret = OUTCOME_DONE;
	return cell_set(core, cell, value, refers, NULL);
}

static void
cell_end(struct core *core, struct object *object)
{
	(void)core, (void)object;
}

static bool
cell_step(struct core *core, struct object *object, size_t *steps)
{
	struct cell *cell = cell_of(object);

	(void)steps;
	store_drop(core, object, cell->value);
	cell->value = NULL;
	return true;
}

static bool
cell_each_reference(const struct object *object, struct reference_walk *walk)
{
	store_visit_blob(LINK_ENTRY(object, const struct cell, object)->value, walk);
	walk->position = 0;
	return true;
}

static uint64_t
cell_len(const struct object *object)
{
	(void)object;
	return 1;
}

static enum concur_status
cell_copy(struct core *core, struct object *object, struct object *original)
{
	cell_of(object)->value = store_again(core, object, cell_of(original)->value);
	return CONCUR_OK;
}

const struct kind cell_kind = {
	.id = KIND_CELL,
	.name = "value",
	.size = sizeof(struct cell),
	.init = cell_init,
	.end = cell_end,
	.step = cell_step,
	.len = cell_len,
	.each_reference = cell_each_reference,
	.copy = cell_copy,
};
