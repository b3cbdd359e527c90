// Decoding relocations: raw REL and RELA records to canonical ones (core/reloc.h), in batches. gABI "Relocation".
//
// Here untrusted records are judged: an unknown type, a field outside its section or a symbol that does not exist gives
// one message and the record is passed over. Decoding depends on input bytes only, so the scan and the emission see the
// same relocations.
#include "formats/elf/decode.h"

#include <fmt/core.h>

#include "arch/field.h"
#include "formats/elf/describe.h"
#include "formats/elf/object.h"
#include "formats/elf/relocs.h"

namespace xld::elf {

namespace {

constexpr RelocMeaning kUnknown;

template <class E, class Record>
class Decoder {
 public:
  Decoder(const Link& link, const InputFile& file, const Atom& atom, bool reports)
      : link_(link),
        file_(file),
        object_(object_of(file)),
        atom_(atom),
        cpu_(link.target().cpu),
        table_(reloc_table(cpu_)),
        reports_(reports) {}

  size_t decode(RelocCursor& cursor, std::span<Reloc> out) {
    if (cursor.end > atom_.reloc_count) cursor.end = atom_.reloc_count;
    size_t used = 0;
    while (used < out.size() && cursor.next < cursor.end) {
      const auto record = load<Record>(atom_.relocs + size_t{cursor.next} * sizeof(Record));
      const RelocMeaning& meaning = record.type() < table_.size() ? table_[record.type()] : kUnknown;
      // The relocations that belong to a sequence have to be in the same batch.
      constexpr size_t kLongestSequence = 4;
      if ((meaning.hints & hint::kIsTlsSequence) && used != 0 && out.size() - used < kLongestSequence) break;
      cursor.next++;
      if (decode_one(record, meaning, out[used])) used++;
    }
    return used;
  }

 private:
  bool decode_one(const Record& record, const RelocMeaning& meaning, Reloc& reloc) {
    if (!meaning.is_known) return fail(record, fmt::format("{} is not supported in object files", name_of(record)));
    if (meaning.want == Want::None && meaning.hints == 0) return false;
    const uint8_t size = size_of(meaning.field);
    if (record.offset > atom_.size || size > atom_.size - record.offset || record.offset > UINT32_MAX)
      return fail(record, fmt::format("{} is outside the section (size {:#x})", name_of(record), atom_.size));
    if (!atom_.data && size != 0) return fail(record, fmt::format("{} in a section without contents", name_of(record)));
    reloc = Reloc();
    reloc.offset = static_cast<uint32_t>(record.offset);
    reloc.want = meaning.want;
    reloc.from = meaning.from;
    reloc.field = meaning.field;
    reloc.hints = meaning.hints;
    reloc.bias = meaning.bias;
    reloc.lead = meaning.lead;
    reloc.raw_type = record.type();
    reloc.raw_symbol = record.symbol();
    reloc.addend = addend_of(record, meaning);
    if (!find_target(record, reloc)) return false;
    if (meaning.want == Want::Size) return take_size(reloc);
    if constexpr (std::is_same_v<E, Elf32>) refine_reloc(cpu_, atom_.bytes(), reloc);
    return true;
  }

  // Whether the size of a symbol is a number now. Another module's is the loader's to find out but where the loader had
  // better not write: there it is that which a library has now, as for the copy of a variable.
  bool is_size_settled(SymbolId id) const {
    const bool is_known = link_.symbols.has(id, symbol_flag::kDefined) || link_.symbols.claim(id).is_import();
    if (!is_known || !link_.symbols.has(id, symbol_flag::kOutOfReach)) return is_known;
    const bool may_be_written =
        atom_.has(atom_flag::kWritable) || link_.options().dynamic.text_relocs == TextRelocs::Allow;
    return !atom_.has(atom_flag::kAllocated) || !may_be_written;
  }

  bool take_size(Reloc& reloc) const {
    if (reloc.target_kind == TargetKind::Symbol && !is_size_settled(reloc.symbol())) return true;
    reloc.addend += static_cast<int64_t>(symbol_size(link_, file_, reloc));
    reloc.want = Want::Address;
    reloc.value = 0;
    reloc.target_kind = TargetKind::Absolute;
    return true;
  }

