/* The locks of a dict's keys: which lock stands for which key. A side table, that only dicts have whose keys are
 * locked.
 *
 * The table holds no reference: a lock goes when nobody refers to it any more, and the next one who asks for that key
 * gets a new one. It keeps ids, which never come twice, so an entry whose lock has gone is merely forgotten, two at
 * most whenever a key is looked up. */
#ifndef CORE_KEY_LOCKS_H
#define CORE_KEY_LOCKS_H

#include "daemon/core/object.h"
#include "lib/map.h"

struct key_locks;

/* NULL if there is no memory. */
struct key_locks *key_locks_new(struct core *core);

/* The lock of the key, a strict one, made if there is none. NO_MEMORY, LIMIT at objects_max or container_max. No
 * reference is taken for the caller. */
enum concur_status key_locks_get(struct core *core, struct key_locks *locks, const struct value *key,
    struct object **ret, bool *ret_created);

/* Frees at most *steps of the table, subtracting; true when it is gone. */
bool key_locks_step(struct key_locks *locks, size_t *steps);

/* Entries, those included that are to be forgotten; and bytes. */
size_t key_locks_count(const struct key_locks *locks);
size_t key_locks_footprint(const struct key_locks *locks);

#endif
