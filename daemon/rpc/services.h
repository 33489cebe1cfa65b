/* The handlers of each service, as vtables that protobuf-c's generated types check: a handler that is missing or of the
 * wrong type does not build. */
#ifndef RPC_SERVICES_H
#define RPC_SERVICES_H

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
#include "daemon/rpc/call.h"
#include "daemon/rpc/method.h"

extern const Concur__V1__Array_Service svc_array;
extern const Concur__V1__Barrier_Service svc_barrier;
extern const Concur__V1__Cell_Service svc_cell;
extern const Concur__V1__Condition_Service svc_condition;
extern const Concur__V1__Dict_Service svc_dict;
extern const Concur__V1__Event_Service svc_event;
extern const Concur__V1__Latch_Service svc_latch;
extern const Concur__V1__List_Service svc_list;
extern const Concur__V1__Lock_Service svc_lock;
extern const Concur__V1__Manager_Service svc_manager;
extern const Concur__V1__Object_Service svc_object;
extern const Concur__V1__Path_Service svc_path;
extern const Concur__V1__Pipe_Service svc_pipe;
extern const Concur__V1__Process_Service svc_process;
extern const Concur__V1__Queue_Service svc_queue;
extern const Concur__V1__RWLock_Service svc_rwlock;
extern const Concur__V1__Semaphore_Service svc_semaphore;
extern const Concur__V1__Session_Service svc_session;
extern const Concur__V1__Set_Service svc_set;

/* Answers an acquire, of whatever kind, with a LockReply. */
void svc_lock_answer(const struct reply_to *to, const struct result *result);

/* The head of a handler: svc_SERVICE_METHOD(call, request, reply). `reply` is the generated typed closure, for replies
 * that are plain messages: reply(&message, call). What stands in the vtable only gives `call` its type. */
#define SVC_HANDLER(name, Service, Request, Reply)                                                                \
	static void name##_typed(struct call *call, const Concur__V1__##Request *request,                         \
	    Concur__V1__##Reply##_Closure reply);                                                                 \
	static void name(Concur__V1__##Service##_Service *service, const Concur__V1__##Request *request,          \
	    Concur__V1__##Reply##_Closure reply, void *call)                                                      \
	{                                                                                                         \
		(void)service;                                                                                    \
		name##_typed(call, request, reply);                                                               \
	}                                                                                                         \
	static void name##_typed(struct call *call, __attribute__((unused)) const Concur__V1__##Request *request, \
	    __attribute__((unused)) Concur__V1__##Reply##_Closure reply)

#endif