  int64_t addend_of(const Record& record, const RelocMeaning& meaning) const {
    if constexpr (requires { record.addend; }) {
      return record.addend;
    } else {
      return meaning.field == Field::None ? 0 : read_field(meaning.field, atom_.data + record.offset);
    }
  }

  bool find_target(const Record& record, Reloc& reloc) {
    const uint32_t index = record.symbol();
    if (index >= object_.first_global) {
      if (index - object_.first_global >= file_.globals.size())
        return fail(record, fmt::format("{} refers to symbol {}, which does not exist", name_of(record), index));
      reloc.target_kind = TargetKind::Symbol;
      reloc.target = file_.globals[index - object_.first_global].value;
      return true;
    }
    if (index == 0) return true;  // no symbol: the absolute value 0
    return find_local(record, index, reloc);
  }

  bool find_local(const Record& record, uint32_t index, Reloc& reloc) {
    const auto symbol = raw_symbol<E>(object_, index);
    const uint32_t section = section_index(object_, index, symbol);
    if (section == kAbsoluteSection) {
      reloc.value = static_cast<int64_t>(symbol.value);
      return true;
    }
    if (section >= object_.section_count)
      return fail(record, fmt::format("{} refers to local symbol {} in section {}, which does not exist",
                                      name_of(record), index, section));
    const AtomId atom = object_.atom_of[section];
    if (section == SHN_UNDEF && atom_.has(atom_flag::kAllocated))
      return fail(record, fmt::format("{} refers to local symbol {} ({}), which is not defined", name_of(record), index,
                                      string_at(object_.symbol_names, symbol.name)));
    if (section == SHN_UNDEF || !atom.is_valid() || atom == kDiscardedAtom) {
      reloc.target_kind = TargetKind::Discarded;
      reloc.target = section;
      return true;
    }
    reloc.target_kind = TargetKind::Atom;
    reloc.target = atom.value;
    reloc.value = static_cast<int64_t>(symbol.value);
    reloc.is_resolver = type_of(symbol.info) == STT_GNU_IFUNC;
    // With a section symbol the addend says which of the section's contents is meant; with any other symbol it is a
    // distance from there. It matters where contents move apart (merged strings).
    if (type_of(symbol.info) == STT_SECTION && (reloc.want == Want::Address || reloc.want == Want::Stub)) {
      reloc.value += reloc.addend;
      reloc.addend = 0;
    }
    return true;
  }

  std::string name_of(const Record& record) const { return reloc_name(cpu_, record.type()); }

  bool fail(const Record& record, const std::string& what) {
    if (reports_) {
      link_.diagnostics().error(
          fmt::format("{}: relocation at offset {:#x} of section {}: {}", file_.display_name(), uint64_t{record.offset},
                      section_facts(link_, object_, atom_.raw).name, what),
          file_.id, uint64_t{atom_.raw} << 32 | static_cast<uint32_t>(record.offset));
    }
    return false;
  }

  const Link& link_;
  const InputFile& file_;
  const ElfObject& object_;
  const Atom& atom_;
  Cpu cpu_;
  const RelocTable& table_;
  bool reports_;
};

template <class E>
size_t decode_as(const Link& link, const InputFile& file, const Atom& atom, RelocCursor& cursor, std::span<Reloc> out,
                 bool reports) {
  if (atom.has(atom_flag::kImplicitAddends))
    return Decoder<E, typename E::Rel>(link, file, atom, reports).decode(cursor, out);
  return Decoder<E, typename E::Rela>(link, file, atom, reports).decode(cursor, out);
}

}  // namespace

size_t decode(const Link& link, const InputFile& file, const Atom& atom, RelocCursor& cursor, std::span<Reloc> out,
              bool reports) {
  if (!atom.relocs) return 0;
  return link.target().word_size == 8 ? decode_as<Elf64>(link, file, atom, cursor, out, reports)
                                      : decode_as<Elf32>(link, file, atom, cursor, out, reports);
}

}  // namespace xld::elf
