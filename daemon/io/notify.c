/* The service manager, by sd_notify and LISTEN_FDS. A failure to tell it something is its loss, not ours. */
#include "config.h"

#include "daemon/io/notify.h"

#ifdef HAVE_SYSTEMD

#include <systemd/sd-daemon.h>

void
notify_ready(const char *status)
{
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void
notify_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1\nSTATUS=Stopping");
}

int
notify_sockets(int *ret_first)
{
	*ret_first = SD_LISTEN_FDS_START;
	return sd_listen_fds(1);
}

#else

void
notify_ready(const char *status)
{
	(void)status;
}

void
notify_stopping(void)
{
}

int
notify_sockets(int *ret_first)
{
	*ret_first = -1;
	return 0;
}

#endif
