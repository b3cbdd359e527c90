// Translator: one object on its way; what the parts of the translation share.
//
// Sections become pieces of a few Mach-O sections. Each piece begins with a label of its own, and symbols behind that
// are alternative entries, so that the linker cuts where the ELF object did and nowhere else.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "arch/x86_decode.h"
#include "formats/elf_to_macho/elf_view.h"
#include "formats/elf_to_macho/relocs.h"
#include "formats/elf_to_macho/sections.h"
#include "formats/elf_to_macho/translate.h"
#include "formats/macho/object_assembler.h"
#include "tlsrewrite/offset_detour.h"

namespace xld::elf_to_macho {

using macho::BuiltReloc;
using macho::BuiltSymbol;
using macho::kLongField;
using macho::kQuadField;
using macho::kUnsignedRecord;
using macho::ObjectAssembler;
using macho::ObjectPlace;
using macho::record_at;
using macho::subtractor_record;
using macho::SymbolRef;

class Translator {
 public:
  Translator(ElfView elf, const TranslationSettings& settings)
      : elf_(std::move(elf)), settings_(settings), cpu_(settings.cpu), assembler_(settings.cpu) {}

  Translation run();

 private:
  // A section of the ELF object, placed.
  struct Piece {
    SectionPlan plan;
    ObjectPlace place;
    SymbolRef label;
  };
  // One relocation at work.
  struct Site {
    uint32_t section = 0;
    size_t index = 0;  // of the record in its section
    const ElfReloc* reloc = nullptr;
    const RelocRow* row = nullptr;
  };

  // translator.cc: sections and symbols
  void place_sections();
  void place(uint32_t index);
  bool can_turn_around(const ElfSection& section) const;
  uint64_t word_size() const { return cpu_ == Cpu::I386 ? 4 : 8; }
  uint8_t word_length() const { return cpu_ == Cpu::I386 ? kLongField : kQuadField; }
  x86::Mode mode() const { return cpu_ == Cpu::I386 ? x86::Mode::Bits32 : x86::Mode::Bits64; }
  bool is_slot_name(std::string_view name) const;
  void define_symbols();
  bool is_coalesced(const ElfSymbol& symbol) const;
  std::string name_of(const ElfSymbol& symbol) const;
  std::string prefix() const { return settings_.adds_underscores ? "_" : ""; }
  SymbolRef make_label(uint32_t section, uint64_t offset);
  SymbolRef label_at(uint32_t section, uint64_t offset);
  SymbolRef symbol_of(uint32_t index, const Site* site);
  SymbolRef make_symbol(uint32_t index, const Site* site);
  SymbolRef make_placed(const ElfSymbol& symbol, const Site* site);
  SymbolRef make_undefined(std::string name, bool is_weak);
  void set_binding(const ElfSymbol& symbol, BuiltSymbol& built) const;

  // relocations.cc
  void translate_section(uint32_t index);
  size_t translate_reloc(const Site& site);  // records used
  void translate_address(const Site& site);
  void translate_distance(const Site& site);
  void translate_x86_distance(const Site& site);
  void add_x86_distance(const Site& site, SymbolRef symbol, int64_t addend);
  void translate_instruction(const Site& site);
  void translate_size(const Site& site);
  void add_pair(const Site& site, SymbolRef minuend, SymbolRef subtrahend, int64_t addend);
  struct Target {
    SymbolRef symbol;
    int64_t addend = 0;
  };
  Target target_of(const Site& site, int64_t bias);
  void write_number(const Site& site, uint64_t value);
  ObjectPlace place_of(const Site& site, int64_t shift = 0) const;
  bool has_room(const Site& site, uint64_t before, uint64_t after) const;
  bool is_in_code(const Site& site) const;
  const ElfSymbol& symbol_at(const Site& site) const { return elf_.symbols[site.reloc->symbol]; }
  BuiltReloc record_for(const Site& site, SymbolRef symbol) const;

  // offset_table.cc
  ObjectPlace append_word();
  SymbolRef offset_table();
  ObjectPlace word_of(SymbolRef symbol);
  void add_word_offset(ObjectPlace field, SymbolRef symbol);
  void add_address_of(ObjectPlace field, ObjectPlace target);
  void translate_table_distance(const Site& site);
  void translate_table_offset(const Site& site);
  void translate_table_slot(const Site& site);

  // runtime_slots.cc
  std::vector<uint32_t> starts_of(uint32_t section) const;
  x86::InstructionFinder& finder_for(uint32_t section);
  bool is_slot_access(const Site& site);
  void translate_slot_access(const Site& site);

