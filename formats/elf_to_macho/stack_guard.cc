// The stack protector of ELF code. See translator.h.
//
// Compilers for x86 systems with ELF keep the guard in a word beside the thread pointer (%fs:0x28, %gs:0x14), unless
// they are told to use a variable; Darwin has a variable, ___stack_chk_guard, as code of arm64 does everywhere. Each
// access to the word becomes one to the variable (tlsrewrite/offset_detour.h). Nothing in an object says where they
// are: the code is decoded, if it has a protector, which means that it calls __stack_chk_fail.
#include <algorithm>
#include <fmt/core.h>

#include "formats/elf/elf.h"
#include "formats/elf_to_macho/translator.h"
#include "tlsrewrite/offset_detour.h"

namespace xld::elf_to_macho {

using namespace elf;

namespace {

constexpr std::string_view kGuard = "__stack_chk_guard";
constexpr std::string_view kFailures[] = {"__stack_chk_fail", "__stack_chk_fail_local"};

}  // namespace

bool Translator::has_guards_beside_thread_pointer() const {
  if (cpu_ == Cpu::Arm64) return false;
  const auto has_name = [&](std::string_view name) {
    return std::ranges::any_of(elf_.symbols, [&](const ElfSymbol& symbol) { return symbol.name == name; });
  };
  return std::ranges::any_of(kFailures, has_name) && !has_name(kGuard);
}

void Translator::translate_stack_guards() {
  if (!has_guards_beside_thread_pointer()) return;
  for (uint32_t i = 0; i < elf_.sections.size(); i++) {
    const ElfSection& section = elf_.sections[i];
    if ((section.flags & SHF_EXECINSTR) && pieces_[i].place.is_valid() && !section.bytes.empty())
      translate_guards_of(i);
  }
}

void Translator::translate_guards_of(uint32_t index) {
  const ElfSection& section = elf_.sections[index];
  const GuardAccesses accesses = find_guard_accesses(section.bytes, mode(), starts_of(index));
  const auto report = [&](uint64_t offset, std::string_view what) {
    note(
        fmt::format("section {}: offset {:#x}: {}; compile with -fno-stack-protector, or with "
                    "-mstack-protector-guard=global",
                    section.name, offset, what));
  };
  for (const uint64_t start : accesses.unclear)
    report(start, "what stands here cannot be decoded, and may be an access to the stack protector's guard");
  for (const uint32_t field : accesses.fields) {
    const auto detour = make_offset_detour(finder_for(index), {.offset = field, .use = OffsetUse::Guard});
    if (!detour) {
      report(field, "this access to the stack protector's guard cannot be translated");
      continue;
    }
    add_detour(index, field, *detour, make_undefined(prefix() + std::string(kGuard), false), OffsetUse::Guard);
  }
}

}  // namespace xld::elf_to_macho
