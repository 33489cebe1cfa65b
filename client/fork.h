/* Which process this is, told without a system call: a page that the kernel wipes in a forked child.
 *
 * Thread-safety: any thread. */
#ifndef CLIENT_FORK_H
#define CLIENT_FORK_H

#include <stdint.h>

/* Must have returned 0 once before the others are called; -1 if there is no memory. */
int fork_init(void);

/* A number that this process shares with no other, not even with its parent. Never 0. */
uint64_t fork_word(void);

/* One lock for what a child does once, at its first call. No parent's thread can hold it in the child. */
void fork_lock(void);
void fork_unlock(void);

#endif
