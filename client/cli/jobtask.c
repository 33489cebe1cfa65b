/* Words as values. Neither words nor names of directories need be UTF-8; what is not travels as data. */
#include "jobtask.h"

#include "lib/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { MEMBERS_MAX = 8 }; /* names and values of a job's arguments */

static struct concur_value
word_value(const char *word)
{
	size_t size = strlen(word);

	return utf8_valid((const uint8_t *)word, size) ? concur_bytes(CONCUR_VALUE_TEXT, word, size)
						       : concur_data(word, size);
}

static size_t
count_words(const struct buffer *words)
{
	size_t count = 0;

	for (size_t i = 0; i < words->size; i++)
		count += words->bytes[i] == '\0';
	return count;
}

/* The list of words, in `to`. */
static struct concur_value
words_value(const struct buffer *words, struct concur_value *to)
{
	const char *word = (const char *)words->bytes, *end = word + words->size;
	size_t count = 0;

	for (; word < end; word += strlen(word) + 1)
		to[count++] = word_value(word);
	return concur_items(CONCUR_VALUE_LIST, to, count);
}

/* The arguments of one job, in `to`, which has MEMBERS_MAX places and one for each word. `environment` has two. */
static struct concur_value
job_value(const struct jobtask *task, const struct buffer *words, const struct concur_value *environment,
    struct concur_value *to)
{
	size_t count = 0;

	to[count++] = CV("argv");
	to[count++] = words_value(words, to + MEMBERS_MAX);
	to[count++] = CV("account");
	to[count++] = concur_boolean(true);
	if (task->directory) {
		to[count++] = CV("cwd");
		to[count++] = word_value(task->directory);
	}
	if (task->url) {
		to[count++] = CV("environment");
		to[count++] = concur_items(CONCUR_VALUE_MAP, environment, 2);
	}
	return concur_items(CONCUR_VALUE_MAP, to, count);
}

enum concur_status
jobtask_submit(const struct jobtask *task, const struct buffer *const *words, size_t count, int64_t timeout_ns,
    uint64_t *ret_first)
{
	const struct concur_task how = { .function = "exec", .timeout_ns = (uint64_t)task->timeout_ns };
	const struct concur_value environment[] = { CV("CONCUR_URL"), word_value(task->url ? task->url : "") };
	size_t places = count;
	struct concur_value *arguments, *at;
	enum concur_status status;

	for (size_t i = 0; i < count; i++)
		places += MEMBERS_MAX + count_words(words[i]);
	arguments = calloc(places, sizeof *arguments);
	if (!arguments)
		return CONCUR_NO_MEMORY;
	at = arguments + count;
	for (size_t i = 0; i < count; i++) {
		arguments[i] = job_value(task, words[i], environment, at);
		at += MEMBERS_MAX + count_words(words[i]);
	}
	status = concur_completions_submit_many(task->completions, task->pool, &how, arguments, count, timeout_ns,
	    ret_first);
	free(arguments);
	return status;
}
