/* The services. A new kind adds its line, and its handlers in svc_KIND.c. */
#include "daemon/rpc/services.h"

#include <stddef.h>

const ProtobufCService *const services[] = {
	&svc_array.base,
	&svc_barrier.base,
	&svc_cell.base,
	&svc_condition.base,
	&svc_dict.base,
	&svc_event.base,
	&svc_latch.base,
	&svc_list.base,
	&svc_lock.base,
	&svc_manager.base,
	&svc_object.base,
	&svc_path.base,
	&svc_pipe.base,
	&svc_process.base,
	&svc_queue.base,
	&svc_rwlock.base,
	&svc_semaphore.base,
	&svc_session.base,
	&svc_set.base,
	NULL,
};
