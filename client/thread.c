/* Per-thread state.
 *
 * A thread gets its struct thread at its first call, by a pthread key whose destructor tells every session that the
 * thread's context has ended. A thread sits in few sessions, nearly always one, so its seats are a small array. A seat
 * keeps its session's memory (not its connection) until the thread ends or finds the session closed.
 *
 * After a fork the child's only thread still has its parent's seats; the word of each owner tells that its number
 * belongs to the parent. */
#include "thread.h"

#include "fork.h"
#include "session.h"

#include <pthread.h>
#include <stdlib.h>

struct thread_seat {
	concur_session *session;
	struct owner own;
	struct owner *acts_for; /* NULL: for itself */
};

struct thread {
	struct thread_seat **seats; /* each on its own, so that owners do not move */
	size_t count;
	concur_work *work; /* borrowed */
	char message[THREAD_MESSAGE];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool have_key;

static void
seat_free(struct thread_seat *seat)
{
	if (seat->own.word == fork_word())
		session_context_end(seat->session, seat->own.number);
	session_unref(seat->session);
	free(seat);
}

static void
thread_on_end(void *arg)
{
	struct thread *thread = arg;

	for (size_t i = 0; i < thread->count; i++)
		seat_free(thread->seats[i]);
	free(thread->seats);
	free(thread);
}

static void
thread_make_key(void)
{
	have_key = pthread_key_create(&key, thread_on_end) == 0;
}

static struct thread *
thread_self(void)
{
	struct thread *thread;

	pthread_once(&once, thread_make_key);
	if (!have_key)
		return NULL;
	thread = pthread_getspecific(key);
	if (thread)
		return thread;
	thread = calloc(1, sizeof *thread);
	if (thread && pthread_setspecific(key, thread)) {
		free(thread);
		return NULL;
	}
	return thread;
}

char *
thread_message(void)
{
	struct thread *thread = thread_self();

	return thread ? thread->message : NULL;
}

concur_work *
thread_work(void)
{
	struct thread *thread = thread_self();

	return thread ? thread->work : NULL;
}

int
thread_set_work(concur_work *work)
{
	struct thread *thread = thread_self();

	if (!thread)
		return -1;
	thread->work = work;
	return 0;
}

static void
thread_drop_seat(struct thread *thread, size_t index)
{
	struct thread_seat *seat = thread->seats[index];

	thread->seats[index] = thread->seats[--thread->count];
	seat_free(seat);
}

/* The seats of sessions that were closed meanwhile are of no more use. */
static void
thread_drop_closed(struct thread *thread)
{
	for (size_t i = thread->count; i-- > 0;)
		if (session_is_closed(thread->seats[i]->session))
			thread_drop_seat(thread, i);
}

static struct thread_seat *
thread_sit_down(struct thread *thread, concur_session *session)
{
	struct thread_seat *seat, **seats;

	thread_drop_closed(thread);
	seats = realloc(thread->seats, (thread->count + 1) * sizeof(struct thread_seat *));
	if (!seats)
		return NULL;
	thread->seats = seats;
	seat = calloc(1, sizeof *seat);
	if (!seat)
		return NULL;
	seat->session = session_ref(session);
	seats[thread->count++] = seat;
	return seat;
}

static struct thread_seat *
thread_seat(concur_session *session)
{
	struct thread *thread = thread_self();

	if (!thread)
		return NULL;
	for (size_t i = 0; i < thread->count; i++)
		if (thread->seats[i]->session == session)
			return thread->seats[i];
	return thread_sit_down(thread, session);
}

void
owner_renew(struct owner *owner, concur_session *session)
{
	*owner = (struct owner){ .word = fork_word(), .number = session_draw_context(session) };
}

struct owner *
thread_owner(concur_session *session)
{
	struct thread_seat *seat = thread_seat(session);
	struct owner *owner;

	if (!seat)
		return NULL;
	owner = seat->acts_for ? seat->acts_for : &seat->own;
	if (owner->word != fork_word())
		owner_renew(owner, session);
	return owner;
}

int
thread_act_for(concur_session *session, struct owner *owner)
{
	struct thread_seat *seat = thread_seat(session);

	if (!seat)
		return -1;
	seat->acts_for = owner;
	return 0;
}

void
thread_forget(concur_session *session)
{
	struct thread *thread = thread_self();

	for (size_t i = 0; thread && i < thread->count; i++) {
		if (thread->seats[i]->session == session) {
			thread_drop_seat(thread, i);
			return;
		}
	}
}
