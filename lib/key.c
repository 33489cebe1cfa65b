/* Keys: what a file of one must be like, and what stands in it. */
#include "key.h"

#include <string.h>

#define KEY_FIX "; make one with: concur keygen FILE"

enum {
	KEY_OTHERS = 0007, /* permissions of all others */
	KEY_GROUP = 0070,  /* of the group */
	KEY_ROOT = 0,      /* the user and the group that may do everything anyhow */
};

/* The service manager gives a credential to its service's user by an access list, whose mask shows as permissions of
 * the group; the file is root's, and root's group can do no more than root lets it. */
static bool
key_is_shared(const struct key_file *file)
{
	bool is_roots = file->owner == KEY_ROOT && file->group == KEY_ROOT;

	return (file->mode & KEY_OTHERS) != 0 || ((file->mode & KEY_GROUP) != 0 && !is_roots);
}

const char *
key_file_fault(const struct key_file *file)
{
	if (!file->is_plain)
		return "is not a plain file" KEY_FIX;
	if (file->owner != file->reader && file->owner != KEY_ROOT)
		return "belongs to another user, who could have put any key there; it must be yours or root's";
	if (key_is_shared(file))
		return "can be used by its group or by others, so it is no secret; chmod 600 it, or make a new one";
	return NULL;
}

const char *
key_take(const void *bytes, size_t size, struct key *ret_key)
{
	const uint8_t *at = bytes;

	if (size > 0 && at[size - 1] == '\n')
		size--;
	if (size < KEY_MIN)
		return "holds less than 16 bytes, which could be guessed" KEY_FIX;
	if (size > KEY_MAX)
		return "holds more than 1024 bytes" KEY_FIX;
	ret_key->size = (uint32_t)size;
	memcpy(ret_key->bytes, at, size);
	return NULL;
}

void
key_forget(struct key *key)
{
	if (key)
		explicit_bzero(key, sizeof *key);
}
