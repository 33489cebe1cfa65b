/* Money moves between two accounts, under a lock that is taken by whoever moves it and again by each step of it. One of
 * the processes dies between the two steps. The lock is robust: the next owner is told, puts right what was left half
 * done, and says that all is consistent again; had it not said so, nobody could have the lock any more. */
#include "client/examples/example.h"

#include <signal.h>

enum { PROCESSES = 4, ROUNDS = 50, MONEY = 100 };

struct bank {
	concur_lock *lock;
	concur_dict *accounts;
	concur_cell *repairs;
};

/* The accounts must add up to MONEY: what is missing was on its way to "b". */
static void
repair(const struct bank *bank, uint64_t token)
{
	struct concur_value a, b;

	must(concur_dict_get(bank->accounts, CV("a"), &a));
	must(concur_dict_get(bank->accounts, CV("b"), &b));
	must(concur_dict_add(bank->accounts, CV("b"), CV(MONEY - a.integer - b.integer), NULL));
	must(concur_cell_add(bank->repairs, CV(1), NULL));
	must(concur_lock_consistent(bank->lock, token));
}

static void
lock_bank(const struct bank *bank)
{
	struct concur_grant grant;
	enum concur_status status = concur_lock_acquire(bank->lock, CONCUR_FOREVER, &grant);

	if (status == CONCUR_OWNER_DIED)
		repair(bank, grant.token);
	else
		must(status);
}

/* One step, complete in itself: whoever calls it may have the lock already or not. */
static void
deposit(const struct bank *bank, const char *account, int money)
{
	lock_bank(bank);
	must(concur_dict_add(bank->accounts, CV(account), CV(money), NULL));
	must(concur_lock_release(bank->lock));
}

static void
move(const struct bank *bank, bool dies)
{
	lock_bank(bank);
	deposit(bank, "a", -1);
	if (dies)
		kill(getpid(), SIGKILL);
	deposit(bank, "b", 1);
	must(concur_lock_release(bank->lock));
}

static int
work(int number, void *arg)
{
	for (int i = 0; i < ROUNDS; i++)
		move(arg, number == 0 && i == ROUNDS / 2);
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_open robust = { .robust = true }, zero = { .value = CV(0) };
	struct concur_value a, b, repairs;
	struct bank bank;

	must(concur_rlock_open(session, NULL, &robust, &bank.lock));
	must(concur_dict_open(session, NULL, NULL, &bank.accounts));
	must(concur_cell_open(session, NULL, &zero, &bank.repairs));
	must(concur_dict_set(bank.accounts, CV("a"), CV(MONEY)));
	must(concur_dict_set(bank.accounts, CV("b"), CV(0)));
	(void)example_processes(PROCESSES, work, &bank); /* one of them is killed */
	move(&bank, false);
	must(concur_dict_get(bank.accounts, CV("a"), &a));
	must(concur_dict_get(bank.accounts, CV("b"), &b));
	must(concur_cell_get(bank.repairs, &repairs));
	printf("%lld and %lld, %lld repair\n", (long long)a.integer, (long long)b.integer, (long long)repairs.integer);
	concur_free(bank.lock);
	concur_free(bank.accounts);
	concur_free(bank.repairs);
	concur_close(session);
	return example_end(a.integer + b.integer == MONEY && repairs.integer == 1,
	    "no money was lost, and the death was made good once");
}
