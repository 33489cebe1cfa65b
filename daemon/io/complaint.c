/* Complaints: the one place that formats them. */
#include "config.h"

#include "daemon/io/complaint.h"

#include <stdarg.h>
#include <stdio.h>

int
complain(struct complaint *complaint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(complaint->text, sizeof complaint->text, format, args);
	va_end(args);
	return -1;
}
