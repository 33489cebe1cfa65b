/* Four processes count in one dict. concur_dict_add() reads, adds and writes in one step, so that no count is lost,
 * where `dict[key] = dict[key] + 1` would lose some. */
#include "client/examples/example.h"

enum { PROCESSES = 4, ROUNDS = 500 };

static int
count(int number, void *arg)
{
	concur_dict *dict = arg;

	(void)number;
	for (int i = 0; i < ROUNDS; i++)
		must(concur_dict_add(dict, CV("visits"), CV(1), NULL));
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_value visits;
	concur_dict *dict;
	bool well;

	must(concur_dict_open(session, NULL, NULL, &dict));
	well = example_processes(PROCESSES, count, dict);
	must(concur_dict_get(dict, CV("visits"), &visits));
	printf("%d processes counted to %lld\n", PROCESSES, (long long)visits.integer);
	well &= visits.integer == PROCESSES * ROUNDS;
	concur_value_free(&visits);
	concur_free(dict);
	concur_close(session);
	return example_end(well, "no count was lost");
}
