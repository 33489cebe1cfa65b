/* What the files of the map share: map.c (the calls), map_entries.c (entries, holes) and map_index.c (the index).
 * Nobody else includes this. */
#ifndef LIB_MAP_INNER_H
#define LIB_MAP_INNER_H

#include "map.h"

enum {
	MAP_SEGMENT = 512,       /* entries in a segment */
	MAP_INDEX_SEGMENT = 512, /* slots in a segment of the index */
	MAP_SHARE_AHEAD = 64,    /* segments ahead that one is fetched as they are shared: each is a page of its own */
};

/* A slot of the index: 0 is empty, 1 removed, else the key's tag (the lowest bits of its hash) and number + 2. */
enum {
	MAP_SLOT_EMPTY = 0,
	MAP_SLOT_REMOVED = 1,
	MAP_SLOT_NUMBER = 2, /* what is added to the number */
};
#define MAP_SLOT_MASK ((UINT32_C(1) << MAP_NUMBER_BITS) - 1)
enum { MAP_TAG_BITS = 7 };

/* The memory of a segment, which several maps may share: who changes it makes it its own first. */
struct map_block {
	uint32_t refs; /* maps that it is part of */
	_Alignas(16) struct map_entry entries[];
};

struct map_segment {
	struct map_block *block; /* NULL: all holes */
	uint32_t live;           /* entries that are no holes */
	bool shared;             /* other maps may share the block; false: none does */
};

struct map_index_segment {
	uint32_t refs;  /* maps that it is part of; shared as a block is */
	uint32_t used;  /* slots that are not empty */
	uint32_t live;  /* slots that name an entry */
	uint32_t depth; /* leading bits of the spread hash that its keys have in common */
	uint32_t slots[];
};

struct map {
	uint64_t seed;
	size_t footprint;                  /* bytes of all that the map is made of, shared or not */
	const struct map_sharing *sharing; /* NULL: it was never copied */
	void *sharing_arg;
	uint32_t count; /* entries */
	uint32_t epoch;

	/* entries */
	struct map_segment *segments; /* directory: `only`, or malloced */
	struct map_segment only;
	struct map_block *spare; /* a full-sized one in reserve, or NULL */
	uint32_t segments_room;  /* places in the directory */
	uint32_t places;         /* entries that segment 0 has room for; the others have MAP_SEGMENT */
	uint32_t first;          /* the first entry, if there is one; all numbers below it are holes */
	uint32_t end;            /* behind the last entry */
	uint32_t close_from;     /* closing of holes: the next entry to move */
	uint32_t close_to;       /* and where to; from here to close_from all are holes */
	bool closing;
	bool freeing; /* map_free has done with the entries; close_from counts places of the index */

	/* index */
	struct map_index_segment **index; /* directory of 1 << depth places: &index_only, or malloced */
	struct map_index_segment *index_only;
	uint32_t depth;
	uint32_t deepest;    /* segments whose depth is the directory's */
	uint32_t index_mask; /* slots of each segment less one; below MAP_INDEX_SEGMENT - 1 only at depth 0 */
};

static inline struct map_entry *
map_at(const struct map *map, uint32_t number)
{
	return &map->segments[number / MAP_SEGMENT].block->entries[number % MAP_SEGMENT];
}

static inline struct value
map_key(const struct blob *key)
{
	return (struct value){ (enum value_kind)(key->kind & BLOB_KIND), blob_data(key), blob_size(key) };
}

static inline uint64_t
map_hash(const struct map *map, const struct blob *key)
{
	struct value value = map_key(key);

	return value_hash(&value, map->seed);
}

/* -- map_entries.c ----------------------------------------------------------------------------------------------- */

/* Makes the segment's block the map's own; false without memory. */
bool map_entries_unshare(struct map *map, uint32_t segment);

static inline bool
map_entries_own(struct map *map, uint32_t segment)
{
	return __builtin_expect(!map->segments[segment].shared, 1) || map_entries_unshare(map, segment);
}

