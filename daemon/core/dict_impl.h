/* What the files of the dict share: dict.c (entries), dict_expire.c (times to live), dict_page.c and
 * dict_kind.c; and nest.c, which fills dicts. */
#ifndef CORE_DICT_IMPL_H
#define CORE_DICT_IMPL_H

#include "daemon/core/dict.h"
#include "daemon/core/dict_times.h"
#include "daemon/core/store.h"

struct dict {
	struct object object;
	struct map *map;          /* NULL once its contents are freed */
	size_t opaque;            /* keys with something opaque inside */
	size_t maxsize;           /* entries at most; 0: as many as container_max */
	bool evict;               /* past maxsize the entry inserted first goes; otherwise no key is added */
	uint64_t evicted;         /* entries that went so */
	struct dict_times *times; /* NULL: no entry was ever given a time to live */
	uint64_t expired;         /* entries that went so */
	struct key_locks *locks;  /* NULL: no key was ever locked */
};

static inline struct dict *
dict_of(struct object *object)
{
	return LINK_ENTRY(object, struct dict, object);
}

static inline bool
dict_is_late(const struct dict *dict, const struct value *key)
{
	return __builtin_expect(dict->times != NULL, 0) && dict_times_is_late(dict->times, key);
}

/* The key's entry, unless it is late. */
static inline struct map_entry *
dict_find(const struct dict *dict, const struct value *key)
{
	struct map_entry *entry = map_find(dict->map, key);

	return entry && !dict_is_late(dict, key) ? entry : NULL;
}

/* Takes the key's entry out if it is late, so that there is none. */
enum concur_status dict_drop_late(struct core *core, struct dict *dict, const struct value *key);

/* The same of all entries: TOO_LARGE if there are more than sort_max. */
enum concur_status dict_drop_all_late(struct core *core, struct dict *dict);

/* Puts the value at the item's key, in an entry made if it is not there, which keeps its time. *ret, which may be NULL,
 * is borrowed. Evicts nothing. */
enum concur_status dict_put_value(struct core *core, struct dict *dict, const struct dict_item *item,
    const struct value *value, bool refers, struct blob **ret);

/* Takes out what is too much, what was inserted first first. Without memory it stays, until the next change. */
void dict_evict(struct core *core, struct dict *dict);

/* All times are taken away. */
void dict_forget_times(struct dict *dict);

#endif
