// Thread-local variables. See translator.h.
//
// Mach-O has one way to reach a variable: its descriptor's first word is a function that takes the descriptor and
// returns the address. What __tls_get_addr and TLS descriptors do can be put like that; offsets from the thread pointer
// cannot. System V psABI of AMD64 and "ELF Handling For Thread-Local Storage" §4.3 have the sequences; ELF for the Arm
// 64-bit Architecture §5.7.11.
#include <algorithm>
#include <fmt/core.h>

#include "formats/elf/elf.h"
#include "formats/elf_to_macho/translator.h"
#include "formats/macho/macho.h"

namespace xld::elf_to_macho {

using namespace elf;
using namespace macho;

namespace {

constexpr std::string_view kTlsFunction = "__tls_get_addr";
constexpr const char* kUnknownSequence =
    "the instructions around it are not those compilers use for thread-local variables";
constexpr uint64_t kDescriptorSize = 24;

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
  const ObjectPlace place = assembler_.append(section, {}, kDescriptorSize, 8);
  BuiltReloc record;
  record.length = 3;
  record.type = kUnsignedRecord;
  record.offset = place.offset;
  record.symbol = make_undefined("__tlv_bootstrap", false);
  assembler_.add_reloc(section, record);
  record.offset = place.offset + 16;
  record.symbol = initial;
  assembler_.add_reloc(section, record);
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
  } else if (cpu_ == Cpu::I386 || symbol.place != SymbolPlace::Section || symbol.type != STT_TLS ||
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
// object's own: distances between variables are the same in all threads.
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

// ---- x86-64: calls of __tls_get_addr

bool Translator::is_call_of_tls_function(const Site& site, uint64_t offset) const {
  const auto& relocs = elf_.sections[site.section].relocs;
  if (site.index + 1 >= relocs.size()) return false;
  const ElfReloc& call = relocs[site.index + 1];
  return call.offset == offset && elf_.symbols[call.symbol].name == kTlsFunction;
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

void Translator::translate_block_offset(const Site& site) {
  const ElfSymbol& symbol = symbol_at(site);
  const bool is_here = symbol.type == STT_TLS && symbol.place == SymbolPlace::Section &&
                       pieces_[symbol.section].place.is_valid() && symbol.binding != STB_WEAK && !is_coalesced(symbol);
  if (!is_here)
    return refuse(site,
                  "the variable may be another file's, whose distance is not known; compile with "
                  "-ftls-model=global-dynamic");
  add_pair(site, initial_of(site.reloc->symbol), block_start(), site.reloc->addend);
}

// ---- arm64: adrp x0; ldr x1, [x0]; add x0, x0; blr x1, which returns an offset from the thread pointer

namespace {

constexpr uint32_t kNop = 0xd503201f, kBranchAndLink = 0x94000000, kLoadX0 = 0xf9400000;

struct CodePattern {
  uint32_t mask, value;
  bool fits(const uint8_t* code) const { return (load<uint32_t>(code) & mask) == value; }
};
constexpr CodePattern kPageToX0{0x9f00001f, 0x90000000}, kLoadX1{0xffc003ff, 0xf9400001},
    kAddX0{0xffc003ff, 0x91000000}, kCallX1{0xffffffff, 0xd63f0020}, kReadThreadPointer{0xffffffe0, 0xd53bd040};
constexpr uint32_t kMoveZero = 0xaa1f03e0;  // mov x0, xzr

// Calls the function of the descriptor in x0. Code around a TLS descriptor counts on x2 to x17, which the function may
// use two of.
constexpr uint32_t kDescriptorHelper[] = {
    0xa9be7bfd,  // stp x29, x30, [sp, #-32]!
    0x910003fd,  // mov x29, sp
    0xa90147f0,  // stp x16, x17, [sp, #16]
    0xf9400010,  // ldr x16, [x0]
    0xd63f0200,  // blr x16
    0xa94147f0,  // ldp x16, x17, [sp, #16]
    0xa8c27bfd,  // ldp x29, x30, [sp], #32
    0xd65f03c0,  // ret
};

}  // namespace

// One for the whole program.
SymbolRef Translator::descriptor_helper() {
  if (descriptor_helper_.is_valid()) return descriptor_helper_;
  const uint32_t section =
      assembler_.section("__TEXT", "__text", S_REGULAR | S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS);
  BuiltSymbol built;
  built.name = "___xld_thread_local";
  built.place =
      assembler_.append(section, {reinterpret_cast<const uint8_t*>(kDescriptorHelper), sizeof(kDescriptorHelper)},
                        sizeof(kDescriptorHelper), 4);
  built.type = N_EXT | N_PEXT;
  built.desc = N_WEAK_DEF;
  return descriptor_helper_ = assembler_.add_symbol(std::move(built));
}

void Translator::translate_tls_page(const Site& site) {
  if (!kPageToX0.fits(field(site))) return refuse(site, kUnknownSequence);
  clear_thread_pointer(site.section);
  const SymbolRef descriptor = descriptor_of(site.reloc->symbol, site);
  if (descriptor.is_valid()) assembler_.add_reloc(place_of(site).section, record_for(site, descriptor));
}

void Translator::translate_tls_descriptor(const Site& site) {
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
    assembler_.add_reloc(place_of(site).section, record_for(site, helper));
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
  BuiltReloc record;
  record.offset = place_of(site, 4).offset;
  record.symbol = helper;
  record.type = 2;
  record.length = 2;
  record.is_relative = true;
  assembler_.add_reloc(place_of(site).section, record);
  return 2;
}

// What the helper returns is an address, to which the code adds the thread pointer: it is made to add nothing.
void Translator::clear_thread_pointer(uint32_t index) {
  if (is_thread_pointer_cleared_[index] != 0) return;
  is_thread_pointer_cleared_[index] = 1;
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
      if (kReadThreadPointer.fits(code + at)) store<uint32_t>(code + at, kMoveZero | (load<uint32_t>(code + at) & 31));
  }
}

}  // namespace xld::elf_to_macho
