// The symbol table that the linker leaves in the image for backtraces.
//
// xld writes it into the section .xrt_symbols and calls it __xrt_symbols; another linker does not, and then there are
// only addresses. All numbers are little endian and 4-aligned:
//
//     u32 magic                 "XSYM"
//     u32 count
//     u64 base                  the virtual address that offsets count from
//     u32 start[count]          ascending, no two alike: each function's first byte, from base
//     u32 name[count]           each function's name: an offset into the strings
//     char strings[]            the names as in the symbol table, each with a zero byte after it
//
// Functions are what is live and of type STT_FUNC, local ones included, and labels without a type in code.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

struct FoundSymbol {
  const char* name;  // null if no function starts at or before the address
  uint64_t offset;   // of the address from the function's first byte
};
FoundSymbol find_symbol(uint64_t address);

}  // namespace xrt XRT_HIDDEN
