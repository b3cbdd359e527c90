// Android's packed form of dynamic relocations ("APS2"), as its loader reads it since Android 6: deltas as SLEB128, in
// groups that say once what all their members share. Described in bionic's linker_reloc_iterators.h and in LLVM's
// "Extensions" page under SHT_ANDROID_REL(A).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace xld::elf {

struct AndroidReloc {
  uint64_t offset = 0;
  uint64_t info = 0;   // as in r_info
  int64_t addend = 0;  // 0 where addends stand in the words
};

// In the order given; neighbours should be alike, and their offsets should rise.
std::vector<uint8_t> pack_android_relocs(std::span<const AndroidReloc> relocs);

}  // namespace xld::elf
