/* A table of two entries that must always add up to nothing: many processes read it together, some change it alone, and
 * one of those is killed half way. Who gets in next, to read or to write, is told, and puts it right. */
#include "client/examples/example.h"

#include <signal.h>

enum { PROCESSES = 6, ROUNDS = 40 };

struct table {
	concur_rwlock *rwlock;
	concur_list *entries;
	concur_cell *repairs;
};

static int64_t
entry(const struct table *table, int64_t index)
{
	struct concur_value value;

	must(concur_list_get(table->entries, index, &value));
	return value.integer;
}

/* Alone, and told that the writer before has died. */
static void
repair(const struct table *table)
{
	must(concur_list_set(table->entries, 1, CV(-entry(table, 0))));
	must(concur_cell_add(table->repairs, CV(1), NULL));
}

static void
write_lock(const struct table *table)
{
	enum concur_status status = concur_rwlock_write(table->rwlock, CONCUR_FOREVER, NULL);

	if (status == CONCUR_OWNER_DIED)
		repair(table);
	else
		must(status);
}

/* A reader that is told of a death lets others in front: only a writer may put it right, and does so before it
 * reads. */
static void
read_lock(const struct table *table)
{
	enum concur_status status = concur_rwlock_read(table->rwlock, CONCUR_FOREVER, NULL);

	if (status != CONCUR_OWNER_DIED) {
		must(status);
		return;
	}
	must(concur_rwlock_release_read(table->rwlock));
	must(concur_rwlock_write(table->rwlock, CONCUR_FOREVER, NULL));
	repair(table);
	must(concur_rwlock_downgrade(table->rwlock, NULL));
}

static void
change(const struct table *table, bool dies)
{
	int64_t next;

	write_lock(table);
	next = entry(table, 0) + 1;
	must(concur_list_set(table->entries, 0, CV(next)));
	if (dies)
		kill(getpid(), SIGKILL);
	must(concur_list_set(table->entries, 1, CV(-next)));
	must(concur_rwlock_release_write(table->rwlock));
}

static int
work(int number, void *arg)
{
	const struct table *table = arg;

	for (int i = 0; i < ROUNDS; i++) {
		if (number < 2)
			change(table, number == 0 && i == ROUNDS / 2);
		/* Two entries, two calls, and nobody writes in between. */
		read_lock(table);
		(void)entry(table, 0);
		(void)entry(table, 1);
		must(concur_rwlock_release_read(table->rwlock));
	}
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_open zero = { .value = CV(0) };
	const struct concur_value zeros[] = { CV(0), CV(0) };
	struct concur_value repairs;
	struct table table;
	int64_t first, second;

	must(concur_rwlock_open(session, NULL, NULL, &table.rwlock));
	must(concur_list_open(session, NULL, NULL, &table.entries));
	must(concur_cell_open(session, NULL, &zero, &table.repairs));
	must(concur_list_extend(table.entries, zeros, 2));
	(void)example_processes(PROCESSES, work, &table); /* one of them is killed */
	change(&table, false);
	first = entry(&table, 0);
	second = entry(&table, 1);
	must(concur_cell_get(table.repairs, &repairs));
	printf("%lld and %lld, %lld repair\n", (long long)first, (long long)second, (long long)repairs.integer);
	concur_free(table.rwlock);
	concur_free(table.entries);
	concur_free(table.repairs);
	concur_close(session);
	return example_end(first + second == 0 && repairs.integer == 1, "the death was told once, and made good");
}
