// A program file as a kernel sees it before it starts it: which system it says it is for, and whether that system's
// kernel would take it. Facts: FreeBSD and DragonFly imgact_elf.c, NetBSD exec_elf.c, OpenBSD exec_elf.c.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/osrun/system.h"

namespace osrun {

// A range of the program's memory, relative to where the file is mapped if it is position independent.
struct Range {
  uint64_t address = 0, size = 0;
};

struct Image {
  std::string path;
  const System* system = nullptr;
  uint8_t word_size = 8;        // 4: a program for the 386
  bool is_relocatable = false;  // ET_DYN: a static PIE
  uint64_t entry = 0;
  bool may_write_and_execute = false;
  std::vector<Range> random;  // PT_OPENBSD_RANDOMIZE: filled with random bytes by the kernel
};

// Stops with kRefusedStatus if no kernel, or not that of `wanted`, would start the file.
Image read_image(const std::string& path, const System* wanted);

}  // namespace osrun
