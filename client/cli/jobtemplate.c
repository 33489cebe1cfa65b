/* Filling in. A sign is read by next_sign() and written by put_sign(); what is no sign is text. */
#include "jobtemplate.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What means something to sh, as far as it can stand in one word by intent. */
#define SHELL_LETTERS " \t\n|&;<>()$`\\\"'*?[~"

/* What never does. */
#define PLAIN_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,"

/* Which part of an argument. */
enum part { PART_ALL, PART_STEM, PART_NAME, PART_DIRECTORY, PART_NAME_STEM, PART_NUMBER };

struct sign {
	enum part part;
	size_t which; /* argument, from 1; 0: all */
	size_t size;  /* letters of it */
};

/* -- signs --------------------------------------------------------------------------------------------------------- */

static bool
read_part(const char *text, size_t size, enum part *ret)
{
	static const struct {
		const char *text;
		enum part part;
	} parts[] = { { "", PART_ALL }, { ".", PART_STEM }, { "/", PART_NAME }, { "//", PART_DIRECTORY },
		{ "/.", PART_NAME_STEM }, { "#", PART_NUMBER } };

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (strlen(parts[i].text) == size && strncmp(parts[i].text, text, size) == 0) {
			*ret = parts[i].part;
			return true;
		}
	}
	return false;
}

/* Whether a sign begins here, at a brace. */
static bool
read_sign(const char *at, struct sign *ret)
{
	const char *end = strchr(at, '}');
	size_t digits = strspn(at + 1, "0123456789");

	*ret = (struct sign){ 0 };
	if (!end || digits > 4 || !read_part(at + 1 + digits, (size_t)(end - at) - 1 - digits, &ret->part))
		return false;
	for (size_t i = 1; i <= digits; i++)
		ret->which = 10 * ret->which + (size_t)(at[i] - '0');
	ret->size = (size_t)(end - at) + 1;
	return digits == 0 || (ret->which > 0 && ret->part != PART_NUMBER);
}

/* The next sign at or behind `at`, or NULL. */
static const char *
next_sign(const char *at, struct sign *ret)
{
	for (at = strchr(at, '{'); at && !read_sign(at, ret);)
		at = strchr(at + 1, '{');
	return at;
}

/* -- parts of an argument ------------------------------------------------------------------------------------------ */

/* Behind the last slash; all of it if there is none. */
static const char *
name_of(const char *argument)
{
	const char *slash = strrchr(argument, '/');

	return slash ? slash + 1 : argument;
}

/* Letters in front of the extension. A name that begins with its only dot has none. */
static size_t
stem_size(const char *text)
{
	const char *name = name_of(text), *dot = strrchr(name, '.');

	return dot && dot > name ? (size_t)(dot - text) : strlen(text);
}

static size_t
take_part(enum part part, const char **text)
{
	const char *name = name_of(*text);

	switch (part) {
	case PART_STEM:
		return stem_size(*text);
	case PART_NAME_STEM:
		*text = name;
		return stem_size(name);
	case PART_NAME:
		*text = name;
		return strlen(name);
	case PART_DIRECTORY:
		if (name == *text) {
			*text = ".";
			return 1;
		}
		return name - *text > 1 ? (size_t)(name - *text) - 1 : 1;
	default:
		return strlen(*text);
	}
}

/* -- writing ------------------------------------------------------------------------------------------------------- */

/* So that sh takes it as it is. */
static void
put_quoted(struct buffer *to, const char *text, size_t size)
{
	if (size && strspn(text, PLAIN_LETTERS) >= size) {
		buffer_append(to, text, size);
		return;
	}
	buffer_append_byte(to, '\'');
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\'')
			buffer_append(to, "'\\'", 3);
		buffer_append_byte(to, (uint8_t)text[i]);
	}
	buffer_append_byte(to, '\'');
}

static void
put_argument(const struct jobtemplate *template, enum part part, const char *argument, struct buffer *to)
{
	size_t size = take_part(part, &argument);

	if (template->is_line && !template->is_empty)
		put_quoted(to, argument, size);
	else
		buffer_append(to, argument, size);
}

