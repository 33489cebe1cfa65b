/* Statuses in words, and the message of each thread. */
#include "config.h"

#include "error.h"

#include "lib/status.h"
#include "thread.h"

#include <stdarg.h>
#include <stdio.h>

const char *
concur_strerror(enum concur_status status)
{
	return status_text(status);
}

const char *
concur_status_name(enum concur_status status)
{
	return status_name(status);
}

const char *
concur_message(void)
{
	const char *message = thread_message();

	return message ? message : status_text(CONCUR_NO_MEMORY);
}

enum concur_status
error_set(enum concur_status status, const char *format, ...)
{
	char *message = thread_message();
	va_list args;

	if (message) {
		va_start(args, format);
		vsnprintf(message, THREAD_MESSAGE, format, args);
		va_end(args);
	}
	return status;
}

enum concur_status
error_plain(enum concur_status status)
{
	return error_set(status, "%s", status_text(status));
}

enum concur_status
error_system(enum concur_status status, int error, const char *format, ...)
{
	char *message = thread_message();
	va_list args;
	int size;

	if (!message)
		return status;
	va_start(args, format);
	size = vsnprintf(message, THREAD_MESSAGE, format, args);
	va_end(args);
	if (size >= 0 && size < THREAD_MESSAGE)
		snprintf(message + size, (size_t)(THREAD_MESSAGE - size), ": %s", strerrordesc_np(error));
	return status;
}
