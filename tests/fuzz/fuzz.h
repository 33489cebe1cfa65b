/* A fuzz target: one function that takes any bytes and asserts what must hold, as libFuzzer calls it.
 *
 * The same function is linked with libFuzzer for `make fuzz`, and with replay.c for `make check`, which feeds it what
 * lies in its corpus. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0; what does not hold aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
