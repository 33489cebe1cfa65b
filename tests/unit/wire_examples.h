/* The examples of proto/WIRE.md, as frames and values are built here. */
#ifndef TESTS_UNIT_WIRE_EXAMPLES_H
#define TESTS_UNIT_WIRE_EXAMPLES_H

#include "concur/v1/value.pb-c.h"

#include <stddef.h>
#include <stdint.h>

enum { EXAMPLE_MAX = 512 };

struct example {
	const char *name;
	size_t (*build)(uint8_t *to);
};

/* Each ends with a name of NULL. */
extern const struct example wire_frames[];
extern const struct example wire_values[];

#define TEXT(literal)                                                \
	(ProtobufCBinaryData)                                        \
	{                                                            \
		sizeof(literal) - 1, (uint8_t *)(uintptr_t)(literal) \
	}

/* Values to build with. as_bytes encodes one into `room`, which the bytes then borrow. */
ProtobufCBinaryData as_bytes(const Concur__V1__Value *value, uint8_t *room);
Concur__V1__Value of_integer(int64_t integer);
Concur__V1__Value of_text(const char *text);
Concur__V1__Value of_number(double number);

#endif
