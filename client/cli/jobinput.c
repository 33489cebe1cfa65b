/* Combinations are counted like the digits of a number. */
#include "jobinput.h"

void
jobinput_init(struct jobinput *input, const struct jobspec *spec)
{
	*input = (struct jobinput){ .spec = spec, .count = spec->list_count ? spec->list_count : 1 };
	for (size_t i = 0; i < spec->list_count; i++)
		input->is_over |= spec->lists[i].count == 0;
}

void
jobinput_fini(struct jobinput *input)
{
	lines_fini(&input->lines);
}

static void
count_up(struct jobinput *input)
{
	size_t list = input->spec->list_count;

	while (list > 0 && ++input->at[list - 1] == input->spec->lists[list - 1].count)
		input->at[--list] = 0;
	input->is_over = list == 0;
}

enum lines_next
jobinput_next(struct jobinput *input)
{
	enum lines_next next;
	char *line;

	if (input->spec->list_count == 0) {
		next = lines_next(&input->lines, false, &line);
		input->arguments[0] = line;
		return next;
	}
	if (input->is_over)
		return LINES_END;
	for (size_t i = 0; i < input->count; i++)
		input->arguments[i] = input->spec->lists[i].words[input->at[i]];
	count_up(input);
	return LINES_LINE;
}

uint64_t
jobinput_total(const struct jobinput *input)
{
	uint64_t total = input->spec->list_count ? 1 : 0;

	for (size_t i = 0; i < input->spec->list_count; i++)
		if (__builtin_mul_overflow(total, input->spec->lists[i].count, &total))
			return 0;
	return total;
}
