/* CRC-32 (IEEE 802.3, as zlib's): the id of a method is the CRC-32 of its full name. */
#ifndef LIB_CRC32_H
#define LIB_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32_of(const void *bytes, size_t size);

#endif
