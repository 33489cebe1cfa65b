/* Telling what a run measured, for people or as one line of JSON. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "tests/bench/drive.h"
#include "tests/bench/options.h"

#include <stdio.h>

void report_text(const struct options *options, const struct drive_result *result, FILE *to);
void report_json(const struct options *options, const struct drive_result *result, FILE *to);

#endif
