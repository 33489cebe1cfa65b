/* Starting and ending the daemon: the order of things.
 *
 * What can fail fails before the daemon says that it serves, so that its exit status, --ready-fd and the service
 * manager all tell the truth. */
#include "config.h"

#include "daemon/daemon.h"

#include "daemon/io/address.h"
#include "daemon/io/claim.h"
#include "daemon/io/detach.h"
#include "daemon/io/host.h"
#include "daemon/io/keyfile.h"
#include "daemon/io/listener.h"
#include "daemon/io/loop.h"
#include "daemon/io/notify.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { DAEMON_OWN_FILES = 32 }; /* descriptors that are not connections' */

/* Everything that would differ elsewhere. The key is read into *key. */
static int
daemon_configure(const struct options *options, struct key *key, struct server_config *ret, struct complaint *complaint)
{
	*ret = (struct server_config){
		.limits = options->limits,
		.counter = host_counter(),
		.process = (uint64_t)getpid(),
		.uid = (uint64_t)geteuid(),
		.cores = host_cores(),
		.runtimes = options->runtimes,
	};
	if (ret->limits.memory_max == 0)
		ret->limits.memory_max = host_memory();
	if (options->key_path) {
		if (keyfile_read(options->key_path, key, complaint) != 0)
			return -1;
		ret->key = key;
	}
	return host_seed(&ret->seed, complaint);
}

/* Sockets of the service manager are used in place of the default address. */
static int
daemon_listen_default(struct loop *loop, const struct options *options, struct complaint *complaint)
{
	char url[ADDRESS_URL_MAX];
	bool is_root = geteuid() == 0;
	int first;
	int count = notify_sockets(&first);

	if (count < 0)
		return complain(complaint, "LISTEN_FDS can not be understood: %s", strerror(-count));
	for (int i = 0; i < count; i++) {
		if (listener_adopt(loop, first + i, complaint) != 0)
			return -1;
	}
	if (count > 0)
		return 0;
	if (address_default(is_root, url, complaint) != 0)
		return -1;
	if (is_root && claim_make_directory(ADDRESS_SYSTEM_DIRECTORY, complaint) != 0)
		return -1;
	return listener_open(loop, url, options->mode, options->is_private, complaint);
}

static int
daemon_listen(struct loop *loop, const struct options *options, struct complaint *complaint)
{
	if (options->url_count == 0)
		return daemon_listen_default(loop, options, complaint);
	for (size_t i = 0; i < options->url_count; i++) {
		if (listener_open(loop, options->urls[i], options->mode, options->is_private, complaint) != 0)
			return -1;
	}
	return 0;
}

static struct loop *
daemon_start(const struct options *options, struct log *log, struct complaint *complaint)
{
	uint64_t files_before, files = host_raise_files(&files_before);
	struct server_config config;
	struct loop *loop = NULL;
	struct key key;

	if (daemon_configure(options, &key, &config, complaint) == 0)
		loop = loop_new(&config, log, complaint);
	key_forget(&key);
	if (!loop)
		return NULL;
	loop->children.files_soft = files_before;
	if ((options->parent_fd >= 0 && loop_watch_parent(loop, options->parent_fd, complaint) != 0) ||
	    daemon_listen(loop, options, complaint) != 0) {
		loop_free(loop);
		return NULL;
	}
	log_write(log, LOG_INFO,
	    "concurd " PACKAGE_VERSION " serves pid=%d memory_max=%" PRIu64 " files=%" PRIu64
	    " local_sessions=%" PRIu64,
	    (int)getpid(), config.limits.memory_max, files,
	    files > DAEMON_OWN_FILES ? (files - DAEMON_OWN_FILES) / 2 : 0);
	return loop;
}

/* Tells all who wait for it that the daemon serves. */
static void
daemon_tell_ready(struct loop *loop, const struct options *options, struct log *log, struct detach *detach)
{
	char line[ADDRESS_URL_MAX + 16];
	int size = snprintf(line, sizeof line, "%s\n", listener_url(loop));

	if (options->ready_fd >= 0) {
		if (write(options->ready_fd, line, (size_t)size) != size)
			log_write(log, LOG_WARNING, "--ready-fd %d: nobody reads it", options->ready_fd);
		(void)close(options->ready_fd);
	}
	line[size - 1] = '\0';
	notify_ready(line);
	if (detach->ready_fd >= 0)
		log_detach(log);
	detach_end(detach);
}

int
daemon_run(const struct options *options)
{
	struct detach detach = { .ready_fd = -1 };
	struct complaint complaint;
	struct loop *loop = NULL;
	struct log log = { .fd = -1 };
	int status = 1;

	host_set_allocator();
	if (host_open_standard(&complaint) == 0 && (options->is_foreground || detach_begin(&detach, &complaint) == 0)) {
		log_init(&log, options->log_level);
		loop = daemon_start(options, &log, &complaint);
	}
	if (!loop) {
		(void)fprintf(stderr, "concurd: %s\n", complaint.text);
		goto out;
	}
	daemon_tell_ready(loop, options, &log, &detach);
	loop_run(loop);
	log_write(&log, LOG_INFO, "stopped");
	status = 0;
out:
	loop_free(loop);
	log_fini(&log);
	return status;
}
