/* The model of nested containers. */
#include "tests/sim/nest.h"

#include <string.h>

void
nest_set(struct nest *nest, unsigned key, const int64_t *numbers, size_t count)
{
	struct nest_list *list = &nest->lists[key];

	*list = (struct nest_list){ .is_there = true, .count = count };
	memcpy(list->numbers, numbers, count * sizeof *numbers);
}

bool
nest_delete(struct nest *nest, unsigned key)
{
	bool was_there = nest->lists[key].is_there;

	nest->lists[key] = (struct nest_list){ .is_there = false };
	return was_there;
}

size_t
nest_append(struct nest *nest, unsigned key, int64_t number)
{
	struct nest_list *list = &nest->lists[key];

	list->is_there = true;
	list->numbers[list->count] = number;
	return ++list->count;
}

int64_t *
nest_number(struct nest *nest, unsigned key, size_t index)
{
	struct nest_list *list = &nest->lists[key];

	return index < list->count ? &list->numbers[index] : NULL;
}

void
nest_remove(struct nest *nest, unsigned key, size_t index)
{
	struct nest_list *list = &nest->lists[key];

	list->count--;
	memmove(&list->numbers[index], &list->numbers[index + 1], (list->count - index) * sizeof *list->numbers);
}
