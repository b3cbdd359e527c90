// The registry of CPUs: where a Cpu becomes its table.
#include "arch/arch.h"

#include "arch/arm64.h"
#include "arch/x86.h"

namespace xld {

const Arch& arch_for(Cpu cpu) {
  switch (cpu) {
    case Cpu::I386:
      return x86::kArchI386;
    case Cpu::Arm64:
      return arm64::kArchArm64;
    default:
      return x86::kArchX86_64;
  }
}

}  // namespace xld
