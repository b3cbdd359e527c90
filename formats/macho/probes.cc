// See probes.h. The instructions are those of ld64.
#include "formats/macho/probes.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "formats/macho/decode.h"
#include "formats/macho/relocs.h"

namespace xld::macho {

namespace {

constexpr std::string_view kProbe = "___dtrace_probe$", kIsEnabled = "___dtrace_isenabled$";

std::string_view name_of(const Link& link, const InputFile& file, const RawReloc& raw) {
  return link.symbols.name(file.globals[raw.number - file.first_global]);
}

// Of a call or jmp with a distance of 32 bits: nop; nopl, or xorl %eax, %eax; ret. A jump with a condition has another
// byte in front.
bool replace_x86(MutableBytes instruction, bool answers) {
  constexpr uint8_t kCall = 0xe8, kJump = 0xe9, kReturn = 0xc3;
  const bool is_last = instruction[0] == kJump;
  if (!is_last && instruction[0] != kCall) return false;
  constexpr std::array<uint8_t, 5> kNothing = {0x90, 0x0f, 0x1f, 0x40, 0x00}, kNo = {0x33, 0xc0, 0x90, 0x90, 0x90};
  std::ranges::copy(answers ? kNo : kNothing, instruction.begin());
  if (is_last) instruction[answers ? 2 : 0] = kReturn;
  return true;
}

// bl: nop, or mov x0, #0. b: ret; there is no room for an answer.
bool replace_arm64(MutableBytes instruction, bool answers) {
  constexpr uint32_t kNothing = 0xd503201f, kNo = 0xd2800000, kReturn = 0xd65f03c0, kLinks = 1u << 31;
  const bool is_last = (load<uint32_t>(instruction.data()) & kLinks) == 0;
  if (is_last && answers) return false;
  store<uint32_t>(instruction.data(), answers ? kNo : is_last ? kReturn : kNothing);
  return true;
}

}  // namespace

bool is_probe_name(std::string_view name) {
  return name.starts_with(kProbe) || name.starts_with(kIsEnabled);
}

bool is_probe_call(const Link& link, const InputFile& file, const RawReloc& raw) {
  if (!raw.is_extern || !raw.is_pc_relative || raw.number < file.first_global || !link.applies_relocs()) return false;
  if (raw.number - file.first_global >= file.globals.size() || !is_probe_name(name_of(link, file, raw))) return false;
  return link.symbols.claim(file.globals[raw.number - file.first_global]) == Claim();
}

void replace_probe_calls(const Link& link, const InputFile& file, const Atom& atom, MutableBytes out) {
  const MachoObject& object = object_of(file);
  if (!object.has_probes || !atom.has(atom_flag::kExecutable)) return;
  const Subsection& piece = object.subsections[atom.raw];
  const bool is_arm64 = link.target().cpu == Cpu::Arm64;
  for (uint32_t i = 0; i < piece.reloc_count; i++) {
    const RawReloc raw = piece_reloc(link.target().cpu, object, piece, i);
    if (!is_probe_call(link, file, raw)) continue;
    const bool answers = name_of(link, file, raw).starts_with(kIsEnabled);
    const uint64_t place = object.sections[piece.section].address + raw.address - piece.address;
    const uint64_t begin = is_arm64 ? place : place - 1;
    const uint64_t size = is_arm64 ? 4 : 5;
    if (place > atom.size || begin > place || !contains(out, begin, size)) {
      report_raw_reloc(link, file, piece, raw.address, "the call of a probe is cut off");
      continue;
    }
    const MutableBytes instruction = out.subspan(begin, size);
    if (!is_arm64 && !replace_x86(instruction, answers)) {
      report_raw_reloc(link, file, piece, raw.address,
                       "an instruction that is neither call nor jmp refers to a probe; it has to be a call");
    } else if (is_arm64 && !replace_arm64(instruction, answers)) {
      report_raw_reloc(link, file, piece, raw.address,
                       "a branch to ___dtrace_isenabled$ has no room for an answer; it has to be a call");
    }
  }
}

}  // namespace xld::macho
