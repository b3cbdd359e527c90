// Thread-local variables by their offset from the thread pointer: initial-exec, local-exec, and the TLS descriptors of
// x86-64. See translator.h, tlsrewrite/offset_detour.h.
//
// A Mach-O thread has no such offsets. The thread pointer is taken for 0 and the offset for the variable's address: the
// instruction that holds or loads the offset becomes a branch to code of ours, which asks the variable's descriptor and
// comes back; instructions that read the thread pointer get 0. System V psABI of AMD64 §B; ELF for the Arm 64-bit
// Architecture §5.7.11.
#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "arch/x86.h"
#include "formats/elf/elf.h"
#include "formats/elf_to_macho/translator.h"
#include "formats/macho/macho.h"
#include "tlsrewrite/offset_detour.h"

namespace xld::elf_to_macho {

using namespace elf;
using namespace macho;

namespace {

constexpr uint8_t kBranchRecord = 2;     // of CPUs of 64 bits
constexpr uint8_t kPlainRecordI386 = 0;  // a branch is an ordinary distance
constexpr uint64_t kCodeAlignment = 4;
constexpr uint32_t kNop = 0xd503201f, kBranch = 0x14000000;
constexpr std::string_view kModuleBase = "_TLS_MODULE_BASE_";

}  // namespace

bool Translator::is_module_base(const Site& site) const {
  return symbol_at(site).name == kModuleBase;
}

// What the linker has to be asked for: the variable, or the start of the object's own.
SymbolRef Translator::descriptor_at(const Site& site) {
  return is_module_base(site) ? block_descriptor() : descriptor_of(site.reloc->symbol, site);
}

SymbolRef Translator::add_own_code(Bytes code, std::string_view name) {
  const uint32_t section =
      assembler_.section("__TEXT", "__text", S_REGULAR | S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS);
  BuiltSymbol built;
  built.name = name;
  built.place = assembler_.append(section, code, code.size(), kCodeAlignment);
  return assembler_.add_symbol(std::move(built));
}

// The field of a call or jump to a symbol, or to `offset` bytes behind it. Branches back go to a label at the
// instruction, and over it: what is behind may be another piece.
void Translator::add_branch(ObjectPlace field, SymbolRef target, uint64_t offset) {
  if (cpu_ == Cpu::I386) {
    constexpr int64_t kToEnd = 4;
    assembler_.add_distance(field, 4, {}, static_cast<int64_t>(offset) - kToEnd);
    return assembler_.add_reloc(field.section, record_at(field.offset, target, kPlainRecordI386));
  }
  if (cpu_ == Cpu::Arm64 && offset != 0) {
    BuiltReloc addend = record_at(field.offset, {}, kAddendRecordArm64, false);
    addend.number = static_cast<uint32_t>(offset);
    assembler_.add_reloc(field.section, addend);
  } else if (cpu_ == Cpu::X86_64) {
    store(assembler_.bytes_at(field), static_cast<uint32_t>(offset));
  }
  assembler_.add_reloc(field.section, record_at(field.offset, target, kBranchRecord));
}

// ---- x86

// The field of "mov WORD, %reg", where WORD holds the address of a variable's descriptor, or of something ordinary.
void Translator::add_load_of_word(ObjectPlace field, SymbolRef symbol, bool is_variable) {
  const bool is_wide = cpu_ == Cpu::X86_64;
  uint8_t type = is_wide ? kSlotLoadRecordX86_64 : kUnsignedRecord;
  if (is_variable) type = is_wide ? kTlvRecordX86_64 : kTlvRecordI386;
  if (!is_wide && !is_variable) return add_address_of(field, word_of(symbol));
  assembler_.add_reloc(field.section, record_at(field.offset, symbol, type, is_wide));
}

void Translator::translate_thread_offset(const Site& site) {
  const ElfSection& section = elf_.sections[site.section];
  if (!(section.flags & SHF_EXECINSTR))
    return refuse(site,
                  "a table of offsets from the thread pointer cannot be translated; compile with -fPIC "
                  "-ftls-model=global-dynamic");
  OffsetField field;
  field.offset = static_cast<uint32_t>(site.reloc->offset);
  field.size = static_cast<uint8_t>(1 << site.row->length);
  field.addend = site.reloc->addend;
  if (site.row->form == Form::TlsDescriptor && is_module_base(site) && is_block_at_zero()) return put_zero(site);
  if (site.row->form == Form::TlsOffsetSlot || site.row->form == Form::TlsDescriptor) {
    constexpr int64_t kToEnd = 4;
    field.use = site.row->form == Form::TlsOffsetSlot ? OffsetUse::Slot : OffsetUse::Descriptor;
    if (site.row->is_relative) field.addend += kToEnd;
  }
  auto detour = make_offset_detour(finder_for(site.section), field);
  if (!detour) return refuse(site, detour.error().message + "; compile with -fPIC -ftls-model=global-dynamic");
  if (has_other_record(site, *detour)) return refuse(site, kUnknownSequence);
  const SymbolRef descriptor = descriptor_at(site);
  if (!descriptor.is_valid()) return;
  uses_thread_pointer_ = true;
  const ObjectPlace code = add_detour(site.section, field.offset, *detour, descriptor, field.use);
  if (has_record_of_immediate(site, *detour))
    moved_[{site.section, site.index + 1}] = {code.section, code.offset + detour->immediate_field};
}

// lea x@tlsdesc(%rip), %rax: mov $0, %rax.
void Translator::put_zero(const Site& site) {
  constexpr uint8_t kLead = 3;
  const bool is_known = has_room(site, kLead, 4) && x86::has_wide_prefix(field(site), kLead) &&
                        field(site)[-2] == x86::kLoadAddress && x86::is_displacement_only(field(site)[-1]);
  if (!is_known) return refuse(site, kUnknownSequence);
  x86::use_immediate(field(site), kLead, x86::kMoveImmediate, 0);
}

// Of one instruction only one field can be replaced; the immediate behind it moves with the instruction.
bool Translator::has_other_record(const Site& site, const OffsetDetour& detour) const {
  const auto& relocs = elf_.sections[site.section].relocs;
  const auto is_inside = [&](size_t i) {
    return i < relocs.size() && relocs[i].offset >= detour.start && relocs[i].offset < detour.start + detour.size;
  };
  return is_inside(site.index - 1) || is_inside(site.index + (has_record_of_immediate(site, detour) ? 2 : 1));
}

bool Translator::has_record_of_immediate(const Site& site, const OffsetDetour& detour) const {
  const auto& relocs = elf_.sections[site.section].relocs;
  return detour.immediate_field != 0 && site.index + 1 < relocs.size() &&
         relocs[site.index + 1].offset == detour.start + detour.immediate;
}

ObjectPlace Translator::add_detour(uint32_t section, uint32_t field, const OffsetDetour& detour, SymbolRef target,
                                   OffsetUse use) {
  detoured_[section].push_back(field);
  SymbolRef helper;
  if (detour.helper_field != 0) helper = descriptor_helper();
  const SymbolRef code = add_own_code(detour.code, use == OffsetUse::Guard ? "L_stack_guard" : "L_thread_access");
  const ObjectPlace place = assembler_.symbol(code).place;
  const auto in_code = [&](uint32_t offset) { return ObjectPlace{place.section, place.offset + offset}; };
  add_load_of_word(in_code(detour.descriptor_field), target, use != OffsetUse::Guard);
  if (helper.is_valid()) add_branch(in_code(detour.helper_field), helper);
  if (detour.end_field != 0) add_branch(in_code(detour.end_field), label_at(section, detour.start), detour.size);
  const ObjectPlace piece = pieces_[section].place;
  const ObjectPlace start{piece.section, piece.offset + detour.start};
  const uint32_t jump = write_detour_jump(detour, MutableBytes(assembler_.bytes_at(start), detour.size));
  add_branch({start.section, start.offset + jump}, code);
  return place;
}

// call *x@tlscall(%rax): what was asked for is there.
void Translator::translate_descriptor_call(const Site& site) {
  constexpr std::array<uint8_t, 2> kCall = {0xff, 0x10};
  uint8_t* code = field(site);
  if (!std::equal(kCall.begin(), kCall.end(), code)) return refuse(site, "is at no call of a TLS descriptor");
  x86::fill_with_nops(MutableBytes(code, kCall.size()));
}

// ---- arm64

namespace {

struct CodePattern {
  uint32_t mask, value;
  bool fits(const uint8_t* code) const { return (load<uint32_t>(code) & mask) == value; }
};
constexpr CodePattern kPage{0x9f000000, 0x90000000}, kLoadSlot{0xffc00000, 0xf9400000},
    kLoadNearSlot{0xff000000, 0x58000000}, kAddHigh{0xffc00000, 0x91400000}, kAddLow{0xffc00000, 0x91000000},
    kReadThreadPointer{0xffffffe0, 0xd53bd040};
constexpr uint32_t kMoveZero = 0xaa1f03e0;  // mov x0, xzr
constexpr uint32_t kStackPointer = 31, kZero = 31;

constexpr uint32_t first_register(uint32_t instruction) {
  return instruction & 31;
}
constexpr uint32_t second_register(uint32_t instruction) {
  return instruction >> 5 & 31;
}

// RESULT = SUMMAND + the variable's address. All other registers and the flags are kept, but for those of vectors,
// which the descriptor's function keeps.
constexpr size_t kPageWord = 7, kLoadWord = 8, kEndWord = 21;
std::array<uint32_t, 22> offset_code(uint32_t result, uint32_t summand) {
  return {
      0xd10103ff,            // sub sp, sp, #64
      0xf90017e0 | summand,  // str SUMMAND, [sp, #40]
      0xa90047f0,            // stp x16, x17, [sp]
      0xa9017be0,            // stp x0, x30, [sp, #16]
      0xa9033fe9,            // stp x9, x15, [sp, #48]
      0xd53b4210,            // mrs x16, nzcv
      0xf90013f0,            // str x16, [sp, #32]
      0x90000000,            // adrp x0, DESCRIPTOR@TLVPPAGE
      0xf9400000,            // ldr x0, [x0, DESCRIPTOR@TLVPPAGEOFF]
      0xf9400010,            // ldr x16, [x0]
      0xd63f0200,            // blr x16
      0xf94017f0,            // ldr x16, [sp, #40]
      0x8b000210,            // add x16, x16, x0
      0xf90017f0,            // str x16, [sp, #40]
      0xf94013f0,            // ldr x16, [sp, #32]
      0xd51b4210,            // msr nzcv, x16
      0xa9433fe9,            // ldp x9, x15, [sp, #48]
      0xa9417be0,            // ldp x0, x30, [sp, #16]
      0xa94047f0,            // ldp x16, x17, [sp]
      0xf94017e0 | result,   // ldr RESULT, [sp, #40]
      0x910103ff,            // add sp, sp, #64
      kBranch,               // b BEHIND
  };
}

}  // namespace

// adrp of a slot, ldr from it; add of the upper half, which here is the whole.
void Translator::translate_arm64_offset(const Site& site) {
  uint8_t* code = field(site);
  const auto instruction = load<uint32_t>(code);
  const uint32_t result = first_register(instruction);
  const bool is_load = site.row->form == Form::TlsSlotLoad;
  const bool is_known =
      is_load ? kLoadSlot.fits(code) || kLoadNearSlot.fits(code) : kAddHigh.fits(code) || kAddLow.fits(code);
  const uint32_t summand = is_load ? kZero : second_register(instruction);
  if (!is_known || result == kStackPointer || (!is_load && summand == kStackPointer))
    return refuse(site, kUnknownSequence);
  if (is_load && site.reloc->addend != 0) return refuse(site, "has an addend, for which there is no room");
  const SymbolRef descriptor = descriptor_of(site.reloc->symbol, site);
  if (!descriptor.is_valid()) return;
  uses_thread_pointer_ = true;
  const auto words = offset_code(result, summand);
  const SymbolRef label =
      add_own_code({reinterpret_cast<const uint8_t*>(words.data()), sizeof(words)}, "L_thread_access");
  const ObjectPlace place = assembler_.symbol(label).place;
  constexpr uint64_t kWord = 4;
  assembler_.add_reloc(place.section, record_at(place.offset + kPageWord * kWord, descriptor, kTlvPageRecordArm64));
  assembler_.add_reloc(place.section,
                       record_at(place.offset + kLoadWord * kWord, descriptor, kTlvPageOffsetRecordArm64, false));
  add_branch({place.section, place.offset + kEndWord * kWord}, label_at(site.section, site.reloc->offset), kWord);
  store(field(site), kBranch);  // it may have moved
  add_branch(place_of(site), label);
}

void Translator::translate_slot_page(const Site& site) {
  if (!kPage.fits(field(site))) return refuse(site, kUnknownSequence);
  store(field(site), kNop);  // what loads from there asks the descriptor
}

// The lower half, in an instruction behind that of the upper: only what the address of the variable lacks.
void Translator::translate_low_offset(const Site& site) {
  constexpr uint32_t kAtMost = 0xfff, kPlace = 10;
  const auto instruction = load<uint32_t>(field(site));
  const int64_t value = site.reloc->addend >> site.row->low_scale;
  const bool is_whole = value << site.row->low_scale == site.reloc->addend;
  if (value < 0 || value > kAtMost || !is_whole || (instruction & kAtMost << kPlace) != 0)
    return refuse(site, "has an addend, for which there is no room; compile with -ftls-model=global-dynamic");
  uses_thread_pointer_ = true;
  store(field(site), instruction | static_cast<uint32_t>(value) << kPlace);
}

// ---- the thread pointer

// What code finds beside the thread pointer without asking for it by name is not there.
void Translator::check_thread_words() {
  if (cpu_ == Cpu::Arm64 || !settings_.has_system_threads) return;
  for (uint32_t i = 0; i < elf_.sections.size(); i++) {
    const ElfSection& section = elf_.sections[i];
    if (!(section.flags & SHF_EXECINSTR) || !pieces_[i].place.is_valid() || section.bytes.empty()) continue;
    const auto words = find_thread_words(section.bytes, mode(), starts_of(i));
    if (!words.empty()) report_thread_words(i, words);
  }
}

void Translator::report_thread_words(uint32_t index, std::span<const ThreadWord> words) {
  const ElfSection& section = elf_.sections[index];
  std::vector<uint64_t> named(detoured_[index].begin(), detoured_[index].end());  // by records, or translated
  for (const ElfReloc& reloc : section.relocs) named.push_back(reloc.offset);
  std::ranges::sort(named);
  const auto is_raw_slot = [&](int64_t number) {
    return settings_.has_raw_slots && number >= 0 && number < static_cast<int64_t>(2 * word_size());
  };
  for (const ThreadWord& word : words)
    if (!std::ranges::binary_search(named, word.field) && !is_raw_slot(word.number))
      note(fmt::format(
          "section {}: offset {:#x}: the code uses %{}:{:#x}, a word beside the thread pointer that Mach-O "
          "threads do not have; use a thread-local variable, or name a runtime slot (--tls-slot, --tls-raw)",
          section.name, word.field, cpu_ == Cpu::I386 ? "gs" : "fs", word.number));
}

void Translator::clear_thread_pointers() {
  if (!uses_thread_pointer_) return check_thread_words();
  for (uint32_t i = 0; i < elf_.sections.size(); i++) {
    const ElfSection& section = elf_.sections[i];
    if (!(section.flags & SHF_EXECINSTR) || !pieces_[i].place.is_valid() || section.bytes.empty()) continue;
    cpu_ == Cpu::Arm64 ? clear_arm64_thread_pointer(i) : clear_x86_thread_pointer(i);
  }
}

void Translator::clear_x86_thread_pointer(uint32_t index) {
  std::vector<uint32_t>& fields = detoured_[index];
  std::ranges::sort(fields);
  const ElfSection& section = elf_.sections[index];
  const MutableBytes code(assembler_.bytes_at(pieces_[index].place), section.bytes.size());
  for (const ThreadPointerProblem& problem : clear_thread_pointer(code, mode(), starts_of(index), fields))
    note(fmt::format("section {}: offset {:#x}: the code {}", section.name, problem.offset, problem.what));
}

void Translator::clear_arm64_thread_pointer(uint32_t index) {
  // $x: instructions from here on; $d: data.
  std::map<uint64_t, bool> is_code_from;
  for (const ElfSymbol& symbol : elf_.symbols)
    if (symbol.place == SymbolPlace::Section && symbol.section == index && !symbol.is_global() &&
        (symbol.name.starts_with("$x") || symbol.name.starts_with("$d")))
      is_code_from[symbol.value] = symbol.name[1] == 'x';
  const uint64_t size = elf_.sections[index].bytes.size();
  uint8_t* code = assembler_.bytes_at(pieces_[index].place);
  for (auto mark = is_code_from.begin(); mark != is_code_from.end(); ++mark) {
    const auto next = std::next(mark);
    const uint64_t end = next == is_code_from.end() ? size : std::min(next->first, size);
    for (uint64_t at = align_up(mark->first, 4); mark->second && at + 4 <= end; at += 4)
      if (kReadThreadPointer.fits(code + at))
        store<uint32_t>(code + at, kMoveZero | first_register(load<uint32_t>(code + at)));
  }
}

}  // namespace xld::elf_to_macho
