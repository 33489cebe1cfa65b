/* Handles. All kinds are one struct; the public types only tell them apart. Thread-safety: any thread. */
#ifndef CLIENT_OBJECT_H
#define CLIENT_OBJECT_H

#include "concur.h"

struct concur_object {
	concur_session *session; /* a reference */
	uint64_t id;
	enum concur_kind kind;
	uint64_t version;      /* of a copy: what the original's was; 0 otherwise */
	_Atomic uint64_t word; /* the process whose session refers to the object by this handle; see fork.h */
};

/* Any kind's handle as what it is. */
#define HANDLE(handle) ((concur_object *)(void *)(handle))

/* A handle for an object that this process's session already refers to. NULL if there is no memory. */
concur_object *object_new(concur_session *session, uint64_t id, enum concur_kind kind);

/* Frees a handle whose reference is kept by somebody else. Takes NULL. */
void object_drop(concur_object *object);

/* Makes sure that this process's session refers to the object: after a fork the handle is opened again, by its id.
 * NOT_FOUND and what session_conn gives. */
enum concur_status object_adopt(concur_object *object);

#endif
