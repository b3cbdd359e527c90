// Thread-local variables. See translator.h.
//
// Mach-O has one way to reach a variable: its descriptor's first word is a function that takes the descriptor and
// returns the address. What __tls_get_addr and the TLS descriptors of arm64 do can be put like that; the rest is in
// thread_offsets.cc. System V psABI of AMD64 and "ELF Handling For Thread-Local Storage" §4.3 have the sequences; ELF
// for the Arm 64-bit Architecture §5.7.11.
#include <algorithm>
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

constexpr std::string_view kTlsFunction = "__tls_get_addr", kTlsFunctionI386 = "___tls_get_addr";
constexpr uint64_t kDescriptorWords = 3;

bool starts_with(const uint8_t* bytes, std::initializer_list<uint8_t> expected) {
  return std::equal(expected.begin(), expected.end(), bytes);
}

void put(uint8_t* bytes, std::initializer_list<uint8_t> code) {
  std::copy(code.begin(), code.end(), bytes);
}

}  // namespace

// ---- descriptors

SymbolRef Translator::make_descriptor(const BuiltSymbol& symbol, SymbolRef initial) {
  const uint32_t section = assembler_.section("__DATA", "__thread_vars", S_THREAD_LOCAL_VARIABLES);
  const ObjectPlace place = assembler_.append(section, {}, kDescriptorWords * word_size(), word_size());
  const auto add_word = [&](uint64_t index, SymbolRef target) {
    const uint64_t offset = place.offset + index * word_size();
    assembler_.add_reloc(section, record_at(offset, target, kUnsignedRecord, false, word_length()));
  };
  add_word(0, make_undefined("__tlv_bootstrap", false));
  add_word(2, initial);
  BuiltSymbol built = symbol;
  built.place = place;
  return assembler_.add_symbol(std::move(built));
}

// The first value of a variable.
SymbolRef Translator::initial_of(uint32_t index) {
  SymbolRef& known = initials_[index];
  if (known.is_valid()) return known;
  const ElfSymbol& symbol = elf_.symbols[index];
  const Piece& piece = pieces_[symbol.section];
  BuiltSymbol built;
  built.name = name_of(symbol) + "$tlv$init";
  built.place = {piece.place.section, piece.place.offset + symbol.value};
  if (symbol.value != 0) built.desc = N_ALT_ENTRY;
  return known = assembler_.add_symbol(std::move(built));
}

SymbolRef Translator::descriptor_of(uint32_t index, const Site& site) {
  const auto known = descriptors_.find(index);
  if (known != descriptors_.end()) return known->second;
  const ElfSymbol& symbol = elf_.symbols[index];
  SymbolRef& descriptor = descriptors_[index];
  if (symbol.place == SymbolPlace::Undefined) {
    descriptor = make_undefined(name_of(symbol), symbol.binding == STB_WEAK);
  } else if (symbol.place != SymbolPlace::Section || symbol.type != STT_TLS ||
             !pieces_[symbol.section].place.is_valid()) {
    if (site.reloc) {
      refuse(site, "names no thread-local variable with a place of its own");
    } else {
      note(fmt::format("symbol {}: this kind of thread-local variable cannot be translated", symbol.name));
    }
  } else {
    BuiltSymbol built;
    built.name = name_of(symbol);
    set_binding(symbol, built);
    descriptor = make_descriptor(built, initial_of(index));
  }
  return descriptor;
}

// Local-dynamic code asks where a module's variables start and adds to that. Here they start at a variable of the
// object's own: distances between variables are the same in all threads. Where another file may have a variable, they
// start at 0, and distances are addresses.
bool Translator::is_in_block(const ElfSymbol& symbol) const {
  return symbol.type == STT_TLS && symbol.place == SymbolPlace::Section && pieces_[symbol.section].place.is_valid() &&
         symbol.binding != STB_WEAK && !is_coalesced(symbol);
}

