/* Noticing a fork.
 *
 * One page of the process carries MADV_WIPEONFORK: a child finds it full of zeros. It holds the process's word, drawn
 * at random when it is first needed, and a mutex, whose initial state is all zeros. So a child draws a word of its own
 * and finds the mutex free, whatever its parent's threads were doing. (A pid would not do: pids are used again.) */
#include "fork.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

struct fork_page {
	_Atomic uint64_t word; /* 0: not drawn yet in this process */
	pthread_mutex_t mutex;
};

/* Set once in the life of a process and its children. */
static struct fork_page *_Atomic page;

int
fork_init(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	struct fork_page *made, *none = NULL;

	if (atomic_load(&page))
		return 0;
	made = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (made == MAP_FAILED)
		return -1;
	if (madvise(made, size, MADV_WIPEONFORK) || !atomic_compare_exchange_strong(&page, &none, made))
		munmap(made, size);
	return atomic_load(&page) ? 0 : -1;
}

static uint64_t
fork_draw(void)
{
	struct timespec now;
	uint64_t word;

	if (getrandom(&word, sizeof word, GRND_NONBLOCK) != (ssize_t)sizeof word) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		word = (uint64_t)getpid() << 40 ^ (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec;
	}
	return word | 1;
}

uint64_t
fork_word(void)
{
	struct fork_page *at = atomic_load_explicit(&page, memory_order_acquire);
	uint64_t word, none = 0;

	assert(at);
	word = atomic_load_explicit(&at->word, memory_order_acquire);
	if (__builtin_expect(word != 0, 1))
		return word;
	word = fork_draw();
	return atomic_compare_exchange_strong(&at->word, &none, word) ? word : none;
}

void
fork_lock(void)
{
	int error = pthread_mutex_lock(&atomic_load(&page)->mutex);

	assert(error == 0);
	(void)error;
}

void
fork_unlock(void)
{
	pthread_mutex_unlock(&atomic_load(&page)->mutex);
}
