// The registry of CPUs: where a Cpu becomes its table.
#include "arch/arch.h"

#include "arch/x86.h"

namespace xld {

const Arch& arch_for(Cpu cpu) {
  return cpu == Cpu::I386 ? x86::kArchI386 : x86::kArchX86_64;
}

}  // namespace xld
