// Sequences of AArch64 instructions that put an address together, made shorter when the address turns out to be near.
//
// Which instructions belong together is for compilers to say (linker optimisation hints); that nothing else uses the
// registers between them is their promise. What the instructions are is checked here. Arm ARM, C6.2.
#pragma once

#include <cstdint>
#include <span>

namespace xld::arm64 {

// The numbers are those of the hints.
enum class Sequence : uint8_t {
  PageTwice = 1,      // adrp xa, page; ...; adrp xa, the same page
  PageLoad = 2,       // adrp xa; ldr xb, [xa, #offset]
  PageAddLoad = 3,    // adrp xa; add xb, xa, #offset; ldr xc, [xb, #more]
  PageSlotLoad = 4,   // adrp xa; ldr xb, [xa, #slot]; ldr xc, [xb, #more]
  PageAddStore = 5,   // as 3, str
  PageSlotStore = 6,  // as 4, str
  PageAdd = 7,        // adrp xa; add xb, xa, #offset
  PageSlot = 8,       // adrp xa; ldr xb, [xa, #slot]
};

struct CodePlace {
  uint64_t address = 0;      // where it runs
  uint8_t* bytes = nullptr;  // 4 of them
};

// Loads of slots that are direct additions by now are taken as such. PageTwice has to be asked for after all others,
// because it counts on its first instruction.
void shorten_sequence(Sequence kind, std::span<const CodePlace> places);

}  // namespace xld::arm64