bool Translator::is_block_at_zero() {
  const auto is_outside = [&](const ElfReloc& reloc) {
    const RelocRow* row = find_reloc_row(cpu_, reloc.type);
    return row && row->form == Form::TlsBlockOffset && !is_in_block(elf_.symbols[reloc.symbol]);
  };
  if (!is_block_at_zero_)
    is_block_at_zero_ = std::ranges::any_of(elf_.sections, [&](const ElfSection& section) {
      return (section.flags & SHF_EXECINSTR) && std::ranges::any_of(section.relocs, is_outside);
    });
  return *is_block_at_zero_;
}

SymbolRef Translator::block_start() {
  if (block_start_.is_valid()) return block_start_;
  BuiltSymbol built;
  built.name = "L_thread_block";
  built.place = assembler_.append(assembler_.section("__DATA", "__thread_bss", S_THREAD_LOCAL_ZEROFILL), {}, 8, 8);
  return block_start_ = assembler_.add_symbol(std::move(built));
}

SymbolRef Translator::block_descriptor() {
  if (block_descriptor_.is_valid()) return block_descriptor_;
  BuiltSymbol built;
  built.name = "L_thread_block_descriptor";
  return block_descriptor_ = make_descriptor(built, block_start());
}

// ---- x86: calls of __tls_get_addr

bool Translator::is_call_of_tls_function(const Site& site, uint64_t offset) const {
  const auto& relocs = elf_.sections[site.section].relocs;
  if (site.index + 1 >= relocs.size()) return false;
  const ElfReloc& call = relocs[site.index + 1];
  const std::string_view name = elf_.symbols[call.symbol].name;
  return call.offset == offset && name == (cpu_ == Cpu::I386 ? kTlsFunctionI386 : kTlsFunction);
}

// lea x@tlsgd(%rip), %rdi; call __tls_get_addr  ->  mov x@TLVP(%rip), %rdi; call *(%rdi)
// Both forms of the call are of one length with their padding; those of local-dynamic code are not.
size_t Translator::translate_tls_call(const Site& site) {
  const bool is_pair = site.row->form == Form::TlsPair;
  const uint64_t offset = site.reloc->offset;
  const int64_t to_start = is_pair ? -4 : -3;
  const auto fail = [&] {
    refuse(site, kUnknownSequence);
    return size_t{1};
  };
  if (!has_room(site, 4, 12)) return fail();
  uint8_t* code = field(site) + to_start;
  const uint8_t* call = field(site) + 4;
  uint64_t size = 0;
  if (is_pair && starts_with(code, {0x66, 0x48, 0x8d, 0x3d}) &&
      (starts_with(call, {0x66, 0x66, 0x48, 0xe8}) || starts_with(call, {0x66, 0x48, 0xff, 0x15}))) {
    if (is_call_of_tls_function(site, offset + 8)) size = 16;
  } else if (!is_pair && starts_with(code, {0x48, 0x8d, 0x3d})) {
    if (starts_with(call, {0xe8}) && is_call_of_tls_function(site, offset + 5)) size = 12;
    if (starts_with(call, {0xff, 0x15}) && is_call_of_tls_function(site, offset + 6)) size = 13;
  }
  if (size == 0) return fail();
  if (!is_pair && is_block_at_zero()) {
    put(code, {0x31, 0xc0});  // xor %eax, %eax
    x86::fill_with_nops(MutableBytes(code + 2, size - 2));
    return 2;
  }
  const SymbolRef descriptor = is_pair ? descriptor_of(site.reloc->symbol, site) : block_descriptor();
  if (!descriptor.is_valid()) return 2;
  put(code, {0x48, 0x8b, 0x3d, 0, 0, 0, 0, 0xff, 0x17});
  if (size == 16) put(code + 9, {0x0f, 0x1f, 0x80, 0, 0, 0, 0});
  if (size == 13) put(code + 9, {0x0f, 0x1f, 0x40, 0});
  if (size == 12) put(code + 9, {0x0f, 0x1f, 0});
  BuiltReloc record = record_for(site, descriptor);
  record.offset = place_of(site, to_start + 3).offset;
  assembler_.add_reloc(place_of(site).section, record);
  return 2;
}

