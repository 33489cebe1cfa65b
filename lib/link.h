/* A link of an intrusive doubly linked list with a sentinel: it is linked, or points to itself.
 *
 * Nothing here allocates or fails. Thread-safety: none; the owner of the list serialises. */
#ifndef LIB_LINK_H
#define LIB_LINK_H

#include <stdbool.h>
#include <stddef.h>

struct link {
	struct link *next;
	struct link *prev;
};

#define LINK_ENTRY(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void
link_init(struct link *node)
{
	node->next = node->prev = node;
}

static inline bool
link_empty(const struct link *head)
{
	return head->next == head;
}

static inline bool
link_linked(const struct link *node)
{
	return node->next != node;
}

static inline void
link_insert_before(struct link *at, struct link *node)
{
	node->prev = at->prev;
	node->next = at;
	at->prev->next = node;
	at->prev = node;
}

static inline void
link_append(struct link *head, struct link *node)
{
	link_insert_before(head, node);
}

static inline void
link_prepend(struct link *head, struct link *node)
{
	link_insert_before(head->next, node);
}

/* Unlinks the node; one that is not linked stays so. */
static inline void
link_remove(struct link *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	link_init(node);
}

/* Unlinks and returns the first node, or NULL. */
static inline struct link *
link_pop(struct link *head)
{
	struct link *node = head->next;

	if (node == head)
		return NULL;
	link_remove(node);
	return node;
}

#endif
