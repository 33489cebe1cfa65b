/* Every call of the client library on pipes once against a daemon, and what becomes of the ends. */
#include "tests/system/client.h"

static concur_object *
object_of(concur_pipe *pipe)
{
	return CONCUR_OBJECT(pipe);
}

static struct concur_ends
new_pipe(concur_session *session, bool duplex)
{
	const struct concur_open how = { .duplex = duplex };
	struct concur_ends ends;

	ck_ok(concur_pipe_new(session, NULL, &how, &ends));
	return ends;
}

static void
free_pipe(struct concur_ends *ends)
{
	concur_free(ends->end[0]);
	concur_free(ends->end[1]);
}

START_TEST(pipe_calls_do_what_they_say)
{
	concur_session *session = client_session();
	struct concur_ends ends = new_pipe(session, false);
	struct concur_pipe_state state;
	struct concur_value value;

	ck_status(concur_pipe_recv(ends.end[0], 0, &value), CONCUR_EMPTY);
	ck_status(concur_pipe_poll(ends.end[0], 1), CONCUR_EMPTY);
	ck_ok(concur_pipe_send(ends.end[1], CV("a"), CONCUR_FOREVER));
	ck_ok(concur_pipe_send_bytes(ends.end[1], "\0\1", 2, 0));
	ck_ok(concur_pipe_poll(ends.end[0], CONCUR_FOREVER));
	ck_ok(concur_pipe_state(ends.end[0], &state));
	ck_assert_uint_eq(state.size, 2);
	ck_assert(state.receives && !state.sends && state.is_open && state.bytes > 0);
	/* What is taken is no data, and given all the same. */
	ck_status(concur_pipe_recv_bytes(ends.end[0], 0, &value), CONCUR_TYPE_ERROR);
	ck_assert_str_eq(value.bytes, "a");
	concur_value_free(&value);
	ck_ok(concur_pipe_recv_bytes(ends.end[0], 0, &value));
	ck_assert_uint_eq(value.size, 2);
	concur_value_free(&value);
	ck_status(concur_pipe_send(ends.end[0], CV(1), 0), CONCUR_TYPE_ERROR);
	ck_status(concur_pipe_recv(ends.end[1], 0, &value), CONCUR_TYPE_ERROR);
	ck_ok(concur_pipe_close(ends.end[0]));
	ck_status(concur_pipe_send(ends.end[1], CV(1), 0), CONCUR_BROKEN_PIPE);
	ck_status(concur_pipe_poll(ends.end[0], 0), CONCUR_NOT_FOUND);
	free_pipe(&ends);
	concur_close(session);
}
END_TEST

START_TEST(free_of_an_end_gives_the_other_end_of_file)
{
	concur_session *session = client_session();
	struct concur_ends ends = new_pipe(session, true);
	struct concur_value value;

	ck_ok(concur_pipe_send(ends.end[1], CV(7), 0));
	concur_free(ends.end[1]);
	ck_ok(concur_pipe_recv(ends.end[0], CONCUR_FOREVER, &value));
	ck_assert_int_eq(value.integer, 7);
	ck_status(concur_pipe_poll(ends.end[0], CONCUR_FOREVER), CONCUR_END_OF_FILE);
	ck_status(concur_pipe_recv(ends.end[0], CONCUR_FOREVER, &value), CONCUR_END_OF_FILE);
	concur_free(ends.end[0]);
	concur_close(session);
}
END_TEST

START_TEST(named_ends_are_opened_by_their_names)
{
	concur_session *session = client_session();
	struct concur_ends ends;
	concur_pipe *pipe;
	struct concur_value value;

	ck_status(concur_pipe_open(session, "p.0", NULL, &pipe), CONCUR_NOT_FOUND);
	ck_ok(concur_pipe_new(session, "p", NULL, &ends));
	ck_status(concur_pipe_new(session, "p", NULL, &ends), CONCUR_ALREADY_THERE);
	ck_ok(concur_pipe_open(session, "p.0", NULL, &pipe));
	ck_assert_uint_eq(concur_object_id(object_of(pipe)), concur_object_id(object_of(ends.end[0])));
	ck_ok(concur_pipe_send(ends.end[1], CV(1), 0));
	/* Their names keep them open. */
	free_pipe(&ends);
	ck_ok(concur_pipe_recv(pipe, 0, &value));
	ck_status(concur_pipe_recv(pipe, 0, &value), CONCUR_EMPTY);
	ck_ok(concur_manager_remove(session, "p.1"));
	ck_status(concur_pipe_recv(pipe, CONCUR_FOREVER, &value), CONCUR_END_OF_FILE);
	concur_free(pipe);
	concur_close(session);
}
END_TEST

START_TEST(end_sent_through_a_pipe_is_open_for_who_receives_it)
{
	concur_session *session = client_session();
	struct concur_ends outer = new_pipe(session, false), inner = new_pipe(session, false);
	concur_object *object;
	struct concur_value value;

	ck_ok(concur_pipe_send(outer.end[1], concur_reference(object_of(inner.end[1])), 0));
	concur_free(inner.end[1]);
	ck_ok(concur_pipe_recv(outer.end[0], 0, &value));
	ck_assert_int_eq(value.tag, CONCUR_KIND_PIPE);
	ck_ok(concur_object_take(session, &value, &object));
	concur_value_free(&value);
	ck_assert_ptr_nonnull(concur_object_pipe(object));
	ck_ok(concur_pipe_send(concur_object_pipe(object), CV("through"), 0));
	ck_ok(concur_pipe_recv(inner.end[0], 0, &value));
	ck_assert_str_eq(value.bytes, "through");
	concur_value_free(&value);
	concur_object_free(object);
	ck_status(concur_pipe_recv(inner.end[0], CONCUR_FOREVER, &value), CONCUR_END_OF_FILE);
	value = concur_integer(1);
	ck_status(concur_object_take(session, &value, &object), CONCUR_BAD_ARGUMENT);
	concur_free(inner.end[0]);
	free_pipe(&outer);
	concur_close(session);
}
END_TEST

START_TEST(ends_that_nobody_took_from_a_future_go_back)
{
	concur_session *session = client_session();
	concur_future *future = concur_pipe_new_begin(session, NULL, NULL);
	struct concur_manager manager;
	struct concur_ends ends;

	ck_status(concur_future_ends(future, NULL), CONCUR_BAD_ARGUMENT);
	concur_future_free(future);
	future = concur_pipe_new_begin(session, NULL, NULL);
	ck_ok(concur_future_ends(future, &ends));
	ck_status(concur_future_ends(future, &ends), CONCUR_BAD_ARGUMENT);
	concur_future_free(future);
	ck_ok(concur_manager_info(session, &manager));
	ck_assert_uint_eq(manager.objects, 2);
	free_pipe(&ends);
	concur_close(session);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		pipe_calls_do_what_they_say,
		free_of_an_end_gives_the_other_end_of_file,
		named_ends_are_opened_by_their_names,
		end_sent_through_a_pipe_is_open_for_who_receives_it,
		ends_that_nobody_took_from_a_future_go_back,
		NULL,
	};

	return unit_run("client_pipe", tests);
}