namespace {

// What stands around the field of such an access in 32-bit code.
struct CallI386 {
  uint8_t lead = 0;  // bytes of the instruction in front of the field
  uint8_t base = 0;  // the register with the global offset table's address
};

// lea x(%ebx), %eax, or lea x(,%ebx,1), %eax with an index byte.
CallI386 decode_lea_to_eax(const uint8_t* field, bool has_third) {
  constexpr uint8_t kToEaxByIndex = 0x04, kNoBase = 5, kNoIndex = 4;
  const uint8_t last = field[-1];
  const bool is_to_eax = x86::register_of(last) == 0 && x86::is_base_and_displacement(last);
  if (field[-2] == x86::kLoadAddress && is_to_eax) return {2, x86::base_of(last)};
  const bool has_index = has_third && starts_with(field - 3, {x86::kLoadAddress, kToEaxByIndex});
  if (has_index && x86::base_of(last) == kNoBase && last < 0x40 && x86::register_of(last) != kNoIndex)
    return {3, x86::register_of(last)};
  return {};
}

}  // namespace

// lea x@tlsgd(,%ebx,1), %eax; call ___tls_get_addr  ->  mov WORD@GOTOFF(%ebx), %eax; call *(%eax)
// The word has the address of the variable's descriptor.
size_t Translator::translate_tls_call_i386(const Site& site) {
  constexpr uint64_t kField = 4, kCallSize = 5, kIndirectCallSize = 6;
  CallI386 found;
  uint64_t call_size = 0;
  if (has_room(site, 2, kField + kIndirectCallSize - 1)) {
    found = decode_lea_to_eax(field(site), has_room(site, 3, kField));
    const uint8_t* call = field(site) + kField;
    if (call[0] == 0xe8 && is_call_of_tls_function(site, site.reloc->offset + 5)) call_size = kCallSize;
    const bool is_indirect =
        call[0] == x86::kGroup5 && (call[1] & 0xf8) == 0x90 && has_room(site, 2, kField + kIndirectCallSize);
    if (is_indirect && is_call_of_tls_function(site, site.reloc->offset + 6)) call_size = kIndirectCallSize;
  }
  if (found.lead == 0 || call_size == 0) {
    refuse(site, kUnknownSequence);
    return 1;
  }
  const bool is_pair = site.row->form == Form::TlsPair;
  const ObjectPlace place = place_of(site, -int64_t{found.lead});
  const MutableBytes code(assembler_.bytes_at(place), found.lead + kField + call_size);
  if (!is_pair && is_block_at_zero()) {
    put(code.data(), {0x31, 0xc0});  // xor %eax, %eax
    x86::fill_with_nops(code.subspan(2));
    return 2;
  }
  const SymbolRef descriptor = is_pair ? descriptor_of(site.reloc->symbol, site) : block_descriptor();
  if (!descriptor.is_valid()) return 2;
  constexpr uint8_t kToEaxFromBase = 0x80;
  put(code.data(), {x86::kMove, static_cast<uint8_t>(kToEaxFromBase | found.base), 0, 0, 0, 0, x86::kGroup5, 0x10});
  x86::fill_with_nops(code.subspan(8));
  add_word_offset({place.section, place.offset + 2}, descriptor);
  return 2;
}

void Translator::translate_block_offset(const Site& site) {
  if (is_block_at_zero()) return translate_thread_offset(site);
  if (cpu_ != Cpu::Arm64 && is_in_block(symbol_at(site)))
    return add_pair(site, initial_of(site.reloc->symbol), block_start(), site.reloc->addend);
  refuse(site, "the variable may be another file's, whose distance is not known");
}

// ---- arm64: adrp x0; ldr x1, [x0]; add x0, x0; blr x1, which returns an offset from the thread pointer

