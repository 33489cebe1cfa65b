/* Nested containers, and the deaths of those who write into them: what was made for a call belongs to the container,
 * all of it or nothing, and goes with it. */
#include "config.h"

#include "tests/system/death.h"

enum { MANY = 64, ROUNDS = 10 };

/* Ids that were sent do not keep objects. */
static const char *const arguments[] = { "--limit", "linger_seconds=0", NULL };

static concur_dict *
tree(concur_session *session)
{
	concur_dict *dict;

	must_ok(concur_dict_open(session, "tree", &(struct concur_open){ .nested = true }, &dict));
	return dict;
}

static size_t
count_objects(concur_session *session)
{
	struct concur_listing page = { .cursor = 0 };
	uint64_t cursor = 0;
	size_t count = 0;

	do {
		must_ok(concur_manager_list_all(session, CONCUR_KIND_NONE, cursor, 0, &page));
		count += page.count;
		cursor = page.cursor;
		concur_listing_free(&page);
	} while (cursor);
	return count;
}

/* Freeing takes turns. */
static void
await_objects(concur_session *session, size_t count)
{
	while (count_objects(session) != count)
		continue;
}

/* tree["a"] = [{}, {}, ...], each of them a dict. */
static void
set_many(concur_dict *dict)
{
	struct concur_value items[MANY];

	for (int i = 0; i < MANY; i++)
		items[i] = concur_items(CONCUR_VALUE_MAP, NULL, 0);
	must_ok(concur_dict_set(dict, CV("a"), concur_items(CONCUR_VALUE_LIST, items, MANY)));
}

/* Stores, reads, so that it has handles too, and waits to be killed. */
static void
write_and_read(concur_session *session, int channel)
{
	concur_dict *dict = tree(session);
	struct concur_value value;

	set_many(dict);
	must_ok(concur_dict_get(dict, CV("a"), &value));
	child_say(channel, 0);
	(void)child_hear(channel);
}

START_TEST(objects_made_for_a_dead_writer_belong_to_the_container)
{
	concur_session *session = death_start(arguments, 0);
	concur_dict *dict = tree(session);
	const struct concur_value path[] = { CV("a"), CV(MANY - 1), CV("n") };
	size_t before = count_objects(session);
	struct child child = child_start(write_and_read);
	struct concur_value value;

	(void)child_hear(child.channel);
	child_kill(&child);
	must_ok(concur_path_add(CONCUR_OBJECT(dict), path, 3, CV(1), &value));
	must(value.integer == 1);
	must(count_objects(session) == before + 1 + MANY);
	must_ok(concur_clear(dict));
	await_objects(session, before);
	concur_free(dict);
}
END_TEST

/* Puts a whole structure in place of another, again and again, until it is killed. */
static void
write_for_ever(concur_session *session, int channel)
{
	concur_dict *dict = tree(session);

	for (bool told = false;; told = true) {
		set_many(dict);
		if (!told)
			child_say(channel, 0);
	}
}

START_TEST(structure_is_whole_and_alone_whenever_its_writer_dies)
{
	concur_session *session = death_start(arguments, 0);
	concur_dict *dict = tree(session);
	size_t before = count_objects(session);

	for (int i = 0; i < ROUNDS; i++) {
		struct child child = child_start(write_for_ever);

		(void)child_hear(child.channel);
		child_kill(&child);
		/* The list, its dicts, and nothing of those that it took the place of. */
		await_objects(session, before + 1 + MANY);
		must_ok(concur_clear(dict));
		await_objects(session, before);
	}
	concur_free(dict);
}
END_TEST

/* Makes a nested dict that goes with its session, and a structure in it that refers back to it. */
static void
write_own(concur_session *session, int channel)
{
	const struct concur_open how = { .nested = true, .lifetime = CONCUR_LIFETIME_SESSION };
	const struct concur_value path[] = { CV("a"), CV(0), CV("me") };
	concur_dict *dict;

	must_ok(concur_dict_open(session, NULL, &how, &dict));
	set_many(dict);
	must_ok(concur_path_set(CONCUR_OBJECT(dict), path, 3, concur_reference(CONCUR_OBJECT(dict))));
	child_say(channel, 0);
	(void)child_hear(channel);
}

START_TEST(structure_of_a_dead_session_goes_with_it_in_a_circle_too)
{
	concur_session *session = death_start(arguments, 0);
	size_t before = count_objects(session);
	struct child child = child_start(write_own);

	(void)child_hear(child.channel);
	must(count_objects(session) == before + 2 + MANY);
	child_kill(&child);
	await_objects(session, before);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		objects_made_for_a_dead_writer_belong_to_the_container,
		structure_is_whole_and_alone_whenever_its_writer_dies,
		structure_of_a_dead_session_goes_with_it_in_a_circle_too,
		NULL,
	};

	return death_run("death_nest", tests);
}
