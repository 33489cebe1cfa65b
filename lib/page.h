/* A page: what a worker process and the daemon say to each other without a message, one word a task in hand.
 *
 * The daemon maps it, and so does the process that was started with it (its descriptor is in $CONCUR_PAGE). A task has
 * a slot from page_put() until its result is read; the word in it is the task's number and how far it is:
 *
 *      QUEUED --page_begin(), the process--> STARTED --page_done()--> DONE
 *        \--page_recall(), the daemon--> RECALLED
 *
 * QUEUED is left by compare-and-exchange, so that just one of the two has its way. When the process dies, its words
 * tell which task it was at. The process can write anything to it: nobody may rely on a word to be one of these, and
 * none of these functions does.
 *
 * Thread-safety: all of them are atomic. None blocks. */
#ifndef LIB_PAGE_H
#define LIB_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PAGE_SLOTS = 256,  /* as a slot's number: none */
	PAGE_BYTES = 4096, /* of the mapping; what lies behind the slots is not used */
	PAGE_STATE_BITS = 2,
};

#define PAGE_TASK_MAX (UINT64_MAX >> PAGE_STATE_BITS) /* no task has a higher number */

enum page_state {
	PAGE_QUEUED = 0,   /* put there, and not begun */
	PAGE_STARTED = 1,  /* the process is at it */
	PAGE_DONE = 2,     /* it was carried out; its result may be under way */
	PAGE_RECALLED = 3, /* taken back: the process passes over it */
};

struct page {
	uint64_t words[PAGE_SLOTS]; /* only by __atomic functions */
};

static inline uint64_t
page_word(uint64_t task, enum page_state state)
{
	return task << PAGE_STATE_BITS | (uint64_t)state;
}

static inline uint64_t
page_task(uint64_t word)
{
	return word >> PAGE_STATE_BITS;
}

static inline enum page_state
page_state(uint64_t word)
{
	return (enum page_state)(word & ((1U << PAGE_STATE_BITS) - 1));
}

static inline uint64_t
page_read(const struct page *page, unsigned slot)
{
	return __atomic_load_n(&page->words[slot], __ATOMIC_ACQUIRE);
}

/* The daemon: the slot is that task's from here on. Before the task itself is sent. */
static inline void
page_put(struct page *page, unsigned slot, uint64_t task)
{
	__atomic_store_n(&page->words[slot], page_word(task, PAGE_QUEUED), __ATOMIC_RELEASE);
}

/* QUEUED becomes `state`; false if the task is not in the slot, or not QUEUED any more. */
static inline bool
page_leave_queue(struct page *page, unsigned slot, uint64_t task, enum page_state state)
{
	uint64_t expected = page_word(task, PAGE_QUEUED);

	return __atomic_compare_exchange_n(&page->words[slot], &expected, page_word(task, state), false,
	    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* The process: it begins the task; false if that was recalled, and is to be passed over. */
static inline bool
page_begin(struct page *page, unsigned slot, uint64_t task)
{
	return page_leave_queue(page, slot, task, PAGE_STARTED);
}

/* The process: the task that it began is carried out. */
static inline void
page_done(struct page *page, unsigned slot, uint64_t task)
{
	__atomic_store_n(&page->words[slot], page_word(task, PAGE_DONE), __ATOMIC_RELEASE);
}

/* The daemon: takes the task back. RECALLED if it will not be begun, otherwise how far it is; STARTED too where the
 * slot holds what nobody put there. */
static inline enum page_state
page_recall(struct page *page, unsigned slot, uint64_t task)
{
	uint64_t word;

	if (page_leave_queue(page, slot, task, PAGE_RECALLED))
		return PAGE_RECALLED;
	word = page_read(page, slot);
	return page_task(word) == task && page_state(word) != PAGE_QUEUED ? page_state(word) : PAGE_STARTED;
}

#endif
