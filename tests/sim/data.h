/* The model of containers: one dict, list and cell of small integers. Operations are drawn, made on the model, and give
 * the request to send and what its reply must say. */
#ifndef TESTS_SIM_DATA_H
#define TESTS_SIM_DATA_H

#include "tests/sim/model.h"
#include "tests/sim/random.h"
#include "tests/sim/world.h"

enum { DATA_MAX = 24 }; /* entries of the dict, items of the list */

struct data {
	uint64_t dict, list, cell; /* ids of the objects */
	size_t dict_count, list_count;
	int64_t keys[DATA_MAX], values[DATA_MAX]; /* of the dict, in order of insertion */
	int64_t until_ns[DATA_MAX];               /* how long entries of the dict live; 0: for ever */
	int64_t items[DATA_MAX];
	int64_t number; /* in the cell; set to 0 before the first operation */
};

/* One operation. The request's memory is the world's arena's. */
struct data_call {
	const char *method;
	ProtobufCMessage *request;
	struct model_reply reply;
};

/* For what draws operations: a request of the call in the world's arena; what the reply has to tell, beside an outcome
 * and a status: a value more, or that it has none. */
void *data_request(struct data_call *call, struct world *world, const ProtobufCMessageDescriptor *descriptor);
void data_reply_value(struct data_call *call, int64_t value);
void data_reply_nothing(struct data_call *call, enum model_outcome outcome);

/* Takes out what has lived its time. */
void data_settle(struct data *data, uint64_t now_ns);

void data_draw(struct data *data, struct random *random, struct world *world, struct data_call *ret);

#endif
