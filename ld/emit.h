// Emission: every byte of the output is written by exactly one task, in tiles that stay in the cache while they are
// copied, relocated, hashed and handed to the file.
#pragma once

#include <optional>
#include <vector>

#include "arch/x86_decode.h"
#include "core/image.h"
#include "formats/format.h"
#include "tlsrewrite/tlsrewrite.h"

namespace xld {

// Settles what emission looks up: addresses of symbols and of merged constants, and each atom's place among the fixups.
void settle_addresses(Link& link);

// Fills Link::fixups before anything is written, for tables that are made from them.
void find_fixups(Link& link);

// Encodes the contents of sections that are stored in another form (OutputSection::coder), and moves what is not loaded
// together again.
void encode_sections(Link& link);

// Writes all sections and seals the file. Reports values that do not fit. `separate` is null if there is no file beside
// the output.
void emit(Link& link, Image& image, Image* separate);

// Relocates a copy of an atom. `out` holds the atom's bytes from `begin` on and runs at `address`; only relocations of
// the cursor's range are applied, moved by `shift` (unwind records move inside their section).
class Relocator {
 public:
  // Thread-local accesses are noted in the log, if there is one.
  Relocator(Link& link, const InputFile& file, const Atom& atom, AccessLog* log = nullptr)
      : link_(link), file_(file), atom_(atom), log_(log) {}

  // `out` is the whole atom at its address.
  void relocate(MutableBytes out, uint64_t address, uint32_t first_fixup);
  // `out` is a part of the atom that starts at `begin` there and is found at `address` in the output.
  void relocate_part(MutableBytes out, uint64_t address, uint32_t begin, RelocCursor cursor);

 private:
  void relocate_all(RelocCursor cursor);
  void sort_fixups(uint32_t first);
  void relocate_next(RelocCursor& cursor);
  size_t apply(std::span<const Reloc> relocs);
  void apply_plain(const Reloc& reloc, uint64_t symbol);
  size_t apply_tls(std::span<const Reloc> relocs);
  void apply_slot(const Reloc& reloc);
  uint64_t thread_offset(const Reloc& reloc) const;
  TlsFacts facts_for(const Reloc& reloc) const;
  x86::InstructionFinder& finder();
  void log_access(const Reloc& reloc, std::string_view kind, std::string_view result, uint64_t start, uint8_t size);
  void log_kept(const Reloc& reloc);
  void log_descriptor(const Reloc& reloc, std::string_view result);
  bool moves_to_gs() const;
  bool shorten_got_load(const Reloc& reloc);
  uint64_t symbol_address(const Reloc& reloc) const;
  uint64_t wanted_value(const Reloc& reloc);
  uint64_t slot_address(const Reloc& reloc);
  const Slots::Record* record_of(const Reloc& reloc) const;
  uint64_t subtract(const Reloc& reloc, uint64_t value) const;
  void write(const Reloc& reloc, uint64_t value);
  bool is_gone(const Reloc& reloc) const;
  bool write_tombstone(const Reloc& reloc);
  uint64_t address_value(const Reloc& reloc);
  void report_overflow(const Reloc& reloc, uint64_t value);
  bool is_branch_to_nothing(const Reloc& reloc) const;
  void report_misaligned(const Reloc& reloc, uint64_t value, uint32_t instruction);
  uint64_t place(const Reloc& reloc) const { return address_ + (reloc.offset - begin_); }

  Link& link_;
  const InputFile& file_;
  const Atom& atom_;
  AccessLog* log_;
  MutableBytes out_;
  uint64_t address_ = 0;
  uint32_t begin_ = 0;
  uint32_t next_fixup_ = 0;
  std::optional<x86::InstructionFinder> finder_;  // of the atom's input bytes
};

}  // namespace xld
