/* Values as plain rows of numbers, so that what a reply holds can be compared with what a model says: an integer is
 * itself, a text the number that follows its first letter, a reference the object's id, an array its items; a list and
 * a map are how many values stand at their top, a map's keys among them, and then all of these. */
#ifndef TESTS_SIM_NUMBERS_H
#define TESTS_SIM_NUMBERS_H

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

/* Appends the value's numbers to `ret`, of which `count` are there already; how many there are then, at most `room`. */
size_t numbers_append(const ProtobufCBinaryData *encoded, int64_t *ret, size_t count, size_t room);

#endif
