// What the first steps leave behind for the rest of the runtime.
#pragma once

#include "kernel_image/runtime/cpu.h"

extern "C" XRT_HIDDEN const char xrt_change_tables;  // start.S

namespace xrt XRT_HIDDEN {

// Facts from the loader, copied while its memory was at hand. Addresses are physical.
struct BootFacts {
  static constexpr unsigned kMaxModules = 8;

  char command_line[1024];
  uint64_t acpi_root;  // the RSDP, or 0
  struct {
    uint64_t address, size;
  } modules[kMaxModules];
  unsigned module_count;

  // What is mapped where the tables were changed, see undo_crossing().
  static constexpr unsigned kCrossingPages = 2;
  uint64_t crossing;  // the first of the pages, or 0
  uint64_t crossed[kCrossingPages];
};
extern BootFacts boot_facts;

// Takes back what only the change of tables needed.
void undo_crossing();

// Takes away the right to write from data that is constant once the image is in memory (PT_GNU_RELRO).
void seal_read_only_data();

}  // namespace xrt XRT_HIDDEN
