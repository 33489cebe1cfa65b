/* Linear hashing. With `buckets` between 2^k and 2^(k+1), a key belongs to the bucket that the lowest k+1 bits of its
 * hash name, or, where that bucket is not there yet, to the one that k bits name. Growing by bucket b splits bucket
 * b - 2^k; shrinking merges the last bucket back.
 *
 * Invariant: segments[0 .. segment of the last bucket] are there, and buckets at and above `buckets` are empty. */
#include "table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	TABLE_SEGMENT = 512,   /* buckets in a segment; a power of two */
	TABLE_BUCKETS_MIN = 8, /* a power of two */
	TABLE_MERGES = 4,      /* buckets merged at most by one removal */
};

/* The finalizer of splitmix64: ids from a counter differ in few bits, and low ones are used. */
static uint64_t
mix(uint64_t key)
{
	key = (key ^ (key >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	key = (key ^ (key >> 27)) * UINT64_C(0x94d049bb133111eb);
	return key ^ (key >> 31);
}

/* The bucket that bucket `bucket` was split off from: without its highest bit. */
static size_t
parent_of(size_t bucket)
{
	return bucket ^ ((size_t)1 << (63 - __builtin_clzll(bucket)));
}

static size_t
bucket_of_hash(const struct table *table, uint64_t hash)
{
	size_t bucket = (size_t)hash & table->mask;

	return bucket < table->buckets ? bucket : bucket & (table->mask >> 1);
}

static void
set_buckets(struct table *table, size_t buckets)
{
	table->buckets = buckets;
	table->mask = ((size_t)2 << (63 - __builtin_clzll(buckets))) - 1;
}

static size_t
bucket_of(const struct table *table, uint64_t key)
{
	return bucket_of_hash(table, mix(key));
}

static struct table_node **
bucket_at(const struct table *table, size_t bucket)
{
	return &table->segments[bucket / TABLE_SEGMENT][bucket % TABLE_SEGMENT];
}

int
table_init(struct table *table)
{
	*table = (struct table){ .room = 1, .first_room = TABLE_BUCKETS_MIN };
	set_buckets(table, TABLE_BUCKETS_MIN);
	table->segments = reallocarray(NULL, table->room, sizeof *table->segments);
	if (!table->segments)
		return -1;
	table->segments[0] = calloc(TABLE_BUCKETS_MIN, sizeof **table->segments);
	if (!table->segments[0]) {
		table_fini(table);
		return -1;
	}
	return 0;
}

void
table_fini(struct table *table)
{
	if (table->segments) {
		for (size_t i = 0; i * TABLE_SEGMENT < table->buckets; i++)
			free(table->segments[i]);
	}
	free(table->segments);
	*table = (struct table){ .segments = NULL };
}

/* -- growing and shrinking --------------------------------------------------------------------------------------- */

/* Gives the first segment `room` buckets, the further ones empty. */
static int
resize_first(struct table *table, size_t room)
{
	struct table_node **first = reallocarray(table->segments[0], room, sizeof *first);

	if (!first)
		return -1;
	if (room > table->first_room)
		memset(first + table->first_room, 0, (room - table->first_room) * sizeof *first);
	table->segments[0] = first;
	table->first_room = room;
	return 0;
}

/* Makes sure that bucket number `buckets` has a place. */
static int
reserve_bucket(struct table *table)
{
	size_t segment = table->buckets / TABLE_SEGMENT;

	if (segment == 0)
		return table->buckets < table->first_room ? 0 : resize_first(table, table->first_room * 2);
	if (table->buckets % TABLE_SEGMENT != 0)
		return 0;
	if (segment == table->room) {
		struct table_node ***segments = reallocarray(table->segments, table->room * 2, sizeof *table->segments);

		if (!segments)
			return -1;
		table->segments = segments;
		table->room *= 2;
	}
	table->segments[segment] = calloc(TABLE_SEGMENT, sizeof **table->segments);
	return table->segments[segment] ? 0 : -1;
}

static void
split_bucket(struct table *table)
{
	struct table_node **from, **to;
	size_t bucket = table->buckets;

	if (reserve_bucket(table) < 0)
		return;
	set_buckets(table, bucket + 1);
	from = bucket_at(table, parent_of(bucket));
	to = bucket_at(table, bucket);
	while (*from) {
		struct table_node *node = *from;

		if (bucket_of(table, node->key) != bucket) {
			from = &node->next;
			continue;
		}
		*from = node->next;
		node->next = NULL;
		*to = node;
		to = &node->next;
		table->top = bucket;
	}
}

static void
merge_bucket(struct table *table)
{
	size_t bucket = table->buckets - 1;
	struct table_node **from = bucket_at(table, bucket);
	struct table_node **to = bucket_at(table, parent_of(bucket));

	while (*to)
		to = &(*to)->next;
	*to = *from;
	*from = NULL;
	set_buckets(table, bucket);
	if (bucket >= TABLE_SEGMENT && bucket % TABLE_SEGMENT == 0)
		free(table->segments[bucket / TABLE_SEGMENT]);
	else if (bucket < TABLE_SEGMENT && bucket == table->first_room / 4)
		(void)resize_first(table, table->first_room / 2);
	if (table->top >= bucket)
		table->top = bucket - 1;
}

/* -- nodes ------------------------------------------------------------------------------------------------------- */

void
table_insert(struct table *table, struct table_node *node, uint64_t key)
{
	struct table_node **first;
	size_t bucket;

	assert(!table->held);
	if (table->count >= table->buckets)
		split_bucket(table);
	bucket = bucket_of(table, key);
	first = bucket_at(table, bucket);
	for (const struct table_node *other = *first; other; other = other->next)
		assert(other->key != key);
	node->key = key;
	node->next = *first;
	*first = node;
	table->count++;
	if (table->top < bucket)
		table->top = bucket;
}

struct table_node *
table_find(const struct table *table, uint64_t key)
{
	struct table_node *node = *bucket_at(table, bucket_of(table, key));

	while (node && node->key != key)
		node = node->next;
	return node;
}

void
table_remove(struct table *table, struct table_node *node)
{
	struct table_node **at = bucket_at(table, bucket_of(table, node->key));

	while (*at != node) {
		assert(*at);
		at = &(*at)->next;
	}
	*at = node->next;
	node->next = NULL;
	table->count--;
	if (table->held)
		return;
	for (int i = 0; i < TABLE_MERGES; i++) {
		if (table->buckets > TABLE_BUCKETS_MIN && table->count < table->buckets / 4)
			merge_bucket(table);
	}
}

struct table_node *
table_any(struct table *table)
{
	if (table->count == 0)
		return NULL;
	/* Merging moves nodes down only, so no bucket is looked at twice. */
	while (!*bucket_at(table, table->top))
		table->top--;
	return *bucket_at(table, table->top);
}

/* -- walking in the order of hashes ------------------------------------------------------------------------------ */

/* The bits from the last to the first; its own inverse. */
static uint64_t
reversed(uint64_t bits)
{
	bits = (bits >> 1 & UINT64_C(0x5555555555555555)) | (bits & UINT64_C(0x5555555555555555)) << 1;
	bits = (bits >> 2 & UINT64_C(0x3333333333333333)) | (bits & UINT64_C(0x3333333333333333)) << 2;
	bits = (bits >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (bits & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
	return __builtin_bswap64(bits);
}

/* Where a key stands in the order. A bucket holds the hashes that end alike, so reversed they begin alike: a bucket is
 * one stretch of the order, and splitting or merging buckets cuts or joins stretches but moves nothing. No two keys
 * stand in one place, since mixing loses nothing. */
static uint64_t
place_of(uint64_t key)
{
	return reversed(mix(key));
}

/* Where the stretch of the bucket ends that the place is in; 0: at the end of all. */
static uint64_t
stretch_end(const struct table *table, uint64_t place)
{
	unsigned bits = (unsigned)(63 - __builtin_clzll(table->buckets));
	size_t half = (size_t)1 << bits;
	size_t bucket = bucket_of_hash(table, reversed(place));

	if (bucket >= half || bucket + half < table->buckets)
		bits++;
	return (place | UINT64_MAX >> bits) + 1;
}

/* The first node of the bucket at or behind the place. */
static struct table_node *
first_from(struct table_node *node, uint64_t place)
{
	struct table_node *first = NULL;

	for (; node; node = node->next) {
		if (place_of(node->key) >= place && (!first || place_of(node->key) < place_of(first->key)))
			first = node;
	}
	return first;
}

struct table_node *
table_next(const struct table *table, uint64_t *position)
{
	uint64_t from = *position;

	do {
		struct table_node *node = first_from(*bucket_at(table, bucket_of_hash(table, reversed(from))), from);

		if (node) {
			*position = place_of(node->key) + 1;
			return node;
		}
		from = stretch_end(table, from);
	} while (from);
	*position = 0;
	return NULL;
}

void
table_each(struct table *table, void (*visit)(struct table_node *node, void *arg), void *arg)
{
	bool held = table->held;

	table->held = true;
	for (size_t bucket = 0; bucket < table->buckets; bucket++) {
		struct table_node *next;

		for (struct table_node *node = *bucket_at(table, bucket); node; node = next) {
			next = node->next;
			visit(node, arg);
		}
	}
	table->held = held;
}
