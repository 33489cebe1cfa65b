/* Loads a dict with many calls in flight. Waiting for each answer before the next call would cost a round trip a pair;
 * here a window of calls is kept full, and a cork sends many of them at once. Then the dict is read back by pages. */
#include "client/examples/example.h"

enum { PAIRS = 20000, WINDOW = 256 };

static void
load(concur_session *session, concur_dict *dict)
{
	concur_future *window[WINDOW] = { NULL };

	concur_cork(session);
	for (int i = 0; i < PAIRS + WINDOW; i++) {
		if (i >= WINDOW)
			must_end(window[i % WINDOW]);
		if (i < PAIRS)
			window[i % WINDOW] = concur_dict_set_begin(dict, CV(i), CV((double)i * i));
	}
	concur_uncork(session);
}

/* Whether the dict holds what was loaded, in the order in which it was. */
static bool
is_loaded(concur_dict *dict)
{
	struct concur_values page;
	uint64_t cursor = 0;
	int next = 0;
	bool well = true;

	do {
		must(concur_dict_page(dict, cursor, 0, &page));
		for (size_t i = 0; i < page.count; i += 2, next++) {
			well &= page.items[i].integer == next;
			well &= page.items[i + 1].number == (double)next * next;
		}
		cursor = page.cursor;
		concur_values_free(&page);
	} while (cursor != 0);
	return well && next == PAIRS;
}

int
main(void)
{
	concur_session *session = example_session();
	concur_dict *dict;
	int64_t len;
	bool well;

	must(concur_dict_open(session, NULL, NULL, &dict));
	load(session, dict);
	must(concur_len(dict, &len));
	printf("%lld pairs\n", (long long)len);
	well = len == PAIRS && is_loaded(dict);
	concur_free(dict);
	concur_close(session);
	return example_end(well, "what was loaded was read back");
}