namespace {

constexpr uint32_t kNop = 0xd503201f, kBranchAndLink = 0x94000000, kLoadX0 = 0xf9400000;

struct CodePattern {
  uint32_t mask, value;
  bool fits(const uint8_t* code) const { return (load<uint32_t>(code) & mask) == value; }
};
constexpr CodePattern kPageToX0{0x9f00001f, 0x90000000}, kLoadX1{0xffc003ff, 0xf9400001},
    kAddX0{0xffc003ff, 0x91000000}, kCallX1{0xffffffff, 0xd63f0020};

// Calls the function of the descriptor in x0. Code around a TLS descriptor counts on x2 to x17, some of which the
// function may use.
constexpr uint32_t kDescriptorHelper[] = {
    0xa9bd7bfd,  // stp x29, x30, [sp, #-48]!
    0x910003fd,  // mov x29, sp
    0xa90147f0,  // stp x16, x17, [sp, #16]
    0xa9023fe9,  // stp x9, x15, [sp, #32]
    0xf9400010,  // ldr x16, [x0]
    0xd63f0200,  // blr x16
    0xa9423fe9,  // ldp x9, x15, [sp, #32]
    0xa94147f0,  // ldp x16, x17, [sp, #16]
    0xa8c37bfd,  // ldp x29, x30, [sp], #48
    0xd65f03c0,  // ret
};

}  // namespace

// One for the whole program: whatever a CPU's code calls.
SymbolRef Translator::descriptor_helper() {
  if (descriptor_helper_.is_valid()) return descriptor_helper_;
  const Bytes words(reinterpret_cast<const uint8_t*>(kDescriptorHelper), sizeof(kDescriptorHelper));
  descriptor_helper_ = add_own_code(cpu_ == Cpu::Arm64 ? words : offset_detour_helper(mode()), "___xld_thread_local");
  BuiltSymbol& built = assembler_.symbol(descriptor_helper_);
  built.type = N_EXT | N_PEXT;
  built.desc = N_WEAK_DEF;
  return descriptor_helper_;
}

void Translator::translate_tls_page(const Site& site) {
  if (!kPageToX0.fits(field(site))) return refuse(site, kUnknownSequence);
  // What the helper returns is an address, to which the code adds the thread pointer.
  uses_thread_pointer_ = true;
  if (is_module_base(site)) return store(field(site), kNop);
  const SymbolRef descriptor = descriptor_of(site.reloc->symbol, site);
  if (descriptor.is_valid()) assembler_.add_reloc(place_of(site).section, record_for(site, descriptor));
}

// A module's variables begin at 0: distances from there are addresses.
void Translator::translate_module_descriptor(const Site& site) {
  constexpr uint32_t kClearX0 = 0xaa1f03e0;  // mov x0, xzr
  store(field(site), site.row->form == Form::TlsDescCall ? kClearX0 : kNop);
}

void Translator::translate_tls_descriptor(const Site& site) {
  if (is_module_base(site)) return translate_module_descriptor(site);
  const SymbolRef descriptor = descriptor_of(site.reloc->symbol, site);
  if (!descriptor.is_valid()) return;
  const Form form = site.row->form;
  uint8_t* code = field(site);
  if (form == Form::TlsDescLoad && kLoadX1.fits(code)) {
    store<uint32_t>(code, kLoadX0);
    assembler_.add_reloc(place_of(site).section, record_for(site, descriptor));
  } else if (form == Form::TlsDescAdd && kAddX0.fits(code)) {
    store<uint32_t>(code, kNop);
  } else if (form == Form::TlsDescCall && kCallX1.fits(code)) {
    const SymbolRef helper = descriptor_helper();
    store<uint32_t>(field(site), kBranchAndLink);
    add_branch(place_of(site), helper);
  } else {
    refuse(site, kUnknownSequence);
  }
}

// The traditional sequence: adrp x0; add x0, x0; bl __tls_get_addr.
size_t Translator::translate_tls_pair_add(const Site& site) {
  const bool has_call = has_room(site, 0, 8) && is_call_of_tls_function(site, site.reloc->offset + 4);
  if (!has_call || !kAddX0.fits(field(site))) {
    refuse(site, kUnknownSequence);
    return 1;
  }
  const SymbolRef descriptor = descriptor_of(site.reloc->symbol, site);
  if (!descriptor.is_valid()) return 2;
  const SymbolRef helper = descriptor_helper();
  store<uint32_t>(field(site), kLoadX0);
  store<uint32_t>(field(site) + 4, kBranchAndLink);
  assembler_.add_reloc(place_of(site).section, record_for(site, descriptor));
  add_branch(place_of(site, 4), helper);
  return 2;
}

}  // namespace xld::elf_to_macho
