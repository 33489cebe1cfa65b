/* Credit: a moving average, and its inverse within bounds.
 *
 * A slow task raises the average at once by an eighth of its time, so that the next batch is small; short ones lower it
 * gradually, and the number asked for at most doubles: one task that happened to be short does not make a worker take
 * hundreds of which it knows nothing. */
#include "credit.h"

void
credit_note(struct credit *credit, int64_t took_ns)
{
	if (took_ns < 1)
		took_ns = 1;
	if (credit->mean_ns == 0)
		credit->mean_ns = took_ns;
	else
		credit->mean_ns += (took_ns - credit->mean_ns) / CREDIT_HISTORY;
	if (credit->mean_ns < 1)
		credit->mean_ns = 1;
}

uint32_t
credit_ask(struct credit *credit)
{
	int64_t fitting = credit->mean_ns ? CREDIT_NS / credit->mean_ns : 1;
	int64_t most = credit->last ? 2 * (int64_t)credit->last : 1;

	if (fitting > most)
		fitting = most;
	if (fitting > CREDIT_MAX)
		fitting = CREDIT_MAX;
	credit->last = fitting < 1 ? 1 : (uint32_t)fitting;
	return credit->last;
}