/* Makes room for one more entry at the end; false without memory or at MAP_ENTRIES_MAX. */
bool map_entries_reserve(struct map *map);

/* Appends an entry where map_entries_reserve made room; the map takes the reference. */
uint32_t map_entries_append(struct map *map, struct blob *key);

/* Makes the entry, in a block of the map's own, a hole; its key's reference is the caller's. */
void map_entries_remove(struct map *map, uint32_t number);

/* Closes a few holes if there are too many. Moves entries. */
void map_entries_close(struct map *map);

/* The first number at or above `number` that is no hole, or map->end. */
uint32_t map_entries_skip(const struct map *map, uint32_t number);

/* Gives up a segment's block, which is freed unless another map has it. */
void map_entries_free(struct map *map, uint32_t segment);

/* Frees the spare block, if there is one. */
void map_entries_spare(struct map *map);

/* Fills the directory of `copy`, which is as large as the map's, with blocks that the two share from now on. */
void map_entries_share(struct map *map, struct map *copy);

/* -- map_index.c ------------------------------------------------------------------------------------------------- */

/* The hash with its upper half spread unevenly over 32 bits; the directory goes by its leading bits.
 *
 * Segments that were filled evenly would be split all at about the same time: the index would be half empty just after
 * that, and insertions slow while it lasts. So x in [0, 1) becomes y = (x + x*x/2) * 2/3: keys are twice as dense at
 * y = 0 as at y = 1, with all densities between, and segments are full one after the other, at any size. */
static inline uint64_t
map_index_spread(uint64_t hash)
{
	uint64_t x = hash >> 32;

	return ((x + ((x * x) >> 33)) * UINT32_C(0xaaaaaaaa)) >> 32;
}

/* NULL while the map has no index. */
static inline struct map_index_segment *
map_index_segment(const struct map *map, uint64_t hash)
{
	return map->index[map_index_spread(hash) >> (32 - map->depth)];
}

/* Where in its segment a key's slot is looked for first. */
static inline uint32_t
map_index_home(const struct map *map, uint64_t hash)
{
	return (uint32_t)(hash >> MAP_TAG_BITS) & map->index_mask;
}

static inline uint32_t
map_index_tag(uint64_t hash)
{
	return (uint32_t)hash << MAP_NUMBER_BITS;
}

/* Tells whether a slot names an entry with that tag; if so, *ret_number is the entry's number. */
static inline bool
map_index_match(uint32_t slot, uint32_t tag, uint32_t *ret_number)
{
	uint32_t number = slot & MAP_SLOT_MASK;

	if ((slot ^ tag) > MAP_SLOT_MASK || number < MAP_SLOT_NUMBER)
		return false;
	*ret_number = number - MAP_SLOT_NUMBER;
	return true;
}

/* Makes the segment of keys of this hash, if there is one, the map's own; false without memory. */
bool map_index_unshare(struct map *map, uint64_t hash);

static inline bool
map_index_own(struct map *map, uint64_t hash)
{
	struct map_index_segment *segment = map_index_segment(map, hash);

	return __builtin_expect(!segment || segment->refs == 1, 1) || map_index_unshare(map, hash);
}

/* Makes sure that a key of this hash finds a free slot in a segment of the map's own; false without memory. */
bool map_index_reserve(struct map *map, uint64_t hash);

/* Adds a slot where map_index_reserve made sure of one. */
void map_index_put(struct map *map, uint64_t hash, uint32_t number);

/* The slot that names the number, which must be there. */
uint32_t *map_index_slot(const struct map *map, uint64_t hash, uint32_t number);

/* Empties the slot, in a segment of the map's own; `hash` is its key's. */
void map_index_remove(struct map *map, uint64_t hash, uint32_t *slot);

/* Gives up the segment that begins at this place of the directory, if one does. Places go from the last to 0. */
void map_index_free(struct map *map, uint32_t place);

/* As map_entries_share. */
void map_index_share(struct map *map, struct map *copy);

#endif