/* All arguments, or one. A word that is nothing but the sign becomes a word for each. */
static void
put_arguments(const struct jobtemplate *template, const struct sign *sign, const char *const *arguments, size_t count,
    char between, struct buffer *to)
{
	size_t from = sign->which ? sign->which - 1 : 0, end = sign->which ? sign->which : count;

	for (size_t i = from; i < end && i < count; i++) {
		if (i > from)
			buffer_append_byte(to, (uint8_t)between);
		put_argument(template, sign->part, arguments[i], to);
	}
}

static void
put_number(uint64_t number, struct buffer *to)
{
	char text[24];
	int size = snprintf(text, sizeof text, "%llu", (unsigned long long)number);

	buffer_append(to, text, (size_t)size);
}

static void
put_word(const struct jobtemplate *template, const char *word, uint64_t number, const char *const *arguments,
    size_t count, struct buffer *to)
{
	const char *at, *from = word;
	struct sign sign;

	for (; (at = next_sign(from, &sign)); from = at + sign.size) {
		bool is_alone = at == word && word[sign.size] == '\0';

		buffer_append(to, from, (size_t)(at - from));
		if (sign.part == PART_NUMBER)
			put_number(number, to);
		else
			put_arguments(template, &sign, arguments, count, is_alone && !template->is_line ? '\0' : ' ',
			    to);
	}
	buffer_append(to, from, strlen(from));
}

void
jobtemplate_fill(const struct jobtemplate *template, uint64_t number, const char *const *arguments, size_t count,
    struct buffer *to)
{
	const struct sign all = { .part = PART_ALL };

	if (template->is_line)
		buffer_append(to, "sh\0-c", sizeof "sh\0-c");
	for (size_t i = 0; i < template->count; i++) {
		put_word(template, template->words[i], number, arguments, count, to);
		if (!template->is_line)
			buffer_append_byte(to, '\0');
	}
	if (template->is_appended) {
		if (template->is_line && template->count)
			buffer_append_byte(to, ' ');
		put_arguments(template, &all, arguments, count, template->is_line ? ' ' : '\0', to);
	}
	if (template->is_line || template->is_appended)
		buffer_append_byte(to, '\0');
}

/* -- showing ------------------------------------------------------------------------------------------------------- */

/* One line in a file with tabs between columns. */
static void
put_on_line(struct buffer *to, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		buffer_append_byte(to, iscntrl((unsigned char)text[i]) ? ' ' : (uint8_t)text[i]);
}

char *
jobtemplate_show(const struct jobtemplate *template, const struct buffer *words)
{
	const char *word = (const char *)words->bytes, *end = word + words->size;
	struct buffer quoted = { 0 }, shown = { 0 };

	if (template->is_line) {
		word += sizeof "sh\0-c";
		buffer_append(&quoted, word, strlen(word));
	} else {
		for (; word < end; word += strlen(word) + 1) {
			if (quoted.size)
				buffer_append_byte(&quoted, ' ');
			put_quoted(&quoted, word, strlen(word));
		}
	}
	put_on_line(&shown, (const char *)quoted.bytes, quoted.size);
	shown.failed |= quoted.failed;
	buffer_fini(&quoted);
	return buffer_to_string(&shown);
}

/* -- making -------------------------------------------------------------------------------------------------------- */

/* Whether the words say where the arguments go; and if they name one that there is not. */
static bool
check_signs(const struct jobtemplate *template, size_t lists, bool *ret_found, struct fault *fault)
{
	struct sign sign;

	*ret_found = false;
	for (size_t i = 0; i < template->count; i++) {
		for (const char *at = template->words[i]; (at = next_sign(at, &sign)); at += sign.size) {
			*ret_found |= sign.part != PART_NUMBER;
			if (sign.which > lists)
				return fault_set(fault, "%.*s: each job has %zu argument%s", (int)sign.size, at, lists,
				    lists == 1 ? "" : "s");
		}
	}
	return true;
}

bool
jobtemplate_init(struct jobtemplate *template, char *const *words, size_t count, size_t lists, struct fault *fault)
{
	bool is_said;

	*template = (struct jobtemplate){ .words = words, .count = count, .is_empty = count == 0 };
	template->is_line = template->is_empty || (count == 1 && words[0][strcspn(words[0], SHELL_LETTERS)]);
	if (!check_signs(template, lists, &is_said, fault))
		return false;
	template->is_appended = !is_said;
	return true;
}
