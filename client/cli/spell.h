/* Spelling: how values are written in JSON, on the command line and in what the command prints.
 *
 *   null, true, 42, 2.5, "text"      themselves; a number with a point or an exponent is a float
 *   [1, 2]                           a list
 *   {"a": 1}                         a map whose keys are all text
 *   {"$int": "123..."}               an integer of any size
 *   {"$float": "nan"}                nan, inf or -inf
 *   {"$bytes": "base64"}             bytes
 *   {"$tuple": [1, 2]}               a tuple
 *   {"$map": [[key, value], ...]}    a map with any keys
 *   {"$array": ["i", [1, 2]]}        a typed array: the letter, the items
 *   {"$object": [id, "dict"]}        a reference to a shared object
 *   {"$opaque": ["codec", "base64", [id, ...]]}   bytes of another codec, and the objects that they refer to
 *
 * An object of JSON with one key that begins with "$" is always one of these; a map that looks so is written as "$map".
 * Every value has exactly one spelling on the way out, and what comes out can go in again. */
#ifndef CLI_SPELL_H
#define CLI_SPELL_H

#include "buffer.h"
#include "fault.h"

#include <jansson.h>

/* Appends the encoded Value. After true, to->failed still tells whether there was memory. */
bool spell_encode(json_t *json, struct buffer *to, struct fault *fault);

/* A new reference; NULL if the bytes are no value (fault says so) or there is no memory. Checks what it reads. */
json_t *spell_decode(const uint8_t *bytes, size_t size, struct fault *fault);

/* What a word of the command line means, as a new reference: JSON, or text if it is none (always text with `raw`). NULL
 * with a fault for what is meant as JSON and can not be taken: doubled keys, numbers too large, text that is not
 * UTF-8. */
json_t *spell_word(const char *word, bool raw, struct fault *fault);

/* The payload of a typed array <-> its items. */
bool spell_array_encode(json_t *pair, struct buffer *to, struct fault *fault);
json_t *spell_array_decode(uint32_t typecode, const uint8_t *items, size_t size);

/* A double that JSON may not have: {"$float": ...} where needed. A new reference. */
json_t *spell_double(double number);

/* Reads any number, however it is spelled; false if it is none. */
bool spell_read_double(const json_t *json, double *ret);

/* The text of {"$int": "..."} or NULL. Borrowed. */
const char *spell_int_text(const json_t *json);

/* 64-bit ids and counts: an integer, or {"$int"} above what JSON's integers hold here. */
json_t *spell_u64(uint64_t number);
bool spell_read_u64(const json_t *json, uint64_t *ret);

#endif
