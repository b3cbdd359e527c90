// What the loader hands over: the structures of the PVH boot protocol.
//
// Every other way to boot fills these structures too, so the runtime knows one protocol. Specification:
// xen/include/public/arch-x86/hvm/start_info.h. All addresses are physical.
#pragma once

#include "kernel_image/runtime/cpu.h"

namespace xrt XRT_HIDDEN {

struct StartInfo {
  static constexpr uint32_t kMagic = 0x336ec578;

  uint32_t magic;
  uint32_t version;
  uint32_t flags;
  uint32_t module_count;
  uint64_t modules;
  uint64_t command_line;
  uint64_t acpi_root;  // the RSDP, or 0
  uint64_t memory_map;
  uint32_t memory_map_count;
  uint32_t reserved;
};
static_assert(sizeof(StartInfo) == 56);

struct MemoryMapEntry {
  static constexpr uint32_t kUsable = 1;  // the types are those of E820

  uint64_t address;
  uint64_t size;
  uint32_t type;
  uint32_t reserved;
};
static_assert(sizeof(MemoryMapEntry) == 24);

struct BootModule {
  uint64_t address;
  uint64_t size;
  uint64_t command_line;
  uint64_t reserved;
};
static_assert(sizeof(BootModule) == 32);

}  // namespace xrt XRT_HIDDEN
