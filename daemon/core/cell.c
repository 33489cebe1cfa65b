/* The cell. It always holds a value; at first null (with a typecode, 0), unless it was created with one. */
#include "daemon/core/cell.h"

#include "daemon/core/store.h"

struct cell {
	struct object object;
	struct blob *value; /* NULL once its contents are freed */
	uint32_t typecode;  /* 0: any value */
};

static struct cell *
cell_of(struct object *object)
{
	return LINK_ENTRY(object, struct cell, object);
}

/* What the cell keeps of a value: with a typecode, the number that an item of it can hold. `room` is VALUE_SCALAR_MAX
 * bytes. */
static enum concur_status
cell_fit(const struct cell *cell, const struct value *value, uint8_t *room, struct value *ret)
{
	uint8_t item[TYPECODE_ITEM_MAX];
	enum concur_status status;

	*ret = *value;
	if (!cell->typecode)
		return CONCUR_OK;
	status = typecode_write(cell->typecode, value, item);
	if (status == CONCUR_OK)
		typecode_read(cell->typecode, item, room, ret);
	return status;
}

static enum concur_status
cell_init(struct core *core, struct object *object, const struct object_options *options)
{
	struct cell *cell = cell_of(object);
	uint8_t room[VALUE_SCALAR_MAX], fitted_room[VALUE_SCALAR_MAX];
	struct value first, fitted;
	enum concur_status status;

	if (options->typecode && !value_item_size(options->typecode))
		return CONCUR_VALUE_ERROR;
	cell->typecode = options->typecode;
	if (cell->typecode)
		value_set_integer(&first, room, 0);
	else
		value_set_null(&first, room);
	status = cell_fit(cell, options->value ? options->value : &first, fitted_room, &fitted);
	if (status != CONCUR_OK)
		return status;
	cell->value = store_new(core, object, &fitted, options->refers);
	return cell->value ? CONCUR_OK : CONCUR_NO_MEMORY;
}

struct blob *
cell_get(const struct cell *cell)
{
	return cell->value;
}

uint32_t
cell_typecode(const struct cell *cell)
{
	return cell->typecode;
}

/* Puts a value in its place that fits. */
static enum concur_status
cell_put(struct core *core, struct cell *cell, const struct value *value, bool refers, struct blob **ret_old)
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
cell_set(struct core *core, struct cell *cell, const struct value *value, bool refers, struct blob **ret_old)
{
	uint8_t room[VALUE_SCALAR_MAX];
	struct value fitted;
	enum concur_status status = cell_fit(cell, value, room, &fitted);

	return status == CONCUR_OK ? cell_put(core, cell, &fitted, refers, ret_old) : status;
}

/* With a typecode, the item does the arithmetic. */
static enum concur_status
cell_change_item(struct core *core, struct cell *cell, enum typecode_operation operation, const struct value *operand)
{
	struct value value = store_value(cell->value);
	uint8_t item[TYPECODE_ITEM_MAX], room[VALUE_SCALAR_MAX];
	enum concur_status status = typecode_write(cell->typecode, &value, item);

	if (status == CONCUR_OK)
		status = typecode_change(cell->typecode, item, operation, operand);
	if (status != CONCUR_OK)
		return status;
	typecode_read(cell->typecode, item, room, &value);
	return cell_put(core, cell, &value, false, NULL);
}

/* The greater or the smaller of the two; what does not compare, a NaN, changes nothing. */
static enum concur_status
cell_choose(struct core *core, struct cell *cell, bool greater, const struct value *operand, bool refers)
{
	struct value have = store_value(cell->value);
	enum concur_status status;
	int order;

	status = value_compare(operand, &have, &order);
	if (status != CONCUR_OK || (greater ? order <= 0 : order >= 0))
		return status;
	return cell_put(core, cell, operand, refers, NULL);
}

enum concur_status
cell_change(struct core *core, struct cell *cell, enum typecode_operation operation, const struct value *operand,
    bool refers)
{
	struct value have = store_value(cell->value), now;
	uint8_t room[VALUE_SCALAR_MAX];
	enum concur_status status;

	if (cell->typecode)
		return cell_change_item(core, cell, operation, operand);
	if (operation == TYPECODE_MAXIMUM || operation == TYPECODE_MINIMUM)
		return cell_choose(core, cell, operation == TYPECODE_MAXIMUM, operand, refers);
	status = operation == TYPECODE_ADD ? value_add(&have, operand, room, &now)
					   : value_subtract(&have, operand, room, &now);
	return status == CONCUR_OK ? cell_put(core, cell, &now, false, NULL) : status;
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
cell_each_reference(struct object *object, struct reference_walk *walk)
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
	cell_of(object)->typecode = cell_of(original)->typecode;
	cell_of(object)->value = store_again(core, object, cell_of(original)->value);
	return CONCUR_OK;
}

static void
cell_details(const struct object *object, void (*say)(void *arg, const char *name, int64_t number), void *arg)
{
	say(arg, "typecode", LINK_ENTRY(object, const struct cell, object)->typecode);
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
	.details = cell_details,
};
