/* What is called when a call is answered.
 *
 * A call's callbacks wait in its list; when it is answered it is noted down in conn->due, and what takes it from there
 * calls them in the order in which they were added. Only one thread does so at a time, and not within a callback: what
 * becomes due meanwhile comes behind. */
#include "callback.h"

#include "error.h"
#include "fork.h"
#include "future.h"

#include <stdlib.h>

struct callback {
	struct callback *behind;
	concur_callback *call;
	void *arg;
};

void
callback_note(struct conn *conn, struct call *call)
{
	if (!call->callbacks)
		return;
	link_append(&conn->due, &call->due);
	atomic_store_explicit(&conn->has_due, true, memory_order_relaxed);
}

void
callback_drop(struct call *call)
{
	struct callback *callback;

	if (!call->callbacks)
		return;
	link_remove(&call->due);
	while ((callback = call->callbacks)) {
		call->callbacks = callback->behind;
		free(callback);
	}
}

/* Under the lock, which it gives up meanwhile. The last callback may free the future. */
static void
run_all_of(struct conn *conn, struct call *call)
{
	struct callback *callback;
	bool is_last;

	do {
		callback = call->callbacks;
		call->callbacks = callback->behind;
		is_last = !callback->behind;
		pthread_mutex_unlock(&conn->lock);
		callback->call(LINK_ENTRY(call, struct concur_future, call), callback->arg);
		free(callback);
		pthread_mutex_lock(&conn->lock);
	} while (!is_last);
}

void
callback_run(struct conn *conn)
{
	struct link *node;

	if (!callback_is_due(conn))
		return;
	pthread_mutex_lock(&conn->lock);
	if (!conn->calling) {
		atomic_store_explicit(&conn->calling, true, memory_order_relaxed);
		while ((node = link_pop(&conn->due)))
			run_all_of(conn, LINK_ENTRY(node, struct call, due));
		atomic_store_explicit(&conn->calling, false, memory_order_relaxed);
		atomic_store_explicit(&conn->has_due, false, memory_order_relaxed);
	}
	pthread_mutex_unlock(&conn->lock);
}

/* Puts it behind the others; false if all of them were called. */
static bool
add(struct conn *conn, struct call *call, struct callback *callback)
{
	struct callback **at = &call->callbacks;
	bool is_time;

	pthread_mutex_lock(&conn->lock);
	is_time = !call_is_done(call) || link_linked(&call->due);
	if (is_time) {
		while (*at)
			at = &(*at)->behind;
		*at = callback;
	}
	pthread_mutex_unlock(&conn->lock);
	return is_time;
}

enum concur_status
concur_future_on_done(concur_future *future, concur_callback *call, void *arg)
{
	struct callback *callback;
	bool is_mine = future && future->conn && future->conn->word == fork_word();

	if (!future)
		return error_plain(CONCUR_NO_MEMORY);
	if (!is_mine && !call_is_done(&future->call))
		return error_plain(CONCUR_FORKED);
	if (is_mine) {
		callback = malloc(sizeof *callback);
		if (!callback)
			return error_plain(CONCUR_NO_MEMORY);
		*callback = (struct callback){ .call = call, .arg = arg };
		if (add(future->conn, &future->call, callback))
			return CONCUR_OK;
		free(callback);
	}
	call(future, arg);
	return CONCUR_OK;
}
