/* Reading lines into a reply. */
#include "daemon/rpc/lines.h"

#include "daemon/rpc/rpc.h"

bool
lines_read(struct call *call, const struct process_output *output, uint64_t cursor, uint32_t count,
    struct lines_page *ret)
{
	const struct limits *limits = call->rpc->limits;
	size_t page = count ? count : SIZE_MAX, bytes = 0;
	const struct process_line *line = process_line_from(output, cursor);
	Concur__V1__OutputLine *lines;

	page = page < limits->page_entries ? page : (size_t)limits->page_entries;
	lines = call_alloc(call, page * sizeof *lines);
	*ret = (struct lines_page){ .lines = lines ? call_alloc(call, page * sizeof *ret->lines) : NULL,
		.cursor = cursor };
	if (!ret->lines)
		return false;
	for (; line && ret->count < page && bytes < limits->page_bytes; line = process_line_next(output, line)) {
		Concur__V1__OutputLine *to = &lines[ret->count];

		*to = (Concur__V1__OutputLine)CONCUR__V1__OUTPUT_LINE__INIT;
		to->number = line->number;
		to->error = line->is_error;
		to->text = (ProtobufCBinaryData){ line->size, (uint8_t *)(uintptr_t)line->text };
		ret->lines[ret->count++] = to;
		ret->cursor = line->number + 1;
		bytes += line->size;
	}
	ret->is_last = !line;
	return true;
}
