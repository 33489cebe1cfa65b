/* A module of functions over files: they read, hash and compress with what OpenSSL and zlib have for it. It is built as
 * a shared object for `concur-worker --module`, and into the example pool.c, whose processes are workers themselves.
 *
 * Both functions look now and then whether anybody still wants their result. */
#include "config.h"

#include "client/examples/file_tools.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

enum { PIECE = 65536 }; /* bytes that are read at once */

/* `concur map` calls with a list of one, since a function may take several arguments. NULL: it is no path. */
static const char *
path_of(const struct concur_value *arguments)
{
	const struct concur_value *path = arguments;

	if (arguments->kind == CONCUR_VALUE_LIST && arguments->count == 1)
		path = arguments->items;
	return path->kind == CONCUR_VALUE_TEXT ? path->bytes : NULL;
}

static enum concur_status
fail_with_errno(concur_work *work, const char *path)
{
	return concur_work_fail(work, "OSError", "%s: %s", path, strerror(errno));
}

/* Hands a file on, piece by piece; `take` gives 0 where it can not go on. */
static enum concur_status
each_piece(concur_work *work, const char *path, int (*take)(void *arg, const void *bytes, size_t size), void *arg)
{
	FILE *file = fopen(path, "re");
	enum concur_status status = CONCUR_OK;
	char bytes[PIECE];
	size_t size;

	if (!file)
		return fail_with_errno(work, path);
	while (status == CONCUR_OK && (size = fread(bytes, 1, sizeof bytes, file)) > 0) {
		if (concur_work_is_cancelled(work))
			status = CONCUR_CANCELLED;
		else if (!take(arg, bytes, size))
			status = concur_work_fail(work, "OSError", "%s can not be dealt with", path);
	}
	if (status == CONCUR_OK && ferror(file))
		status = fail_with_errno(work, path);
	fclose(file);
	return status;
}

/* -- sha256 -------------------------------------------------------------------------------------------------------- */

static int
hash_piece(void *digest, const void *bytes, size_t size)
{
	return EVP_DigestUpdate(digest, bytes, size);
}

/* What sha256sum(1) would write of it. */
static enum concur_status
give_line(concur_work *work, const unsigned char *hash, size_t size, const char *path)
{
	char line[2 * EVP_MAX_MD_SIZE + 4096 + 8];
	int at = 0;

	for (size_t i = 0; i < size; i++)
		at += snprintf(line + at, sizeof line - (size_t)at, "%02x", hash[i]);
	snprintf(line + at, sizeof line - (size_t)at, "  %s", path);
	return concur_work_result(work, CV((const char *)line));
}

static enum concur_status
sha256(concur_work *work, const struct concur_value *arguments)
{
	const char *path = path_of(arguments);
	unsigned char hash[EVP_MAX_MD_SIZE];
	enum concur_status status;
	unsigned size = 0;
	EVP_MD_CTX *digest;

	if (!path)
		return concur_work_fail(work, "TypeError", "sha256: a path is wanted");
	digest = EVP_MD_CTX_new();
	if (!digest || !EVP_DigestInit_ex(digest, EVP_sha256(), NULL))
		status = CONCUR_NO_MEMORY;
	else
		status = each_piece(work, path, hash_piece, digest);
	if (status == CONCUR_OK && !EVP_DigestFinal_ex(digest, hash, &size))
		status = CONCUR_NO_MEMORY;
	EVP_MD_CTX_free(digest);
	return status == CONCUR_OK ? give_line(work, hash, size, path) : status;
}

/* -- gzip ---------------------------------------------------------------------------------------------------------- */

#ifdef HAVE_ZLIB
static int
compress_piece(void *to, const void *bytes, size_t size)
{
	return gzwrite(to, bytes, (unsigned)size);
}

/* The new file is whole, or is not there. */
static enum concur_status
gzip(concur_work *work, const struct concur_value *arguments)
{
	const char *path = path_of(arguments);
	enum concur_status status;
	struct stat about;
	char packed[4096];
	gzFile to;

	if (!path || snprintf(packed, sizeof packed, "%s.gz", path) >= (int)sizeof packed)
		return concur_work_fail(work, "TypeError", "gzip: a path is wanted");
	to = gzopen(packed, "wbe");
	if (!to)
		return fail_with_errno(work, packed);
	status = each_piece(work, path, compress_piece, to);
	if ((gzclose(to) != Z_OK || stat(packed, &about)) && status == CONCUR_OK)
		status = fail_with_errno(work, packed);
	if (status == CONCUR_OK)
		return concur_work_result(work, CV((int64_t)about.st_size));
	(void)remove(packed);
	return status;
}
#endif

const struct concur_function file_functions[] = {
	{ "sha256", sha256, false },
#ifdef HAVE_ZLIB
	{ "gzip", gzip, false },
#endif
	{ NULL, NULL, false },
};

const struct concur_module concur_module = { CONCUR_MODULE_VERSION, "file tools", file_functions };
