// For which system the output is, and what follows from that. Packed versions: xxxx.yy.zz.
//
// Sources: ld64's and dyld's sources for which system understands what; see docs/decisions.
#pragma once

#include <cstdint>

#include "formats/macho/platforms.h"
#include "formats/macho/state.h"

namespace xld::macho {

constexpr uint32_t version(uint32_t major, uint32_t minor) {
  return major << 16 | minor << 8;
}

struct Versions {
  uint32_t platform = 0, minimum_os = 0, sdk = 0;
};

// True if the output is for systems before 10.6, which know neither LC_DYLD_INFO nor programs that move.
bool is_classic(const Options& options);

// True if the kernel or dyld jumps to `start` of the C runtime, as before 10.8, instead of calling main.
bool starts_in_runtime(const Options& options);

// As the options say, else as the newest of the objects read so far does.
Versions wanted_versions(const Link& link);

// True if pointers that the loader completes form chains. Known when all objects are read.
bool wants_chained_fixups(const Link& link);

// Fills versions and features of the state; reports what does not go together.
void settle_versions(Link& link);

}  // namespace xld::macho
