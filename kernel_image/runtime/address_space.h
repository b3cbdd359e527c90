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
  uint64_t crossing_page;
};
extern BootFacts boot_facts;

// Unmaps what only the change of tables needed.
void forget_crossing_page();

// Takes away the right to write from data that is constant once the image is in memory (PT_GNU_RELRO).
void seal_read_only_data();

}  // namespace xrt XRT_HIDDEN
