/* Calls on cells. */
#include "shapes.h"

#include "concur/v1/methods.h"

static concur_future *
cell_get(unsigned flags, concur_cell *cell)
{
	return shape_object(ON(cell, CONCUR_METHOD_CELL_GET, RESULT_VALUE, flags));
}

FORMS(value, struct concur_value, cell_get, (concur_cell * cell), (cell))

static concur_future *
cell_set(unsigned flags, concur_cell *cell, struct concur_value value)
{
	return shape_value(ON(cell, CONCUR_METHOD_CELL_SET, RESULT_DONE, flags), &value);
}

FORMS_DONE(cell_set, (concur_cell * cell, struct concur_value value), (cell, value))

static concur_future *
cell_exchange(unsigned flags, concur_cell *cell, struct concur_value value)
{
	return shape_value(ON(cell, CONCUR_METHOD_CELL_EXCHANGE, RESULT_VALUE, flags), &value);
}

FORMS(value, struct concur_value, cell_exchange, (concur_cell * cell, struct concur_value value), (cell, value))

static concur_future *
cell_add(unsigned flags, concur_cell *cell, struct concur_value number)
{
	return shape_value(ON(cell, CONCUR_METHOD_CELL_ADD, RESULT_VALUE, flags), &number);
}

FORMS(value, struct concur_value, cell_add, (concur_cell * cell, struct concur_value number), (cell, number))

static concur_future *
cell_subtract(unsigned flags, concur_cell *cell, struct concur_value number)
{
	return shape_value(ON(cell, CONCUR_METHOD_CELL_SUBTRACT, RESULT_VALUE, flags), &number);
}

FORMS(value, struct concur_value, cell_subtract, (concur_cell * cell, struct concur_value number), (cell, number))

static concur_future *
cell_maximum(unsigned flags, concur_cell *cell, struct concur_value number)
{
	return shape_value(ON(cell, CONCUR_METHOD_CELL_MAXIMUM, RESULT_VALUE, flags), &number);
}

FORMS(value, struct concur_value, cell_maximum, (concur_cell * cell, struct concur_value number), (cell, number))

static concur_future *
cell_minimum(unsigned flags, concur_cell *cell, struct concur_value number)
{
	return shape_value(ON(cell, CONCUR_METHOD_CELL_MINIMUM, RESULT_VALUE, flags), &number);
}

FORMS(value, struct concur_value, cell_minimum, (concur_cell * cell, struct concur_value number), (cell, number))

static concur_future *
cell_compare_exchange(unsigned flags, concur_cell *cell, struct concur_value expected, struct concur_value value)
{
	return shape_compare(ON(cell, CONCUR_METHOD_CELL_COMPARE_EXCHANGE, RESULT_VALUE, flags), NULL, &expected,
	    &value);
}

FORMS(value, struct concur_value, cell_compare_exchange,
    (concur_cell * cell, struct concur_value expected, struct concur_value value), (cell, expected, value))
