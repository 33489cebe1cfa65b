/* Four processes count in d["pages"]["home"]["hits"], a dict in a dict in a dict, as they would in their own: the outer
 * one was opened with `nested`, so that what is put into it is shared as well. The first to come puts the inner dicts
 * there; each process takes a handle of the innermost one and counts with that. */
#include "client/examples/example.h"

enum { PROCESSES = 4, ROUNDS = 500 };

/* dict.setdefault(key, {}) */
static concur_dict *
inner_dict(concur_session *session, concur_dict *dict, const char *key)
{
	struct concur_value value;
	concur_object *inner;
	enum concur_status status =
	    concur_dict_set_default(dict, CV(key), concur_items(CONCUR_VALUE_MAP, NULL, 0), &value);

	if (status != CONCUR_EXISTS)
		must(status);
	must(concur_object_take(session, &value, &inner));
	concur_value_free(&value);
	return concur_object_dict(inner);
}

struct site {
	concur_session *session;
	concur_dict *dict;
};

static int
visit(int number, void *arg)
{
	struct site *site = arg;
	concur_dict *pages = inner_dict(site->session, site->dict, "pages");
	concur_dict *home = inner_dict(site->session, pages, "home");

	(void)number;
	for (int i = 0; i < ROUNDS; i++)
		must(concur_dict_add(home, CV("hits"), CV(1), NULL));
	concur_free(home);
	concur_free(pages);
	return 0;
}

int
main(void)
{
	const struct concur_value path[] = { CV("pages"), CV("home"), CV("hits") };
	struct site site = { .session = example_session() };
	struct concur_value hits;
	bool well;

	must(concur_dict_open(site.session, NULL, &(struct concur_open){ .nested = true }, &site.dict));
	well = example_processes(PROCESSES, visit, &site);
	must(concur_path_get(CONCUR_OBJECT(site.dict), path, 3, &hits));
	printf("%d processes counted to %lld, two dicts deep\n", PROCESSES, (long long)hits.integer);
	well &= hits.integer == PROCESSES * ROUNDS;
	concur_free(site.dict);
	concur_close(site.session);
	return example_end(well, "nothing was lost in a copy");
}
