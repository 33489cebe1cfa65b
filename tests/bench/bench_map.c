/* bench_map [ENTRIES]: what the map costs, for keys and values of 16 bytes.
 *
 * Time per operation is taken over whole runs. The longest single call is taken in runs of their own, by the thread's
 * CPU time, so that other programs on the machine do not count, but page faults do. */
#include "lib/map.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
	BENCH_ENTRIES = 1000000,
	BENCH_FINDS = 5000000,
	BENCH_BATCH = 16,  /* keys that are made before they are looked for */
	BENCH_LIVE = 1000, /* entries that churn keeps */
	BENCH_STEPS = 256, /* entries that one call of map_free frees */
};

struct bench_key {
	uint64_t bytes[2];
};

/* The longest call of a run. */
struct longest {
	bool wanted;
	uint64_t begun_ns;
	uint64_t ns;
};

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void
longest_begin(struct longest *longest)
{
	if (longest->wanted)
		longest->begun_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
}

static void
longest_end(struct longest *longest)
{
	uint64_t took_ns;

	if (!longest->wanted)
		return;
	took_ns = now_ns(CLOCK_THREAD_CPUTIME_ID) - longest->begun_ns;
	if (took_ns > longest->ns)
		longest->ns = took_ns;
}

static size_t
resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	size_t all, pages = 0;

	if (file && fscanf(file, "%zu %zu", &all, &pages) != 2)
		pages = 0;
	if (file)
		fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static uint64_t
mix(uint64_t number)
{
	number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
	return number ^ (number >> 31);
}

/* Fills the room and returns a view of it. */
static struct value
key_of(uint64_t number, struct bench_key *room)
{
	*room = (struct bench_key){ { mix(number), number } };
	return (struct value){ VALUE_DATA, (const uint8_t *)room, sizeof *room };
}

static void
drop(struct map_entry *entry, void *arg)
{
	(void)arg;
	blob_unref(entry->value);
}

static void
insert(struct map *map, uint64_t number, struct longest *longest)
{
	struct bench_key room;
	struct value key = key_of(number, &room);
	struct map_entry *entry;
	bool created;

	longest_begin(longest);
	entry = map_insert(map, &key, &created);
	longest_end(longest);
	if (!entry || !(entry->value = blob_new(VALUE_DATA, &room, sizeof room))) {
		fputs("bench_map: no memory\n", stderr);
		exit(1);
	}
}

static void
remove_one(struct map *map, uint64_t number, struct longest *longest)
{
	struct bench_key room;
	struct value key = key_of(number, &room);
	struct map_entry *entry = map_find(map, &key);

	blob_unref(entry->value);
	longest_begin(longest);
	map_remove(map, entry);
	longest_end(longest);
}

static void
report(const char *what, uint64_t ns, uint64_t operations)
{
	printf("%-28s %8.1f ns\n", what, (double)ns / (double)operations);
}

static void
report_longest(const char *what, const struct longest *longest)
{
	printf("%-28s %8.1f us\n", what, (double)longest->ns / 1e3);
}

static struct map *
fill(uint64_t entries, struct longest *longest)
{
	struct map *map = map_new(1);

	for (uint64_t i = 0; map && i < entries; i++)
		insert(map, i, longest);
	return map;
}

static void
empty(struct map *map, struct longest *longest)
{
	bool gone = false;

	while (!gone) {
		longest_begin(longest);
		gone = map_free(map, BENCH_STEPS, drop, NULL);
		longest_end(longest);
	}
}

/* Finds keys, of which one in `range` / `entries` is there. */
static void
bench_find(const char *what, const struct map *map, uint64_t range)
{
	uint64_t begun_ns = now_ns(CLOCK_MONOTONIC), found = 0;

	for (uint64_t i = 0; i < BENCH_FINDS; i++) {
		struct bench_key room;
		struct value key = key_of(mix(i) % range, &room);

		found += map_find(map, &key) != NULL;
	}
	report(what, now_ns(CLOCK_MONOTONIC) - begun_ns, BENCH_FINDS);
	if (found == 0)
		puts("nothing found");
}

static void
bench_find_batch(const struct map *map, uint64_t range)
{
	uint64_t begun_ns = now_ns(CLOCK_MONOTONIC), found = 0;

	for (uint64_t i = 0; i < BENCH_FINDS; i += BENCH_BATCH) {
		struct bench_key rooms[BENCH_BATCH];
		struct value keys[BENCH_BATCH];

		for (uint64_t j = 0; j < BENCH_BATCH; j++)
			keys[j] = key_of(mix(i + j) % range, &rooms[j]);
		for (int j = 0; j < BENCH_BATCH; j++)
			found += map_find(map, &keys[j]) != NULL;
	}
	report("find, prefetched by 16", now_ns(CLOCK_MONOTONIC) - begun_ns, BENCH_FINDS);
	if (found == 0)
		puts("nothing found");
}

static void
bench_churn(uint64_t entries)
{
	struct longest none = { .wanted = false };
	struct map *map = fill(BENCH_LIVE, &none);
	uint64_t begun_ns = now_ns(CLOCK_MONOTONIC);

	for (uint64_t i = BENCH_LIVE; i < entries; i++) {
		insert(map, i, &none);
		remove_one(map, i - BENCH_LIVE, &none);
	}
	report("insert + remove, 1000 live", now_ns(CLOCK_MONOTONIC) - begun_ns, entries);
	printf("%-28s %8zu bytes\n", "map itself after that", map_footprint(map));
	empty(map, &none);
}

static void
bench_longest(uint64_t entries)
{
	struct longest inserting = { .wanted = true }, removing = { .wanted = true }, freeing = { .wanted = true };
	struct map *map = fill(entries, &inserting);

	empty(map, &freeing);
	inserting.wanted = false;
	map = fill(entries, &inserting);
	/* Every other one first: that leaves the most holes. */
	for (uint64_t i = 0; i < entries; i += 2)
		remove_one(map, i, &removing);
	for (uint64_t i = 1; i < entries; i += 2)
		remove_one(map, i, &removing);
	empty(map, &inserting);
	report_longest("longest insert", &inserting);
	report_longest("longest remove", &removing);
	report_longest("longest free of 256", &freeing);
}

int
main(int argc, char **argv)
{
	uint64_t entries = argc > 1 ? strtoull(argv[1], NULL, 10) : BENCH_ENTRIES;
	size_t before = resident();
	struct longest none = { .wanted = false };
	uint64_t begun_ns = now_ns(CLOCK_MONOTONIC);
	struct map *map;

	/* As concurd does: else the small chunks that were freed are merged all at once by some later malloc. */
	mallopt(M_MXFAST, 0);
	map = fill(entries, &none);
	if (!map || entries == 0)
		return 1;
	printf("%" PRIu64 " entries\n", entries);
	report("insert", now_ns(CLOCK_MONOTONIC) - begun_ns, entries);
	printf("%-28s %8.1f bytes\n", "resident an entry", (double)(resident() - before) / (double)entries);
	printf("%-28s %8.1f bytes\n", "of these the map itself", (double)map_footprint(map) / (double)entries);
	bench_find("find", map, entries);
	bench_find_batch(map, entries);
	bench_find("find, half missing", map, entries * 2);
	begun_ns = now_ns(CLOCK_MONOTONIC);
	empty(map, &none);
	report("free", now_ns(CLOCK_MONOTONIC) - begun_ns, entries);
	bench_churn(entries);
	bench_longest(entries);
	return 0;
}
