/* What an answer of NEEDS_COMPARE asks the client to compare. */
#include "error.h"
#include "future.h"
#include "values.h"

#include "concur/v1/shapes.pb-c.h"

#include <stdlib.h>

/* The candidates of an Error, one after the other. */
struct error_values {
	struct values_source source;
	const Concur__V1__Error *error;
	size_t at;
};

static void
error_values_rewind(struct values_source *source)
{
	((struct error_values *)source)->at = 0;
}

static bool
error_values_next(struct values_source *source, const uint8_t **ret_bytes, size_t *ret_size)
{
	struct error_values *values = (struct error_values *)source;

	if (values->at == values->error->n_candidates)
		return false;
	*ret_bytes = values->error->candidates[values->at].data;
	*ret_size = values->error->candidates[values->at++].len;
	return true;
}

static enum concur_status
make_candidates(const Concur__V1__Error *error, struct concur_candidates *ret_candidates)
{
	struct error_values values = { { error_values_next, error_values_rewind }, error, 0 };
	struct concur_candidates made = { .version = error->version, .cursor = error->cursor, .step = error->step };
	enum concur_status status = values_decode_all(&values.source, &made.items, &made.count);

	if (status != CONCUR_OK)
		return status;
	if (error->n_indexes && error->n_indexes == made.count) {
		made.indexes = malloc(made.count * sizeof *made.indexes);
		if (!made.indexes) {
			concur_candidates_free(&made);
			return CONCUR_NO_MEMORY;
		}
		memcpy(made.indexes, error->indexes, made.count * sizeof *made.indexes);
	}
	*ret_candidates = made;
	return CONCUR_OK;
}

enum concur_status
concur_future_candidates(concur_future *future, struct concur_candidates *ret_candidates)
{
	enum concur_status status = concur_future_wait(future, CONCUR_FOREVER);
	Concur__V1__Error *error;

	if (status != CONCUR_NEEDS_COMPARE)
		return status == CONCUR_OK ? error_set(CONCUR_BAD_ARGUMENT, "that call had nothing to compare")
					   : status;
	error = concur__v1__error__unpack(NULL, future->call.size, future->call.body);
	if (!error)
		return future_bad_reply();
	status = make_candidates(error, ret_candidates);
	concur__v1__error__free_unpacked(error, NULL);
	return status == CONCUR_OK ? status : error_plain(status);
}

void
concur_candidates_free(struct concur_candidates *candidates)
{
	if (!candidates)
		return;
	free(candidates->items); /* one block with all that they point to */
	free(candidates->indexes);
	*candidates = (struct concur_candidates){ 0 };
}
