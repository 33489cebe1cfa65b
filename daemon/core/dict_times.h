/* Times to live of a dict's entries: a side table, that only dicts have whose entries were ever given one.
 *
 * An entry whose time is over is late: for all who read it is not there. Late entries are taken out in counted steps,
 * when a turn begins. */
#ifndef CORE_DICT_TIMES_H
#define CORE_DICT_TIMES_H

#include "daemon/core/object.h"

struct dict_times;

/* `object` is the dict's. NULL if there is no memory. */
struct dict_times *dict_times_new(struct core *core, struct object *object);

/* Takes the table off the dict: nothing of it is due any more, and it is freed in counted steps. */
void dict_times_bury(struct dict_times *times);

/* Lets the key's entry live until then, whatever was said before. NO_MEMORY. */
enum concur_status dict_times_set(struct dict_times *times, const struct value *key, uint64_t deadline_ns);

/* Lets it live for ever. */
void dict_times_drop(struct dict_times *times, const struct value *key);

/* Until when it lives; UINT64_MAX: for ever. */
uint64_t dict_times_get(const struct dict_times *times, const struct value *key);

bool dict_times_is_late(const struct dict_times *times, const struct value *key);

/* The key that is late for the longest of all in the core, until the table changes, and its dict; NULL if there is
 * none. */
struct object *dict_times_first_late(const struct core *core, struct value *ret_key);

/* The same of one table: whether there is one. */
bool dict_times_has_late(const struct dict_times *times, struct value *ret_key);

/* That key's entry can not be taken out for lack of memory: its dict is not looked at again for a while. */
void dict_times_put_off(struct dict_times *times);

/* When the next entry is late; UINT64_MAX: none ever. */
uint64_t dict_times_next(const struct core *core);

size_t dict_times_count(const struct dict_times *times);
size_t dict_times_footprint(const struct dict_times *times);

#endif