  // requests.cc
  void check_marks();
  void translate_requests();
  void translate_notes(const ElfSection& section);
  void translate_imports(const ElfSection& section);
  void add_request(std::string_view segment, std::string_view name, Bytes bytes, uint64_t alignment);

  // thread_locals.cc
  SymbolRef descriptor_of(uint32_t index, const Site& site);
  SymbolRef make_descriptor(const BuiltSymbol& symbol, SymbolRef initial);
  SymbolRef initial_of(uint32_t index);
  bool is_in_block(const ElfSymbol& symbol) const;
  bool is_block_at_zero();
  SymbolRef block_start();
  SymbolRef block_descriptor();
  size_t translate_tls_call(const Site& site);
  size_t translate_tls_call_i386(const Site& site);
  bool is_call_of_tls_function(const Site& site, uint64_t offset) const;
  void translate_block_offset(const Site& site);
  void translate_tls_page(const Site& site);
  void translate_tls_descriptor(const Site& site);
  size_t translate_tls_pair_add(const Site& site);
  void translate_module_descriptor(const Site& site);
  SymbolRef descriptor_helper();

  // stack_guard.cc
  void translate_stack_guards();
  bool has_guards_beside_thread_pointer() const;
  void translate_guards_of(uint32_t section);

  // thread_offsets.cc
  bool is_module_base(const Site& site) const;
  SymbolRef descriptor_at(const Site& site);
  SymbolRef add_own_code(Bytes code, std::string_view name);
  void add_branch(ObjectPlace field, SymbolRef target, uint64_t offset = 0);
  void add_load_of_word(ObjectPlace field, SymbolRef symbol, bool is_variable);
  void translate_thread_offset(const Site& site);
  void put_zero(const Site& site);
  bool has_other_record(const Site& site, const OffsetDetour& detour) const;
  bool has_record_of_immediate(const Site& site, const OffsetDetour& detour) const;
  ObjectPlace add_detour(uint32_t section, uint32_t field, const OffsetDetour& detour, SymbolRef target, OffsetUse use);
  void translate_descriptor_call(const Site& site);
  void translate_arm64_offset(const Site& site);
  void translate_slot_page(const Site& site);
  void translate_low_offset(const Site& site);
  void clear_thread_pointers();
  void check_thread_words();
  void report_thread_words(uint32_t section, std::span<const ThreadWord> words);
  void clear_x86_thread_pointer(uint32_t section);
  void clear_arm64_thread_pointer(uint32_t section);

  // debug_information.cc
  bool prepare_debug_section(uint32_t section);
  void translate_debug_section(uint32_t section);
  void translate_debug_reloc(const Site& site);
  void translate_debug_offset(const Site& site, ObjectPlace target, uint8_t length);
  void translate_debug_variable(const Site& site);
  void add_debug_address(const Site& site, SymbolRef symbol, int64_t addend);

  // frames.cc
  void translate_frames(uint32_t index);
  void add_personality(const Site& site, SymbolRef personality);
  bool add_frame_distance(const Site& site);

  void refuse(const Site& site, std::string_view what);
  void note(std::string problem);
  uint8_t* field(const Site& site) { return assembler_.bytes_at(place_of(site)); }

  ElfView elf_;
  TranslationSettings settings_;
  Cpu cpu_;
  ObjectAssembler assembler_;
  std::vector<Piece> pieces_;       // by section
  std::vector<SymbolRef> symbols_;  // by ELF symbol
  std::map<std::string, SymbolRef> undefined_;
  std::map<uint32_t, SymbolRef> descriptors_, initials_;  // by ELF symbol
  std::map<std::pair<uint32_t, uint64_t>, SymbolRef> place_labels_;
  std::map<std::pair<uint32_t, size_t>, ObjectPlace> moved_;  // by section and record: fields that stand elsewhere
  SymbolRef block_start_, block_descriptor_, descriptor_helper_;
  std::optional<bool> is_block_at_zero_;
  bool uses_thread_pointer_ = false;                    // code adds to it
  std::map<uint32_t, std::vector<uint32_t>> detoured_;  // by section: fields whose instructions are not looked at again
  std::vector<uint32_t> starts_;                        // of instructions, in the section of finder_
  std::optional<x86::InstructionFinder> finder_;
  uint32_t finder_section_ = 0;
  SymbolRef offset_table_;
  std::map<uint32_t, ObjectPlace> words_;     // by SymbolRef: words of 32-bit objects that hold an address
  std::vector<std::string_view> slot_names_;  // that the object's notes ask for
  size_t left_out_ = 0;                       // problems beyond those that are listed
  Translation result_;
};

}  // namespace xld::elf_to_macho
