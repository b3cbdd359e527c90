// The console: characters to the first serial port, and to the text screen if the program uses one.
//
// Lines end with "\r\n" on the wire, as terminals want. The functions below work from the first instruction on, in
// every context: they poll, allocate nothing and take no lock.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

void start_console();
void print_character(char character);
void print(const char* text);
void print_hex(uint64_t value, unsigned digits);
void print_decimal(uint64_t value);

}  // namespace xrt XRT_HIDDEN
