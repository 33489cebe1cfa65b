/* Names and texts of the statuses, from the list in concur_status.h.
 *
 * The switches have no default, so that the compiler counts them; what comes behind them serves a peer that knows more
 * statuses than we do. */
#include "status.h"

const char *
status_name(enum concur_status status)
{
	switch (status) {
#define STATUS_NAME(name, number, text) \
	case CONCUR_##name:             \
		return #name;
		CONCUR_STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
	}
	return "UNKNOWN_STATUS";
}

const char *
status_text(enum concur_status status)
{
	switch (status) {
#define STATUS_TEXT(name, number, text) \
	case CONCUR_##name:             \
		return text;
		CONCUR_STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
	}
	return "a status that this version does not know";
}
