/* Times to live of a dict's entries: the calls. dict_times.c keeps them. */
#include "daemon/core/dict_impl.h"
#include "daemon/core/nest.h"

/* Never before the end of time. */
static uint64_t
dict_deadline(const struct core *core, uint64_t ttl_ns)
{
	return ttl_ns < UINT64_MAX - 1 - core->now_ns ? core->now_ns + ttl_ns : UINT64_MAX - 1;
}

/* The key's time becomes that one. */
static enum concur_status
dict_give_time(struct core *core, struct dict *dict, const struct value *key, uint64_t deadline_ns)
{
	if (deadline_ns == UINT64_MAX) {
		if (dict->times)
			dict_times_drop(dict->times, key);
		return CONCUR_OK;
	}
	if (!dict->times && !(dict->times = dict_times_new(core, &dict->object)))
		return CONCUR_NO_MEMORY;
	return dict_times_set(dict->times, key, deadline_ns);
}

enum concur_status
dict_set_for(struct core *core, struct dict *dict, const struct dict_item *item, uint64_t ttl_ns)
{
	enum concur_status status = dict_drop_late(core, dict, &item->key);
	uint64_t before_ns = dict->times ? dict_times_get(dict->times, &item->key) : UINT64_MAX;

	if (status == CONCUR_OK)
		status = nest_check_value(core, &dict->object, &item->value);
	/* The time comes first: to put the old one back never fails. */
	if (status == CONCUR_OK)
		status = dict_give_time(core, dict, &item->key, dict_deadline(core, ttl_ns));
	if (status != CONCUR_OK)
		return status;
	status = dict_put_value(core, dict, item, &item->value, item->value_refers, NULL);
	if (status != CONCUR_OK)
		(void)dict_give_time(core, dict, &item->key, before_ns);
	dict_evict(core, dict);
	return status;
}

enum concur_status
dict_expire_after(struct core *core, struct dict *dict, const struct value *key, uint64_t ttl_ns, enum outcome *ret)
{
	enum concur_status status;

	*ret = OUTCOME_NOT_THERE;
	if (!dict_find(dict, key))
		return CONCUR_OK;
	status = dict_give_time(core, dict, key, ttl_ns == UINT64_MAX ? UINT64_MAX : dict_deadline(core, ttl_ns));
	if (status != CONCUR_OK)
		return status;
	*ret = OUTCOME_DONE;
	object_changed(core, &dict->object);
	return CONCUR_OK;
}

uint64_t
dict_ttl(const struct core *core, const struct dict *dict, const struct value *key)
{
	uint64_t deadline_ns = UINT64_MAX;

	if (!dict_find(dict, key))
		return 0;
	if (dict->times)
		deadline_ns = dict_times_get(dict->times, key);
	return deadline_ns == UINT64_MAX ? UINT64_MAX : deadline_ns - core->now_ns;
}

enum concur_status
dict_drop_all_late(struct core *core, struct dict *dict)
{
	enum concur_status status = CONCUR_OK;
	size_t left = core->limits->sort_max;
	struct value key;

	while (status == CONCUR_OK && dict->times && dict_times_has_late(dict->times, &key)) {
		if (left-- == 0)
			return core_limit(core, CONCUR_TOO_LARGE, "sort_max");
		status = dict_drop_late(core, dict, &key);
	}
	return status;
}

void
dict_expire(struct core *core, size_t most)
{
	struct object *object;
	struct value key;

	for (; most && (object = dict_times_first_late(core, &key)); most--) {
		struct dict *dict = dict_of(object);

		if (dict_drop_late(core, dict, &key) != CONCUR_OK)
			dict_times_put_off(dict->times);
	}
}

void
dict_forget_times(struct dict *dict)
{
	if (dict->times)
		dict_times_bury(dict->times);
	dict->times = NULL;
}
