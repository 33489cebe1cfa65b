/* Four processes change a value that takes two calls to change, under a lock. One of them dies while it holds the lock:
 * the next owner is told so at once, and can look after what was left half done. */
#include "client/examples/example.h"

#include <signal.h>

enum { PROCESSES = 4, ROUNDS = 100 };

struct account {
	concur_lock *lock;
	concur_cell *total;
	concur_cell *deaths;
};

static void
deposit(const struct account *account)
{
	struct concur_value total;
	enum concur_status status = concur_lock_acquire(account->lock, CONCUR_FOREVER, NULL);

	if (status == CONCUR_OWNER_DIED)
		must(concur_cell_add(account->deaths, CV(1), NULL));
	else
		must(status);
	must(concur_cell_get(account->total, &total));
	must(concur_cell_set(account->total, CV(total.integer + 1)));
	must(concur_lock_release(account->lock));
}

static int
work(int number, void *arg)
{
	const struct account *account = arg;

	for (int i = 0; i < ROUNDS; i++)
		deposit(account);
	if (number == 0) {
		/* The others may all be done by now; the program's own deposit comes after this in any case. */
		enum concur_status status = concur_lock_acquire(account->lock, CONCUR_FOREVER, NULL);

		if (status == CONCUR_OK)
			kill(getpid(), SIGKILL);
	}
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_open strict = { .strict = true }, zero = { .value = CV(0) };
	struct concur_value total, deaths;
	struct account account;

	must(concur_lock_open(session, NULL, &strict, &account.lock));
	must(concur_cell_open(session, NULL, &zero, &account.total));
	must(concur_cell_open(session, NULL, &zero, &account.deaths));
	(void)example_processes(PROCESSES, work, &account); /* one of them is killed */
	deposit(&account);
	must(concur_cell_get(account.total, &total));
	must(concur_cell_get(account.deaths, &deaths));
	printf("%lld deposits, %lld deaths\n", (long long)total.integer, (long long)deaths.integer);
	concur_free(account.lock);
	concur_free(account.total);
	concur_free(account.deaths);
	concur_close(session);
	return example_end(total.integer == PROCESSES * ROUNDS + 1 && deaths.integer == 1,
	    "no deposit was lost and the death was told");
}
