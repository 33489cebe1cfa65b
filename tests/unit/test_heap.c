/* Heaps: order, ties, removal from anywhere, against a naive model. */
#include "lib/heap.h"

#include "model.h"
#include "nomem.h"
#include "unit.h"

enum { NODES = 500, OPERATIONS = 20000 };

START_TEST(first_of_an_empty_heap_is_null)
{
	struct heap heap;
	struct heap_node node = { .at = 0 };

	heap_init(&heap);
	MODEL_ASSERT(!heap_first(&heap));
	heap_remove(&heap, &node);
	MODEL_ASSERT(!heap_contains(&node));
	heap_fini(&heap);
}
END_TEST

START_TEST(insert_of_equal_keys_keeps_their_order)
{
	struct heap_node nodes[100] = { { .at = 0 } };
	struct heap heap;

	heap_init(&heap);
	for (size_t i = 0; i < 100; i++)
		MODEL_ASSERT(heap_insert(&heap, &nodes[i], i % 3) == 0);
	for (uint64_t key = 0; key < 3; key++) {
		for (size_t i = key; i < 100; i += 3) {
			MODEL_ASSERT(heap_first(&heap) == &nodes[i]);
			heap_remove(&heap, &nodes[i]);
		}
	}
	MODEL_ASSERT(!heap_first(&heap));
	heap_fini(&heap);
}
END_TEST

/* The node that should come first, by looking at all: `ages` says when each went in. */
static struct heap_node *
model_first(struct heap_node *nodes, const size_t *ages)
{
	struct heap_node *first = NULL;

	for (size_t i = 0; i < NODES; i++) {
		struct heap_node *node = &nodes[i];

		if (heap_contains(node) &&
		    (!first || node->key < first->key || (node->key == first->key && ages[i] < ages[first - nodes])))
			first = node;
	}
	return first;
}

static void
compare_with_model(struct random *random)
{
	struct heap_node nodes[NODES] = { { .at = 0 } };
	size_t ages[NODES] = { 0 };
	struct heap heap;
	size_t count = 0;

	heap_init(&heap);
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct heap_node *node = &nodes[random_below(random, NODES)];

		/* The heap fills up, then is emptied, and so on. */
		if (heap_contains(node) && (i / 2000 % 2 == 1 || random_below(random, 4) == 0)) {
			heap_remove(&heap, node);
			count--;
		} else if (!heap_contains(node) && (i / 2000 % 2 == 0 || random_below(random, 4) == 0)) {
			MODEL_ASSERT(heap_insert(&heap, node, random_below(random, 50)) == 0);
			ages[node - nodes] = i;
			count++;
		}
		MODEL_ASSERT(heap.count == count);
		MODEL_ASSERT(heap_first(&heap) == model_first(nodes, ages));
	}
	while (heap_first(&heap)) {
		MODEL_ASSERT(heap_first(&heap) == model_first(nodes, ages));
		heap_remove(&heap, heap_first(&heap));
	}
	heap_fini(&heap);
}

START_TEST(random_operations_agree_with_a_model)
{
	random_each_seed(compare_with_model);
}
END_TEST

START_TEST(insert_without_memory_changes_nothing)
{
	struct heap_node nodes[65] = { { .at = 0 } };
	struct heap heap;

	heap_init(&heap);
	for (size_t i = 0; i < 64; i++)
		MODEL_ASSERT(heap_insert(&heap, &nodes[i], 64 - i) == 0);
	nomem_arm(0);
	MODEL_ASSERT(heap_reserve(&heap) == -1);
	nomem_arm(0);
	MODEL_ASSERT(heap_insert(&heap, &nodes[64], 0) == -1);
	MODEL_ASSERT(nomem_disarm());
	MODEL_ASSERT(!heap_contains(&nodes[64]));
	MODEL_ASSERT(heap.count == 64);
	MODEL_ASSERT(heap_first(&heap) == &nodes[63]);
	MODEL_ASSERT(heap_reserve(&heap) == 0);
	nomem_arm(0);
	MODEL_ASSERT(heap_insert(&heap, &nodes[64], 0) == 0);
	MODEL_ASSERT(!nomem_disarm());
	/* Removing gives memory back if it can, and works if it can not. */
	for (size_t i = 0; i < 65; i++) {
		nomem_arm(0);
		heap_remove(&heap, &nodes[i]);
	}
	nomem_disarm();
	MODEL_ASSERT(heap.count == 0);
	heap_fini(&heap);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		first_of_an_empty_heap_is_null,
		insert_of_equal_keys_keeps_their_order,
		random_operations_agree_with_a_model,
		insert_without_memory_changes_nothing,
		NULL,
	};

	return unit_run("heap", tests);
}
