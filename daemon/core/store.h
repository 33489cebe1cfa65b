/* The store: values that objects keep, counted in bytes, and the references inside them.
 *
 * Every place that keeps a blob counts its bytes, so a blob kept twice counts twice. A blob that is kept counts as a
 * reference to every object its value refers to.
 *
 * Containers that were copied share places: a shared one counts once, for all of them, until one of them takes its own.
 * What an object stores (object->bytes) is told as if nothing were shared. */
#ifndef CORE_STORE_H
#define CORE_STORE_H

#include "daemon/core/object.h"
#include "lib/blob.h"
#include "lib/ring.h"

/* A view of a blob's value. */
static inline struct value
store_value(const struct blob *blob)
{
	return (struct value){ (enum value_kind)(blob->kind & BLOB_KIND), blob_data(blob), blob_size(blob) };
}

/* A blob of the value, kept by the object; the caller has its one reference. NULL if there is no memory. `refers`: the
 * value holds references to objects. */
struct blob *store_new(struct core *core, struct object *object, const struct value *value, bool refers);

/* The object keeps a blob that was made elsewhere; no reference is taken. */
void store_adopt(struct core *core, struct object *object, struct blob *blob, bool refers);

/* The object keeps the blob in one more place: takes a reference of the blob for it. `object` may be NULL as below. */
struct blob *store_again(struct core *core, struct object *object, struct blob *blob);

/* The object no longer keeps the blob. store_take leaves the reference to the caller, store_drop gives it back.
 * `object` may be NULL where the object's own count does not matter any more. */
void store_take(struct core *core, struct object *object, struct blob *blob);
void store_drop(struct core *core, struct object *object, struct blob *blob);

/* A blob that was kept without an object becomes the object's. */
void store_settle(struct core *core, struct object *object, struct blob *blob);

/* Holds what a blob refers to from outside of any value, and lets it go: for a blob in the store that is no object's
 * yet, and that a call brings which waits. */
void store_pin(struct core *core, const struct blob *blob);
void store_unpin(struct core *core, const struct blob *blob);

/* Visit references in a blob, a ring of blobs, or the keys and values of a map, as each_reference of struct kind does.
 * What one blob refers to is visited at once. */
void store_visit_blob(const struct blob *blob, struct reference_walk *walk);
bool store_visit_ring(const struct ring *ring, struct reference_walk *walk);
bool store_visit_map(const struct map *map, struct reference_walk *walk);

/* What the blob counts for. */
static inline size_t
store_bytes(const struct blob *blob)
{
	return blob_footprint(blob_size(blob));
}

/* Empties a ring of blobs that are in the store: its contents go to a grave. 0, or -1 if there is no memory. */
int store_bury_ring(struct core *core, struct ring *ring);

/* Frees at most *steps of a ring's blobs, then the ring; true when all is gone. */
bool store_step_ring(struct core *core, struct ring *ring, size_t *steps);

/* The same for a map from keys to blobs (or from keys to nothing: NULL). store_step_map frees the map;
 * store_replace_map puts another map in its place, which on failure the caller still has. */
int store_bury_map(struct core *core, struct map **map);
int store_replace_map(struct core *core, struct map **map, struct map *fresh);
bool store_step_map(struct core *core, struct map *map, size_t *steps);

/* How rings and maps of blobs that are copied share their places: the argument is the core. Past memory_max nobody gets
 * places of its own, so that changes which need them are refused. */
extern const struct ring_sharing store_ring_sharing;
extern const struct map_sharing store_map_sharing;

/* Why a container could not grow, or take an own copy of what it shares: LIMIT at memory_max, else NO_MEMORY. */
enum concur_status store_refusal(struct core *core);

#endif
