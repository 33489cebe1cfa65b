/* A ring of dicts, each with a reference to the next one, and the last to the first. It stays for as long as anybody
 * has a handle on any of them; some time later the daemon finds that nothing else refers to the ring, and collects
 * it. */
#include "client/examples/example.h"

enum { RING = 5, ROUNDS = 3 };

static uint64_t
objects(concur_session *session)
{
	struct concur_manager manager;

	must(concur_manager_info(session, &manager));
	return manager.objects;
}

/* A handle on one of the dicts; all others are there only because they are referred to. */
static concur_dict *
make_ring(concur_session *session)
{
	concur_dict *dicts[RING];

	for (int i = 0; i < RING; i++) {
		must(concur_dict_open(session, NULL, NULL, &dicts[i]));
		must(concur_dict_set(dicts[i], CV("number"), CV(i)));
	}
	for (int i = 0; i < RING; i++)
		must(concur_dict_set(dicts[i], CV("next"), concur_reference(CONCUR_OBJECT(dicts[(i + 1) % RING]))));
	for (int i = 1; i < RING; i++)
		concur_free(dicts[i]);
	return dicts[0];
}

/* Goes from dict to dict, each a handle made of the reference that the one before holds. */
static bool
walk(concur_session *session, concur_dict *dict)
{
	concur_object *at;
	bool well = true;

	must(concur_object_ref(session, concur_object_id(CONCUR_OBJECT(dict)), &at));
	for (int i = 0; i < ROUNDS * RING; i++) {
		struct concur_value number, next;
		concur_object *after;

		must(concur_dict_get((concur_dict *)at, CV("number"), &number));
		well &= number.integer == i % RING;
		must(concur_dict_get((concur_dict *)at, CV("next"), &next));
		must(concur_object_take(session, &next, &after));
		concur_free(at);
		at = after;
	}
	concur_free(at);
	return well;
}

int
main(void)
{
	concur_session *session = example_session();
	uint64_t before = objects(session);
	concur_dict *ring = make_ring(session);
	bool well = walk(session, ring);

	printf("%llu dicts go round, and we have a handle on one\n", (unsigned long long)(objects(session) - before));
	well &= objects(session) == before + RING;
	concur_free(ring);
	concur_close(session);
	return example_end(well, "the ring was whole, three times round");
}
