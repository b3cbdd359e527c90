// See objc_reader.h. <mach-o/reloc.h>: a word that holds an address has an UNSIGNED record.
#include "formats/macho/objc_reader.h"

#include <algorithm>

#include "formats/macho/relocs.h"

namespace xld::macho {

namespace {

constexpr uint8_t kUnsigned = 0, kWordLength = 3;

}  // namespace

const std::vector<ObjcReader::Record>& ObjcReader::records_of(const ObjectSpot& spot) {
  const auto [found, is_new] = records_.try_emplace({spot.file->id.value, spot.section});
  std::vector<Record>& records = found->second;
  if (!is_new) return records;
  const InputSection& section = object_of(*spot.file).sections[spot.section];
  for (size_t at = 0; at + 8 <= section.relocs.size(); at += 8) {
    const RawReloc raw = read_raw_reloc(link_.target().cpu, section.relocs.data() + at);
    if (raw.type == kUnsigned && raw.length == kWordLength && !raw.is_pc_relative)
      records.push_back({raw.address, raw});
  }
  std::ranges::stable_sort(records, {}, &Record::address);
  return records;
}

const std::vector<std::pair<uint64_t, uint32_t>>& ObjcReader::symbols_of(const ObjectSpot& spot) {
  const uint32_t file = spot.file->id.value;
  const MachoObject& object = object_of(*spot.file);
  const auto [found, is_new] = symbols_.try_emplace({file, spot.section});
  if (!is_new) return found->second;
  // Of all sections at once.
  for (uint32_t i = 0; i < object.sections.size(); i++) symbols_.try_emplace({file, i});
  for (uint32_t i = 0; i < object.symbol_count; i++) {
    const RawSymbol raw = raw_symbol(link_, object, i);
    if (is_defined_in_section(raw) && !(raw.desc & N_ALT_ENTRY))
      symbols_[{file, raw.sect - 1u}].emplace_back(raw.value, i);
  }
  for (uint32_t i = 0; i < object.sections.size(); i++) std::ranges::stable_sort(symbols_[{file, i}]);
  return symbols_[{file, spot.section}];
}

std::optional<ObjectSpot> ObjcReader::place_of(const InputFile& file, uint32_t index, int64_t addend) const {
  const RawSymbol raw = raw_symbol(link_, object_of(file), index);
  if (!is_defined_in_section(raw)) return std::nullopt;
  return ObjectSpot{&file, raw.sect - 1u, raw.value + static_cast<uint64_t>(addend)};
}

std::optional<ObjectSpot> ObjcReader::place_of(SymbolId id, int64_t addend) const {
  const Claim claim = link_.symbols.claim(id);
  if (!claim.is_definition() || claim.file().value == 0 || claim.claim_class() == ClaimClass::Common)
    return std::nullopt;
  return place_of(link_.inputs.file(claim.file()), claim.raw_symbol(), addend);
}

std::optional<SpotPointer> ObjcReader::pointer_at(const ObjectSpot& spot) {
  const InputFile& file = *spot.file;
  const MachoObject& object = object_of(file);
  const auto& records = records_of(spot);
  const uint64_t offset = spot.address - object.sections[spot.section].address;
  const auto found = std::ranges::lower_bound(records, offset, {}, &Record::address);
  const auto stored = xld::read<int64_t>(bytes_at(spot), 0);
  if (found == records.end() || found->address != offset || !stored) return std::nullopt;
  const RawReloc& raw = found->raw;
  if (!raw.is_extern) {
    if (raw.number == 0 || raw.number > object.sections.size()) return std::nullopt;
    return SpotPointer{{}, 0, ObjectSpot{&file, raw.number - 1, static_cast<uint64_t>(*stored)}};
  }
  if (raw.number >= object.symbol_count) return std::nullopt;
  if (raw.number < file.first_global) return SpotPointer{{}, 0, place_of(file, raw.number, *stored)};
  const SymbolId id = file.globals[raw.number - file.first_global];
  return SpotPointer{id, *stored, place_of(id, *stored)};
}

std::optional<ObjectSpot> ObjcReader::follow(const ObjectSpot& spot) {
  const auto pointer = pointer_at(spot);
  if (!pointer || !pointer->spot || !object_of(*pointer->spot->file).has_subsections) return std::nullopt;
  return pointer->spot;
}

Bytes ObjcReader::bytes_at(const ObjectSpot& spot) const {
  const InputSection& section = object_of(*spot.file).sections[spot.section];
  if (section.is_zero_fill() || spot.address < section.address || spot.address - section.address > section.size)
    return {};
  const uint64_t offset = spot.address - section.address;
  return slice(spot.file->bytes, section.file_offset + offset, section.size - offset).value_or(Bytes());
}

std::string_view ObjcReader::string_at(const ObjectSpot& spot) const {
  return c_string_at(bytes_at(spot), 0).value_or("");
}

uint64_t ObjcReader::size_of_piece(const ObjectSpot& spot) {
  const auto& symbols = symbols_of(spot);
  const auto begin = std::ranges::lower_bound(symbols, spot.address, {}, &std::pair<uint64_t, uint32_t>::first);
  if (begin == symbols.end() || begin->first != spot.address) return 0;
  const auto end = std::ranges::upper_bound(symbols, spot.address, {}, &std::pair<uint64_t, uint32_t>::first);
  const uint64_t rest = bytes_at(spot).size();
  return end == symbols.end() ? rest : std::min(rest, end->first - spot.address);
}

std::string_view ObjcReader::name_at(const ObjectSpot& spot) {
  const auto& symbols = symbols_of(spot);
  const auto found = std::ranges::lower_bound(symbols, spot.address, {}, &std::pair<uint64_t, uint32_t>::first);
  if (found == symbols.end() || found->first != spot.address) return {};
  const MachoObject& object = object_of(*spot.file);
  return symbol_name(object, raw_symbol(link_, object, found->second));
}

}  // namespace xld::macho
