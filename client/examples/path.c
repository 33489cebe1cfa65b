/* Four processes fill in a report, two levels deep, at the same time: each call by a path finds its way down and
 * changes what is there in one step, so no count is lost. The shops are dicts of their own, the days plain maps inside
 * them. */
#include "client/examples/example.h"

enum { PROCESSES = 4, SALES = 250, SHOPS = 2 };

static const char *const shops[SHOPS] = { "north", "south" };

/* The report holds a reference to each shop's dict, which has nothing yet but a map of days. */
static void
open_shops(concur_session *session, concur_dict *report)
{
	for (int i = 0; i < SHOPS; i++) {
		concur_dict *shop;

		must(concur_dict_open(session, NULL, NULL, &shop));
		must(concur_dict_set(shop, CV("days"), concur_items(CONCUR_VALUE_MAP, NULL, 0)));
		must(concur_dict_set(report, CV(shops[i]), concur_reference(CONCUR_OBJECT(shop))));
		concur_free(shop);
	}
}

/* report[shop]["days"]["monday"] += 1 */
static int
sell(int number, void *arg)
{
	const struct concur_value path[] = { CV(shops[number % SHOPS]), CV("days"), CV("monday") };
	concur_dict *report = arg;

	for (int i = 0; i < SALES; i++)
		must(concur_path_add(CONCUR_OBJECT(report), path, 3, CV(1), NULL));
	return 0;
}

int
main(void)
{
	concur_session *session = example_session();
	struct concur_value sold;
	concur_dict *report;
	bool well;

	must(concur_dict_open(session, NULL, NULL, &report));
	open_shops(session, report);
	well = example_processes(PROCESSES, sell, report);
	for (int i = 0; i < SHOPS; i++) {
		const struct concur_value path[] = { CV(shops[i]), CV("days"), CV("monday") };

		must(concur_path_get(CONCUR_OBJECT(report), path, 3, &sold));
		printf("%s sold %lld on Monday\n", shops[i], (long long)sold.integer);
		well &= sold.integer == PROCESSES / SHOPS * SALES;
	}
	concur_free(report);
	concur_close(session);
	return example_end(well, "no sale was lost");
}
