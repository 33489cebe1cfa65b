/* Accounts in a dict. Some processes move money from one to another, both at once; the sum is always the same. Others
 * go through all accounts while that goes on: page by page, yet what they see is one moment. */
#include "client/examples/example.h"

enum { MOVERS = 2, AUDITORS = 2, ACCOUNTS = 4000, MOVES = 3000, AUDITS = 10, MONEY = 100 };

/* Takes a bit from one account and gives it to another, in one step that is tried again if somebody came between. */
static void
move(concur_session *session, concur_dict *dict, int from, int to)
{
	enum concur_status status;

	do {
		struct concur_value before, after, pairs[4];
		struct concur_listing info;

		must(concur_object_info(CONCUR_OBJECT(dict), &info));
		must(concur_dict_get(dict, CV(from), &before));
		must(concur_dict_get(dict, CV(to), &after));
		pairs[0] = CV(from);
		pairs[1] = CV(before.integer - 1);
		pairs[2] = CV(to);
		pairs[3] = CV(after.integer + 1);
		must(concur_if_version(session, info.items[0].version));
		status = concur_dict_update(dict, pairs, 4);
		concur_listing_free(&info);
	} while (status == CONCUR_CHANGED);
	must(status);
}

static bool
audit(concur_dict *dict)
{
	concur_iterator *iterator;
	struct concur_values page;
	enum concur_status status;
	int64_t sum = 0, accounts = 0;

	must(concur_iterate(CONCUR_OBJECT(dict), &iterator));
	while ((status = concur_iterator_next(iterator, &page)) == CONCUR_OK) {
		for (size_t i = 1; i < page.count; i += 2, accounts++)
			sum += page.items[i].integer;
		concur_values_free(&page);
	}
	concur_iterator_free(iterator);
	return status == CONCUR_NOT_THERE && accounts == ACCOUNTS && sum == (int64_t)ACCOUNTS * MONEY;
}

struct bank {
	concur_session *session;
	concur_dict *dict;
};

static int
run(int number, void *arg)
{
	const struct bank *bank = arg;
	bool well = true;

	srandom((unsigned)number + 1);
	for (int i = 0; number < MOVERS && i < MOVES; i++) {
		int from = (int)(random() % ACCOUNTS), to = (int)(random() % ACCOUNTS);

		if (from != to)
			move(bank->session, bank->dict, from, to);
	}
	for (int i = 0; number >= MOVERS && i < AUDITS; i++)
		well &= audit(bank->dict);
	return well ? 0 : 1;
}

int
main(void)
{
	struct bank bank = { .session = example_session() };
	bool well;

	must(concur_dict_open(bank.session, NULL, NULL, &bank.dict));
	for (int i = 0; i < ACCOUNTS; i++)
		must_end(concur_dict_set_begin(bank.dict, CV(i), CV(MONEY)));
	well = example_processes(MOVERS + AUDITORS, run, &bank) && audit(bank.dict);
	concur_free(bank.dict);
	concur_close(bank.session);
	return example_end(well, "every audit saw all the money");
}
