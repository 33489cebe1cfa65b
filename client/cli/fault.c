/* Faults: sentences built where something is wrong, printed elsewhere. */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool
fault_set(struct fault *fault, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(fault->text, sizeof fault->text, format, args);
	va_end(args);
	return false;
}

bool
fault_at(struct fault *fault, const char *format, ...)
{
	char tail[sizeof fault->text];
	size_t used;
	va_list args;

	memcpy(tail, fault->text, sizeof tail);
	va_start(args, format);
	(void)vsnprintf(fault->text, sizeof fault->text, format, args);
	va_end(args);
	used = strlen(fault->text);
	(void)snprintf(fault->text + used, sizeof fault->text - used, ": %s", tail);
	return false;
}
