/* The methods of the protocol. */
#include "methods.h"

#include "concur/v1/array.pb-c.h"
#include "concur/v1/barrier.pb-c.h"
#include "concur/v1/cell.pb-c.h"
#include "concur/v1/condition.pb-c.h"
#include "concur/v1/dict.pb-c.h"
#include "concur/v1/event.pb-c.h"
#include "concur/v1/latch.pb-c.h"
#include "concur/v1/list.pb-c.h"
#include "concur/v1/lock.pb-c.h"
#include "concur/v1/object.pb-c.h"
#include "concur/v1/path.pb-c.h"
#include "concur/v1/pipe.pb-c.h"
#include "concur/v1/process.pb-c.h"
#include "concur/v1/queue.pb-c.h"
#include "concur/v1/rwlock.pb-c.h"
#include "concur/v1/semaphore.pb-c.h"
#include "concur/v1/session.pb-c.h"
#include "concur/v1/set.pb-c.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const ProtobufCServiceDescriptor *const services[] = {
	&concur__v1__session__descriptor,
	&concur__v1__manager__descriptor,
	&concur__v1__object__descriptor,
	&concur__v1__array__descriptor,
	&concur__v1__cell__descriptor,
	&concur__v1__condition__descriptor,
	&concur__v1__dict__descriptor,
	&concur__v1__event__descriptor,
	&concur__v1__list__descriptor,
	&concur__v1__lock__descriptor,
	&concur__v1__path__descriptor,
	&concur__v1__pipe__descriptor,
	&concur__v1__queue__descriptor,
	&concur__v1__rwlock__descriptor,
	&concur__v1__set__descriptor,
	&concur__v1__semaphore__descriptor,
	&concur__v1__barrier__descriptor,
	&concur__v1__latch__descriptor,
	&concur__v1__process__descriptor,
};

bool
methods_at(size_t index, struct method *ret)
{
	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		const ProtobufCServiceDescriptor *service = services[i];

		if (index < service->n_methods) {
			const ProtobufCMethodDescriptor *method = &service->methods[index];

			ret->input = method->input;
			ret->output = method->output;
			(void)snprintf(ret->name, sizeof ret->name, "/%s/%s", service->name, method->name);
			return true;
		}
		index -= service->n_methods;
	}
	return false;
}

static int
fold(char letter)
{
	return letter == '.' ? '/' : tolower((unsigned char)letter);
}

static bool
same_name(const char *a, const char *b)
{
	while (*a && fold(*a) == fold(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

bool
methods_find(const char *name, struct method *ret)
{
	for (size_t i = 0; methods_at(i, ret); i++) {
		/* Behind "/concur.v1." comes the part that tells methods apart. */
		const char *package_end = strrchr(ret->name, '.');

		if (same_name(name, ret->name) || same_name(name, ret->name + 1) ||
		    (package_end && same_name(name, package_end + 1)))
			return true;
	}
	return false;
}
