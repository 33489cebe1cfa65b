/* The gate. All in a list have the same time to stay in it, so the oldest is the first whose time is up. */
#include "daemon/server/gate.h"

void
gate_init(struct gate *gate)
{
	link_init(&gate->waiting);
	link_init(&gate->strangers);
	link_init(&gate->refused);
	gate->stranger_count = 0;
}

void
gate_enter(struct gate *gate, struct gate_place *place, bool is_stranger, uint64_t now_ns)
{
	place->since_ns = now_ns;
	link_init(&place->stranger);
	link_init(&place->refused);
	link_append(&gate->waiting, &place->waiting);
	if (!is_stranger)
		return;
	link_append(&gate->strangers, &place->stranger);
	gate->stranger_count++;
}

void
gate_admit(struct gate *gate, struct gate_place *place)
{
	if (gate_has_stranger(place))
		gate->stranger_count--;
	link_remove(&place->stranger);
	link_remove(&place->refused);
}

void
gate_refuse(struct gate *gate, struct gate_place *place, uint64_t now_ns)
{
	if (link_linked(&place->refused))
		return;
	place->refused_ns = now_ns;
	link_append(&gate->refused, &place->refused);
}

void
gate_leave(struct gate *gate, struct gate_place *place)
{
	gate_admit(gate, place);
	link_remove(&place->waiting);
}

struct gate_place *
gate_crowded(const struct gate *gate, size_t max)
{
	return gate->stranger_count > max ? LINK_ENTRY(gate->strangers.next, struct gate_place, stranger) : NULL;
}

struct gate_place *
gate_late(const struct gate *gate, uint64_t now_ns, uint64_t patience_ns, uint64_t *ret_next_ns)
{
	struct gate_place *place = LINK_ENTRY(gate->waiting.next, struct gate_place, waiting);

	*ret_next_ns = UINT64_MAX;
	if (link_empty(&gate->waiting))
		return NULL;
	if (now_ns - place->since_ns >= patience_ns)
		return place;
	*ret_next_ns = place->since_ns + patience_ns;
	return NULL;
}

struct gate_place *
gate_due(const struct gate *gate, uint64_t now_ns, uint64_t delay_ns, uint64_t *ret_next_ns)
{
	struct gate_place *place = LINK_ENTRY(gate->refused.next, struct gate_place, refused);

	*ret_next_ns = UINT64_MAX;
	if (link_empty(&gate->refused))
		return NULL;
	if (now_ns - place->refused_ns >= delay_ns)
		return place;
	*ret_next_ns = place->refused_ns + delay_ns;
	return NULL;
}
