/* Lines and their texts stand in one block. */
#include "output.h"

#include "error.h"

#include <stdlib.h>

void
concur_output_free(struct concur_output *output)
{
	if (!output)
		return;
	free(output->items);
	*output = (struct concur_output){ 0 };
}

enum concur_status
output_make(Concur__V1__OutputLine *const *lines, size_t count, uint64_t cursor, struct concur_output *ret_output)
{
	struct concur_process_line *items;
	size_t bytes = 0;
	char *text;

	for (size_t i = 0; i < count; i++)
		bytes += lines[i]->text.len + 1;
	items = malloc(count * sizeof *items + bytes + 1);
	if (!items)
		return error_plain(CONCUR_NO_MEMORY);
	text = (char *)&items[count];
	for (size_t i = 0; i < count; i++) {
		const Concur__V1__OutputLine *line = lines[i];

		items[i] = (struct concur_process_line){ line->number, line->error, line->text.len, text };
		if (line->text.len)
			memcpy(text, line->text.data, line->text.len);
		text += line->text.len;
		*text++ = '\0';
	}
	*ret_output = (struct concur_output){ items, count, cursor };
	return CONCUR_OK;
}
