/* A server and its clients: each client makes a pipe of its own and sends one end to the server, with which it then
 * talks alone. Who leaves, or dies, is noticed as the end of file. */
#include "client/examples/example.h"

enum { CLIENTS = 3, QUESTIONS = 100 };

/* Asks for squares through a new pipe. */
static int
ask(int number, void *arg)
{
	concur_session *session = arg;
	const struct concur_open both = { .duplex = true };
	struct concur_value answer;
	struct concur_ends ends;
	concur_queue *callers;

	must(concur_queue_open(session, "callers", NULL, &callers));
	must(concur_pipe_new(session, NULL, &both, &ends));
	must(concur_queue_put(callers, concur_reference(CONCUR_OBJECT(ends.end[1])), CONCUR_FOREVER));
	/* The reference in the queue keeps it open; when the server is gone, this client is to know. */
	concur_free(ends.end[1]);
	for (int i = 0; i < QUESTIONS; i++) {
		must(concur_pipe_send(ends.end[0], CV(number + i), CONCUR_FOREVER));
		must(concur_pipe_recv(ends.end[0], CONCUR_FOREVER, &answer));
		if (answer.integer != (int64_t)(number + i) * (number + i))
			return 1;
	}
	/* The last one leaves without a word. */
	if (number == CLIENTS - 1)
		_exit(0);
	concur_free(ends.end[0]);
	concur_free(callers);
	return 0;
}

static concur_pipe *
next_caller(concur_session *session, concur_queue *callers)
{
	struct concur_value value;
	concur_object *end;

	must(concur_queue_get(callers, CONCUR_FOREVER, &value));
	must(concur_object_take(session, &value, &end));
	return concur_object_pipe(end);
}

/* Answers one caller after the other, each until its end of file. */
static int
serve(concur_session *session)
{
	struct concur_value question;
	concur_queue *callers;

	must(concur_queue_open(session, "callers", NULL, &callers));
	for (int served = 0; served < CLIENTS; served++) {
		concur_pipe *caller = next_caller(session, callers);
		enum concur_status status;

		while ((status = concur_pipe_recv(caller, CONCUR_FOREVER, &question)) == CONCUR_OK)
			must(concur_pipe_send(caller, CV(question.integer * question.integer), CONCUR_FOREVER));
		concur_free(caller);
		if (status != CONCUR_END_OF_FILE)
			return 1;
	}
	concur_free(callers);
	return 0;
}

static int
run(int number, void *arg)
{
	return number < CLIENTS ? ask(number, arg) : serve(arg);
}

int
main(void)
{
	concur_session *session = example_session();
	bool well = example_processes(CLIENTS + 1, run, session);

	concur_close(session);
	return example_end(well, "every client was answered through a pipe of its own, and missed when it left");
}
